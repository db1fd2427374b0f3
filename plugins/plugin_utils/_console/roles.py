# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which roles a managed host has: its components, and its appliance where they leave it open.

Note that this plugin util is **PRIVATE** to the collection.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

CONSOLE: Final = "console"

_OF_COMPONENT: Final[Mapping[str, str]] = {
    "magistrate": CONSOLE,
    "dataNode": "data_node",
    "qvmprocessor": "vulnerability_processor",
    "qvmscanner": "vulnerability_scanner",
    "qrm": "risk_manager",
    "arc_builder": "risk_manager",
    "tomcat-rm": "risk_manager",
    "ziptie-server": "risk_manager",
    "forensicsnode": "forensics",
}
"""Components of which each means one role, wherever it runs."""

_PROCESSORS: Final = frozenset({"eventprocessor", "ecs-ep"})
_COLLECTORS: Final = frozenset({"eventcollector", "eventcollectoringress", "ecs-ec", "ecs-ec-ingress"})
_FLOWS: Final = frozenset({"qflow"})
_INSIGHTS: Final = frozenset({"forensics_realtime", "masterdaemon"})
"""Of Incident Forensics and of Network Insights, so they mean a role on neither."""

_WITHOUT_ROLE: Final = frozenset(
    {
        "accumulator",
        "ariel_proxy_server",
        "ariel_query_server",
        "asset_change_publisher",
        "assetprofiler",
        "data_export",
        "hostcontext",
        "offline_forwarder",
        "offsiteSource",
        "offsiteTarget",
        "qvm",
        "qvmhostedscanner",
        "qvmsiteprotector",
        "resolver_manager",
        "resolveragent",
        "setuptunnel",
        "tunnel",
        "vis",
    }
)

KNOWN_COMPONENTS: Final = frozenset(_OF_COMPONENT) | _PROCESSORS | _COLLECTORS | _FLOWS | _INSIGHTS | _WITHOUT_ROLE

_OF_SERIES: Final[Mapping[str, tuple[str, ...]]] = {
    "12": ("flow_collector",),
    "13": ("flow_collector",),
    "14": ("data_node",),
    "15": ("event_collector",),
    "16": ("event_processor",),
    "17": ("flow_processor",),
    "18": ("event_processor", "flow_processor"),
    "19": ("flow_collector",),
    "21": (CONSOLE,),
    "31": (CONSOLE,),
    "40": ("app_host",),
}
_OF_APPLIANCE: Final[Mapping[str, tuple[str, ...]]] = {
    "600": ("vulnerability_processor",),
    "610": ("vulnerability_scanner",),
    "700": ("risk_manager",),
}
"""As docs/appliances.md has them."""


@dataclass(frozen=True)
class Roles:
    """roles: none where neither tells one. unknown: components that this collection does not know."""

    roles: tuple[str, ...]
    unknown: tuple[str, ...]


def find_roles(components: Iterable[str], appliance: str) -> Roles:
    """The roles of a managed host.

    Args:
        components: as the console names them.
        appliance: ID of its type, such as ``1699``.
    """
    found = frozenset(components)
    of_appliance = frozenset(_roles_of_appliance(appliance))
    # A console is what its magistrate makes it; an appliance of that kind may be a managed host.
    roles = {_OF_COMPONENT[component] for component in found & frozenset(_OF_COMPONENT)}
    telling = roles or found & (_PROCESSORS | _COLLECTORS | _FLOWS)
    if CONSOLE not in roles:
        if "app_host" in of_appliance:
            roles.add("app_host")
        roles |= _of_pipeline(found, of_appliance, roles)
        if not telling:
            roles |= of_appliance - {CONSOLE}
    return Roles(tuple(sorted(roles)), tuple(sorted(found - KNOWN_COMPONENTS)))


def _roles_of_appliance(appliance: str) -> tuple[str, ...]:
    if appliance in _OF_APPLIANCE:
        return _OF_APPLIANCE[appliance]
    return _OF_SERIES.get(appliance[:2], ()) if len(appliance) == 4 else ()


def _of_pipeline(found: frozenset[str], of_appliance: frozenset[str], others: set[str]) -> set[str]:
    """Roles out of collecting and processing events and flows.

    A flow processor runs the processor of events, and a flow collector the collector of events, so these components
    alone do not say which of the two a host is. The appliance does.
    """
    roles: set[str] = set()
    if found & _PROCESSORS:
        processors = of_appliance & {"event_processor", "flow_processor"}
        # A data node stores what a processor has processed.
        roles |= processors or (set() if "data_node" in others else {"event_processor"})
    if found & _FLOWS and "flow_processor" not in roles:
        roles.add("flow_collector")
    # Each event processor collects, too.
    collects = found & _COLLECTORS and not roles & {"event_processor", "flow_processor"}
    if collects and "flow_collector" not in of_appliance:
        roles.add("event_collector")
    elif collects:
        roles.add("flow_collector")
    return roles
