# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The other node of a host's HA pair, and the addresses that the active one of them has.

Read without the rest of the inventory, for a removal needs none of it: what is wrong here is left out. Where rules are
to be made, the deployment has been read before, and has refused it.

Note that this plugin util is **PRIVATE** to the collection.
"""

from __future__ import annotations

import contextlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ansible_collections.portledger.qradar.plugins.plugin_utils._base.networks import NetworkError, parse_address
from ansible_collections.portledger.qradar.plugins.plugin_utils._inventory.hosts import Resolver, resolve


@dataclass(frozen=True)
class HostPair:
    """peer: the other node. addresses: the cluster's."""

    peer: str
    addresses: list[str]


def find_pair(name: str, hostvars: Mapping[str, Mapping[str, Any]], resolver: Resolver = resolve) -> HostPair | None:
    """A host's pair; None where it has none.

    Args:
        name: the inventory's name of the host.
        hostvars: variables of each host.
        resolver: the addresses of a name.
    """
    if name not in hostvars:
        return None
    peer = hostvars[name].get("qradar_ha_peer")
    peer = str(peer) if isinstance(peer, str | int) and not isinstance(peer, bool) else ""
    if not peer or peer == name or peer not in hostvars:
        return None
    found: dict[str, None] = {}
    for node in (name, peer):
        given = hostvars[node].get("qradar_cluster_addresses") or ()
        for item in [given] if isinstance(given, str) else given if isinstance(given, Sequence) else ():
            found.update(dict.fromkeys(_addresses(item, resolver)))
    return HostPair(peer, sorted(found))


def _addresses(item: object, resolver: Resolver) -> list[str]:
    if not isinstance(item, str):
        return []
    with contextlib.suppress(NetworkError, OSError, UnicodeError, ValueError):
        try:
            return [str(parse_address(item))]
        except ValueError:
            return [str(parse_address(one)) for one in resolver(item)]
    return []
