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
    TUNNELS: frozenset({"name", "remote_host_id", "reverse_source"}),
}

Answers = Mapping[str, Any]
"""JSON: ``hosts``, ``servers``, ``about``; and ``tunnels`` by the ID of a host, where they were asked for."""


def fetch(client: Client, tunnels: bool, say: Callable[[str], None]) -> dict[str, Any]:
    """Ask for everything.

    Args:
        client: asks the console.
        tunnels: whether to ask each encrypted host for its tunnels.
        say: takes a line about progress.

    Raises:
        InputError: the console does not answer, or not as documented.
    """
    answers: dict[str, Any] = {
        "hosts": _kept(client.items(HOSTS), HOSTS),
        "servers": _kept(client.items(SERVERS), SERVERS),
        "about": _kept([client.item(ABOUT)], ABOUT)[0],
        "tunnels": {},
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
    return answers


def _kept(items: list[Any], kind: str) -> list[Any]:
    """Items without what is not needed. What is not an object stays, to be refused with its place."""
    return [
        {name: value for name, value in item.items() if name in _FIELDS[kind]} if isinstance(item, Mapping) else item
        for item in items
    ]
