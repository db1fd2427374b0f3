# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What becomes of a packet: which hosts and gateways judge it, and by which flow of their plans.

Everything here comes from the planner's own flows with the planner's own addresses, so it is what the rules say.

Note that this plugin util is **PRIVATE** to the collection.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final, NamedTuple

from ansible_collections.portledger.qradar.plugins.plugin_utils._base.intervals import (
    IPV4,
    IPV6,
    Intervals,
    Kept,
    classes,
    intersection,
    of_addresses,
)
from ansible_collections.portledger.qradar.plugins.plugin_utils._base.ports import PortRange
from ansible_collections.portledger.qradar.plugins.plugin_utils._inventory.deployment import Gateway, Host
from ansible_collections.portledger.qradar.plugins.plugin_utils._inventory.firewalls import (
    DROP,
    LEAVE,
    FirewallOptions,
    Firewalls,
)
from ansible_collections.portledger.qradar.plugins.plugin_utils._plan.flows import Flow
from ansible_collections.portledger.qradar.plugins.plugin_utils._plan.planner import GATEWAY, HOST, Planner
from ansible_collections.portledger.qradar.plugins.plugin_utils._questions.ends import End

ACCEPT: Final = "accept"

ALLOWED: Final = "allowed"
DENIED: Final = "denied"
LEFT: Final = "left"
UNJUDGED: Final = "unjudged"

UNLISTED: Final = "unlisted"
EGRESS: Final = "egress"
ELSEWHERE: Final = "elsewhere"
ABSENT: Final = "absent"
LOOPBACK: Final = "loopback"
MANAGEMENT: Final = "management"


@dataclass(frozen=True)
class Reason:
    """A flow that lets a packet pass, as people know it.

    Attributes:
        service: its name in the catalog, ``extra_flow``, or ``management``.
        row: line of the vendor's table, None outside it.
        source: the role, party, host or network that it comes from, e.g. ``unencrypted console``.
        destination: the same for where it goes.
        when: the condition that holds, None for always.
        comment: of an extra flow.
        variable: where it stands in the inventory, for what is no row of the table.
    """

    service: str
    row: int | None
    source: str
    destination: str
    when: str | None = None
    comment: str | None = None
    variable: str | None = None

    @classmethod
    def of(cls, flow: Flow) -> Reason:
        """The reason that a flow is."""
        return cls(
            flow.service,
            flow.row,
            flow.source.label,
            flow.destination.label,
            flow.when,
            flow.comment,
            flow.extra.place if flow.extra else None,
        )


@dataclass(frozen=True)
class Judgement:
    """What one host or gateway does.

    Attributes:
        name: the inventory's name.
        scope: host or gateway.
        verdict: accept, drop, log or leave.
        why: what decides where no flow does: unlisted, egress, elsewhere (to and from nobody of the deployment),
            absent (the rules are taken away) or loopback.
        reasons: what accepts it.
    """

    name: str
    scope: str
    verdict: str
    why: str = ""
    reasons: tuple[Reason, ...] = ()


@dataclass(frozen=True)
class Cell:
    """Packets that are all treated alike.

    Attributes:
        source: the end that they come from.
        destination: the end that they go to.
        sources: their source addresses.
        destinations: their destination addresses.
        judgements: of everybody who judges them, hosts first.
        listed: flows that mean them, whether anybody judges them or not; of destinations outside the deployment only.
        strangers: gateways that have one end behind an interface and the other behind none, with what happens there
            if the packets cross all the same.
    """

    source: End
    destination: End
    sources: Intervals
    destinations: Intervals
    judgements: tuple[Judgement, ...]
    listed: tuple[Reason, ...] = ()
    strangers: tuple[Judgement, ...] = ()

    @property
    def verdict(self) -> str:
        """allowed, denied, left (to the rules that follow) or unjudged."""
        verdicts = {judgement.verdict for judgement in self.judgements}
        if DROP in verdicts:
            return DENIED
        if verdicts - {ACCEPT}:
            return LEFT
        return ALLOWED if verdicts else UNJUDGED


class _Rectangle(NamedTuple):
    """Source addresses by destination addresses. Only the last of a packet's are those that its host sees."""

    sources: Intervals
    destinations: Intervals
    arrived: bool


class _HostFlow(NamedTuple):
    reason: Reason
    sources: Intervals


class _GatewayFlow(NamedTuple):
    reason: Reason
    sources: Intervals
    destinations: Intervals


class Judge:
    """Judges packets to one port.

    Args:
        planner: its plans are the truth.
        firewalls: what becomes of what no plan lists.
        port: one port, or icmp for echo request.
    """

    def __init__(self, planner: Planner, firewalls: Firewalls, port: PortRange) -> None:
        self._planner = planner
        self._hosts = planner.deployment.hosts
        self._firewalls = firewalls
        self._port = port
        self._of_hosts: dict[str, list[_HostFlow]] = {}
        self._of_gateways: dict[str, list[_GatewayFlow]] = {}
        self._listed: list[_GatewayFlow] | None = None
        self._kept = Kept()
        self._segments = {
            gateway.name: {name: networks.intervals for name, networks in gateway.segments.items()}
            for gateway in planner.deployment.gateways.values()
        }

    def cells(self, source: End, destination: End) -> Iterator[Cell]:
        """Everything that can pass between two ends; nothing where they have no family in common."""
        if source.hosts and source.hosts == destination.hosts:
            yield self._loopback(source, destination)
            return
        for rectangle in self._rectangles(source, destination):
            for family in (IPV4, IPV6):
                sources = self._kept.call(intersection, rectangle.sources, family)
                destinations = self._kept.call(intersection, rectangle.destinations, family)
                if sources and destinations:
                    yield from self._cut(source, destination, _Rectangle(sources, destinations, rectangle.arrived))

    def _loopback(self, source: End, destination: End) -> Cell:
        addresses = [
            of_addresses(a for name in end.hosts for a in self._hosts[name].all_addresses)
            for end in (source, destination)
        ]
        judgements = tuple(Judgement(name, HOST, ACCEPT, LOOPBACK) for name in sorted(destination.hosts))
        return Cell(
            source, destination, source.addresses or addresses[0], destination.addresses or addresses[1], judgements
        )

    def _rectangles(self, source: End, destination: End) -> list[_Rectangle]:
        """With NAT, a packet leaves for a public address and arrives from one."""
        group_from, group_to = self._nat_group(source), self._nat_group(destination)
        sent = _Rectangle(self._here(source, group_to), self._seen(destination, group_from), False)
        arrived = _Rectangle(self._seen(source, group_to), self._here(destination, group_from), True)
        return [arrived] if sent[:2] == arrived[:2] else [sent, arrived]

    def _nat_group(self, end: End) -> int | None:
        return next((self._hosts[name].nat_group for name in sorted(end.hosts)), None)

    def _here(self, end: End, other: int | None) -> Intervals:
        """An end's addresses as it has them itself."""
        if end.addresses is not None:
            return end.addresses
        return of_addresses(
            address
            for host in self._hosts_of(end)
            for address in (host.all_addresses if other is None else host.addresses + host.cluster_addresses)
        )

    def _seen(self, end: End, other: int | None) -> Intervals:
        """An end's addresses as a NAT group sees them, None for somebody outside the deployment."""
        if end.addresses is not None:
            return end.addresses
        return of_addresses(
            address
            for host in self._hosts_of(end)
            for address in (host.all_addresses if other is None else host.seen_from(other))
        )

    def _hosts_of(self, end: End) -> list[Host]:
        return [self._hosts[name] for name in sorted(end.hosts)]

    def _cut(self, source: End, destination: End, rectangle: _Rectangle) -> Iterator[Cell]:
        """Cut a rectangle where any set of those who judge begins or ends."""
        from_, to = _Cut(rectangle.sources, self._kept), _Cut(rectangle.destinations, self._kept)
        # A host is not asked about what it sends to the address that it shares with the other node.
        nodes = sorted(destination.hosts - source.hosts or destination.hosts) if rectangle.arrived else []
        hosts = [(name, [(flow.reason, from_.bit(flow.sources)) for flow in self._entering(name)]) for name in nodes]
        gateways = [
            (
                name,
                {interface: from_.bit(networks) for interface, networks in segments.items()},
                {interface: to.bit(networks) for interface, networks in segments.items()},
                _bits(self._crossing(self._planner.deployment.gateways[name]), from_, to),
            )
            for name, segments in self._segments.items()
        ]
        listed = [] if destination.hosts else _bits(self._listed_flows(), from_, to)
        for source_key, sources in from_.classes():
            for destination_key, destinations in to.classes():
                judgements = [self._into(name, _met(flows, source_key)) for name, flows in hosts]
                strangers = []
                for name, segments_from, segments_to, flows in gateways:
                    behind = _behind(segments_from, source_key), _behind(segments_to, destination_key)
                    if behind[0] == behind[1]:
                        continue
                    reasons = _met_both(flows, source_key, destination_key) if None not in behind else ()
                    judgement = self._through(name, bool(source.hosts), bool(destination.hosts), reasons)
                    if None not in behind:
                        judgements.append(judgement)
                    elif judgement.verdict not in (LEAVE, ACCEPT):
                        strangers.append(judgement)
                if not judgements and not rectangle.arrived:
                    continue  # told when it arrives
                met = _met_both(listed, source_key, destination_key)
                yield Cell(source, destination, sources, destinations, tuple(judgements), met, tuple(strangers))

    def _into(self, name: str, reasons: tuple[Reason, ...]) -> Judgement:
        options = self._firewalls.options(name, HOST)
        if not options.present:
            return Judgement(name, HOST, LEAVE, ABSENT)
        if reasons:
            return Judgement(name, HOST, ACCEPT, reasons=reasons)
        return Judgement(name, HOST, options.unlisted, UNLISTED)

    def _through(self, name: str, ours_from: bool, ours_to: bool, reasons: tuple[Reason, ...]) -> Judgement:
        options = self._firewalls.options(name, GATEWAY)
        if not options.present:
            return Judgement(name, GATEWAY, LEAVE, ABSENT)
        if reasons:
            return Judgement(name, GATEWAY, ACCEPT, reasons=reasons)
        if ours_to:
            return Judgement(name, GATEWAY, options.unlisted, UNLISTED)
        if ours_from:
            return Judgement(name, GATEWAY, options.egress, EGRESS)
        return Judgement(name, GATEWAY, LEAVE, ELSEWHERE)

    def _entering(self, name: str) -> list[_HostFlow]:
        if name not in self._of_hosts:
            found = [
                _HostFlow(Reason.of(flow), networks.intervals)
                for flow, networks in self._planner.entering(name)
                if self._is_for(flow.ports)
            ]
            if self._port == PortRange("tcp", *[self._hosts[name].ssh_port] * 2):
                found += self._management(self._firewalls.options(name, HOST), HOST)
            self._of_hosts[name] = found
        return self._of_hosts[name]

    def _crossing(self, gateway: Gateway) -> list[_GatewayFlow]:
        if gateway.name not in self._of_gateways:
            found = [
                _GatewayFlow(Reason.of(flow), sources.intervals, destinations.intervals)
                for flow, sources, destinations in self._planner.crossing(gateway)
                if self._is_for(flow.ports)
            ]
            options = self._firewalls.options(gateway.name, GATEWAY)
            destinations = of_addresses(
                address
                for host in self._hosts.values()
                if self._port == PortRange("tcp", host.ssh_port, host.ssh_port)
                for address in host.all_addresses
            )
            found += [
                _GatewayFlow(reason, sources, destinations) for reason, sources in self._management(options, GATEWAY)
            ]
            self._of_gateways[gateway.name] = found
        return self._of_gateways[gateway.name]

    def _listed_flows(self) -> list[_GatewayFlow]:
        if self._listed is None:
            book = self._planner.book
            self._listed = [
                _GatewayFlow(
                    Reason.of(flow),
                    book.on_the_wire(flow.source, views[0]).intervals,
                    book.on_the_wire(flow.destination, views[1]).intervals,
                )
                for flow in self._planner.flows
                if self._is_for(flow.ports)
                for views in book.views(flow)
            ]
        return self._listed

    def _management(self, options: FirewallOptions, scope: str) -> list[_HostFlow]:
        reason = Reason(MANAGEMENT, None, MANAGEMENT, "component", variable=f"{scope}_firewall_management")
        return [_HostFlow(reason, options.management.intervals)] if options.management else []

    def _is_for(self, ports: Iterable[PortRange]) -> bool:
        return any(self._port in one for one in ports)


class _Cut:
    """One side of a rectangle, and the sets that it is cut by."""

    def __init__(self, whole: Intervals, kept: Kept) -> None:
        self._whole = whole
        self._kept = kept
        self._sets = [whole]

    def meets(self, networks: Intervals) -> bool:
        """Whether a set has anything of this side."""
        return bool(self._kept.call(intersection, self._whole, networks))

    def bit(self, networks: Intervals) -> int:
        """The bit of a set in the keys of the classes; none where it has nothing of this side."""
        part = self._kept.call(intersection, self._whole, networks)
        if not part:
            return 0
        for number, one in enumerate(self._sets):
            if one is part:
                return 1 << number
        self._sets.append(part)
        return 1 << (len(self._sets) - 1)

    def classes(self) -> list[tuple[int, Intervals]]:
        """What lies in the same sets, by the bits of these. Call it when all sets are known."""
        return self._kept.call(_classes, *self._sets)


def _classes(*sets: Intervals) -> list[tuple[int, Intervals]]:
    return list(classes(sets).items())


def _bits(flows: Iterable[_GatewayFlow], from_: _Cut, to: _Cut) -> list[tuple[Reason, int, int]]:
    return [
        (flow.reason, from_.bit(flow.sources), to.bit(flow.destinations))
        for flow in flows
        # What does not mean both sides must not cut either.
        if from_.meets(flow.sources) and to.meets(flow.destinations)
    ]


def _met(flows: Iterable[tuple[Reason, int]], key: int) -> tuple[Reason, ...]:
    return tuple(dict.fromkeys(reason for reason, bit in flows if bit & key))


def _met_both(flows: Iterable[tuple[Reason, int, int]], key: int, other_key: int) -> tuple[Reason, ...]:
    return tuple(dict.fromkeys(reason for reason, one, other in flows if one & key and other & other_key))


def _behind(segments: dict[str, int], key: int) -> str | None:
    return next((interface for interface, bit in segments.items() if bit & key), None)
