# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Compare what arrived with what should, and say it in a way that people can read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from tests.lab.oracle.oracle import TRANSPORTS, Oracle
from tests.lab.traffic import ports as portsets
from tests.lab.traffic.probe import Pair, Reached
from tests.lab.world.topology import Node, Topology

WIDTH = 120


@dataclass(frozen=True)
class Mistake:
    """One probe whose end was not as it should be. services: who lists the port between the two, if anybody."""

    pair: Pair
    transport: str
    port: int
    services: tuple[str, ...] = ()

    def __str__(self) -> str:
        where = "icmp echo" if self.transport == "icmp" else f"{self.transport}/{self.port}"
        listed = f"  ({', '.join(self.services)})" if self.services else ""
        return (
            f"{self.pair.source} {self.pair.source_address} -> "
            f"{self.pair.destination} {self.pair.destination_address} {where}{listed}"
        )


@dataclass
class Findings:
    """Counts of probes. listed: had to pass, as the table says so, and did. dropped: had to be dropped and were.
    untouched: passed, as they are not the deployment's business."""

    listed: int = 0
    dropped: int = 0
    untouched: int = 0
    false_opens: list[Mistake] = field(default_factory=list)
    false_closes: list[Mistake] = field(default_factory=list)
    cells: dict[tuple[str, str], str] = field(default_factory=dict)

    @property
    def exact(self) -> bool:
        return not self.false_opens and not self.false_closes


@dataclass(frozen=True)
class Compared:
    """One transport between two addresses, as sets of ports. should: what had to arrive. did: what arrived."""

    pair: Pair
    transport: str
    tried: int
    should: int
    did: int
    table: int

    @property
    def listed(self) -> int:
        """Had to pass, as the table says so, and did."""
        return self.should & self.did & self.table

    @property
    def untouched(self) -> int:
        """Passed, as it is not the deployment's business."""
        return self.should & self.did & ~self.table

    @property
    def dropped(self) -> int:
        """Had to be dropped and was."""
        return self.tried & ~self.should & ~self.did

    @property
    def false_opens(self) -> int:
        return self.did & ~self.should

    @property
    def false_closes(self) -> int:
        return self.should & ~self.did


def compare(reached: Reached, oracle: Oracle) -> Iterator[Compared]:
    """Every probe of a run beside what the oracle says of it."""
    probed = portsets.mask(reached.probed)
    for pair in reached.pairs:
        verdict = oracle.verdict(pair.source_address, pair.destination_address)
        for transport in TRANSPORTS:
            tried = 1 if transport == "icmp" else probed
            did = reached.mask(pair.source_address, pair.destination_address, transport)
            yield Compared(pair, transport, tried, verdict.allowed[transport] & tried, did, verdict.listed[transport])


def judge(reached: Reached, oracle: Oracle) -> Findings:
    """Every probe of a run against the oracle."""
    findings = Findings()
    union: dict[tuple[str, str], dict[str, int]] = {}
    wrong: dict[tuple[str, str], str] = {}
    for one in compare(reached, oracle):
        ends = (one.pair.source, one.pair.destination)
        union.setdefault(ends, dict.fromkeys(TRANSPORTS, 0))[one.transport] |= one.did
        findings.listed += one.listed.bit_count()
        findings.untouched += one.untouched.bit_count()
        findings.dropped += one.dropped.bit_count()
        for mask, mistakes, mark in (
            (one.false_closes, findings.false_closes, "??"),
            (one.false_opens, findings.false_opens, "!!"),
        ):
            if mask:
                wrong[ends] = mark
                mistakes += _mistakes(oracle, one.pair, one.transport, mask)
    everything = len(reached.probed)
    for key, masks in union.items():
        findings.cells[key] = wrong.get(key) or _cell(masks, everything)
    return findings


def _mistakes(oracle: Oracle, pair: Pair, transport: str, mask: int) -> list[Mistake]:
    return [
        Mistake(
            pair,
            transport,
            port,
            tuple(oracle.services(pair.source_address, pair.destination_address, transport, port))
            if shown < 20
            else (),
        )
        for shown, port in enumerate(portsets.members(mask))
    ]


def _cell(masks: dict[str, int], everything: int) -> str:
    count = masks["tcp"].bit_count() + masks["udp"].bit_count()
    if count == 2 * everything:
        return "*"
    if count >= 1000:
        return f"{round(count / 1000)}k"
    if count >= 100:
        return f"{count // 100}h"
    return str(count) if count else "+" if masks["icmp"] else "."


def matrix(topology: Topology, findings: Findings) -> list[str]:
    """Who reaches whom: a line for each source, a column for each destination; at most 120 wide with 36 nodes."""
    nodes = list(topology.nodes.values())
    lines = ["to   " + "".join(f"{node.label:>3}" for node in nodes), "from"]
    for source in nodes:
        cells = (f"{'-' if source is node else findings.cells.get((source.name, node.name), ''):>3}" for node in nodes)
        lines.append(f"{source.label:<5}" + "".join(cells))
    return lines


def legend(topology: Topology) -> list[str]:
    """What the marks and labels mean, in columns."""
    lines = [
        "open ports, TCP and UDP together, over all addresses:   . none   7 seven   3h 300 to 399   2k about 2,000",
        "* every port: no firewall of ours is concerned   + echo requests only   !! falsely open   ?? falsely closed",
        "",
    ]
    entries = [f"{node.label:<3}{_title(node)}" for node in topology.nodes.values()]
    half = (len(entries) + 1) // 2
    for number in range(half):
        right = entries[number + half] if number + half < len(entries) else ""
        lines.append(f"{entries[number]:<60}{right}".rstrip()[:WIDTH])
    return lines


def _title(node: Node) -> str:
    return f"{node.name}: {node.title}"
