# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The prober: can it be trusted to find what does not arrive?"""

from __future__ import annotations

import pytest

from tests.lab.traffic import ports as portsets
from tests.lab.traffic.probe import probe
from tests.lab.traffic.talk import converse, plan_conversations
from tests.lab.trust.small import (
    COLLECTOR,
    COLLECTOR6,
    CONSOLE,
    CONSOLE6,
    GUEST,
    GUEST6,
    PORTS,
    SOURCE,
    SOURCE6,
    missing,
)
from tests.lab.world.lab import Lab


def test_without_a_firewall_everything_arrives(lab: Lab) -> None:
    reached = probe(lab, PORTS)

    assert missing(reached) == {}
    assert len(reached.pairs) == 2 * 5 * 4
    assert reached.sent == len(reached.pairs) * (2 * len(PORTS) + 1)


def test_every_port_arrives_once_all_are_tried(lab: Lab) -> None:
    reached = probe(lab, range(1, 65536), sources=["source"], destinations=["console"])

    assert missing(reached) == {}
    assert reached.mask(SOURCE, CONSOLE, "tcp") == portsets.ALL


@pytest.mark.parametrize(
    ("tool", "rule", "lost"),
    [
        ("iptables", "-p tcp --dport 514", {("tcp", 4): [514]}),
        ("ip6tables", "-p tcp --dport 514", {("tcp", 6): [514]}),
        ("iptables", "-p udp --dport 514:515", {("udp", 4): [514, 515]}),
        ("ip6tables", "-p udp --dport 65535", {("udp", 6): [65535]}),
        ("iptables", "-p icmp --icmp-type 8", {("icmp", 4): [0]}),
        ("ip6tables", "-p icmpv6 --icmpv6-type 128", {("icmp", 6): [0]}),
    ],
)
def test_exactly_what_a_rule_closes_is_missing(
    lab: Lab, tool: str, rule: str, lost: dict[tuple[str, int], list[int]]
) -> None:
    lab.node("collector").run([tool, "-A", "INPUT", *rule.split(), "-j", "DROP"])
    ends = {4: ((CONSOLE, GUEST, SOURCE), COLLECTOR), 6: ((CONSOLE6, GUEST6, SOURCE6), COLLECTOR6)}

    found = missing(probe(lab, PORTS, sources=["console", "guest", "source"]))

    assert found == {
        (str(source), str(ends[version][1]), transport): ports
        for (transport, version), ports in lost.items()
        for source in ends[version][0]
    }


def test_exactly_what_a_rule_opens_arrives(lab: Lab) -> None:
    node = lab.node("console")
    node.run(["iptables", "-A", "INPUT", "-s", str(SOURCE), "-p", "tcp", "--dport", "32006", "-j", "ACCEPT"])
    node.run(["iptables", "-A", "INPUT", "-j", "DROP"])
    node.run(["ip6tables", "-A", "INPUT", "-j", "DROP"])

    reached = probe(lab, PORTS, destinations=["console"])

    assert {key: portsets.members(bits) for key, bits in reached.ports.items()} == {(SOURCE, CONSOLE, "tcp"): [32006]}


def test_a_gateway_closes_what_crosses_it_and_nothing_else(lab: Lab) -> None:
    lab.node("gateway").run(["ip6tables", "-A", "FORWARD", "-p", "udp", "--dport", "443", "-j", "DROP"])

    crossing = [(CONSOLE6, COLLECTOR6), (CONSOLE6, SOURCE6), (GUEST6, COLLECTOR6), (GUEST6, SOURCE6)]
    assert missing(probe(lab, PORTS)) == {
        (str(source), str(destination), "udp"): [443] for pair in crossing for source, destination in (pair, pair[::-1])
    }


def test_probes_do_not_pass_as_replies_to_probes_in_the_other_direction(lab: Lab) -> None:
    """Each end sends to each port of the other; a firewall with connection tracking opens nothing by that."""
    for name in ("console", "collector"):
        for tool in ("iptables", "ip6tables"):
            for rule in ("-m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT", "-j DROP"):
                lab.node(name).run([tool, "-A", "INPUT", *rule.split()])

    reached = probe(lab, range(60900, 61100), sources=["console", "collector"], destinations=["console", "collector"])

    assert reached.ports == {}


def test_what_is_lost_is_sent_again_where_it_is_expected(lab: Lab) -> None:
    lossy = "-m statistic --mode nth --every 4 --packet 0 -j DROP"
    lab.node("console").run(["iptables", "-A", "INPUT", *lossy.split()])

    once = probe(lab, range(1, 101), sources=["guest"], destinations=["console"])
    several = probe(
        lab,
        range(1, 101),
        sources=["guest"],
        destinations=["console"],
        expected=lambda *_: portsets.ALL | 1,
        attempts=9,
    )

    assert sum(map(len, missing(once).values())) == 51  # of 2 * 100 + 1
    assert missing(several) == {}
    assert several.again > 0


def test_conversations_need_the_way_back(lab: Lab) -> None:
    pairs = probe(lab, [], sources=["console", "guest"], destinations=["collector"]).pairs
    wanted = plan_conversations(lab, pairs, lambda *_: portsets.ALL, PORTS)
    assert len(wanted) == 8
    assert converse(lab, wanted) == []

    lab.node("gateway").run(["iptables", "-A", "FORWARD", "-s", str(COLLECTOR), "-d", str(GUEST), "-j", "DROP"])

    silent = converse(lab, wanted)
    assert [(one.pair.source_address, one.transport) for one in silent] == [(GUEST, "tcp"), (GUEST, "udp")]


def test_conversations_need_neighbour_discovery(lab: Lab) -> None:
    pairs = probe(lab, [], sources=["guest"], destinations=["console"]).pairs
    wanted = plan_conversations(lab, pairs, lambda *_: portsets.ALL, PORTS)
    lab.node("console").run(["ip6tables", "-A", "INPUT", "-p", "icmpv6", "-j", "DROP"])
    for node in lab.nodes():
        node.run(["ip", "neighbour", "flush", "all"])

    assert {one.pair.version for one in converse(lab, wanted)} == {6}
