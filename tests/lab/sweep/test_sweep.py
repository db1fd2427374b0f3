# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The sweep: does it find each kind of mistake in each provider's rules, and nothing where there is none?

Here on few ports, and each kind at one side in one family. `python -m tests.lab.sweep --mutated` is the long form.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest

from tests.lab.damage.swept_rules.damages import KINDS, PORTS, SIDES, Damage, damages
from tests.lab.demo.screen import Screen
from tests.lab.hosts.providers import EVERY, PROVIDERS, Provider
from tests.lab.oracle.guard import BOTH, GATEWAYS, HOSTS, guards_of, put_in_force
from tests.lab.oracle.oracle import Oracle
from tests.lab.oracle.plain import apply_plain
from tests.lab.sweep.__main__ import main
from tests.lab.sweep.runs import Counted
from tests.lab.sweep.sweep import one_of_each_kind
from tests.lab.sweep.sweep import sweep as sweep_pairs
from tests.lab.sweep.swept import Swept
from tests.lab.traffic import losses
from tests.lab.traffic import ports as portsets
from tests.lab.traffic.probe import every_pair
from tests.lab.world.lab import Lab
from tests.lab.world.labs import DEMO, SMALL
from tests.lab.world.topology import LabError, load_topology


def chosen(provider: Provider) -> dict[str, Damage]:
    """Each kind once: in turn at a host and at the gateway, in turn IPv4 and IPv6."""
    sides = [side for side in SIDES if side in guards_of(provider)]
    first = EVERY.index(provider)
    return {
        kind.name: Damage(kind, sides[number % len(sides)], kind.versions[(first + number // 2) % len(kind.versions)])
        for number, kind in enumerate(KINDS)
    }


@pytest.mark.parametrize("provider", EVERY, ids=str)
def test_each_kind_of_mistake_is_found_and_nothing_else(provider: Provider) -> None:
    wanted = chosen(provider)
    assert len(wanted) == 6
    with Lab.start(SMALL, extra_variables=provider.variables) as lab, provider.prepared(lab):
        pairs = every_pair(lab.topology)
        for guard in (HOSTS, GATEWAYS):
            here = [damage for damage in wanted.values() if damage.guard is guard]
            if not here:
                continue
            put_in_force(lab, provider, guard)
            oracle = guard.oracle(lab.topology)
            for damage in here:
                with damage.made(lab, provider):
                    swept = sweep_pairs(lab, oracle, pairs, PORTS)
                opens, closes = damage.expected(lab, oracle, PORTS)
                assert opens or closes
                assert (swept.opens, swept.closes) == (opens, closes), f"{damage}: {swept.mistakes(lab.topology)}"
                assert not swept.exact
            after = sweep_pairs(lab, oracle, pairs, PORTS)
            assert after.exact, after.mistakes(lab.topology)


def test_what_is_expected_of_mistakes_worked_out_by_hand() -> None:
    topology = load_topology(SMALL)
    lab = cast(Lab, SimpleNamespace(topology=topology))

    def said(number: int, guard_number: int, version: int) -> list[str]:
        guard = SIDES[guard_number]
        opens, closes = Damage(KINDS[number], guard, version).expected(lab, guard.oracle(topology), PORTS)
        return Swept(opens=opens, closes=closes).mistakes(topology)

    source, collector, console = "source 198.19.2.51", "collector 198.19.2.11", "console 198.19.1.11"
    assert said(0, 0, 4) == [f"false close: {source} -> {collector} tcp/6514"]
    assert said(0, 1, 4) == [f"false close: {source} -> {console} tcp/6514"]
    assert said(1, 0, 6) == ["false open: source 2001:db8:a2::51 -> collector 2001:db8:a2::11 tcp/31337"]
    assert said(2, 0, 4) == [
        f"false open: {sender} -> {collector} {port}"
        for sender in (console, "gateway 198.19.1.1", "guest 198.19.1.250")
        for port in ("tcp/514, 6514", "udp/514")
    ]
    assert said(3, 1, 4) == [
        f"false open: {source} -> {console} udp/6514",
        f"false close: {source} -> {console} tcp/6514",
    ]
    assert len(said(4, 0, 6)) == 4 * 3
    assert said(5, 1, 4) == [
        f"false open: {collector} -> {console} tcp/9000-9009",
        f"false open: {source} -> {console} tcp/9000-9009",
        f"false open: {console} -> {collector} tcp/9000-9009",
        f"false open: guest 198.19.1.250 -> {collector} tcp/9000-9009",
    ]


def test_kinds_and_families_of_mistakes() -> None:
    assert [str(one) for one in damages(HOSTS)] == [
        "port missing, host, IPv4",
        "port missing, host, IPv6",
        "port extra, host, IPv4",
        "port extra, host, IPv6",
        "wider source, host, IPv4",
        "wider source, host, IPv6",
        "swapped transport, host, IPv4",
        "swapped transport, host, IPv6",
        "hole in IPv6 only, host, IPv6",
        "accept before ours, host, IPv4",
        "accept before ours, host, IPv6",
    ]
    assert guards_of(PROVIDERS["qradar"]) == (BOTH, HOSTS)
    assert guards_of(PROVIDERS["iptables"]) == (BOTH, HOSTS, GATEWAYS)


@pytest.mark.parametrize("provider", ["iptables", "nftables"])
def test_a_mistake_that_cannot_be_made_is_said(provider: str) -> None:
    words = {
        "iptables": "collector: iptables has no rule to make this mistake in",
        "nftables": "collector: the table portledger_host has no rule to make this mistake in",
    }
    with Lab.start(SMALL) as lab:
        lab["collector"].run(["nft", "add table inet portledger_host"])
        for kind in KINDS[:4]:
            with pytest.raises(LabError) as caught, Damage(kind, HOSTS, 4).made(lab, PROVIDERS[provider]):
                pass
            assert str(caught.value) == words[provider]


@pytest.fixture
def plain() -> Iterator[Lab]:
    """A lab with rules that come straight from the oracle."""
    with Lab.start(SMALL) as lab:
        apply_plain(lab, Oracle(lab.topology))
        yield lab


def test_all_ports_between_two_nodes(plain: Lab) -> None:
    pairs = every_pair(plain.topology, ["source"], ["collector"])
    told: list[tuple[int, int]] = []

    swept = sweep_pairs(plain, Oracle(plain.topology), pairs, progress=lambda *done: told.append(done))

    assert swept.exact
    assert (swept.pairs, swept.sent, swept.listed) == (2, 2 * 131_071, 2 * 3)
    assert swept.dropped == 2 * (131_071 - 3)
    assert told == [(2 * 131_071, 2 * 131_071)]


def counter(values: list[int]) -> Callable[[Lab], int]:
    """Says one number after the other, and has to have said them all."""
    return lambda _lab: values.pop(0)


@pytest.mark.parametrize(
    ("counts", "lost", "attempts"),
    [([7, 7], 0, 1), ([0, 5, 5, 5], 0, 2), ([0, 1, 1, 3, 3, 6], 3, 3)],
)
def test_what_the_kernel_lost_is_tried_again(plain: Lab, counts: list[int], lost: int, attempts: int) -> None:
    pairs = every_pair(plain.topology)

    swept = sweep_pairs(plain, Oracle(plain.topology), pairs, PORTS, lost=counter(counts))

    once = len(pairs) * (2 * len(PORTS) + 1)
    assert counts == []
    assert (swept.sent, swept.again) == (once, once * (attempts - 1))
    assert swept.lost == lost
    assert swept.exact is (lost == 0)


def test_what_is_lost_is_read_from_the_kernel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    queues = tmp_path / "softnet_stat"
    queues.write_text("0000ffff 0000000a 00000001\n0000ffff 00000001 00000001\n", encoding="ascii")
    monkeypatch.setattr(losses, "_QUEUES", queues)
    for process, drop in (("1", "10"), ("2", "0")):
        table = tmp_path / process / "net" / "stat" / "nf_conntrack"
        table.parent.mkdir(parents=True)
        table.write_text(f"entries  insert_failed drop early_drop\n1 2 {drop} ff\n1 0 1 ff\n", encoding="ascii")
    monkeypatch.setattr(losses, "_PROCESSES", tmp_path)
    lab = cast(Lab, SimpleNamespace(processes={"one": 1, "two": 2, "without": 3}))

    assert losses.packets_lost(lab) == 11 + (2 + 16 + 1) + (2 + 0 + 1)


def test_a_sweep_that_saw_nothing_proves_nothing() -> None:
    assert Swept(listed=1, dropped=1).exact
    assert not Swept(listed=0, dropped=1).exact
    assert not Swept(listed=1, dropped=0).exact


def test_one_pair_of_each_kind_meets_every_decision() -> None:
    topology = load_topology(DEMO)
    oracle = BOTH.oracle(topology)
    pairs = every_pair(topology)

    kinds = one_of_each_kind(topology, oracle, pairs)

    assert (len(pairs), len(kinds)) == (2660, 497)
    met = {
        (
            pair.version,
            tuple(topology.gateways(topology.nodes[pair.source], pair.destination_address)),
            pair.destination if topology.is_qradar(topology.nodes[pair.destination]) else "",
            *oracle.verdict(pair.source_address, pair.destination_address).allowed.values(),
        )
        for pair in kinds
    }
    assert len(met) == len(kinds)
    hosts = {node.name for node in topology.nodes.values() if topology.is_qradar(node)}
    assert {pair.destination for pair in kinds} >= hosts


def test_the_command_says_what_it_saw(capfd: pytest.CaptureFixture[str]) -> None:
    status = main(["--provider", "nftables", "--guard", "gateways alone", "--ports", "few"])

    lines = capfd.readouterr().out.splitlines()
    assert status == 0
    words = lines[1].split()
    assert words[:4] == ["nftables", "gateways", "alone", "40"]
    assert words[-5:-2] == ["0", "0", "0"]
    assert lines[-1].startswith("exact; ")


def test_the_command_fails_for_what_is_wrong(capfd: pytest.CaptureFixture[str]) -> None:
    topology = load_topology(SMALL)
    source, collector = topology.nodes["source"].addresses[0], topology.nodes["collector"].addresses[0]
    counted = Counted(Screen())
    lab = cast(Lab, SimpleNamespace(topology=topology))

    counted.swept(lab, PROVIDERS["iptables"], HOSTS, Swept(listed=1, dropped=1))
    assert counted.wrong == 0
    opens = {(source, collector, "tcp"): portsets.mask([1, 2, 3, 9])}
    counted.swept(lab, PROVIDERS["iptables"], HOSTS, Swept(listed=1, dropped=1, opens=opens))
    counted.mutated(PROVIDERS["iptables"], "a mistake", Swept(), found=False)

    said = capfd.readouterr().out
    assert counted.wrong == 2
    assert f"    false open: source {source} -> collector {collector} tcp/1-3, 9" in said.splitlines()
    assert "NOT FOUND" in said
