# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A sweep: every port between pairs of addresses of a running lab, and what of it is not as the calculation says.

A sweep goes chunk by chunk, so that its size does not matter, and proves what it says: where the kernel lost packets, a
chunk is tried again, for a hole that no packet came to is still a hole.
"""

from __future__ import annotations

import itertools
import resource
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial

from tests.lab import ports as portsets
from tests.lab import report
from tests.lab.lab import Lab
from tests.lab.losses import packets_lost
from tests.lab.oracle import Oracle
from tests.lab.probe import Pair, Progress, Reached, probe, start_workers
from tests.lab.topology import Address, Node, Topology

ALL_PORTS = range(1, 65536)
_ATTEMPTS = 3
_CHUNK = 1_000_000  # packets

# Source, destination, transport.
Key = tuple[Address, Address, str]


@dataclass
class Swept:
    """listed, dropped, untouched: counts of probes as in report.Findings. opens, closes: false ones, as sets of ports.

    lost: packets that the kernel lost in spite of all attempts: with any, a sweep proves nothing.
    seconds: by the clock. processor: those that the probers have worked, whatever else the machine does.
    """

    pairs: int = 0
    sent: int = 0
    again: int = 0
    lost: int = 0
    seconds: float = 0.0
    processor: float = 0.0
    listed: int = 0
    dropped: int = 0
    untouched: int = 0
    opens: dict[Key, int] = field(default_factory=dict)
    closes: dict[Key, int] = field(default_factory=dict)

    @property
    def false_opens(self) -> int:
        return sum(mask.bit_count() for mask in self.opens.values())

    @property
    def false_closes(self) -> int:
        return sum(mask.bit_count() for mask in self.closes.values())

    @property
    def exact(self) -> bool:
        """Neither a false open nor a false close, of probes of both kinds, none of which was lost."""
        return not (self.opens or self.closes or self.lost) and bool(self.listed and self.dropped)

    def take(self, reached: Reached, oracle: Oracle) -> None:
        """Add what arrived over some pairs."""
        self.pairs += len(reached.pairs)
        for one in report.compare(reached, oracle):
            self.listed += one.listed.bit_count()
            self.untouched += one.untouched.bit_count()
            self.dropped += one.dropped.bit_count()
            key = (one.pair.source_address, one.pair.destination_address, one.transport)
            for wrong, mask in ((self.opens, one.false_opens), (self.closes, one.false_closes)):
                if mask:
                    wrong[key] = mask

    def mistakes(self, topology: Topology) -> list[str]:
        """What is wrong, a line for each direction and transport."""
        return [
            f"{title}: {topology.holders[source].name} {source} -> {topology.holders[destination].name} {destination} "
            f"{_words(transport, mask)}"
            for title, wrong in (("false open", self.opens), ("false close", self.closes))
            for (source, destination, transport), mask in wrong.items()
        ]


def _words(transport: str, mask: int) -> str:
    if transport == "icmp":
        return "icmp echo"
    spans = portsets.spans(mask)
    words = ", ".join(f"{first}-{last}" if last > first else str(first) for first, last in spans[:5])
    return f"{transport}/{words}" + (f" and {len(spans) - 5:,} ranges more" if len(spans) > 5 else "")


def one_of_each_kind(topology: Topology, oracle: Oracle, pairs: Sequence[Pair]) -> list[Pair]:
    """One pair for each that differ in anything a firewall of ours decides by.

    Pairs are of one kind that have the same family, gateways on their way, QRadar host at their end, and verdict.
    """
    kinds: dict[object, Pair] = {}
    for pair in pairs:
        source, destination = topology.nodes[pair.source], topology.nodes[pair.destination]
        gateways = tuple(gateway.name for gateway in topology.gateways(source, pair.destination_address))
        verdict = oracle.verdict(pair.source_address, pair.destination_address)
        host = pair.destination if topology.is_qradar(destination) else ""
        kinds.setdefault((pair.version, gateways, host, *sorted(verdict.allowed.items())), pair)
    return list(kinds.values())


def sweep(
    lab: Lab,
    oracle: Oracle,
    pairs: Sequence[Pair],
    ports: Sequence[int] = ALL_PORTS,
    progress: Progress | None = None,
    lost: Callable[[Lab], int] = packets_lost,
) -> Swept:
    """Try all ports, TCP and UDP, and an echo request, over each pair. lost: counts what the kernel lost so far."""
    started, worked = time.monotonic(), _worked()
    swept = Swept()
    total = len(pairs) * (2 * len(ports) + 1)
    with start_workers(lab, ports) as workers:
        for chunk in _chunks(pairs, 2 * len(ports) + 1):
            reached = _reach(lab, oracle, chunk, partial(probe, lab, ports, workers=workers), swept, lost)
            swept.take(reached, oracle)
            if progress:
                progress(swept.sent, total)
    swept.seconds, swept.processor = time.monotonic() - started, _worked() - worked
    return swept


def _worked() -> float:
    """Processor time of the processes that this one has started and seen end, in seconds."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _chunks(pairs: Sequence[Pair], each: int) -> Iterator[list[Pair]]:
    """Whole destinations, as many as a chunk has room for, and at least one. each: packets of a pair."""
    chunk: list[Pair] = []
    for _destination, group in itertools.groupby(sorted(pairs, key=_destination_of), _destination_of):
        chunk += group
        if len(chunk) * each > _CHUNK:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


def _destination_of(pair: Pair) -> str:
    return pair.destination


def _reach(
    lab: Lab,
    oracle: Oracle,
    pairs: list[Pair],
    send: Callable[..., Reached],
    swept: Swept,
    lost: Callable[[Lab], int],
) -> Reached:
    """What arrived over some pairs, in as many attempts as it takes to lose nothing."""

    def expected(_source: Node, source: Address, _destination: Node, destination: Address, transport: str) -> int:
        return oracle.verdict(source, destination).allowed[transport]

    arrived: dict[Key, int] = {}
    missed = 0
    for attempt in range(_ATTEMPTS):
        before = lost(lab)
        reached = send(expected=expected, pairs=pairs)
        for key, mask in reached.ports.items():
            arrived[key] = arrived.get(key, 0) | mask
        missed = lost(lab) - before + reached.drops
        swept.again += reached.again + (reached.sent if attempt else 0)
        swept.sent += 0 if attempt else reached.sent
        if not missed:
            break
    swept.lost += missed
    reached.ports = arrived
    return reached
