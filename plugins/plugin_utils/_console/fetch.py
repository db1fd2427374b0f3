# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Everything that is asked of a console, kept as it came except for fields that nothing here needs.

Fields that are left out, such as serial numbers of licences, are in no cache.

Note that this plugin util is **PRIVATE** to the collection.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from ansible_collections.portledger.qradar.plugins.plugin_utils._console.client import Client
from ansible_collections.portledger.qradar.plugins.plugin_utils._console.fields import records

HOSTS: Final = "/config/deployment/hosts"
SERVERS: Final = "/system/servers"
ABOUT: Final = "/system/about"
TUNNELS: Final = "/config/deployment/hosts/{}/tunnels"
FIREWALL_RULES: Final = "/system/servers/{}/firewall_rules"

INTERFACES: Final[Mapping[str, str]] = {
    "ethernet": "/system/servers/{}/network_interfaces/ethernet",
    "bonded": "/system/servers/{}/network_interfaces/bonded",
}
"""Paths by the kind of interface."""

_FIELDS: Final[Mapping[str, frozenset[str]]] = {
    HOSTS: frozenset(
        {
            "appliance",
            "components",
            "encryption_enabled",
            "hostname",
            "id",
            "primary_server_id",
            "private_ip",
            "public_ip",
            "secondary_server_id",
            "status",
            "version",
        }
    ),
    SERVERS: frozenset({"hostname", "managed_host_id", "private_ip", "server_id"}),
    ABOUT: frozenset({"external_version", "release_name"}),
    FIREWALL_RULES: frozenset({"is_any_source_ip", "port_range", "port_type", "protocol", "single_port", "source_ip"}),
    TUNNELS: frozenset({"name", "remote_host_id", "reverse_source"}),
    **dict.fromkeys(INTERFACES.values(), frozenset({"ip", "is_moving_config_with_active_ha", "role"})),
}

Answers = Mapping[str, Any]
"""JSON: ``hosts``, ``servers``, ``about``; and, where they were asked for, ``tunnels`` by the ID of a host,
``interfaces`` by kind and ID of the server, such as ``ethernet/101``, and ``user_entries`` by the ID of the server."""


def fetch(
    client: Client,
    say: Callable[[str], None],
    *,
    tunnels: bool = False,
    interfaces: bool = False,
    user_entries: bool = False,
) -> dict[str, Any]:
    """Ask for everything.

    Args:
        client: asks the console.
        say: takes a line about progress.
        tunnels: whether to ask each encrypted host for its tunnels.
        interfaces: whether to ask each server for its interfaces.
        user_entries: whether to ask each server for what was entered for its firewall.

    Raises:
        InputError: the console does not answer, or not as documented.
    """
    answers: dict[str, Any] = {
        "hosts": _kept(client.items(HOSTS), HOSTS),
        "servers": _kept(client.items(SERVERS), SERVERS),
        "about": _kept([client.item(ABOUT)], ABOUT)[0],
        "tunnels": {},
        "interfaces": {},
        "user_entries": {},
    }
    say(f"{len(answers['hosts'])} managed hosts, {len(answers['servers'])} servers")
    if tunnels:
        encrypted = [
            host.number("id")
            for host in records(client.url(HOSTS), answers["hosts"])
            if host.optional_boolean("encryption_enabled")
        ]
        for number, host_id in enumerate(encrypted, 1):
            answers["tunnels"][str(host_id)] = _kept(client.items(TUNNELS.format(host_id)), TUNNELS)
            if number % 100 == 0:
                say(f"tunnels of {number} of {len(encrypted)} encrypted hosts")
    servers = _server_ids(client, answers) if interfaces or user_entries else []
    if interfaces:
        for number, server_id in enumerate(servers, 1):
            for kind, path in INTERFACES.items():
                answers["interfaces"][f"{kind}/{server_id}"] = _kept(client.items(path.format(server_id)), path)
            if number % 100 == 0:
                say(f"interfaces of {number} of {len(servers)} servers")
    if user_entries:
        for server_id in servers:
            path = FIREWALL_RULES.format(server_id)
            answers["user_entries"][str(server_id)] = _kept(client.items(path), FIREWALL_RULES)
    return answers


def _server_ids(client: Client, answers: Answers) -> list[int]:
    return [server.number("server_id") for server in records(client.url(SERVERS), answers["servers"])]


def _kept(items: list[Any], kind: str) -> list[Any]:
    """Items without what is not needed. What is not an object stays, to be refused with its place."""
    return [
        {name: value for name, value in item.items() if name in _FIELDS[kind]} if isinstance(item, Mapping) else item
        for item in items
    ]
