# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tunnels between managed hosts. The vendor's table lists SSH to and from the console only.

Note that this plugin util is **PRIVATE** to the collection.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from ansible_collections.portledger.qradar.plugins.plugin_utils._console.fetch import TUNNELS
from ansible_collections.portledger.qradar.plugins.plugin_utils._console.fields import records
from ansible_collections.portledger.qradar.plugins.plugin_utils._console.managed_hosts import Members
from ansible_collections.portledger.qradar.plugins.plugin_utils._console.roles import CONSOLE, find_roles

_MOST: Final = 5


def tunnel_warnings(api: str, tunnels: Mapping[str, Any], members: Members) -> list[str]:
    """What the table does not list.

    Args:
        api: URL of the API, for errors.
        tunnels: answers by the ID of the host that they are about.
        members: of the deployment.

    Raises:
        InputError: an answer cannot be used.
    """
    hosts = {host.id: host for host in members.hosts}
    consoles = {host.id for host in members.hosts if CONSOLE in find_roles(host.components, host.appliance).roles}
    pairs: dict[tuple[int, int], None] = {}
    for host_id, items in tunnels.items():
        for record in records(api + TUNNELS.format(host_id), items):
            own, remote = int(host_id), record.number("remote_host_id")
            if remote not in members.known:
                record.refuse("remote_host_id", "is not the id of a host in /api/config/deployment/hosts")
            ends = (remote, own) if record.optional_boolean("reverse_source") else (own, remote)
            if not consoles & set(ends) and all(end in hosts for end in ends) and own != remote:
                pairs[ends] = None
    if not pairs:
        return []
    named = [" to ".join(", ".join(hosts[end].names) for end in ends) for ends in list(pairs)[:_MOST]]
    more = f"; and {len(pairs) - _MOST} more" if len(pairs) > _MOST else ""
    return [
        f"Tunnels open SSH between managed hosts: {'; '.join(named)}{more}. The vendor's table lists SSH to and from "
        "the console only. The supplement tunnels permits it, unless qradar_supplements leaves it out."
    ]
