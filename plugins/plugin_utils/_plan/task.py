# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an action plugin needs of the plan: made once a run, read by each of its workers.

Note that this plugin util is **PRIVATE** to the collection.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol, TypeAlias

from ansible_collections.portledger.qradar.plugins.plugin_utils._base.progress import at
from ansible_collections.portledger.qradar.plugins.plugin_utils._inventory.view import HostVars
from ansible_collections.portledger.qradar.plugins.plugin_utils._plan.folder import PlanFolder
from ansible_collections.portledger.qradar.plugins.plugin_utils._plan.planner import Plan, Planner
from ansible_collections.portledger.qradar.plugins.plugin_utils._plan.planning import (
    make_planner,
    refuse_play_variables,
)
from ansible_collections.portledger.qradar.plugins.plugin_utils._plan.who import Who

Inventory: TypeAlias = tuple[HostVars, Mapping[str, Sequence[str]]]
"""The variables of hosts, and the groups."""


class Display(Protocol):
    """As Ansible's."""

    def warning(self, msg: str) -> None:
        """Print a warning."""

    def vv(self, msg: str) -> None:
        """Print it with -vv."""


class TaskPlan:
    """The plans of one task in one run.

    Args:
        scope: ``host`` or ``gateway``, or ``leaving`` for what leaves a host.
        key: distinguishes this task from the rest of the run.
        parent: the run's own temporary folder, the same in all its workers.
        task_vars: what Ansible hands an action plugin.
        display: warnings of the plan go here, once a run.
        whole: reads the inventory of the whole deployment, where the run has only a part of it.
    """

    def __init__(
        self,
        scope: str,
        key: str,
        parent: Path,
        task_vars: Mapping[str, Any],
        display: Display,
        whole: Callable[[], Inventory] | None = None,
    ) -> None:
        self._whole = whole
        self._scope = scope
        self._task_vars = task_vars
        self._display = display
        self._folder = PlanFolder(parent, key, scope)

    def plan(self) -> Plan:
        """The plan of this task's host.

        Raises:
            PortledgerError: why there is none.
        """
        name = self._task_vars["inventory_hostname"]
        refuse_play_variables(name, self._task_vars, self._task_vars["hostvars"])
        at("waiting for the plan")
        return self._folder.plan(name, self._planner_for_all)

    def who(self) -> Who:
        """Which roles are behind an address. Call this after :meth:`plan`."""
        return self._folder.who()

    def shared(self) -> dict[str, Any]:
        """What all plans of the scope ``leaving`` need. Call this after :meth:`plan`."""
        return self._folder.shared()

    def _planner_for_all(self) -> Planner:
        """Called in only one worker of a run, so its messages appear once."""
        started = time.monotonic()
        at("planning (reading the inventory)")
        hostvars, groups = self._whole() if self._whole else (self._task_vars["hostvars"], self._task_vars["groups"])
        planner = make_planner(hostvars, groups, self._task_vars)
        for warning in planner.warnings(self._scope):
            self._display.warning(warning)
        deployment, seconds = planner.deployment, time.monotonic() - started
        size = f"{len(deployment.hosts)} hosts and {len(deployment.gateways)} gateways"
        self._display.vv(f"portledger.qradar: planned {size} for the scope {self._scope} in {seconds:.2f} s")
        return planner
