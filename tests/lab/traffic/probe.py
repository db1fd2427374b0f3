# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Real packets between the nodes of a running lab: which ones arrive?

Every ordered pair of nodes, from each address of the source to each address of the destination (cluster addresses on
the node that holds them; one address a family of a gateway), TCP and UDP on the given ports, and an echo request; IPv4
and IPv6.
"""

from __future__ import annotations

import contextlib
import random
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial

from tests.lab.traffic import ports as portsets
from tests.lab.traffic.jobs import Begin, Job, Result, Task, Volume
from tests.lab.traffic.packets import ICMP, ICMPV6, TCP, UDP
from tests.lab.traffic.workers import Workers
from tests.lab.world.lab import Lab
from tests.lab.world.topology import Address, Node, Topology

Transport = str
# Source, destination, transport.
Key = tuple[Address, Address, Transport]
_PROTOCOL = {"tcp": TCP, "udp": UDP}
_TRANSPORT = {TCP: "tcp", UDP: "udp", ICMP: "icmp", ICMPV6: "icmp"}

# (source, source address, destination, destination address, transport) -> set of ports that should arrive
Expected = Callable[[Node, Address, Node, Address, Transport], int]
Progress = Callable[[int, int], None]


@dataclass(frozen=True, order=True)
class Pair:
    """A source and a destination, by name and by address."""

    source: str
    destination: str
    source_address: Address = field(compare=False)
    destination_address: Address = field(compare=False)

    @property
    def version(self) -> int:
        return self.destination_address.version


@dataclass
class Reached:
    """What arrived. ports: (pair, transport) -> set of ports; echo requests have transport icmp and port 0.

    sent: packets; again: packets sent once more because they were expected and missing; drops: packets that receive
    buffers had no room for (each such port was tried again, if it was expected).
    """

    probed: tuple[int, ...]
    pairs: list[Pair] = field(default_factory=list)
    ports: dict[Key, int] = field(default_factory=dict)
    sent: int = 0
    again: int = 0
    drops: int = 0
    seconds: float = 0.0

    def mask(self, source: Address, destination: Address, transport: Transport) -> int:
        return self.ports.get((source, destination, transport), 0)

    def open_ports(self, source: Address, destination: Address, transport: Transport) -> list[int]:
        return portsets.members(self.mask(source, destination, transport))


def _raw(mac: str) -> bytes:
    return bytes.fromhex(mac.replace(":", ""))


def every_pair(
    topology: Topology, sources: Iterable[str] | None = None, destinations: Iterable[str] | None = None
) -> list[Pair]:
    """The ordered pairs of addresses of sources and destinations (default: all nodes), by destination."""
    nodes = topology.nodes
    froms = list(nodes if sources is None else sources)
    return [
        Pair(source, destination, source_address, destination_address)
        for destination in (nodes if destinations is None else destinations)
        for source in froms
        if source != destination
        for destination_address in nodes[destination].ends
        for source_address in nodes[source].ends
        if source_address.version == destination_address.version
    ]


def _task(lab: Lab, pair: Pair, volumes: tuple[Volume, ...]) -> Task:
    topology = lab.topology
    source = topology.nodes[pair.source]
    interface, following = topology.hop(source, pair.destination_address)
    arriving = following.interface_on(interface.network)
    assert arriving is not None
    return Task(
        process=lab.processes[pair.source],
        interface=interface.network.name,
        source_mac=_raw(interface.mac),
        next_mac=_raw(arriving.mac),
        source=pair.source_address.packed,
        destination=pair.destination_address.packed,
        volumes=volumes,
    )


def _jobs(
    lab: Lab, volumes: dict[int, tuple[Volume, ...]], pairs: Sequence[Pair]
) -> tuple[list[Job], list[list[Pair]]]:
    """Jobs, and for each the pairs of its tasks. volumes: by position of the pair."""
    grouped: dict[tuple[str, int], list[int]] = {}
    for position, pair in enumerate(pairs):
        if position in volumes:
            grouped.setdefault((pair.destination, pair.version), []).append(position)
    jobs: list[Job] = []
    order: list[list[Pair]] = []
    for (destination, version), positions in grouped.items():
        tasks = tuple(_task(lab, pairs[position], volumes[position]) for position in positions)
        jobs.append(Job(len(jobs), lab.processes[destination], version, tasks))
        order.append([pairs[position] for position in positions])
    return jobs, order


def _echo(version: int) -> int:
    return ICMP if version == 4 else ICMPV6


@contextlib.contextmanager
def start_workers(lab: Lab, ports: Sequence[int]) -> Iterator[Workers[Result]]:
    """What sends packets to these ports, for several probes. It takes a second to get ready for all of them."""
    workers: Workers[Result] = Workers(
        lab, Begin(random.SystemRandom().randrange(1, 1 << 16), tuple(sorted(set(ports))))
    )
    try:
        yield workers
    finally:
        workers.close()


def probe(
    lab: Lab,
    ports: Sequence[int],
    progress: Progress | None = None,
    *,
    expected: Expected | None = None,
    sources: Iterable[str] | None = None,
    destinations: Iterable[str] | None = None,
    pairs: Sequence[Pair] | None = None,
    workers: Workers[Result] | None = None,
    attempts: int = 3,
) -> Reached:
    """Probe the ordered pairs of sources and destinations (default: all nodes) on ports 1 to 65535 as given.

    pairs: exactly these, instead of sources and destinations. workers: those of start_workers() for these ports, which
    are left running.
    expected: what should arrive; what is missing of it is sent again, slowly, so that a packet lost to a full buffer is
    never taken for one that a firewall dropped. progress is called with the packets sent so far and in all.
    """
    started = time.monotonic()
    wanted = tuple(sorted(set(ports)))
    if wanted and not 1 <= wanted[0] <= wanted[-1] <= 65535:
        raise ValueError(f"ports are 1 to 65535, not {wanted[0]} to {wanted[-1]}")
    if pairs is None:
        pairs = every_pair(lab.topology, sources, destinations)
    reached = Reached(probed=wanted, pairs=list(pairs))
    both = (Volume(TCP), Volume(UDP)) if wanted else ()
    volumes = {position: (*both, Volume(_echo(pair.version))) for position, pair in enumerate(pairs)}
    total = len(pairs) * (2 * len(wanted) + 1)

    def tell() -> None:
        if progress:
            progress(reached.sent, total)

    with contextlib.ExitStack() as stack:
        if workers is None:
            workers = stack.enter_context(start_workers(lab, wanted))
        for attempt in range(attempts):
            jobs, order = _jobs(lab, volumes, pairs)

            workers.run(jobs, partial(_take, reached, order, bool(attempt), tell))
            if expected is None:
                break
            volumes = _missing(lab, pairs, reached, expected)
            if not volumes:
                break
            time.sleep(0.2)
    reached.seconds = time.monotonic() - started
    return reached


def _take(reached: Reached, order: list[list[Pair]], again: bool, tell: Callable[[], None], result: Result) -> None:
    for (position, protocol), bits in result.found.items():
        pair = order[result.number][position]
        key = (pair.source_address, pair.destination_address, _TRANSPORT[protocol])
        reached.ports[key] = reached.ports.get(key, 0) | bits
    reached.drops += result.drops
    if again:
        reached.again += result.sent
    else:
        reached.sent += result.sent
        tell()


def _missing(lab: Lab, pairs: Sequence[Pair], reached: Reached, expected: Expected) -> dict[int, tuple[Volume, ...]]:
    probed = portsets.mask(reached.probed)
    nodes = lab.topology.nodes
    result: dict[int, tuple[Volume, ...]] = {}
    for position, pair in enumerate(pairs):
        volumes = []
        for transport in ("tcp", "udp", "icmp"):
            should = expected(
                nodes[pair.source], pair.source_address, nodes[pair.destination], pair.destination_address, transport
            ) & (1 if transport == "icmp" else probed)
            missing = should & ~reached.mask(pair.source_address, pair.destination_address, transport)
            if missing and transport == "icmp":
                volumes.append(Volume(_echo(pair.version)))
            elif missing:
                volumes.append(Volume(_PROTOCOL[transport], tuple(portsets.members(missing)), window=32))
        if volumes:
            result[position] = tuple(volumes)
    return result
