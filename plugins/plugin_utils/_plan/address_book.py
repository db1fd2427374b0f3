# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The addresses of a side, as another system sees them.

Note that this plugin util is **PRIVATE** to the collection.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ansible_collections.portledger.qradar.plugins.plugin_utils._base.networks import Networks, union
from ansible_collections.portledger.qradar.plugins.plugin_utils._inventory.deployment import Deployment, Gateway
from ansible_collections.portledger.qradar.plugins.plugin_utils._plan.flows import Flow
from ansible_collections.portledger.qradar.plugins.plugin_utils._plan.sides import Side


@dataclass(frozen=True)
class NatView:
    """Which of a side's hosts are meant on the way between two hosts, and by which of their addresses.

    Attributes:
        nat_group: only the hosts of this group; None for all.
        translated: the public addresses count too. A packet between two NAT groups carries the host's own address on
            one side of the translation and the public one on the other, and a gateway may stand on either.
    """

    nat_group: int | None = None
    translated: bool = False


class AddressBook:
    """Sides as addresses. Each answer is computed once and shared by all plans that need it.

    An address of the host that asks may be among them: sharing one set keeps the plan of a large deployment linear,
    and a host's own address does not come in from the network.
    """

    def __init__(self, deployment: Deployment) -> None:
        self._hosts = deployment.hosts
        self._nat_groups = sorted({host.nat_group for host in deployment.hosts.values()})
        self._seen: dict[tuple[Side, int, str | None], Networks] = {}
        self._on_the_wire: dict[tuple[Side, NatView], Networks] = {}
        self._behind: dict[tuple[Side, NatView, str, str], Networks] = {}

    def seen_by(self, side: Side, name: str) -> Networks:
        """What a host sees when this side sends to it: by NAT group, pair by pair.

        Of the nodes of its own pair the host sees the other one, and the address that stands for both.
        """
        host = self._hosts[name]
        without = name if side.hosts == {host.name, host.ha_peer} else None
        key = (side, host.nat_group, without)
        if key not in self._seen:
            own = set(host.addresses) if without else set()
            addresses = {a for peer in side.hosts for a in self._hosts[peer].seen_from(host.nat_group)} - own
            self._seen[key] = Networks.of_addresses(addresses) | side.networks
        return self._seen[key]

    def views(self, flow: Flow) -> Iterator[tuple[NatView, NatView]]:
        """How to look at both sides so that each pair of hosts is seen by the right addresses."""
        if flow.source.networks or flow.destination.networks:
            yield NatView(translated=True), NatView(translated=True)
        elif len(self._nat_groups) == 1:
            yield NatView(), NatView()
        else:
            for one in self._nat_groups:
                for other in self._nat_groups:
                    yield NatView(one, one != other), NatView(other, one != other)

    def on_the_wire(self, side: Side, view: NatView) -> Networks:
        """What may stand for a side in a packet between two hosts."""
        key = (side, view)
        if key not in self._on_the_wire:
            addresses = {
                address
                for host in map(self._hosts.__getitem__, side.hosts)
                if view.nat_group in (None, host.nat_group)
                for address in (host.all_addresses if view.translated else host.addresses + host.cluster_addresses)
            }
            self._on_the_wire[key] = Networks.of_addresses(addresses) | side.networks
        return self._on_the_wire[key]

    def crossing(
        self, flow: Flow, views: tuple[NatView, NatView], gateway: Gateway
    ) -> tuple[Networks, Networks] | None:
        """Both sides as far as they lie behind a gateway, or None where no packet of the flow crosses it."""
        sources = self._by_interface(flow.source, views[0], gateway)
        destinations = self._by_interface(flow.destination, views[1], gateway)
        ends = [{interface for interface in found if found[interface]} for found in (sources, destinations)]
        if not all(ends) or (len(ends[0] | ends[1]) == 1):
            return None
        return union(sources.values()), union(destinations.values())

    def _by_interface(self, side: Side, view: NatView, gateway: Gateway) -> dict[str, Networks]:
        found = {}
        for interface, networks in gateway.segments.items():
            key = (side, view, gateway.name, interface)
            if key not in self._behind:
                self._behind[key] = self.on_the_wire(side, view) & networks
            found[interface] = self._behind[key]
        return found
