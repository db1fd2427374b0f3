# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the plan permits on each host and through each gateway.

Note that this plugin util is **PRIVATE** to the collection.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import NamedTuple

from ansible_collections.portledger.qradar.plugins.module_utils._base.contract import GATEWAY, HOST
from ansible_collections.portledger.qradar.plugins.plugin_utils._adopt.answers import Rule
from ansible_collections.portledger.qradar.plugins.plugin_utils._adopt.boxes import ANYWHERE, Packets
from ansible_collections.portledger.qradar.plugins.plugin_utils._base.intervals import Memo, intersection
from ansible_collections.portledger.qradar.plugins.plugin_utils._base.networks import Networks
from ansible_collections.portledger.qradar.plugins.plugin_utils._base.ports import PortRange
from ansible_collections.portledger.qradar.plugins.plugin_utils._inventory.deployment import ExtraFlow
from ansible_collections.portledger.qradar.plugins.plugin_utils._inventory.firewalls import Firewalls
from ansible_collections.portledger.qradar.plugins.plugin_utils._plan.planner import Planner
from ansible_collections.portledger.qradar.plugins.plugin_utils._questions.boxes import numbers_of, through
from ansible_collections.portledger.qradar.plugins.plugin_utils._questions.judgement import MANAGEMENT, Reason


class By(NamedTuple):
    """Packets, and the flow that permits them."""

    reason: Reason
    packets: Packets


class PermittedByPlan:
    """Works out each host and gateway once."""

    def __init__(self, planner: Planner, firewalls: Firewalls) -> None:
        self.planner = planner
        self._firewalls = firewalls
        self._memo = Memo()
        self._known: dict[tuple[str, str], list[By]] = {}

    def of(self, name: str, scope: str) -> list[By]:
        """What enters a host, or crosses a gateway, by the plan."""
        if (name, scope) not in self._known:
            find: Callable[[str], Iterator[By]] = self._into if scope == HOST else self._through
            self._known[name, scope] = list(find(name))
        return self._known[name, scope]

    def packets(self, name: str, scope: str) -> list[Packets]:
        """The same without the reasons."""
        return [one.packets for one in self.of(name, scope)]

    def beside(self, rule: Rule) -> list[Packets]:
        """What the plan permits of packets that a foreign rule is about, containers of the host itself included.

        These go by interface: they count where the rule takes packets from no other interface.
        """
        found = self.packets(rule.name, rule.scope)
        host = self.planner.deployment.hosts.get(rule.name) if rule.scope == HOST else None
        if host is None or not rule.interfaces or not set(rule.interfaces) <= set(host.container_interfaces):
            return found
        for flow in self.planner.from_own_containers(rule.name):
            found.append(Packets(ANYWHERE, ANYWHERE, self._memo.call(numbers_of, flow.ports)))
        return found

    def judged(self, name: str, scope: str, packets: Packets) -> list[Packets]:
        """The part of some packets that a host or gateway judges: a gateway those between two of its segments."""
        if scope == HOST:
            return [packets]
        segments = [networks.intervals for networks in self.planner.deployment.gateways[name].segments.values()]
        found = []
        for one in segments:
            here = intersection(packets.sources, one)
            for other in segments:
                there = intersection(packets.destinations, other) if here and one is not other else ()
                if there:
                    found.append(Packets(here, there, packets.ports))
        return found

    def _into(self, name: str) -> Iterator[By]:
        host = self.planner.deployment.hosts[name]
        for flow, networks in self.planner.entering(name):
            ports = self._memo.call(numbers_of, flow.ports)
            yield By(Reason.of(flow), Packets(networks.intervals, ANYWHERE, ports))
        management = self._firewalls.options(name, HOST).management
        if management:
            reason = Reason(MANAGEMENT, None, MANAGEMENT, name, variable=f"{HOST}_firewall_management")
            ssh = numbers_of([PortRange("tcp", host.ssh_port, host.ssh_port)])
            yield By(reason, Packets(management.intervals, ANYWHERE, ssh))

    def _through(self, name: str) -> Iterator[By]:
        for box in through(self.planner, self._firewalls, self.planner.deployment.gateways[name]):
            yield By(box.reason, Packets(box.sources, box.destinations, box.ports))

    def adopting(self, parties: dict[str, Networks], extra_flows: tuple[ExtraFlow, ...]) -> PermittedByPlan:
        """What the plan would permit with these parties and extra flows in the place of those of the inventory."""
        deployment = self.planner.deployment
        settings = replace(deployment.settings, parties=parties, extra_flows=extra_flows)
        planner = Planner(replace(deployment, settings=settings), self.planner.catalog)
        return PermittedByPlan(planner, self._firewalls)

    def filters(self, name: str, scope: str) -> bool:
        """Whether a host or gateway is part of the deployment."""
        known = self.planner.deployment.gateways if scope == GATEWAY else self.planner.deployment.hosts
        return name in known
