# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From the variables that Ansible gives a plugin to a planner.

Note that this plugin util is **PRIVATE** to the collection.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping, Sequence
from typing import Any

from ansible_collections.portledger.qradar.plugins.plugin_utils._base.errors import InputError
from ansible_collections.portledger.qradar.plugins.plugin_utils._base.networks import require_netaddr
from ansible_collections.portledger.qradar.plugins.plugin_utils._catalog.catalog import load_catalog
from ansible_collections.portledger.qradar.plugins.plugin_utils._inventory.coverage import uncovered
from ansible_collections.portledger.qradar.plugins.plugin_utils._inventory.read import VARIABLES, read_deployment
from ansible_collections.portledger.qradar.plugins.plugin_utils._inventory.view import HostVars, inventory_view
from ansible_collections.portledger.qradar.plugins.plugin_utils._plan.planner import Planner


def make_planner(
    hostvars: HostVars, groups: Mapping[str, Sequence[str]], variables: Mapping[str, Any] | None = None
) -> Planner:
    """Read the whole inventory once.

    Args:
        hostvars: Ansible's ``hostvars``.
        groups: Ansible's ``groups``.
        variables: of the task that asks, where there is one.

    Raises:
        PortledgerError: see :func:`read_deployment`.
    """
    require_netaddr()
    catalog = load_catalog()
    inventory = inventory_view(hostvars)
    try:
        deployment = read_deployment(inventory, groups, catalog, today=datetime.date.today())
    except InputError as error:
        raise _of_the_group(error, hostvars) from None
    return Planner(deployment, catalog, uncovered(deployment, inventory, groups, variables))


def _of_the_group(error: InputError, hostvars: HostVars) -> InputError:
    """The same error; of a value that the host has from a group, it names the group too."""
    variable = re.split(r"[.\[]", error.variable)[0]
    group_of = getattr(hostvars, "group_of", None)
    group = group_of(error.host, variable) if group_of and error.host else None
    if group is None:
        return error
    return InputError(f"{error.host} (group {group})", error.variable, error.value, error.problem, error.remedy)


def refuse_play_variables(name: str, task_vars: Mapping[str, Any], hostvars: HostVars) -> None:
    """Refuse deployment variables that a play, role or task sets: plans of other hosts would not have them.

    Raises:
        InputError: naming the first such variable.
    """
    inventory = hostvars.raw_get(name)
    for variable in VARIABLES:
        if variable in task_vars and (variable not in inventory or _differ(task_vars[variable], inventory[variable])):
            raise InputError(
                name,
                variable,
                task_vars[variable],
                "is set for a play, role or task, where the plans of the other hosts do not see it",
                "Set it in the inventory, or as an extra variable",
            )


def _differ(one: object, other: object) -> bool:
    try:
        return one is not other and one != other
    except RecursionError:  # a value that contains itself is refused where it is read
        return False
