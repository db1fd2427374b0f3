# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The words of the vendor's table: roles, parties, what several roles share, features.

Note that this plugin util is **PRIVATE** to the collection.
"""

from __future__ import annotations

from typing import Final

ROLES: Final = (
    "console",
    "event_processor",
    "event_collector",
    "flow_processor",
    "flow_collector",
    "data_node",
    "app_host",
    "risk_manager",
    "vulnerability_processor",
    "vulnerability_scanner",
    "forensics",
)
"""What a host of the deployment can be."""

PARTIES: Final = (
    "users",
    "api_clients",
    "log_sources",
    "flow_sources",
    "snmp_managers",
    "smtp_gateways",
    "ntp_servers",
    "nfs_servers",
    "wincollect_agents",
    "windows_hosts",
    "offsite_sources",
    "srx_devices",
    "external_networks",
    "lan",
)
"""Systems outside the deployment that communicate with it."""

GROUP_WORDS: Final = ("component", "managed_host", "event_listener", "flow_listener")
"""Words that stand for several roles."""

SHARED_WORDS: Final = (*GROUP_WORDS, "ha_peer")
"""The same, and the other node of a pair."""

HA_NODE: Final = "ha_node"
"""Every node of a pair."""

OWN_CONTAINERS: Final = "own_containers"
"""Containers on the host itself, by the interface that their packets enter it by."""

CONTAINER_INTERFACES: Final = ("docker0", "dockerApps", "dockerInfra", "appProxy", "podman0", "cni-podman0")
"""Bridges of docker, of QRadar and of podman, by which containers' packets enter a host."""

SELF: Final = "self"
"""Both ends are one host. Never permitted from the network."""

FEATURES: Final = ("snmp_agent", "imm", "emulex_hba", "rpc")
"""Features that must be set, as they do not follow from roles."""

ROLE_FEATURES: Final[dict[str, tuple[str, ...]]] = {
    "risk_manager": ("risk_manager",),
    "vulnerability_manager": ("vulnerability_processor", "vulnerability_scanner"),
}
"""Features that are on where one of these roles is present."""

PAIR_CONDITIONS: Final = ("ha", "encrypted", "unencrypted", "app_host_encrypted", "app_host_unencrypted")
"""Conditions on the two ends of a flow."""

DOCUMENTED: Final = "documented"
LEAST: Final = "least"
PROFILES: Final = (DOCUMENTED, LEAST)
"""How wide the table is read: as it says, or narrower where other evidence allows."""

_MEMBERS: Final[dict[str, frozenset[str]]] = {
    "component": frozenset(ROLES),
    "managed_host": frozenset(ROLES) - {"console"},
    "event_listener": frozenset({"console", "event_processor", "event_collector"}),
    "flow_listener": frozenset({"console", "flow_processor", "flow_collector"}),
    "ha_peer": frozenset(ROLES),
}


def roles_of(word: str) -> frozenset[str]:
    """The roles that a word of the table stands for; none for a party or ``self``.

    A console with further roles is not a managed host, so for ``managed_host`` the roles of one host must also be
    free of ``console``: see :func:`plays`.
    """
    if word in ROLES:
        return frozenset({word})
    return _MEMBERS.get(word, frozenset())


def plays(word: str, roles: frozenset[str]) -> bool:
    """Whether a host with these roles is what the word means."""
    if word == "managed_host":
        return bool(roles) and "console" not in roles
    return bool(roles & roles_of(word))
