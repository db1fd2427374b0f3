# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Roles that a deployment like this one usually has, and that no host has here.

Note that this plugin util is **PRIVATE** to the collection.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from ansible_collections.portledger.qradar.plugins.plugin_utils._base.errors import complaint
from ansible_collections.portledger.qradar.plugins.plugin_utils._base.shortened import shortened
from ansible_collections.portledger.qradar.plugins.plugin_utils._base.words import plays
from ansible_collections.portledger.qradar.plugins.plugin_utils._inventory.deployment import Deployment
from ansible_collections.portledger.qradar.plugins.plugin_utils._plan.sites import Site, find_sites

_FEW: Final = 6

_LISTENERS: Final = {
    "log_sources": ("event_listener", ("event_processor", "event_collector")),
    "flow_sources": ("flow_listener", ("flow_processor", "flow_collector")),
}
"""Who listens to a party, and the roles of a host that does so at a site without the console."""


def absent_roles(deployment: Deployment) -> Iterator[str]:
    """Sentences, each about a role that is perhaps missing: appliances in too few groups look like this."""
    for site in find_sites(deployment):
        for party, (word, roles) in _LISTENERS.items():
            # What lies behind no gateway, or has no host, says nothing about hosts.
            if site.place and site.hosts and party in site.parties and not _any(deployment, site, word):
                yield _at_site(deployment, site, party, roles)
    present = frozenset().union(*(host.roles for host in deployment.hosts.values()))
    if "vulnerability_scanner" in present and "vulnerability_processor" not in present:
        names = sorted(host.name for host in deployment.hosts.values() if "vulnerability_scanner" in host.roles)
        yield complaint(
            None,
            "qradar_roles",
            "vulnerability_processor",
            f"is not the role of any host, but scanners report to one: {shortened(names, _FEW)}",
            "Give it to the host that processes the scans, which may be the console",
        )


def _any(deployment: Deployment, site: Site, word: str) -> bool:
    return any(plays(word, deployment.hosts[name].roles) for name in site.hosts)


def _at_site(deployment: Deployment, site: Site, party: str, roles: tuple[str, ...]) -> str:
    gateways = shortened([gateway for gateway, _interface in site.place], _FEW)
    there = {role for name in site.hosts for role in deployment.hosts[name].roles}
    return complaint(
        None,
        "qradar_roles",
        sorted(there),
        f"of {shortened(site.hosts, _FEW)} listen to no {party}, which are at the same site, so what these send "
        f"crosses {gateways}",
        f"If a host there collects it, give this host the role {' or '.join(roles)} too",
    )
