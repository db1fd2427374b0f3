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
from ansible_collections.portledger.qradar.plugins.plugin_utils._inventory.view import is_registered

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

HOSTS_VARIABLE: Final = "firewall_hosts"
GATEWAYS_VARIABLE: Final = "firewall_gateways"
"""What names the groups that the playbooks act on."""

_FEW: Final = 12
_NEAR: Final = 0.85
_LONGEST: Final = 60
_ROLES: Final = ("host_firewall", "gateway_firewall")


def uncovered(
    deployment: Deployment,
    inventory: Mapping[str, Mapping[str, object]],
    groups: Mapping[str, Sequence[str]],
    variables: Mapping[str, object] | None = None,
) -> tuple[str, ...]:
    """Sentences for people; none where everything is covered.

    Args:
        deployment: of this inventory.
        inventory: the variables of each host.
        groups: Ansible's ``groups``.
        variables: of the task, which name the groups that the plays act on; by default those of any host, which have
            extra variables too.
    """
    given = next(iter(inventory.values()), {}) if variables is None else variables
    acted = str(given.get(HOSTS_VARIABLE) or QRADAR_GROUP), str(given.get(GATEWAYS_VARIABLE) or GATEWAY_GROUP)
    return tuple(map(message, (*_outside(deployment, groups, acted), *_misspelt(deployment, inventory))))


def outside(
    deployment: Deployment, groups: Mapping[str, Sequence[str]], acted: tuple[str, str] = (QRADAR_GROUP, GATEWAY_GROUP)
) -> tuple[list[str], list[str]]:
    """Hosts and gateways of the deployment that no play acts on.

    Args:
        deployment: of this inventory.
        groups: Ansible's ``groups``.
        acted: the group of hosts that plays act on, and that of gateways.
    """
    found = []
    for names, group in zip((deployment.hosts, deployment.gateways), acted, strict=True):
        within = frozenset(groups.get(group, ()))
        found.append([name for name in names if name not in within])
    return found[0], found[1]


def _outside(deployment: Deployment, groups: Mapping[str, Sequence[str]], acted: tuple[str, str]) -> Iterator[str]:
    hosts, gateways = outside(deployment, groups, acted)
    for names, group, default, variable in (
        (hosts, acted[0], QRADAR_GROUP, HOSTS_VARIABLE),
        (gateways, acted[1], GATEWAY_GROUP, GATEWAYS_VARIABLE),
    ):
        if names and group != default:
            yield (
                f"group {within(group, LONGEST_NAME)}: does not contain {shortened(names, _FEW)}, which the plan "
                f"counts on, so no play configures or audits them. Put them into this group, or name another in "
                f"{variable}."
            )
    if hosts and acted[0] == QRADAR_GROUP:
        yield (
            f"group {QRADAR_GROUP}: does not contain {shortened(hosts, _FEW)}, which the plan counts on, so no play "
            f"configures or audits them. Put them, or their groups {QRADAR_GROUP}_<role>, below the group "
            f"{QRADAR_GROUP}."
        )
    if gateways and acted[1] == GATEWAY_GROUP:
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
            if (
                isinstance(variable, str)
                and (meant := _meant(variable))
                and not is_registered(inventory[name], variable)
            ):
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
