# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The plan: for one host or gateway, named address sets and the flows that concern it, independent of any firewall.

A plan is plain data, as it is sent to the host::

    {"version": 1, "host": "ep1", "scope": "host",
     "sets": {"component": {"ipv4": ["198.18.1.0/30"], "ipv6": []}},
     "flows": [{"service": "ariel_query", "row": 65, "source": "component", "destination": null,
                "ports": ["tcp/32006"], "comment": null}]}

A flow of a supplement has None as its row, and ``supplement``, its name. Where the source is the host's own containers,
``source`` is None and ``interfaces`` lists those by which their packets enter the host.

A gateway's plan has in addition ``interfaces`` (list), ``deployment`` (the name of the set with every address of the
deployment) and ``ssh`` (a list of ``destination`` and ``ports`` of SSH through the gateway); its flows name a
``destination`` too.

Note that this plugin util is **PRIVATE** to the collection.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any, Final, TypeAlias

from ansible_collections.portledger.qradar.plugins.module_utils._base.contract import GATEWAY, PLAN_VERSION
from ansible_collections.portledger.qradar.plugins.plugin_utils._base.errors import PortledgerError, complaint
from ansible_collections.portledger.qradar.plugins.plugin_utils._base.intervals import difference, prefixes
from ansible_collections.portledger.qradar.plugins.plugin_utils._base.networks import Networks, union
from ansible_collections.portledger.qradar.plugins.plugin_utils._base.printable import LONGEST_NAME, within
from ansible_collections.portledger.qradar.plugins.plugin_utils._base.shortened import shortened
from ansible_collections.portledger.qradar.plugins.plugin_utils._catalog.catalog import Catalog
from ansible_collections.portledger.qradar.plugins.plugin_utils._inventory.deployment import Deployment, Gateway
from ansible_collections.portledger.qradar.plugins.plugin_utils._plan.address_book import AddressBook, NatView
from ansible_collections.portledger.qradar.plugins.plugin_utils._plan.flows import Flow, make_flows
from ansible_collections.portledger.qradar.plugins.plugin_utils._plan.sides import Side

DEPLOYMENT_SET: Final = "deployment"

_SOME: Final = 3
_FEW: Final = 12
"""A warning names at most so many hosts, to leave room for other warnings."""

Plan: TypeAlias = dict[str, Any]


class NamedSets:
    """Address sets under names for people; one name never means two sets."""

    def __init__(self) -> None:
        self.sets: dict[str, Networks] = {}

    def name(self, label: str, networks: Networks) -> str:
        """The name under which this set is in the plan from now on."""
        count, name = 1, label
        while self.sets.setdefault(name, networks) is not networks and self.sets[name] != networks:
            count += 1
            name = f"{label} {count}"
        return name

    def as_data(self) -> dict[str, dict[str, list[str]]]:
        """``{"ipv4": [...], "ipv6": [...]}`` for each name."""
        return {name: {"ipv4": networks.ipv4, "ipv6": networks.ipv6} for name, networks in self.sets.items()}


class Planner:
    """Plans for every host and gateway of one deployment.

    Args:
        deployment: what is planned for.
        catalog: knows the services.
        uncovered: what the plan counts on and no play does, as sentences.
    """

    def __init__(self, deployment: Deployment, catalog: Catalog, uncovered: tuple[str, ...] = ()) -> None:
        self._uncovered = uncovered
        self.deployment = deployment
        self.catalog = catalog
        self.flows = make_flows(deployment, catalog)
        self.book = AddressBook(deployment)
        self._entering: defaultdict[str, list[Flow]] = defaultdict(list)
        for flow in self.flows:
            for name in _reached(flow.destination, deployment):
                self._entering[name].append(flow)
        everyone = Side(DEPLOYMENT_SET, frozenset(deployment.hosts))
        self._everyone = self.book.on_the_wire(everyone, NatView(translated=True))

    def sets_and_flows(self, name: str, scope: str) -> tuple[NamedSets, Plan]:
        """A plan whose sets are still :class:`NamedSets`: many plans share them.

        Args:
            name: a host or gateway of the inventory.
            scope: ``host`` for what enters it, ``gateway`` for what crosses it.

        Raises:
            PortledgerError: the deployment has no such host or gateway.
        """
        sets = NamedSets()
        plan: Plan = {"version": PLAN_VERSION, "host": name, "scope": scope}
        if scope == GATEWAY:
            return sets, plan | self._gateway_plan(self._gateway(name), sets)
        if name not in self.deployment.hosts:
            raise PortledgerError(no_plan(name, scope))
        return sets, plan | {"flows": list(self._host_flows(name, sets))}

    def plan(self, name: str, scope: str) -> Plan:
        """The whole plan as plain data; see the module's text for its form."""
        sets, plan = self.sets_and_flows(name, scope)
        return plan | {"sets": sets.as_data()}

    def entering(self, name: str) -> Iterator[tuple[Flow, Networks]]:
        """Each flow that enters a host, with the addresses that it comes from as the host sees them."""
        return self._with_sources(name, self._from_others(name))

    def from_own_containers(self, name: str) -> list[Flow]:
        """What a host's own containers may reach on it; nothing where it names none of their interfaces."""
        interfaces = self.deployment.hosts[name].container_interfaces
        return [flow for flow in self._entering[name] if flow.source.own_containers and interfaces]

    def crossing(self, gateway: Gateway) -> Iterator[tuple[Flow, Networks, Networks]]:
        """Each flow that crosses a gateway, with both sides as far as they lie behind it; once for each view of it."""
        for flow in self.flows:
            for views in self.book.views(flow):
                both = self.book.crossing(flow, views, gateway)
                if both is not None:
                    yield flow, *both

    def _from_others(self, name: str) -> list[Flow]:
        flows = (flow for flow in self._entering[name] if not flow.source.own_containers)
        return [flow for flow in flows if flow.source.networks or flow.source.hosts != {name}]

    def _with_sources(self, name: str, flows: Iterable[Flow]) -> Iterator[tuple[Flow, Networks]]:
        for flow in flows:
            networks = self.book.seen_by(flow.source, name)
            if networks:
                yield flow, networks

    def _gateway(self, name: str) -> Gateway:
        if name not in self.deployment.gateways:
            raise PortledgerError(no_plan(name, GATEWAY))
        return self.deployment.gateways[name]

    def _host_flows(self, name: str, sets: NamedSets) -> Iterator[dict[str, Any]]:
        for flow, networks in self._with_sources(name, _without_repeats(self._from_others(name))):
            yield _flow_data(flow, sets.name(flow.source.label, networks), None)
        for flow in self.from_own_containers(name):
            yield _flow_data(flow, None, None) | {"interfaces": list(self.deployment.hosts[name].container_interfaces)}

    def _gateway_plan(self, gateway: Gateway, sets: NamedSets) -> Plan:
        sets.name(DEPLOYMENT_SET, self._everyone)
        flows = [
            _flow_data(flow, sets.name(flow.source.label, sources), sets.name(flow.destination.label, destinations))
            for flow, sources, destinations in self.crossing(gateway)
        ]
        return {
            "flows": list({str(flow): flow for flow in flows}.values()),
            "interfaces": list(gateway.segments),
            "deployment": DEPLOYMENT_SET,
            "ssh": list(self._ssh(sets)),
        }

    def _ssh(self, sets: NamedSets) -> Iterator[dict[str, Any]]:
        """SSH through a gateway, on each host's own port."""
        by_port: defaultdict[int, set[str]] = defaultdict(set)
        for host in self.deployment.hosts.values():
            by_port[host.ssh_port].add(host.name)
        for port, names in sorted(by_port.items()):
            side = Side(f"SSH on port {port}", frozenset(names))
            networks = self.book.on_the_wire(side, NatView(translated=True))
            label = DEPLOYMENT_SET if len(by_port) == 1 else side.label
            yield {"destination": sets.name(label, networks), "ports": [f"tcp/{port}"]}

    def warnings(self, scope: str) -> tuple[str, ...]:
        """Warnings for the operator about the plans of one scope."""
        return self.deployment.warnings + self.uncovered(scope)

    def uncovered(self, scope: str) -> tuple[str, ...]:
        """What no play or no rule of a scope covers: it is not in force, whatever hosts and gateways say."""
        gateways = self.deployment.gateways.values() if scope == GATEWAY else ()
        return self._uncovered + tuple(
            complaint(
                gateway.name,
                "qradar_gateway_segments",
                sorted(gateway.segments),
                f"do not contain {shortened(lost, _FEW)}, so nothing passes to or from them",
                "List their networks behind the interface that leads to them",
            )
            for gateway in gateways
            if (lost := [*self._behind_nothing(gateway), *self._parties_behind_nothing(gateway)])
        )

    def _parties_behind_nothing(self, gateway: Gateway) -> list[str]:
        """Parties with flows that a gateway does not let cross for some of their networks, with these networks."""
        here = union(gateway.segments.values()).intervals
        named = {side: side.networks for flow in self.flows for side in (flow.source, flow.destination)}
        lost = []
        for side, networks in named.items():
            # A network that holds every address has a warning of its own.
            missing = () if networks.whole else difference(networks.intervals, here)
            if missing:
                lost.append(f"{side.label} ({shortened(list(prefixes(tuple(missing))), _SOME)})")
        return lost

    def _behind_nothing(self, gateway: Gateway) -> list[str]:
        """Hosts of which no address of a family lies behind the gateway, with their addresses of that family."""
        here = union(gateway.segments.values()) & self._everyone
        lost = []
        for host in self.deployment.hosts.values():
            for version in (4, 6):
                addresses = [address for address in host.all_addresses if address.version == version]
                if addresses and not any(address in here for address in addresses):
                    lost.append(f"{host.name} ({', '.join(map(str, addresses))})")
        return lost


def no_plan(name: str, scope: str) -> str:
    """Why there is no plan for a name of the inventory, and what to do about it."""
    name = within(name, LONGEST_NAME)
    if scope == GATEWAY:
        return (
            f"{name}: is not a gateway of the deployment. Put it into the group qradar_gateways and set "
            "qradar_gateway_segments."
        )
    return (
        f"{name}: is not a host of the deployment, so no rules can be made for it. Put it into a group named "
        "qradar_<role>, or set qradar_roles."
    )


def _reached(destination: Side, deployment: Deployment) -> frozenset[str]:
    """The hosts that a flow enters: an address that stands for both nodes of a pair may be at either."""
    hosts = deployment.hosts
    reached = set(destination.members)
    for name in destination.members:
        host = hosts[name]
        if host.ha_peer is not None:
            # In a network, only the address that lies there is meant, and the pair's cluster address.
            addresses = host.all_addresses if name in destination.hosts else host.cluster_addresses
            if not set(addresses).isdisjoint(hosts[host.ha_peer].all_addresses):
                reached.add(host.ha_peer)
    return frozenset(reached)


def _flow_data(flow: Flow, source: str | None, destination: str | None) -> dict[str, Any]:
    return {
        "service": flow.service,
        "row": flow.row,
        "supplement": flow.supplement,
        "source": source,
        "destination": destination,
        "ports": [str(ports) for ports in flow.ports],
        "comment": flow.comment,
    }


def _without_repeats(flows: list[Flow]) -> list[Flow]:
    """Leave out a flow whose source is that of another with the same service and ports, or part of it."""
    flows = list({(flow.service, flow.ports, flow.comment, flow.source): flow for flow in flows}.values())
    twins: defaultdict[object, list[Side]] = defaultdict(list)
    for flow in flows:
        twins[flow.service, flow.ports, flow.comment].append(flow.source)
    return [
        flow
        for flow in flows
        if not any(_part_of(flow.source, other) for other in twins[flow.service, flow.ports, flow.comment])
    ]


def _part_of(one: Side, other: Side) -> bool:
    return not one.networks and one.hosts < other.hosts
