# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""All that a deployment permits, as boxes: source addresses, destination addresses, ports, and the flow behind it.

Boxes with the same meaning can be cut in many ways. A comparison uses overlaps, where the same boxes meet.

Note that this plugin util is **PRIVATE** to the collection.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from ansible_collections.portledger.qradar.plugins.module_utils._base.contract import GATEWAY, HOST
from ansible_collections.portledger.qradar.plugins.plugin_utils._base.intervals import (
    IPV4,
    IPV6,
    Intervals,
    classes,
    difference,
    intersection,
    merged,
    of_addresses,
)
from ansible_collections.portledger.qradar.plugins.plugin_utils._base.ports import PortRange
from ansible_collections.portledger.qradar.plugins.plugin_utils._inventory.deployment import Gateway
from ansible_collections.portledger.qradar.plugins.plugin_utils._inventory.firewalls import Firewalls
from ansible_collections.portledger.qradar.plugins.plugin_utils._plan.planner import Planner
from ansible_collections.portledger.qradar.plugins.plugin_utils._questions.judgement import MANAGEMENT, Reason

_TRANSPORTS: Final = {"tcp": 0, "udp": 1 << 17, "icmp": 1 << 18}
"""Where the ports of a transport begin on one line of numbers; no two are neighbours."""


@dataclass(frozen=True)
class Box:
    """From each source to each destination, on these ports (see :func:`numbers_of`)."""

    reason: Reason
    sources: Intervals
    destinations: Intervals
    ports: Intervals


class Overlap(NamedTuple):
    """Pairs of addresses that the same boxes mean; bit n of ``boxes`` stands for the nth."""

    sources: Intervals
    destinations: Intervals
    boxes: int


def numbers_of(ports: Iterable[PortRange]) -> Intervals:
    """Ports of all transports on one line of numbers."""
    return merged((_TRANSPORTS[one.transport] + one.first, _TRANSPORTS[one.transport] + one.last) for one in ports)


def ports_of(numbers: Intervals) -> list[PortRange]:
    """The reverse of :func:`numbers_of`."""
    found = []
    for first, last in numbers:
        transport = max((name for name, begin in _TRANSPORTS.items() if begin <= first), key=_TRANSPORTS.__getitem__)
        found.append(PortRange(transport, first - _TRANSPORTS[transport], last - _TRANSPORTS[transport]))
    return found


def overlaps(boxes: Sequence[Box]) -> Iterator[Overlap]:
    """Cut all pairs of addresses where any box begins or ends; each pair that a box means is in one overlap."""
    for family in (IPV4, IPV6):
        from_ = _by_class([intersection(box.sources, family) for box in boxes])
        to = _by_class([intersection(box.destinations, family) for box in boxes])
        for sources, here in from_:
            for destinations, there in to:
                if here & there:
                    yield Overlap(sources, destinations, here & there)


def _by_class(sets: Sequence[Intervals]) -> list[tuple[Intervals, int]]:
    """Classes of addresses, each with the boxes that it is in. Many boxes share their sets."""
    number_of: dict[Intervals, int] = {}
    boxes_of: list[int] = []
    for number, one in enumerate(sets):
        at = number_of.setdefault(one, len(boxes_of))
        if at == len(boxes_of):
            boxes_of.append(0)
        boxes_of[at] |= 1 << number
    found = []
    for key, addresses in classes(list(number_of)).items():
        boxes = 0
        for number in bits(key):
            boxes |= boxes_of[number]
        found.append((addresses, boxes))
    return found


def bits(number: int) -> Iterator[int]:
    """The places of the bits that are set, lowest first."""
    while number:
        lowest = number & -number
        yield lowest.bit_length() - 1
        number ^= lowest


def allowed(planner: Planner, firewalls: Firewalls) -> list[Box]:
    """What the hosts of a deployment permit, and its flows to systems outside.

    Traffic of a host to itself may be among it.
    """
    return [*_into_hosts(planner), *_management(planner, firewalls), *_elsewhere(planner)]


def _into_hosts(planner: Planner) -> Iterator[Box]:
    """A host filters by source only, whatever its address in the packet; hosts with the same rules are one box."""
    hosts = planner.deployment.hosts
    reasons = {id(flow): (Reason.of(flow), numbers_of(flow.ports)) for flow in planner.flows}
    alike: dict[tuple[Reason, Intervals, int], list[str]] = {}
    sources: dict[int, Intervals] = {}
    for name in hosts:
        for flow, networks in planner.entering(name):
            # The address book keeps each set, so that its identity stays its own.
            sources[id(networks)] = networks.intervals
            alike.setdefault((*reasons[id(flow)], id(networks)), []).append(name)
    for (reason, ports, key), names in alike.items():
        addresses = of_addresses(address for name in names for address in hosts[name].all_addresses)
        yield Box(reason, sources[key], addresses, ports)


def _management(planner: Planner, firewalls: Firewalls) -> Iterator[Box]:
    alike: dict[tuple[Intervals, int], list[str]] = {}
    for host in planner.deployment.hosts.values():
        networks = firewalls.options(host.name, HOST).management.intervals
        if networks:
            alike.setdefault((networks, host.ssh_port), []).append(host.name)
    reason = Reason(MANAGEMENT, None, MANAGEMENT, "component", variable=f"{HOST}_firewall_management")
    for (networks, port), names in alike.items():
        addresses = of_addresses(a for name in names for a in planner.deployment.hosts[name].all_addresses)
        yield Box(reason, networks, addresses, numbers_of([PortRange("tcp", port, port)]))


def _elsewhere(planner: Planner) -> Iterator[Box]:
    """Flows to parties and networks outside the deployment, which only a gateway can filter."""
    ours = planner.deployment.addresses
    for flow in planner.flows:
        outside = difference(flow.destination.networks.intervals, ours)
        if outside:
            for views in planner.book.views(flow):
                sources = planner.book.on_the_wire(flow.source, views[0]).intervals
                yield Box(Reason.of(flow), sources, outside, numbers_of(flow.ports))


def on_the_wire(planner: Planner) -> Iterator[Box]:
    """All flows by every address that may stand in a packet of theirs, before NAT and after it."""
    for flow in planner.flows:
        for views in planner.book.views(flow):
            yield Box(
                Reason.of(flow),
                planner.book.on_the_wire(flow.source, views[0]).intervals,
                planner.book.on_the_wire(flow.destination, views[1]).intervals,
                numbers_of(flow.ports),
            )


def through(planner: Planner, firewalls: Firewalls, gateway: Gateway) -> Iterator[Box]:
    """What a gateway permits, from each of its segments to each other one."""
    passing = [
        (Reason.of(flow), sources.intervals, destinations.intervals, numbers_of(flow.ports))
        for flow, sources, destinations in planner.crossing(gateway)
    ]
    management = firewalls.options(gateway.name, GATEWAY).management.intervals
    reason = Reason(MANAGEMENT, None, MANAGEMENT, "component", variable=f"{GATEWAY}_firewall_management")
    for port in sorted({host.ssh_port for host in planner.deployment.hosts.values()} if management else ()):
        addresses = of_addresses(
            a for host in planner.deployment.hosts.values() if host.ssh_port == port for a in host.all_addresses
        )
        passing.append((reason, management, addresses, numbers_of([PortRange("tcp", port, port)])))
    segments = [networks.intervals for networks in gateway.segments.values()]
    for reason, sources, destinations, ports in passing:
        for one in segments:
            here = intersection(sources, one)
            for other in segments:
                there = intersection(destinations, other) if here and one is not other else ()
                if there:
                    yield Box(reason, here, there, ports)
