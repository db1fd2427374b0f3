# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A lab as data: networks, nodes, addresses, and how packets travel between them.

Routes are not written down but follow from who is joined to what: each node sends to a network that it is not on
through the gateway that begins the shortest way.
"""

from __future__ import annotations

import ipaddress
from collections import deque
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Prefix = ipaddress.IPv4Network | ipaddress.IPv6Network

# What a lab may use: the ranges for benchmarks and for documentation. Nothing of it is routed anywhere.
ALLOWED = (ipaddress.ip_network("198.18.0.0/15"), ipaddress.ip_network("2001:db8::/32"))


class LabError(Exception):
    """A lab that cannot be: says which file or node, and why."""


@dataclass(frozen=True)
class Network:
    """One Ethernet segment. name is the name of the interfaces on it too (15 characters at most)."""

    name: str
    prefixes: tuple[Prefix, ...]
    site: str = ""


@dataclass(frozen=True)
class Interface:
    network: Network
    addresses: tuple[Address, ...]
    mac: str

    def address(self, version: int) -> Address | None:
        """The first address of a family (4 or 6)."""
        return next((address for address in self.addresses if address.version == version), None)


@dataclass(frozen=True)
class Node:
    """A host of the lab.

    label: up to 3 characters, for tables. groups: of the Ansible inventory; a node without any is no Ansible host.
    party: what it stands for, for people only: the inventory's qradar_parties decides by address.
    holds: addresses beside its own that this node answers for (a pair's cluster address).
    variables: host variables of the inventory.
    """

    name: str
    label: str
    title: str
    groups: tuple[str, ...]
    party: str
    interfaces: tuple[Interface, ...]
    holds: tuple[Address, ...]
    forwards: bool
    variables: dict[str, Any] = field(hash=False)

    @property
    def managed(self) -> bool:
        return bool(self.groups)

    @cached_property
    def own_addresses(self) -> tuple[Address, ...]:
        return tuple(address for interface in self.interfaces for address in interface.addresses)

    @cached_property
    def addresses(self) -> tuple[Address, ...]:
        return self.own_addresses + self.holds

    @cached_property
    def ends(self) -> tuple[Address, ...]:
        """The addresses that stand for the node where each pair is tried: one a family is enough for a gateway."""
        if not self.forwards:
            return self.addresses
        return tuple(address for address in (self.interfaces[0].address(4), self.interfaces[0].address(6)) if address)

    def interface_on(self, network: Network) -> Interface | None:
        return next((interface for interface in self.interfaces if interface.network is network), None)

    def on_link(self, address: Address) -> Interface | None:
        return next(
            (one for one in self.interfaces if any(address in prefix for prefix in one.network.prefixes)),
            None,
        )


@dataclass(frozen=True)
class Topology:
    name: str
    networks: dict[str, Network]
    nodes: dict[str, Node]
    variables: dict[str, Any]
    group_variables: dict[str, dict[str, Any]]

    @cached_property
    def holders(self) -> dict[Address, Node]:
        """Which node answers for an address."""
        return {address: node for node in self.nodes.values() for address in node.addresses}

    def network_of(self, address: Address) -> Network:
        for network in self.networks.values():
            if any(address in prefix for prefix in network.prefixes):
                return network
        raise LabError(f"{address} is on no network of the lab {self.name}")

    @cached_property
    def _next_hops(self) -> dict[tuple[str, str], tuple[Interface, Node]]:
        """(node, network that it is not on) -> own interface and gateway that begin the shortest way."""
        found: dict[tuple[str, str], tuple[Interface, Node]] = {}
        for node in self.nodes.values():
            reached = {interface.network.name for interface in node.interfaces}
            queue: deque[tuple[Network, tuple[Interface, Node] | None]] = deque(
                (interface.network, None) for interface in node.interfaces
            )
            while queue:
                network, first = queue.popleft()
                for gateway in self.nodes.values():
                    if not gateway.forwards or gateway is node or gateway.interface_on(network) is None:
                        continue
                    own = node.interface_on(network)
                    hop = first or (own and (own, gateway))
                    for beyond in gateway.interfaces:
                        if hop and beyond.network.name not in reached:
                            reached.add(beyond.network.name)
                            found[node.name, beyond.network.name] = hop
                            queue.append((beyond.network, hop))
        return found

    def hop(self, node: Node, destination: Address) -> tuple[Interface, Node]:
        """The interface that a packet leaves by, and the node that gets it next."""
        direct = node.on_link(destination)
        if direct is not None:
            return direct, self.holders[destination]
        network = self.network_of(destination)
        if (node.name, network.name) not in self._next_hops:
            raise LabError(f"{node.name} has no way to {destination}")
        return self._next_hops[node.name, network.name]

    def routes(self, node: Node) -> list[tuple[Prefix, Address, str]]:
        """Prefix, next hop and interface for each network that the node is not on."""
        result = []
        for network in self.networks.values():
            if (node.name, network.name) in self._next_hops:
                interface, gateway = self._next_hops[node.name, network.name]
                far = gateway.interface_on(interface.network)
                for prefix in network.prefixes:
                    via = far.address(prefix.version) if far else None
                    if via is not None:
                        result.append((prefix, via, interface.network.name))
        return result

    def gateways(self, source: Node, destination: Address) -> list[Node]:
        """The gateways that a packet from source passes on its way, in order."""
        passed: list[Node] = []
        here = source
        while True:
            _interface, following = self.hop(here, destination)
            if following is self.holders[destination]:
                return passed
            passed.append(following)
            here = following

    def variables_of(self, node: Node) -> dict[str, Any]:
        """What Ansible would say: all, then groups in the order of their names, then the host."""
        merged = dict(self.variables)
        for group in ("qradar", *sorted(node.groups)):
            if group != "qradar" or self.is_qradar(node):
                merged.update(self.group_variables.get(group, {}))
        return {**merged, **node.variables}

    @staticmethod
    def is_qradar(node: Node) -> bool:
        return any(group.startswith("qradar_") and group != "qradar_gateways" for group in node.groups)


def _address(text: str, where: str) -> Address:
    try:
        address = ipaddress.ip_address(text)
    except ValueError as error:
        raise LabError(f"{where}: {error}") from None
    if not any(address in allowed for allowed in ALLOWED if allowed.version == address.version):
        raise LabError(f"{where}: {text} is outside {' and '.join(map(str, ALLOWED))}, which labs keep to")
    return address


def load_topology(path: str | Path) -> Topology:
    """Read a lab's file (form: see labs/demo.yml). Raises LabError."""
    path = Path(path)
    data = yaml.safe_load(path.read_text(encoding="utf-8"))
    networks = {
        name: Network(name, tuple(ipaddress.ip_network(one) for one in entry["prefixes"]), entry.get("site", ""))
        for name, entry in data["networks"].items()
    }
    nodes: dict[str, Node] = {}
    seen: dict[Address, str] = {}
    serial = 0
    for name, entry in data["nodes"].items():
        where = f"{path.name}: node {name}"
        interfaces = []
        for network, addresses in entry["interfaces"].items():
            if network not in networks:
                raise LabError(f"{where}: unknown network {network!r}")
            serial += 1
            parsed = tuple(_address(one, where) for one in addresses)
            mac = f"02:00:5e:00:{serial >> 8:02x}:{serial & 255:02x}"
            interfaces.append(Interface(networks[network], parsed, mac))
        node = Node(
            name=name,
            label=str(entry.get("label", name[:3])),
            title=entry.get("title", ""),
            groups=tuple(entry.get("groups", ())),
            party=entry.get("party", ""),
            interfaces=tuple(interfaces),
            holds=tuple(_address(one, where) for one in entry.get("holds", ())),
            forwards=bool(entry.get("forwards", False)),
            variables=dict(entry.get("vars", {})),
        )
        for address in node.addresses:
            if address in seen:
                raise LabError(f"{where}: {address} is the address of {seen[address]} already")
            if node.on_link(address) is None:
                raise LabError(f"{where}: {address} is on none of the node's networks")
            seen[address] = name
        nodes[name] = node
    return Topology(path.stem, networks, nodes, data.get("vars") or {}, data.get("group_vars") or {})
