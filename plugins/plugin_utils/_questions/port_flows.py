# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The flows of one port, as each host and gateway has rules for them.

Note that this plugin util is **PRIVATE** to the collection.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from typing import NamedTuple

from ansible_collections.portledger.qradar.plugins.module_utils._base.contract import GATEWAY, HOST
from ansible_collections.portledger.qradar.plugins.plugin_utils._base.intervals import Intervals, of_addresses
from ansible_collections.portledger.qradar.plugins.plugin_utils._base.ports import PortRange
from ansible_collections.portledger.qradar.plugins.plugin_utils._inventory.deployment import Gateway
from ansible_collections.portledger.qradar.plugins.plugin_utils._inventory.firewalls import Firewalls
from ansible_collections.portledger.qradar.plugins.plugin_utils._plan.planner import Planner
from ansible_collections.portledger.qradar.plugins.plugin_utils._questions.judgement import MANAGEMENT, Reason


class HostFlow(NamedTuple):
    """A flow into a host. A host decides by source, whatever address of it a packet is sent to."""

    reason: Reason
    sources: Intervals


class GatewayFlow(NamedTuple):
    """A flow through a gateway."""

    reason: Reason
    sources: Intervals
    destinations: Intervals


class PortFlows:
    """The flows of one port, management included.

    Args:
        planner: knows the flows.
        firewalls: know the management networks.
        port: one port, or icmp for echo request.
    """

    def __init__(self, planner: Planner, firewalls: Firewalls, port: PortRange) -> None:
        self._planner = planner
        self._hosts = planner.deployment.hosts
        self._firewalls = firewalls
        self._port = port
        self._into: dict[str, list[HostFlow]] = {}
        self._through: dict[str, list[GatewayFlow]] = {}

    def into(self, name: str) -> list[HostFlow]:
        """Flows that enter a host."""
        if name not in self._into:
            self._into[name] = self._of_host(name)
        return self._into[name]

    def through(self, gateway: Gateway) -> list[GatewayFlow]:
        """Flows that cross a gateway."""
        if gateway.name not in self._through:
            self._through[gateway.name] = self._of_gateway(gateway)
        return self._through[gateway.name]

    @cached_property
    def everywhere(self) -> list[GatewayFlow]:
        """All flows, by every address that may stand in a packet of theirs."""
        book = self._planner.book
        return [
            GatewayFlow(
                Reason.of(flow),
                book.on_the_wire(flow.source, views[0]).intervals,
                book.on_the_wire(flow.destination, views[1]).intervals,
            )
            for flow in self._planner.flows
            if self._has_port(flow.ports)
            for views in book.views(flow)
        ]

    def _of_host(self, name: str) -> list[HostFlow]:
        found = [
            HostFlow(Reason.of(flow), networks.intervals)
            for flow, networks in self._planner.entering(name)
            if self._has_port(flow.ports)
        ]
        return found + self._management(name, HOST) if self._is_ssh_of(name) else found

    def _of_gateway(self, gateway: Gateway) -> list[GatewayFlow]:
        found = [
            GatewayFlow(Reason.of(flow), sources.intervals, destinations.intervals)
            for flow, sources, destinations in self._planner.crossing(gateway)
            if self._has_port(flow.ports)
        ]
        ssh = of_addresses(a for name in self._hosts if self._is_ssh_of(name) for a in self._hosts[name].all_addresses)
        managing = self._management(gateway.name, GATEWAY)
        return found + [GatewayFlow(reason, sources, ssh) for reason, sources in managing]

    def _management(self, name: str, scope: str) -> list[HostFlow]:
        networks = self._firewalls.options(name, scope).management
        reason = Reason(MANAGEMENT, None, MANAGEMENT, "component", variable=f"{scope}_firewall_management")
        return [HostFlow(reason, networks.intervals)] if networks else []

    def _is_ssh_of(self, name: str) -> bool:
        return self._port == PortRange("tcp", *[self._hosts[name].ssh_port] * 2)

    def _has_port(self, ports: Iterable[PortRange]) -> bool:
        return any(self._port in one for one in ports)
