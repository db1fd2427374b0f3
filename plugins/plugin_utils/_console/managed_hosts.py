# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Managed hosts and servers out of the console's answers, checked against each other.

Note that this plugin util is **PRIVATE** to the collection.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from ansible_collections.portledger.qradar.plugins.plugin_utils._base.networks import Address
from ansible_collections.portledger.qradar.plugins.plugin_utils._console.fields import Record

_HALF: Final = "Half an answer, or a change while it was read: run again"
_GONE: Final = frozenset({"deleted", "deleting"})
_FAILED: Final = "add_failed"
_PRESENT: Final = frozenset({"active", "new", "adding"})
_NOWHERE: Final = frozenset({"", "0.0.0.0", "::"})


@dataclass(frozen=True)
class Server:
    """A machine, virtual or not."""

    record: Record
    id: int
    hostname: str
    managed_host_id: int | None
    address: Address


@dataclass(frozen=True)
class ManagedHost:
    """A member of the deployment: one server, or the two of an HA pair, the primary first."""

    record: Record
    id: int
    hostname: str
    address: Address
    public_address: Address | None
    appliance: str
    appliance_type: str
    version: str
    status: str
    components: tuple[str, ...]
    encrypted: bool
    servers: tuple[Server, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """In the inventory: its own, or those of both nodes of a pair, in the order of ``servers``."""
        return tuple(server.hostname for server in self.servers) if len(self.servers) > 1 else (self.hostname,)


@dataclass(frozen=True)
class Members:
    """known: IDs of all hosts, those that are left out included."""

    hosts: tuple[ManagedHost, ...]
    known: frozenset[int]
    warnings: tuple[str, ...]


def read_members(hosts: Sequence[Record], servers: Sequence[Record]) -> Members:
    """The hosts that are in the deployment.

    Raises:
        InputError: a field cannot be used, or the two lists contradict each other.
    """
    by_id: dict[int, Server] = {}
    for record in servers:
        server = _server(record)
        if server.id in by_id:
            record.refuse("server_id", "occurs twice", _HALF)
        by_id[server.id] = server
    known: dict[int, Record] = {}
    found: list[ManagedHost] = []
    warnings: list[str] = []
    for record in hosts:
        host_id = record.number("id")
        if host_id in known:
            record.refuse("id", "occurs twice", _HALF)
        known[host_id] = record
        status = record.text("status")
        if _is_member(record, status, warnings):
            found.append(_host(record, host_id, status, by_id))
    _check_servers(by_id, known, found, warnings)
    return Members(tuple(found), frozenset(known), tuple(warnings))


def _server(record: Record) -> Server:
    return Server(
        record=record,
        id=record.number("server_id"),
        hostname=record.name("hostname"),
        managed_host_id=record.optional_number("managed_host_id"),
        address=record.address("private_ip"),
    )


def _is_member(record: Record, status: str, warnings: list[str]) -> bool:
    """Whether a host is in the deployment. What is being added is: it needs the ports for that."""
    lower = status.lower()
    if lower in _GONE:
        return False
    if lower.startswith(_FAILED):
        warnings.append(
            f"{record.name('hostname')} could not be added to the deployment (status {status}) and is left out."
        )
        return False
    if lower not in _PRESENT:
        warnings.append(
            f"{record.name('hostname')} has the status {status}, which this collection does not know. It is in the "
            f"inventory like an active host."
        )
    return True


def _host(record: Record, host_id: int, status: str, servers: Mapping[int, Server]) -> ManagedHost:
    appliance = record.record("appliance")
    address = record.address("private_ip")
    host = ManagedHost(
        record=record,
        id=host_id,
        hostname=record.name("hostname"),
        address=address,
        public_address=_public_address(record, address),
        appliance=_appliance_id(appliance),
        appliance_type=appliance.text("type") if appliance.fields.get("type") is not None else "",
        version=record.text("version") if record.fields.get("version") is not None else "",
        status=status,
        components=record.words("components"),
        encrypted=record.boolean("encryption_enabled"),
        servers=_servers_of(record, host_id, servers),
    )
    if len(host.servers) == 1 and host.servers[0].address != address:
        server = host.servers[0]
        problem = f"is not the address of its server ({server.address}, server_id {server.id})"
        record.refuse("private_ip", problem, "Deploy what has changed on the console, then run again")
    for server in host.servers[:2] if len(host.servers) == 2 else ():
        if server.address == address:
            problem = "is the address of an HA pair and of one of its nodes, and a node needs an address of its own"
            server.record.refuse("private_ip", problem, "Correct it on the console, or write the inventory by hand")
    return host


def _appliance_id(appliance: Record) -> str:
    value = appliance.fields.get("id")
    if isinstance(value, int) and not isinstance(value, bool):
        return str(appliance.number("id"))
    return appliance.text("id")


def _public_address(record: Record, private: Address) -> Address | None:
    """What hosts of other NAT groups see, where that is another address."""
    value = record.fields.get("public_ip")
    if value is None or (isinstance(value, str) and value.strip() in _NOWHERE):
        return None
    public = record.address("public_ip")
    return None if public == private else public


def _servers_of(record: Record, host_id: int, servers: Mapping[int, Server]) -> tuple[Server, ...]:
    primary, secondary = record.number("primary_server_id"), record.optional_number("secondary_server_id")
    if primary == secondary:
        record.refuse("secondary_server_id", "is the primary server, too")
    found = []
    for field, server_id in (("primary_server_id", primary), ("secondary_server_id", secondary)):
        if server_id is None:
            continue
        if server_id not in servers:
            record.refuse(field, "is not the server_id of a server in /api/system/servers", _HALF)
        server = servers[server_id]
        if server.managed_host_id != host_id:
            problem = f"is a server whose managed_host_id is {server.managed_host_id}, not {host_id}"
            record.refuse(field, problem, _HALF)
        found.append(server)
    return tuple(found)


def _check_servers(
    servers: Mapping[int, Server], known: Mapping[int, Record], hosts: Sequence[ManagedHost], warnings: list[str]
) -> None:
    """No server is without its host: that host would be missing in the inventory."""
    members = {host.id: host for host in hosts}
    for server in servers.values():
        if server.managed_host_id is None:
            warnings.append(f"{server.hostname} is a server without a managed host and is left out.")
        elif server.managed_host_id not in known:
            problem = "is not the id of a host in /api/config/deployment/hosts"
            server.record.refuse("managed_host_id", problem, _HALF)
        elif server.managed_host_id in members and server not in members[server.managed_host_id].servers:
            warnings.append(
                f"{server.hostname} is neither the primary nor the secondary server of its managed host "
                f"{members[server.managed_host_id].hostname} and is left out."
            )
