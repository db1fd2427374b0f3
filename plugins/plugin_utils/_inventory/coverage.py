# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the plan counts on and no play does: hosts outside the groups of the playbooks, and misspelt options of roles.

Note that this plugin util is **PRIVATE** to the collection.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from ansible_collections.portledger.qradar.plugins.plugin_utils._base.printable import LONGEST_NAME, message, within
from ansible_collections.portledger.qradar.plugins.plugin_utils._base.shortened import shortened
from ansible_collections.portledger.qradar.plugins.plugin_utils._inventory.deployment import Deployment
from ansible_collections.portledger.qradar.plugins.plugin_utils._inventory.read import (
    GATEWAY_GROUP,
    QRADAR_GROUP,
    VARIABLES,
)

ROLE_VARIABLES: Final = (
    *(f"host_firewall_{option}" for option in ("provider", "state", "unlisted", "management", "confirm_seconds")),
    *(
        f"gateway_firewall_{option}"
        for option in ("provider", "state", "unlisted", "egress", "management", "confirm_seconds")
    ),
    *(
        f"reachability_{option}"
        for option in ("contradicted", "negative", "samples", "most", "rate", "timeout", "time_limit")
    ),
    *(f"audit_report_{option}" for option in ("hosts", "gateways", "host_result", "gateway_result", "json", "junit")),
    "audit_report_fail",
)
"""Every option of the roles that inventories set; a test compares them with the roles."""

_FEW: Final = 12
_NEAR: Final = 0.85
_LONGEST: Final = 60
_ROLES: Final = ("host_firewall", "gateway_firewall")


def uncovered(
    deployment: Deployment, inventory: Mapping[str, Mapping[str, object]], groups: Mapping[str, Sequence[str]]
) -> tuple[str, ...]:
    """Sentences for people; none where everything is covered."""
    return tuple(map(message, (*_outside(deployment, groups), *_misspelt(deployment, inventory))))


def outside(deployment: Deployment, groups: Mapping[str, Sequence[str]]) -> tuple[list[str], list[str]]:
    """Hosts and gateways of the deployment that no play acts on."""
    found = []
    for names, group in ((deployment.hosts, QRADAR_GROUP), (deployment.gateways, GATEWAY_GROUP)):
        within = frozenset(groups.get(group, ()))
        found.append([name for name in names if name not in within])
    return found[0], found[1]


def _outside(deployment: Deployment, groups: Mapping[str, Sequence[str]]) -> Iterator[str]:
    hosts, gateways = outside(deployment, groups)
    if hosts:
        yield (
            f"group {QRADAR_GROUP}: does not contain {shortened(hosts, _FEW)}, which the plan counts on, so no play "
            f"configures or audits them. Put them, or their groups {QRADAR_GROUP}_<role>, below the group "
            f"{QRADAR_GROUP}."
        )
    if gateways:
        yield (
            f"group {GATEWAY_GROUP}: does not contain {shortened(gateways, _FEW)}, which have "
            f"qradar_gateway_segments, so no play configures or audits them. Put them into the group {GATEWAY_GROUP}."
        )


def _misspelt(deployment: Deployment, inventory: Mapping[str, Mapping[str, object]]) -> Iterator[str]:
    seen: set[object] = {*ROLE_VARIABLES, *VARIABLES}
    for name in dict.fromkeys((*deployment.hosts, *deployment.gateways)):
        for variable in inventory.get(name, {}):
            if variable in seen:
                continue
            seen.add(variable)
            if isinstance(variable, str) and (meant := _meant(variable)):
                host = within(name, LONGEST_NAME)
                yield f"{host}: {variable}: is not a variable of this collection and is ignored. {meant}"


def _meant(variable: str) -> str:
    """What a name that looks like one of ours may mean; nothing for any other. Those with qradar_ are read.py's."""
    if len(variable) > _LONGEST or variable.startswith(f"{QRADAR_GROUP}_"):
        return ""
    near = difflib.get_close_matches(variable, (*ROLE_VARIABLES, *VARIABLES), n=1, cutoff=_NEAR)
    if near:
        return f"Did you mean {near[0]}?"
    for role in _ROLES:
        if variable.startswith(f"{role}_"):
            return f"Options of the role are: {', '.join(one for one in ROLE_VARIABLES if one.startswith(role))}."
    return ""
