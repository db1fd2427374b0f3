# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What must pass and what must not, worked out a second time: pair by pair, reading by reading.

Shares no code with the collection, and takes no shortcuts: the table is read as it stands in ports.yml, the deployment
as it stands in the lab's file, and each packet is judged by the sentences of docs/rules.md. Slow and plain on purpose.
"""

from __future__ import annotations

import datetime
import ipaddress
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from tests.lab.oracle.readings import Reading, documented, read_catalog, read_supplements
from tests.lab.traffic import ports as portsets
from tests.lab.world.topology import Address, LabError, Node, Topology

TRANSPORTS = ("tcp", "udp", "icmp")
SSH = "tcp/22"
EVERYTHING = {"tcp": portsets.ALL, "udp": portsets.ALL, "icmp": 1}
NOTHING = {"tcp": 0, "udp": 0, "icmp": 0}

Masks = dict[str, int]


@dataclass(frozen=True)
class Verdict:
    """allowed: what arrives. listed: that part of it which the table, an extra flow or management names; the rest
    passes because it is nobody's business."""

    allowed: Masks
    listed: Masks


class Host:
    """A QRadar host of the lab, as the table's words see it."""

    def __init__(self, topology: Topology, node: Node) -> None:
        variables = topology.variables_of(node)
        self.name = node.name
        in_groups = [group.removeprefix("qradar_") for group in node.groups if group.startswith("qradar_")]
        self.roles = set(variables.get("qradar_roles", in_groups))
        self.addresses: set[Address] = {
            ipaddress.ip_address(one) for one in variables.get("qradar_addresses", map(str, node.own_addresses))
        }
        self.cluster: set[Address] = {
            ipaddress.ip_address(one) for one in variables.get("qradar_cluster_addresses", ())
        }
        self.peer: str | None = variables.get("qradar_ha_peer")
        self.encrypted = bool(variables.get("qradar_encrypted", False))

    def is_a(self, word: str) -> bool:
        if word == "component":
            return bool(self.roles)
        if word == "managed_host":
            return bool(self.roles) and "console" not in self.roles
        if word == "event_listener":
            return bool(self.roles & {"console", "event_processor", "event_collector"})
        if word == "flow_listener":
            return bool(self.roles & {"console", "flow_processor", "flow_collector"})
        if word in ("ha_peer", "ha_node"):
            return self.peer is not None
        return word in self.roles

    def answers_for(self, address: Address) -> bool:
        return address in self.addresses or address in self.cluster


class Oracle:
    """Judges packets between the nodes of a lab. today: for extra flows that expire."""

    def __init__(
        self, topology: Topology, readings: Iterable[Reading] | None = None, today: datetime.date | None = None
    ) -> None:
        self.topology = topology
        self._written = list([*read_catalog(), *read_supplements()] if readings is None else readings)
        self.today = today or datetime.datetime.now(tz=datetime.UTC).date()
        self.hosts = {node.name: Host(topology, node) for node in topology.nodes.values() if topology.is_qradar(node)}
        for host in self.hosts.values():
            # Set on one node, they are those of both.
            if host.peer and not host.cluster:
                host.cluster = self.hosts[host.peer].cluster
        if not self.hosts:
            raise LabError(f"the lab {topology.name} has no QRadar hosts")
        self.settings = topology.variables_of(topology.nodes[next(iter(self.hosts))])
        self.features = set(self.settings.get("qradar_features", ()))
        roles = set().union(*(host.roles for host in self.hosts.values()))
        if "risk_manager" in roles:
            self.features.add("risk_manager")
        if roles & {"vulnerability_processor", "vulnerability_scanner"}:
            self.features.add("vulnerability_manager")
        self.version = tuple(int(part) for part in str(self.settings.get("qradar_version", "7.5.0")).split(".")[:3])
        self.pins: dict[str, list[str]] = self.settings.get("qradar_dynamic_ports", {})
        self.excluded = set(self.settings.get("qradar_excluded_services", ()))
        self.parties = {
            party: [ipaddress.ip_network(one) for one in networks]
            for party, networks in self.settings.get("qradar_parties", {}).items()
        }
        self._verdicts: dict[tuple[Address, Address], Verdict] = {}

    @cached_property
    def readings(self) -> list[Reading]:
        """As the profile of the lab reads them."""
        chosen = self.settings.get("qradar_supplements")
        counting = [
            one
            for one in self._written
            if not one.supplement or (one.default if chosen is None else one.supplement in chosen)
        ]
        if self.settings.get("qradar_profile", "documented") == "documented":
            return counting
        return [narrow for one in counting for narrow in self._narrowed(one)]

    def _narrowed(self, reading: Reading) -> Iterator[Reading]:
        pinned = reading.service in self.pins
        if reading.least == "closed" or (reading.least == "pinned" and not pinned):
            return
        for word in reading.least.split():
            if word.startswith("when="):
                reading = replace(reading, when=word.removeprefix("when="))
            elif word.startswith("ports="):
                numbers = word.removeprefix("ports=")
                ports = tuple(f"{port.partition('/')[0]}/{numbers}" for port in reading.ports)
                reading = reading if pinned else replace(reading, ports=ports)
            elif ">" in word:
                sender, receiver = word.split(">")
                reading = replace(reading, senders=(sender,), receivers=(receiver,))
        yield reading

    @cached_property
    def deployment(self) -> set[Address]:
        return set().union(*(host.addresses | host.cluster for host in self.hosts.values()))

    def ports_of(self, reading: Reading) -> Iterator[tuple[str, int, int]]:
        dynamic = any("dynamic" in port for port in reading.ports)
        if dynamic and reading.service in self.pins:
            yield from (documented(pin) for pin in self.pins[reading.service])
        else:
            yield from (documented(port) for port in reading.ports)

    def in_party(self, address: Address, party: str) -> bool:
        return any(address.version == network.version and address in network for network in self.parties.get(party, ()))

    def hosts_at(self, address: Address) -> list[Host]:
        """Whom an address stands for: its host, or both nodes of a pair."""
        return [host for host in self.hosts.values() if host.answers_for(address)]

    def holds(self, when: str | None, sender: Host | None, receiver: Host | None) -> bool:
        """Whether a condition holds for two ends; a party is no host."""
        ends = [host for host in (sender, receiver) if host is not None]
        if when is None:
            return True
        if when == "ha":
            return sender is not None and receiver is not None and sender.peer == receiver.name
        if when == "encrypted":
            return any(host.encrypted for host in ends)
        if when == "unencrypted":
            return not any(host.encrypted for host in ends)
        if when == "app_host_encrypted":
            return any(host.encrypted and "app_host" in host.roles for host in ends)
        if when == "app_host_unencrypted":
            return any(not host.encrypted and "app_host" in host.roles for host in ends)
        if when.startswith("version<"):
            return self.version < tuple(int(part) for part in when.removeprefix("version<").split("."))
        return when in self.features

    def _matches(self, word: str, other: str, sender: Host | None, receiver: Host | None) -> bool:
        """Whether two hosts are what a reading's words say; None stands for a party that was matched by address."""
        if sender is not None and not sender.is_a(word):
            return False
        if receiver is not None and not receiver.is_a(other):
            return False
        return not (sender is not None and receiver is not None and sender is receiver)

    def listed(
        self, source: Address, receivers: list[Host], destinations: Iterable[Address]
    ) -> Iterator[tuple[str, str, int, int]]:
        """Service and ports of all that the table and the extra flows name from an address.

        receivers: the hosts it may be for. destinations: the addresses that decide whether a party is meant.
        """
        senders = self.hosts_at(source)
        destinations = list(destinations)
        for reading in self.readings:
            if reading.kind in ("local", "unspecified") or reading.service in self.excluded:
                continue
            for word in reading.senders:
                for other in reading.receivers:
                    if word == "self" or other == "self":
                        continue
                    here: list[Host | None] = [host for host in senders if host.is_a(word)]
                    if self.in_party(source, word):
                        here.append(None)
                    there: list[Host | None] = [host for host in receivers if host.is_a(other)]
                    if any(self.in_party(address, other) for address in destinations):
                        there.append(None)
                    if any(
                        self._matches(word, other, sender, receiver) and self.holds(reading.when, sender, receiver)
                        for sender in here
                        for receiver in there
                    ):
                        for transport, first, last in self.ports_of(reading):
                            yield reading.service, transport, first, last
        yield from self._extra(source, senders, receivers, destinations)

    def _extra(
        self, source: Address, senders: list[Host], receivers: list[Host], destinations: list[Address]
    ) -> Iterator[tuple[str, str, int, int]]:
        for flow in self.settings.get("qradar_extra_flows", ()):
            expires: Any = flow.get("expires")
            if expires and datetime.date.fromisoformat(str(expires)) < self.today:
                continue
            froms = flow["from"] if isinstance(flow["from"], list) else [flow["from"]]
            tos = flow["to"] if isinstance(flow["to"], list) else [flow["to"]]
            if any(
                here is not there or here is None
                for here in self._named(froms, senders, [source])
                for there in self._named(tos, receivers, destinations)
            ):
                for port in flow["ports"]:
                    transport, first, last = documented(port)
                    yield "extra_flow", transport, first, last

    def _named(self, names: list[str], hosts: list[Host], addresses: list[Address]) -> Iterator[Host | None]:
        """The hosts that names mean, and None for each party or network with one of the addresses."""
        for name in names:
            for host in hosts:
                if host.name == name or host.is_a(name):
                    yield host
            for address in addresses:
                if self.in_party(address, name) or _within(address, name):
                    yield None

    def into_host(self, node: Node, source: Address) -> Verdict:
        """INPUT of a QRadar host, whatever its address a packet is sent to."""
        variables = self.topology.variables_of(node)
        host = self.hosts[node.name]
        listed = _masks(self.listed(source, [host], host.addresses | host.cluster))
        if any(_within(source, network) for network in variables.get("host_firewall_management", ())):
            listed = _union(listed, _masks([("management", *documented(SSH))]))
        if (
            variables.get("host_firewall_state") == "absent"
            or variables.get("host_firewall_unlisted", "drop") != "drop"
        ):
            return Verdict(EVERYTHING, listed)
        return Verdict(listed, listed)

    def through_gateway(self, node: Node, source: Address, destination: Address) -> Verdict:
        """FORWARD of a gateway."""
        variables = self.topology.variables_of(node)
        listed = _masks(self.listed(source, self.hosts_at(destination), [destination]))
        managed = any(_within(source, network) for network in variables.get("gateway_firewall_management", ()))
        if managed and destination in self.deployment:
            listed = _union(listed, _masks([("management", *documented(SSH))]))
        if "qradar_gateways" not in node.groups or variables.get("gateway_firewall_state") == "absent":
            return Verdict(EVERYTHING, listed)
        if destination in self.deployment and variables.get("gateway_firewall_unlisted", "drop") == "drop":
            return Verdict(listed, listed)
        leaves = source in self.deployment and destination not in self.deployment
        if leaves and variables.get("gateway_firewall_egress", "leave") == "drop":
            return Verdict(listed, listed)
        return Verdict(EVERYTHING, listed)

    def verdict(self, source: Address, destination: Address) -> Verdict:
        """Everything between two addresses of the lab: what passes each gateway on the way and the host at the end."""
        key = (source, destination)
        if key not in self._verdicts:
            holders = self.topology.holders
            verdicts = [
                self.through_gateway(gateway, source, destination)
                for gateway in self.topology.gateways(holders[source], destination)
            ]
            if holders[destination].name in self.hosts:
                verdicts.append(self.into_host(holders[destination], source))
            allowed, listed = dict(EVERYTHING), dict(EVERYTHING if verdicts else NOTHING)
            for one in verdicts:
                allowed = {transport: allowed[transport] & one.allowed[transport] for transport in TRANSPORTS}
                listed = {transport: listed[transport] & one.listed[transport] for transport in TRANSPORTS}
            self._verdicts[key] = Verdict(allowed, listed)
        return self._verdicts[key]

    def services(self, source: Address, destination: Address, transport: str, port: int) -> list[str]:
        """Names of the services that list a port between two addresses: for explanations."""
        found = self.listed(source, self.hosts_at(destination), [destination])
        return sorted({name for name, kind, first, last in found if kind == transport and first <= port <= last})

    def catalog_ports(self) -> set[int]:
        """Every port that the table names, those pinned and those of extra flows; dynamic ranges are left out."""
        named: set[int] = set()
        values = [port for reading in self.readings for port in reading.ports if "dynamic" not in port]
        values += [pin for pins in self.pins.values() for pin in pins]
        values += [port for flow in self.settings.get("qradar_extra_flows", ()) for port in flow["ports"]]
        for value in values:
            transport, first, last = documented(value)
            if transport != "icmp":
                named.update(range(first, last + 1))
        return named


def _within(address: Address, network: str) -> bool:
    try:
        prefix = ipaddress.ip_network(network, strict=False)
    except ValueError:
        return False
    return address.version == prefix.version and address in prefix


def _masks(flows: Iterable[tuple[str, str, int, int]]) -> Masks:
    result = dict(NOTHING)
    for _service, transport, first, last in flows:
        result[transport] |= portsets.mask_of(first, last)
    return result


def _union(one: Masks, other: Masks) -> Masks:
    return {transport: one[transport] | other[transport] for transport in TRANSPORTS}
