# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What leaves a host: the flows of the plan as their source sees them, to test whether they pass.

Such a plan is plain data, too::

    {"host": "ep1", "scope": "leaving", "own": ["198.18.1.21"],
     "sets": {"console": {"ipv4": ["198.18.1.11/32"], "ipv6": []}},
     "flows": [{"service": "ariel_query", "ports": ["tcp/32006"], "destination": "console", "families": ["ipv4"]}],
     "wide": ["windows_hosts"]}

``own`` are the host's own addresses, which it cannot test from outside. A flow's ``families`` are those in which it
holds for every address that the host may send from; without any, it may pass or not. ``wide`` are destinations with
networks whose hosts are unknown.

Note that this plugin util is **PRIVATE** to the collection.
"""

from __future__ import annotations

import ipaddress
from collections import defaultdict
from collections.abc import Iterator
from typing import Any, Final

from ansible_collections.portledger.qradar.plugins.module_utils._base.contract import HOST
from ansible_collections.portledger.qradar.plugins.plugin_utils._base.errors import PortledgerError
from ansible_collections.portledger.qradar.plugins.plugin_utils._base.networks import Address, Networks
from ansible_collections.portledger.qradar.plugins.plugin_utils._inventory.deployment import Host
from ansible_collections.portledger.qradar.plugins.plugin_utils._plan.flows import Flow
from ansible_collections.portledger.qradar.plugins.plugin_utils._plan.planner import NamedSets, Plan, Planner, no_plan
from ansible_collections.portledger.qradar.plugins.plugin_utils._plan.sides import Side

LEAVING: Final = "leaving"

_ASKED_WHOLE: Final = 2
"""A party's network of so many addresses is tested address by address: two adjacent hosts become one network."""

_FAMILIES: Final = {4: "ipv4", 6: "ipv6"}


class Leaving:
    """What leaves each host of one deployment."""

    def __init__(self, planner: Planner) -> None:
        self._planner = planner
        self._hosts = planner.deployment.hosts
        self._by_source: defaultdict[str, list[Flow]] = defaultdict(list)
        for flow in planner.flows:
            for name in flow.source.members | self._peers(flow.source.members):
                self._by_source[name].append(flow)
        self._reached: dict[tuple[Side, int, int | None], Networks] = {}
        self._known = {address for host in self._hosts.values() for address in host.all_addresses}

    def sets_and_flows(self, name: str) -> tuple[NamedSets, Plan]:
        """A plan whose sets are still :class:`NamedSets`: many plans share them.

        Raises:
            PortledgerError: the deployment has no such host.
        """
        if name not in self._hosts:
            raise PortledgerError(no_plan(name, HOST))
        host, sets = self._hosts[name], NamedSets()
        flows: list[dict[str, Any]] = []
        wide: set[str] = set()
        for flow in self._by_source[name]:
            if any(cidr.size > _ASKED_WHOLE for cidr in flow.destination.networks.cidrs):
                wide.add(flow.destination.label)
            for only, families in self._ways(host, flow):
                reached = self._seen_from(flow.destination, host.nat_group, only)
                if reached:
                    flows.append(
                        {
                            "service": flow.service,
                            "ports": [str(ports) for ports in flow.ports],
                            "destination": sets.name(flow.destination.label, reached),
                            "families": families,
                        }
                    )
        own = sorted(map(str, host.all_addresses))
        return sets, {"host": name, "scope": LEAVING, "own": own, "flows": flows, "wide": sorted(wide)}

    def shared(self) -> dict[str, Any]:
        """What all plans need: owners of addresses, and ports that hosts may listen on.

        Returns:
            ``owners``: for each address of the deployment, ``name`` for people, ``host`` (of a pair, the first of both
            names) and ``ssh``, its SSH port. ``ports``: for each TCP port that the vendor's table names, the service.
        """
        owners: dict[str, dict[str, Any]] = {}
        for host in self._hosts.values():
            first = min(host.name, host.ha_peer or host.name)
            for address in host.all_addresses:
                both = address in host.cluster_addresses and host.ha_peer
                name = " and ".join(sorted((host.name, str(host.ha_peer)))) if both else host.name
                owners[str(address)] = {"name": name, "host": first, "ssh": host.ssh_port}
        ports = {
            str(spec.range()): service.service
            for service in self._planner.catalog.services
            if service.klass in ("network", "local")
            for spec in service.ports
            if spec.transport == "tcp" and spec.first == spec.last
        }
        return {"owners": owners, "ports": ports}

    def _peers(self, names: frozenset[str]) -> frozenset[str]:
        """An address that stands for both nodes of a pair may be at either."""
        return frozenset(peer for name in names if (peer := self._hosts[name].ha_peer) is not None)

    def _ways(self, host: Host, flow: Flow) -> Iterator[tuple[int | None, list[str]]]:
        """The NAT group of the destinations, None for all, and the families in which the flow holds for them.

        A host that stands in a network of the source is seen there by some groups only, where it has public addresses.
        """
        if host.name in flow.source.hosts or not host.public_addresses:
            yield None, _families(host, flow.source, host.addresses)
            return
        for group in sorted({self._hosts[name].nat_group for name in flow.destination.members}):
            seen = host.addresses if group == host.nat_group else host.public_addresses
            yield group, _families(host, flow.source, seen)

    def _seen_from(self, side: Side, nat_group: int, only: int | None) -> Networks:
        """The addresses of a side that a host of a NAT group can reach.

        Args:
            side: the destination.
            nat_group: of the host that tests.
            only: just hosts of the deployment in this NAT group; None for all.
        """
        key = (side, nat_group, only)
        if key not in self._reached:
            hosts = [self._hosts[name] for name in side.members if only in (None, self._hosts[name].nat_group)]
            addresses = {
                address
                for host in hosts
                for address in host.seen_from(nat_group)
                if host.name in side.hosts or address in side.networks
            }
            if only is None:
                # An address of the deployment is tested only where it is visible.
                addresses |= {address for address in _single(side.networks) if address not in self._known}
            self._reached[key] = Networks.of_addresses(addresses)
        return self._reached[key]


def _families(host: Host, source: Side, seen: tuple[Address, ...]) -> list[str]:
    if host.name not in source.members:
        return []
    found = []
    for version, family in _FAMILIES.items():
        own = [address for address in seen if address.version == version]
        if own and (host.name in source.hosts or all(address in source.networks for address in own)):
            found.append(family)
    return found


def _single(networks: Networks) -> set[Address]:
    small = [ipaddress.ip_network(str(cidr)) for cidr in networks.cidrs if cidr.size <= _ASKED_WHOLE]
    return {address for network in small for address in network}
