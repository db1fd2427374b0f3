# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an inventory says, read a second time after docs/inventory.md: a deployment, or why it cannot be used.

Nothing of the collection is used here but the names of the catalog's services, and where the page is silent, the form
that the product's own messages ask for.
"""

from __future__ import annotations

import datetime
import ipaddress
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from ansible_collections.portledger.qradar.plugins.plugin_utils._catalog.catalog import Catalog
from ansible_collections.portledger.qradar.tests.unit.plugins.plugin_utils.naive import Machine, World
from tests.inventories.inventory import Inventory
from tests.inventories.values import (
    UnusableError,
    address,
    boolean,
    comment,
    date,
    listed,
    mapping,
    network,
    number,
    plain,
    port,
    word,
)

ROLES: Final = frozenset(
    (
        *("console", "event_processor", "event_collector", "flow_processor", "flow_collector", "data_node", "app_host"),
        *("risk_manager", "vulnerability_processor", "vulnerability_scanner", "forensics"),
    )
)
PARTIES: Final = frozenset(
    (
        *("users", "api_clients", "log_sources", "flow_sources", "snmp_managers", "smtp_gateways", "ntp_servers"),
        *("nfs_servers", "wincollect_agents", "windows_hosts", "offsite_sources", "srx_devices", "external_networks"),
        "lan",
    )
)
SHARED: Final = frozenset(("component", "managed_host", "event_listener"))
FEATURES: Final = frozenset(("snmp_agent", "imm", "emulex_hba"))
DEPLOYMENT: Final = (
    *("qradar_parties", "qradar_features", "qradar_dynamic_ports", "qradar_version", "qradar_excluded_services"),
    "qradar_extra_flows",
)


@dataclass(frozen=True)
class Read:
    """world: its segments are those of no gateway. ports: of each host's SSH daemon, as inventory says."""

    world: World
    gateways: Mapping[str, dict[str, list[str]]]
    ports: Mapping[str, int]


def read(inventory: Inventory, catalog: Catalog, today: datetime.date, names: Mapping[str, Iterable[str]]) -> Read:
    """names: what the controller resolves.

    Raises:
        UnusableError: the inventory cannot be used, and why.
    """
    return _Reader(inventory, catalog, today, names).read()


class _Reader:
    def __init__(
        self, inventory: Inventory, catalog: Catalog, today: datetime.date, names: Mapping[str, Iterable[str]]
    ) -> None:
        self._inventory = inventory
        self._catalog = catalog
        self._today = today
        self._names = names

    def read(self) -> Read:
        members = [name for name in self._inventory.hosts if self._is_member(name)]
        gateways = [name for name in self._inventory.hosts if self._is_gateway(name)]
        if not members:
            raise UnusableError("no QRadar host")
        for name in self._inventory.hosts:
            if any("\ud800" <= letter <= "\udfff" for letter in name):
                raise UnusableError("half a character in a host's name")
        machines = {name: self._machine(name) for name in members}
        for machine in machines.values():
            self._check_pair(machine, machines)
        machines = {name: self._with_cluster(machine, machines) for name, machine in machines.items()}
        self._check(machines)
        settings = self._settings(members, gateways)
        return Read(
            World(tuple(machines.values()), {}, **settings),
            {name: self._segments(name) for name in gateways},
            {name: self._ssh_port(name) for name in members},
        )

    def _get(self, name: str, variable: str) -> Any:
        return plain(self._inventory.hosts[name].get(variable))

    def _groups_of(self, name: str) -> list[str]:
        return [group for group, names in self._inventory.groups.items() if name in names]

    def _is_member(self, name: str) -> bool:
        of_roles = {"qradar", *(f"qradar_{role}" for role in ROLES)}
        return bool(of_roles & set(self._groups_of(name))) or self._get(name, "qradar_roles") is not None

    def _is_gateway(self, name: str) -> bool:
        return "qradar_gateways" in self._groups_of(name) or self._get(name, "qradar_gateway_segments") is not None

    def _machine(self, name: str) -> Machine:
        given = self._get(name, "qradar_roles")
        roles = [word(one, ROLES) for one in listed(given)]
        if given is None:
            roles = [group[7:] for group in self._groups_of(name) if group[:7] == "qradar_" and group[7:] in ROLES]
        if not roles:
            raise UnusableError(f"{name} has no role")
        own = self._addresses(self._get(name, "qradar_addresses"))
        if self._get(name, "qradar_addresses") is None:
            own = (address(self._get(name, "ansible_host") or name),)
        if not own:
            raise UnusableError(f"{name} has no address")
        peer = self._get(name, "qradar_ha_peer")
        if isinstance(peer, bool) or (peer is not None and not isinstance(peer, str | int)):
            raise UnusableError(f"the peer of {name} is not a name")
        if isinstance(peer, int) and peer.bit_length() > 31:
            raise UnusableError("no host has such a number for a name")
        nat = self._get(name, "qradar_nat_group")
        return Machine(
            name,
            tuple(dict.fromkeys(roles)),
            own,
            self._addresses(self._get(name, "qradar_public_addresses")),
            self._addresses(self._get(name, "qradar_cluster_addresses")),
            0 if nat is None else number(nat, 0, 2**31 - 1),
            boolean(self._get(name, "qradar_encrypted")),
            None if peer is None or peer == "" else str(peer),
        )

    def _ssh_port(self, name: str) -> int:
        return number(self._get(name, "ansible_port") or 22, 1, 65535)

    def _addresses(self, value: Any) -> tuple[str, ...]:
        found: list[str] = []
        for item in listed(value):
            if isinstance(item, str) and item in self._names:
                found.extend(address(one) for one in self._names[item])
            else:
                found.append(address(item))
        return tuple(dict.fromkeys(found))

    def _check_pair(self, machine: Machine, machines: Mapping[str, Machine]) -> None:
        if machine.peer is None:
            if machine.cluster:
                raise UnusableError("cluster addresses without a peer")
            return
        peer = machines.get(machine.peer)
        if peer is None or peer is machine or peer.peer != machine.name:
            raise UnusableError("a peer that is unknown, the host itself, or does not name it in turn")
        if set(peer.roles) != set(machine.roles):
            raise UnusableError("a pair with different roles")
        if machine.cluster and peer.cluster and set(machine.cluster) != set(peer.cluster):
            raise UnusableError("a pair with different cluster addresses")

    def _with_cluster(self, machine: Machine, machines: Mapping[str, Machine]) -> Machine:
        if machine.peer is None or machine.cluster:
            return machine
        return Machine(**{**vars(machine), "cluster": machines[machine.peer].cluster})

    def _check(self, machines: Mapping[str, Machine]) -> None:
        consoles = [machine for machine in machines.values() if "console" in machine.roles]
        if len(consoles) not in (1, 2) or (len(consoles) == 2 and consoles[0].peer != consoles[1].name):
            raise UnusableError("no console, or several")
        owners: dict[str, frozenset[str]] = {}
        for machine in machines.values():
            pair = frozenset((machine.name, machine.peer or machine.name))
            for owner, addresses in (
                (frozenset((machine.name, "")), machine.own),
                (pair, machine.cluster),
                (pair, set(machine.public) - set(machine.own)),
            ):
                for one in addresses:
                    if owners.setdefault(one, owner) != owner:
                        raise UnusableError(f"{one} is used twice")
        if len({machine.nat for machine in machines.values()}) > 1 and any(
            machine.nat and not machine.public for machine in machines.values()
        ):
            raise UnusableError("a host of a NAT group without a public address")

    def _segments(self, name: str) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for interface, networks in mapping(self._get(name, "qradar_gateway_segments")).items():
            if not re.fullmatch(r"[A-Za-z0-9_.-]{1,15}", interface) or interface[0] == "-":
                raise UnusableError(f"{interface!r} is not an interface")
            found[interface] = [network(one) for one in listed(networks)]
            if not found[interface]:
                raise UnusableError("a segment without networks")
        if len(found) < 2 or _overlap(found.values()):
            raise UnusableError("fewer than two segments, or some that overlap")
        return found

    def _settings(self, members: list[str], gateways: list[str]) -> dict[str, Any]:
        names = dict.fromkeys((*members, *gateways))
        found: dict[str, Any] = {}
        for variable in DEPLOYMENT:
            given = [value for name in names if (value := self._get(name, variable)) is not None]
            read_values = [self._setting(variable, value, members) for value in given]
            if any(one != read_values[0] for one in read_values[1:]):
                raise UnusableError(f"hosts disagree on {variable}")
            if read_values:
                key, value = read_values[0]
                found[key] = value
        return found

    def _setting(self, variable: str, value: Any, members: list[str]) -> tuple[str, Any]:
        if variable == "qradar_parties":
            parties = mapping(value).items()
            return "parties", {word(one, PARTIES): _merged(map(network, listed(some))) for one, some in parties}
        if variable == "qradar_features":
            return "features", tuple(sorted({word(one, FEATURES) for one in listed(value)}))
        if variable == "qradar_version":
            text = str(value) if isinstance(value, str | float) else ""
            if not re.fullmatch(r"[0-9]{1,9}(\.[0-9]{1,9}){1,3}( ?UP ?[0-9]{1,9})?", text):
                raise UnusableError("not a version")
            return "version", text
        if variable == "qradar_excluded_services":
            return "excluded", tuple(sorted({word(one, self._catalog.names()) for one in listed(value)}))
        if variable == "qradar_dynamic_ports":
            return "pins", {self._dynamic(one): _some(port, ports) for one, ports in mapping(value).items()}
        return "extra", tuple(self._extra_flow(one, members) for one in listed(value))

    def _dynamic(self, name: Any) -> str:
        word(name, self._catalog.names())
        if not any(spec.dynamic for service in self._catalog.service(name) for spec in service.ports):
            raise UnusableError(f"{name} has no dynamic port")
        return str(name)

    def _extra_flow(self, value: Any, members: list[str]) -> dict[str, Any]:
        flow = mapping(value)
        if not set(flow) <= {"from", "to", "ports", "comment", "expires"}:
            raise UnusableError("an unknown option of an extra flow")
        sides = {end: self._side(flow.get(end), members) for end in ("from", "to")}
        if len(sides["from"]) * len(sides["to"]) > 10_000:
            raise UnusableError("too many pairs of ends")
        found: dict[str, Any] = {**sides, "ports": _some(port, flow.get("ports"))}
        if flow.get("comment") is not None:
            found["comment"] = comment(flow["comment"])
        if flow.get("expires") is not None:
            found["expires"] = date(flow["expires"]).isoformat()
        return found

    def _side(self, value: Any, members: list[str]) -> list[str]:
        items = [value] if isinstance(value, str) else listed(value)
        words = {*ROLES, *SHARED, *PARTIES, *members}
        return _some(lambda item: item if isinstance(item, str) and item in words else network(item), items)


def _some(parse: Any, value: Any) -> list[Any]:
    found = [parse(item) for item in listed(value)]
    if not found:
        raise UnusableError("an empty list")
    return found


def _merged(networks: Iterable[str]) -> list[str]:
    return sorted(set(networks))


def _overlap(sides: Iterable[list[str]]) -> bool:
    some = [[ipaddress.ip_network(one) for one in side] for side in sides]
    return any(
        one.version == other.version and one.overlaps(other)
        for number, side in enumerate(some)
        for behind in some[number + 1 :]
        for one in side
        for other in behind
    )
