# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The verdict on a packet: which hosts and gateways filter it, and by which flow of their plans.

It uses the flows and addresses of the planner, so it agrees with the rules.

Note that this plugin util is **PRIVATE** to the collection.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from ansible_collections.portledger.qradar.plugins.module_utils._base.contract import ABSENT, GATEWAY, HOST, LEAVE
from ansible_collections.portledger.qradar.plugins.plugin_utils._base.intervals import IPV4, IPV6, Memo, intersection
from ansible_collections.portledger.qradar.plugins.plugin_utils._base.ports import PortRange
from ansible_collections.portledger.qradar.plugins.plugin_utils._inventory.firewalls import Firewalls
from ansible_collections.portledger.qradar.plugins.plugin_utils._plan.planner import Planner
from ansible_collections.portledger.qradar.plugins.plugin_utils._questions.cut import Cut
from ansible_collections.portledger.qradar.plugins.plugin_utils._questions.ends import End
from ansible_collections.portledger.qradar.plugins.plugin_utils._questions.judgement import (
    ACCEPT,
    Cell,
    Judgement,
    Reason,
)
from ansible_collections.portledger.qradar.plugins.plugin_utils._questions.port_flows import GatewayFlow, PortFlows
from ansible_collections.portledger.qradar.plugins.plugin_utils._questions.rectangles import Rectangle, Rectangles

UNLISTED: Final = "unlisted"
EGRESS: Final = "egress"
ELSEWHERE: Final = "elsewhere"
LOOPBACK: Final = "loopback"


class Judge:
    """Gives verdicts on packets to one port.

    Args:
        planner: its plans are the truth.
        firewalls: the policy for what no plan lists.
        port: one port, or icmp for echo request.
    """

    def __init__(self, planner: Planner, firewalls: Firewalls, port: PortRange) -> None:
        self._gateways = planner.deployment.gateways
        self._firewalls = firewalls
        self._flows = PortFlows(planner, firewalls, port)
        self._rectangles = Rectangles(planner.deployment.hosts)
        self._memo = Memo()
        self._segments = {
            gateway.name: {name: networks.intervals for name, networks in gateway.segments.items()}
            for gateway in self._gateways.values()
        }

    def cells(self, source: End, destination: End) -> Iterator[Cell]:
        """Everything that can pass between two ends; nothing where they have no family in common."""
        if source.hosts and source.hosts == destination.hosts:
            yield self._loopback(source, destination)
            return
        for rectangle in self._rectangles.between(source, destination):
            for family in (IPV4, IPV6):
                sources = self._memo.call(intersection, rectangle.sources, family)
                destinations = self._memo.call(intersection, rectangle.destinations, family)
                if sources and destinations:
                    yield from self._cut(source, destination, Rectangle(sources, destinations, rectangle.arrived))

    def _loopback(self, source: End, destination: End) -> Cell:
        judgements = tuple(Judgement(name, HOST, ACCEPT, LOOPBACK) for name in sorted(destination.hosts))
        sources, destinations, _arrived = self._rectangles.loopback(source, destination)
        return Cell(source, destination, sources, destinations, judgements)

    def _cut(self, source: End, destination: End, rectangle: Rectangle) -> Iterator[Cell]:
        """Cut a rectangle where the address set of any rule begins or ends."""
        from_, to = Cut(rectangle.sources, self._memo), Cut(rectangle.destinations, self._memo)
        # A host does not filter what it sends itself to the address that it shares with the other node.
        nodes = sorted(destination.hosts - source.hosts or destination.hosts) if rectangle.arrived else []
        hosts = [(name, [(flow.reason, from_.bit(flow.sources)) for flow in self._flows.into(name)]) for name in nodes]
        gateways = [
            (
                name,
                {interface: from_.bit(networks) for interface, networks in segments.items()},
                {interface: to.bit(networks) for interface, networks in segments.items()},
                _bits(self._flows.through(self._gateways[name]), from_, to),
            )
            for name, segments in self._segments.items()
        ]
        listed = [] if destination.hosts else _bits(self._flows.everywhere, from_, to)
        for source_key, sources in from_.classes():
            for destination_key, destinations in to.classes():
                judgements = [self._into(name, _met(flows, source_key)) for name, flows in hosts]
                off_path = []
                for name, segments_from, segments_to, flows in gateways:
                    behind = _behind(segments_from, source_key), _behind(segments_to, destination_key)
                    if behind[0] == behind[1]:
                        continue
                    reasons = _met_both(flows, source_key, destination_key) if None not in behind else ()
                    judgement = self._through(name, bool(source.hosts), bool(destination.hosts), reasons)
                    if None not in behind:
                        judgements.append(judgement)
                    elif judgement.verdict not in (LEAVE, ACCEPT):
                        off_path.append(judgement)
                if not judgements and not rectangle.arrived:
                    continue  # reported for the arriving packet
                met = _met_both(listed, source_key, destination_key)
                yield Cell(source, destination, sources, destinations, tuple(judgements), met, tuple(off_path))

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


def _bits(flows: Iterable[GatewayFlow], from_: Cut, to: Cut) -> list[tuple[Reason, int, int]]:
    return [
        (flow.reason, from_.bit(flow.sources), to.bit(flow.destinations))
        for flow in flows
        # A flow that does not match both sides must not cut either.
        if from_.meets(flow.sources) and to.meets(flow.destinations)
    ]


def _met(flows: Iterable[tuple[Reason, int]], key: int) -> tuple[Reason, ...]:
    return tuple(dict.fromkeys(reason for reason, bit in flows if bit & key))


def _met_both(flows: Iterable[tuple[Reason, int, int]], key: int, other_key: int) -> tuple[Reason, ...]:
    return tuple(dict.fromkeys(reason for reason, one, other in flows if one & key and other & other_key))


def _behind(segments: dict[str, int], key: int) -> str | None:
    return next((interface for interface, bit in segments.items() if bit & key), None)
