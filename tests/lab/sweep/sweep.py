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
from functools import partial

from tests.lab.oracle.oracle import Oracle
from tests.lab.sweep.swept import Swept
from tests.lab.traffic.losses import packets_lost
from tests.lab.traffic.probe import Key, Pair, Progress, Reached, probe, start_workers
from tests.lab.world.lab import Lab
from tests.lab.world.topology import Address, Node, Topology

ALL_PORTS = range(1, 65536)
_ATTEMPTS = 3
_CHUNK = 1_000_000  # packets


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
