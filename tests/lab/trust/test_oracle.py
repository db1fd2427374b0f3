# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The oracle and the report: can they be trusted to find a mistake?"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.lab.oracle import report
from tests.lab.oracle.oracle import Oracle
from tests.lab.oracle.plain import apply_plain
from tests.lab.oracle.readings import CATALOG, read_catalog, read_supplements, read_table
from tests.lab.oracle.tried_ports import choose_ports
from tests.lab.traffic import ports as portsets
from tests.lab.traffic.probe import probe
from tests.lab.trust.small import COLLECTOR, COLLECTOR6, CONSOLE, GUEST, GUEST6, PORTS, SOURCE, SOURCE6
from tests.lab.world.lab import ROOT, Lab
from tests.lab.world.labs import DEMO, SMALL
from tests.lab.world.topology import Address, Node, load_topology


def expectation(oracle: Oracle) -> Callable[[Node, Address, Node, Address, str], int]:
    return lambda _from, source, _to, destination, transport: oracle.verdict(source, destination).allowed[transport]


def test_the_oracle_reads_109_readings() -> None:
    readings = read_catalog()

    assert len(readings) == 109
    assert len({reading.row for reading in readings}) == 72


def test_the_oracle_reads_what_the_table_says() -> None:
    table = ROOT.parent / "shared" / "readings.tsv"
    if not table.exists():
        pytest.skip(f"{table} is not here")

    def plain(path: Path) -> list[tuple[object, ...]]:
        readings = read_table(path) if path.suffix == ".tsv" else read_catalog(path)
        return sorted(
            (one.row, one.service, sorted(one.ports), one.senders, one.receivers, one.when or "", one.kind)
            for one in readings
        )

    assert plain(CATALOG) == plain(table)


def test_the_oracle_reads_what_supplements_say() -> None:
    table = ROOT.parent / "shared" / "supplement.tsv"
    if not table.exists():
        pytest.skip(f"{table} is not here")
    written = []
    for line in table.read_text(encoding="utf-8").splitlines()[1:]:
        name, service, number, transports, sender, receiver, when, default = line.split("\t")[:8]
        ports = [one if number == "-" else f"{one}/{number}" for one in transports.split(",")]
        written.append((name, service, ports, (sender,), (receiver,), when.replace("-", ""), default == "on"))

    assert written == [
        (one.supplement, one.service, list(one.ports), one.senders, one.receivers, one.when or "", one.default)
        for one in read_supplements()
    ]


@pytest.mark.parametrize(
    ("source", "destination", "tcp", "udp", "icmp"),
    [
        # log sources to an event collector on their side of the gateway
        (SOURCE, COLLECTOR, [(514, 514), (6514, 6514)], [(514, 514)], 0),
        (SOURCE6, COLLECTOR6, [(514, 514), (6514, 6514)], [(514, 514)], 0),
        # strangers
        (GUEST, CONSOLE, [], [], 0),
        (GUEST6, COLLECTOR6, [], [], 0),
        # console to an unencrypted managed host
        (
            CONSOLE,
            COLLECTOR,
            [
                (22, 22),
                (443, 443),
                (7676, 7677),
                (9381, 9381),
                (9913, 9913),
                (14433, 14433),
                (32000, 33999),
                (40910, 40913),
                (40920, 40922),
            ],
            [],
            0,
        ),
        # from the deployment to a party behind the gateway: left alone
        (CONSOLE, SOURCE, [(1, 65535)], [(1, 65535)], 1),
    ],
)
def test_verdicts_worked_out_by_hand(
    source: Address,
    destination: Address,
    tcp: list[tuple[int, int]],
    udp: list[tuple[int, int]],
    icmp: int,
) -> None:
    allowed = Oracle(load_topology(SMALL)).verdict(source, destination).allowed

    assert portsets.spans(allowed["tcp"]) == tcp
    assert portsets.spans(allowed["udp"]) == udp
    assert allowed["icmp"] == icmp


@pytest.mark.parametrize(
    ("mutation", "opens", "closes"),
    [
        ([], [], []),
        (
            ["iptables -I INPUT -p tcp --dport 515 -j ACCEPT"],
            [
                f"source {SOURCE} -> collector {COLLECTOR} tcp/515",
                f"gateway 198.19.1.1 -> collector {COLLECTOR} tcp/515",
            ],
            [],
        ),
        (
            [f"ip6tables -I INPUT -s {SOURCE6} -p udp --dport 514 -j DROP"],
            [],
            [f"source {SOURCE6} -> collector {COLLECTOR6} udp/514  (syslog)"],
        ),
        (
            [
                f"iptables -I INPUT -s {SOURCE} -p tcp --dport 514 -j DROP",
                f"iptables -I INPUT -s {SOURCE} -p icmp --icmp-type 8 -j ACCEPT",
            ],
            [f"source {SOURCE} -> collector {COLLECTOR} icmp echo"],
            [f"source {SOURCE} -> collector {COLLECTOR} tcp/514  (syslog)"],
        ),
    ],
)
def test_a_wrong_firewall_is_found_out(lab: Lab, mutation: list[str], opens: list[str], closes: list[str]) -> None:
    oracle = Oracle(lab.topology)
    apply_plain(lab, oracle)
    for command in mutation:
        lab.node("collector").run(command.split())

    findings = report.judge(probe(lab, PORTS, expected=expectation(oracle)), oracle)

    assert sorted(map(str, findings.false_opens)) == sorted(opens)
    assert sorted(map(str, findings.false_closes)) == sorted(closes)
    assert findings.exact is (not opens and not closes)
    assert findings.listed > 0
    assert findings.dropped > 0


def test_choice_of_ports_is_the_catalog_and_200_outside_it() -> None:
    oracle = Oracle(load_topology(DEMO))
    named = oracle.catalog_ports()

    ports, known = choose_ports(oracle, quick=False)

    assert known == len(named)
    assert len(set(ports) - named) == 200
    assert {22, 20000, 23000, 32000, 33999, 7799, 40799, 40913, 8444} <= set(ports)
