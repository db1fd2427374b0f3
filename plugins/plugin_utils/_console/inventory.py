# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From managed hosts to the inventory: names, groups and variables.

Note that this plugin util is **PRIVATE** to the collection.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from ansible_collections.portledger.qradar.plugins.plugin_utils._base.errors import InputError
from ansible_collections.portledger.qradar.plugins.plugin_utils._base.networks import Address, Networks
from ansible_collections.portledger.qradar.plugins.plugin_utils._base.printable import message
from ansible_collections.portledger.qradar.plugins.plugin_utils._base.words import ROLES
from ansible_collections.portledger.qradar.plugins.plugin_utils._console.fetch import ABOUT, HOSTS, SERVERS, Answers
from ansible_collections.portledger.qradar.plugins.plugin_utils._console.fields import REMEDY, Record, record, records
from ansible_collections.portledger.qradar.plugins.plugin_utils._console.interfaces import Further, read_interfaces
from ansible_collections.portledger.qradar.plugins.plugin_utils._console.managed_hosts import (
    ManagedHost,
    Server,
    read_members,
)
from ansible_collections.portledger.qradar.plugins.plugin_utils._console.options import ConsoleOptions
from ansible_collections.portledger.qradar.plugins.plugin_utils._console.roles import CONSOLE, Roles, find_roles
from ansible_collections.portledger.qradar.plugins.plugin_utils._console.tunnels import tunnel_warnings
from ansible_collections.portledger.qradar.plugins.plugin_utils._console.user_entries import (
    UserEntries,
    read_user_entries,
)

QRADAR_GROUP: Final = "qradar"
RECORD: Final = "qradar_record"
"""What expressions of ``compose``, ``groups`` and ``keyed_groups`` may use besides a host's variables."""

_TAKEN: Final = frozenset({"all", "ungrouped", "localhost", QRADAR_GROUP, "qradar_gateways"}) | {
    f"{QRADAR_GROUP}_{role}" for role in ROLES
}
_RELEASE: Final = re.compile(r"[0-9]{1,9}(?:\.[0-9]{1,9}){1,3}")
_UPDATE: Final = re.compile(r"\b(?:Update ?Package|UP) ?([0-9]{1,9})", re.IGNORECASE)


@dataclass(frozen=True)
class InventoryHost:
    """record: what the console says of the host, for expressions only."""

    name: str
    roles: tuple[str, ...]
    variables: Mapping[str, Any]
    record: Mapping[str, Any]


@dataclass(frozen=True)
class ConsoleInventory:
    """hosts: in the console's order. variables: of the group ``qradar``."""

    hosts: tuple[InventoryHost, ...]
    variables: Mapping[str, Any]
    warnings: tuple[str, ...]


def read_inventory(answers: Answers, options: ConsoleOptions) -> ConsoleInventory:
    """Make the inventory of a console's answers.

    Raises:
        InputError: naming URL, field, value and remedy. Nothing is left out because it is broken.
    """
    api = f"{options.url}/api"
    members = read_members(records(api + HOSTS, answers["hosts"]), records(api + SERVERS, answers["servers"]))
    if not members.hosts:
        raise InputError(api + HOSTS, "answer", [], "has no host of a deployment", REMEDY)
    _check_names(members.hosts)
    _check_addresses(members.hosts)
    further = read_interfaces(api, answers["interfaces"], members)
    entries = read_user_entries(api, answers["user_entries"], members)
    warnings = [*members.warnings, *further.warnings, *entries.warnings]
    found: list[InventoryHost] = []
    consoles = []
    for host in members.hosts:
        roles = find_roles(host.components, host.appliance)
        warnings += _warnings(host, roles)
        if CONSOLE in roles.roles:
            consoles.append(host)
        found += _nodes(host, roles.roles, options.nat_groups, further, entries)
    _check_consoles(api + HOSTS, consoles)
    warnings += tunnel_warnings(api, answers["tunnels"], members)
    variables, doubts = _release(record(api + ABOUT, answers["about"]))
    return ConsoleInventory(tuple(found), variables, tuple(map(message, (*warnings, *doubts))))


def _nodes(
    host: ManagedHost,
    roles: Sequence[str],
    nat_groups: Mapping[int, Networks],
    further: Further,
    entries: UserEntries,
) -> Iterator[InventoryHost]:
    names = host.names
    shared = {"qradar_encrypted": host.encrypted, **_nat(host, nat_groups)}
    for index, (name, server) in enumerate(zip(names, host.servers, strict=True)):
        addresses = [server.address, *further.own.get(server.id, ())]
        own: dict[str, Any] = {"ansible_host": str(server.address), "qradar_addresses": list(map(str, addresses))}
        if len(names) > 1:
            cluster = [host.address, *further.clusters.get(host.id, ())]
            own |= {"qradar_ha_peer": names[1 - index], "qradar_cluster_addresses": list(map(str, cluster))}
        said = {**_record(host, server), "user_entries": entries.flows.get(server.id, [])}
        yield InventoryHost(name, tuple(roles), {**own, **shared}, said)


def _nat(host: ManagedHost, nat_groups: Mapping[int, Networks]) -> dict[str, Any]:
    """NAT group and public address. The API gives the second, the configuration file the first."""
    group = _nat_group(host.address, nat_groups)
    if host.public_address is None:
        return {} if group is None else {"qradar_nat_group": group}
    if group is None:
        problem = f"is a public address of {host.hostname}, but the API does not give the NAT group of a host"
        number = 1 if 1 not in nat_groups else max(nat_groups) + 1
        remedy = f"Add the host to nat_groups in the configuration file, such as {{{number}: [{host.address}]}}"
        host.record.refuse("public_ip", problem, remedy)
    return {"qradar_nat_group": group, "qradar_public_addresses": [str(host.public_address)]}


def _nat_group(address: Address, nat_groups: Mapping[int, Networks]) -> int | None:
    """The group with the longest prefix that has the address."""
    best: tuple[int, int] | None = None
    for group, networks in nat_groups.items():
        for cidr in networks.cidrs:
            if cidr.version == address.version and cidr.first <= int(address) <= cidr.last:
                best = max(best or (-1, -1), (cidr.prefixlen, group))
    return None if best is None else best[1]


def _record(host: ManagedHost, server: Server) -> dict[str, Any]:
    return {
        "appliance": host.appliance,
        "appliance_type": host.appliance_type,
        "components": list(host.components),
        "hostname": host.hostname,
        "id": host.id,
        "server_id": server.id,
        "status": host.status,
        "version": host.version,
    }


def _warnings(host: ManagedHost, roles: Roles) -> Iterator[str]:
    if roles.unknown:
        yield (
            f"{host.hostname} has components that this collection does not know: {', '.join(roles.unknown)}. They are "
            "skipped."
        )
    if not roles.roles:
        components = ", ".join(host.components) or "none"
        kind = f"{host.appliance} {host.appliance_type}".strip()
        yield (
            f"{host.hostname} has no role: neither its appliance ({kind}) nor its components ({components}) tell one. "
            "Set qradar_roles for it in host_vars; until then, no rules are made for this inventory."
        )


def _check_consoles(url: str, consoles: Sequence[ManagedHost]) -> None:
    if not consoles:
        remedy = "Check that url is the console's own. If it is, run again: the answer may be half of one"
        raise InputError(url, "components", "magistrate", "is a component of no host, so there is no console", remedy)
    if len(consoles) > 1:
        problem = f"has the component magistrate, and so has {consoles[0].hostname}; a deployment has one console"
        consoles[1].record.refuse("hostname", problem, REMEDY)


def _check_names(hosts: Sequence[ManagedHost]) -> None:
    seen: set[str] = set()
    for host in hosts:
        of_servers = len(host.servers) > 1
        for name, server in zip(host.names, host.servers, strict=True):
            named = server.record if of_servers else host.record
            if name in seen:
                named.refuse("hostname", "is the name of another host, too", "Rename one of them on the console")
            if name in _TAKEN:
                named.refuse("hostname", "is the name of a group", "Rename the host on the console")
            seen.add(name)


def _check_addresses(hosts: Sequence[ManagedHost]) -> None:
    owners: dict[Address, str] = {}
    for host in hosts:
        pair = len(host.servers) > 1
        own = [(server.record, "private_ip", server.address) for server in host.servers]
        own += [(host.record, "private_ip", host.address)] if pair else []
        own += [(host.record, "public_ip", host.public_address)] if host.public_address else []
        for named, field, address in own:
            owner = owners.setdefault(address, host.hostname)
            if owner != host.hostname:
                remedy = "Give each host an address of its own on the console"
                named.refuse(field, f"is an address of both {owner} and {host.hostname}", remedy)


def _release(about: Record) -> tuple[dict[str, Any], list[str]]:
    """``qradar_version``, such as 7.5.0 UP10."""
    external = about.text("external_version")
    if not _RELEASE.fullmatch(external):
        return {}, [f"The console's version {external} is not of the form 7.5.0. Set qradar_version if it is older."]
    release = about.text("release_name") if about.fields.get("release_name") is not None else ""
    update = _UPDATE.search(release)
    return {"qradar_version": f"{external} UP{update[1]}" if update else external}, []
