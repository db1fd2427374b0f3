# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where QRadar on a host and the inventory do not agree. What QRadar does not say is compared with nothing.

Note that this plugin util is **PRIVATE** to the collection.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Collection, Iterable, Mapping
from typing import Any, Final

from ansible_collections.portledger.qradar.plugins.plugin_utils._base.errors import PortledgerError, complaint
from ansible_collections.portledger.qradar.plugins.plugin_utils._inventory.deployment import DEFAULT_VERSION
from ansible_collections.portledger.qradar.plugins.plugin_utils._inventory.pair import find_pair
from ansible_collections.portledger.qradar.plugins.plugin_utils._inventory.values import as_boolean

_CONSOLE: Final = "console"


def differences(
    name: str,
    said: Mapping[str, Any],
    roles: Mapping[str, Collection[str]],
    hostvars: Mapping[str, Mapping[str, Any]],
) -> list[str]:
    """One sentence each, with the remedy.

    Args:
        name: the inventory's name of the host.
        said: ``appliance``, as ``ruleset_info`` returns it.
        roles: of each host.
        hostvars: variables of each host.
    """
    variables = hostvars[name]
    pair = find_pair(name, hostvars)
    found = []

    def differs(variable: str, value: object, problem: str, remedy: str) -> None:
        found.append(complaint(None, variable, value, f"differs from what QRadar says: {problem}", remedy))

    release = said.get("release")
    version = str(variables.get("qradar_version") or DEFAULT_VERSION)
    if release and version.split(".")[:3] != release.split("."):
        differs("qradar_version", version, f"the release is {release}", f"Set it to {release}")
    is_console = _CONSOLE in roles.get(name, ())
    if said.get("console") is not None and said["console"] != is_console:
        problem = "the host is a console" if said["console"] else "the host is not a console"
        remedy = "Put the host into qradar_console" if said["console"] else "Take the host out of qradar_console"
        differs("qradar_roles", sorted(roles.get(name, ())), problem, remedy)
    encrypted = _boolean(name, variables.get("qradar_encrypted"))
    if said.get("encrypted") is not None and encrypted is not None and said["encrypted"] != encrypted:
        problem = "the host is encrypted" if said["encrypted"] else "the host is not encrypted"
        differs("qradar_encrypted", encrypted, problem, f"Set it to {str(said['encrypted']).lower()}")
    role = said.get("ha_role")
    if role == "none" and pair:
        differs("qradar_ha_peer", pair.peer, "the host has no HA role", "Remove it, or set up the pair in QRadar")
    elif role in ("primary", "secondary") and not pair:
        problem = f"the host is the {role} node of an HA pair"
        differs("qradar_ha_peer", None, problem, "Set it to the other node, on both nodes")
    cluster = said.get("cluster_address")
    if cluster and not _has(pair.addresses if pair else (), cluster):
        problem = f"the cluster address is {cluster}"
        differs("qradar_cluster_addresses", pair.addresses if pair else [], problem, f"Add {cluster}")
    console = said.get("console_address")
    consoles = [one for one in roles if _CONSOLE in roles[one]]
    known = [address for one in consoles for address in _addresses(one, hostvars)]
    if console and known and not _has(known, console):
        remedy = "Correct the addresses of the console, or the group of this host"
        differs("qradar_addresses", sorted(set(known)), f"the console is at {console}", remedy)
    return found


def _addresses(name: str, hostvars: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """What a console may be known by: an address of its own, a public one, or the cluster's."""
    pair, found = find_pair(name, hostvars), []
    for variable in ("qradar_addresses", "qradar_public_addresses", "ansible_host"):
        given = hostvars[name].get(variable) or ()
        found += [given] if isinstance(given, str) else [str(one) for one in given]
    return found + (pair.addresses if pair else [])


def _boolean(name: str, value: object) -> bool | None:
    try:
        return as_boolean(name, "qradar_encrypted", False if value is None else value)
    except PortledgerError:
        return None


def _has(addresses: Iterable[str], address: str) -> bool:
    return _canonical(address) in {_canonical(one) for one in addresses}


def _canonical(text: str) -> str:
    try:
        return str(ipaddress.ip_address(text))
    except ValueError:
        return text
