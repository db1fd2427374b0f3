# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What plans must say, worked out a second time: address by address, pair by pair, reading by reading.

Written from the sentences of docs/rules.md and docs/inventory.md. Of the collection it uses the catalog and the port
value alone; sides, sets, views and merging are what it is there to check.
"""

from __future__ import annotations

import datetime
import ipaddress
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import cache, cached_property
from typing import Any, TypeAlias

from ansible_collections.portledger.qradar.plugins.plugin_utils._base.ports import PortRange
from ansible_collections.portledger.qradar.plugins.plugin_utils._catalog.catalog import Catalog, PortSpec

Address: TypeAlias = ipaddress.IPv4Address | ipaddress.IPv6Address
Name: TypeAlias = tuple[str, int | None, str | None]
"""Service, row, comment: what people see of a flow."""
Opened: TypeAlias = dict[Name, int]
"""The ports as :func:`mask` gives them."""

WORDS = frozenset(
    (
        *("console", "event_processor", "event_collector", "flow_processor", "flow_collector", "data_node", "app_host"),
        *("risk_manager", "vulnerability_processor", "vulnerability_scanner", "forensics"),
        *("users", "api_clients", "log_sources", "flow_sources", "snmp_managers", "smtp_gateways", "ntp_servers"),
        *("nfs_servers", "wincollect_agents", "windows_hosts", "offsite_sources", "srx_devices", "external_networks"),
        "lan",
    )
)
"""Roles and parties: a host of such a name is not meant by it."""


@dataclass(frozen=True)
class Machine:
    """A QRadar host; addresses as text."""

    name: str
    roles: tuple[str, ...]
    own: tuple[str, ...]
    public: tuple[str, ...] = ()
    cluster: tuple[str, ...] = ()
    nat: int = 0
    encrypted: bool = False
    peer: str | None = None

    def is_a(self, word: str) -> bool:
        if word == "component":
            return True
        if word == "managed_host":
            return "console" not in self.roles
        if word == "event_listener":
            return bool({"console", "event_processor", "event_collector"} & set(self.roles))
        if word == "flow_listener":
            return bool({"console", "flow_processor", "flow_collector"} & set(self.roles))
        if word in {"ha_peer", "ha_node"}:
            return self.peer is not None
        return word in self.roles or (word == self.name and word not in WORDS)

    @property
    def everywhere(self) -> tuple[str, ...]:
        return self.own + self.cluster + self.public

    def seen_from(self, nat: int) -> tuple[str, ...]:
        """Hosts of different groups see each other's public addresses; outside NAT there may be none."""
        if nat == self.nat or (self.nat == 0 and not self.public):
            return self.own + self.cluster
        return self.public

    def variables(self) -> dict[str, Any]:
        written: dict[str, Any] = {"qradar_roles": list(self.roles), "qradar_addresses": list(self.own)}
        if self.public:
            written["qradar_public_addresses"] = list(self.public)
        if self.cluster:
            written["qradar_cluster_addresses"] = list(self.cluster)
        if self.nat:
            written["qradar_nat_group"] = self.nat
        if self.encrypted:
            written["qradar_encrypted"] = True
        if self.peer:
            written["qradar_ha_peer"] = self.peer
        return written


@dataclass(frozen=True)
class World:
    """A deployment with one gateway, as an operator would describe it."""

    machines: tuple[Machine, ...]
    segments: dict[str, list[str]]
    parties: dict[str, list[str]] = field(default_factory=dict)
    features: tuple[str, ...] = ()
    version: str = "7.5.0"
    pins: dict[str, list[str]] = field(default_factory=dict)
    excluded: tuple[str, ...] = ()
    profile: str = "documented"
    supplements: tuple[str, ...] | None = None
    extra: tuple[dict[str, Any], ...] = ()

    def inventory(self) -> dict[str, dict[str, Any]]:
        """Every host's variables; the gateway is ``gw``."""
        shared: dict[str, Any] = {
            "qradar_parties": self.parties,
            "qradar_features": list(self.features),
            "qradar_version": self.version,
            "qradar_dynamic_ports": self.pins,
            "qradar_excluded_services": list(self.excluded),
            "qradar_profile": self.profile,
            "qradar_extra_flows": list(self.extra),
        }
        if self.supplements is not None:
            shared["qradar_supplements"] = list(self.supplements)
        hosts = {machine.name: {**shared, **machine.variables()} for machine in self.machines}
        return {**hosts, "gw": {**shared, "qradar_gateway_segments": self.segments}}


@dataclass(frozen=True)
class _Line:
    """One reading, or one side of an extra flow, with the ports that it has here."""

    name: Name
    ports: int
    from_: tuple[str, ...]
    to: tuple[str, ...]
    when: str | None


class Naive:
    """Judges packets.

    Without ``lax`` it says what has to be open, with ``lax`` what may be open. Between the two lies a host's way to
    itself: its own addresses may stand among the sources of its own flows, and a cluster address is both nodes.
    """

    def __init__(self, world: World, catalog: Catalog, today: datetime.date) -> None:
        self._world = world
        self._machines = {machine.name: machine for machine in world.machines}
        self._lines = [*self._catalog_lines(catalog), *self._extra_lines(today)]
        self._within = cache(_within)

    def into_host(self, source: str, name: str, *, lax: bool = False) -> Opened:
        """What a host accepts from an address, whatever address of the host it is sent to."""
        host = self._machines[name]
        senders = [m for m in self._world.machines if source in m.seen_from(host.nat) and (lax or m is not host)]
        receivers = [m for m in self._world.machines if set(m.everywhere) & set(host.everywhere)]
        pairs = [(one, other) for one in senders for other in receivers if lax or one is not other]
        return self._opened(source, host.everywhere, senders, receivers, pairs, lax)

    def on_the_wire(self, source: str, destination: str, *, lax: bool = False) -> Opened:
        """What a packet between two addresses may be. Between NAT groups either address of a host may stand in it."""
        senders = [m for m in self._world.machines if source in m.everywhere]
        receivers = [m for m in self._world.machines if destination in m.everywhere]
        # A host talks to itself over loopback; a cluster's address is one of the two nodes, whichever is active.
        if not lax and ((len(senders) == 1 and senders == receivers) or (senders and source == destination)):
            return {}
        pairs = [
            (one, other)
            for one in senders
            for other in receivers
            if lax or one is not other
            if one.nat != other.nat or (source in one.own + one.cluster and destination in other.own + other.cluster)
        ]
        return self._opened(source, (destination,), senders, receivers, pairs, lax)

    def _opened(
        self,
        source: str,
        destinations: tuple[str, ...],
        senders: list[Machine],
        receivers: list[Machine],
        pairs: list[tuple[Machine, Machine]],
        lax: bool,
    ) -> Opened:
        def allowed(from_: str, to: str, when: str | None) -> bool:
            party_from = self._stands_for(source, from_)
            party_to = any(self._stands_for(destination, to) for destination in destinations)
            return (
                (party_from and party_to)
                or (party_from and any(other.is_a(to) for other in receivers))
                or (party_to and any(one.is_a(from_) for one in senders))
                or any(one.is_a(from_) and other.is_a(to) and _holds(when, one, other, lax=lax) for one, other in pairs)
            )

        found: defaultdict[Name, int] = defaultdict(int)
        for line in self._lines:
            if any(allowed(from_, to, line.when) for from_ in line.from_ for to in line.to):
                found[line.name] |= line.ports
        return dict(found)

    def _stands_for(self, address: str, word: str) -> bool:
        """Whether an address is a party, or in a network that an extra flow names; a cluster address is both nodes."""
        networks = self._world.parties.get(word, ())
        if not networks and ("." in word or ":" in word) and word not in self._machines:
            networks = [word]
        if not networks:
            return False
        same = [address]
        for machine in self._world.machines:
            if address in machine.cluster:
                same += machine.everywhere
        return any(self._within(one, network) for one in same for network in networks)

    def _catalog_lines(self, catalog: Catalog) -> Iterator[_Line]:
        for service in catalog.services:
            if service.klass in {"local", "unspecified"} or service.service in self._world.excluded:
                continue
            if service.supplement and not self._chosen(service.supplement.id):
                continue
            pinned = service.service in self._world.pins and any(spec.dynamic for spec in service.ports)
            if pinned:
                ports = mask(PortRange.parse(pin) for pin in self._world.pins[service.service])
            else:
                ports = mask(_documented(spec) for spec in service.ports)
            for reading in service.readings:
                name = (service.service, service.row, None)
                line = _Line(name, ports, reading.from_, reading.to, reading.when)
                if self._world.profile == "least" and reading.least:
                    line = _least(line, str(reading.least), [spec.transport for spec in service.ports], pinned=pinned)
                if self._on(line.when):
                    yield line

    def _chosen(self, supplement: str) -> bool:
        chosen = self._world.supplements
        return supplement in ({"tunnels", "ha_ping", "console_apps"} if chosen is None else chosen)

    def _extra_lines(self, today: datetime.date) -> Iterator[_Line]:
        for flow in self._world.extra:
            if "expires" in flow and datetime.date.fromisoformat(flow["expires"]) < today:
                continue
            ports = mask(PortRange.parse(port) for port in flow["ports"])
            name = ("extra_flow", None, flow.get("comment"))
            yield _Line(name, ports, _listed(flow["from"]), _listed(flow["to"]), None)

    def _on(self, when: str | None) -> bool:
        if when is None or when in {"ha", "encrypted", "unencrypted", "app_host_encrypted", "app_host_unencrypted"}:
            return True
        if when.startswith("version<"):
            here, limit = (
                text.split(" ")[0].split(".") for text in (self._world.version, when.removeprefix("version<"))
            )
            return [int(part) for part in here] < [int(part) for part in limit]
        return when in self._features

    @cached_property
    def _features(self) -> set[str]:
        roles = {role for machine in self._world.machines for role in machine.roles}
        features = set(self._world.features)
        if "risk_manager" in roles:
            features.add("risk_manager")
        if roles & {"vulnerability_processor", "vulnerability_scanner"}:
            features.add("vulnerability_manager")
        return features


def _holds(when: str | None, one: Machine, other: Machine, *, lax: bool) -> bool:
    if when == "ha":
        return one.peer == other.name or (lax and one is other)
    if when == "encrypted":
        return one.encrypted or other.encrypted
    if when == "unencrypted":
        return not one.encrypted and not other.encrypted
    if when == "app_host_encrypted":
        return any(machine.encrypted and "app_host" in machine.roles for machine in (one, other))
    if when == "app_host_unencrypted":
        return any(not machine.encrypted and "app_host" in machine.roles for machine in (one, other))
    return True


def _least(line: _Line, least: str, transports: list[str], *, pinned: bool) -> _Line:
    """What the column leaves of a line."""
    if least == "closed" or (least == "pinned" and not pinned):
        return replace(line, from_=(), to=())
    for word in least.split():
        name, _equals, value = word.partition("=")
        if name == "when":
            line = replace(line, when=value)
        elif name == "ports" and not pinned:
            first, last = map(int, value.split("-"))
            line = replace(line, ports=mask(PortRange(transport, first, last) for transport in transports))
        elif ">" in name:
            from_, to = name.split(">")
            line = replace(line, from_=(from_,), to=(to,))
    return line


def _documented(spec: PortSpec) -> PortRange:
    if not spec.dynamic:
        return PortRange(spec.transport, spec.first, spec.last)
    if spec.above is None:
        return PortRange(spec.transport, 32768, 60999)
    return PortRange(spec.transport, spec.above + 1, 65535)


def _within(address: str, network: str) -> bool:
    return ipaddress.ip_address(address) in ipaddress.ip_network(network)


def _listed(value: str | list[str]) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(value)


def mask(ports: Iterable[PortRange]) -> int:
    """Ports as a set of bits."""
    bits = 0
    for one in ports:
        offset = ("tcp", "udp", "icmp").index(one.transport) << 16
        bits |= ((1 << (one.last - one.first + 1)) - 1) << (offset + one.first)
    return bits


def differences(has: Opened, must: Opened, may: Opened) -> list[str]:
    """What is missing and what is too much, service by service; empty where all is well."""
    return [
        *(f"missing: {name}" for name, bits in must.items() if bits & ~has.get(name, 0)),
        *(f"too much: {name}" for name, bits in has.items() if bits & ~may.get(name, 0)),
    ]
