# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Plans once for the whole run, then lets the module make each host's firewall say it."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from ansible import constants
from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase
from ansible.utils.display import Display

from ansible_collections.portledger.qradar.plugins.plugin_utils._errors import PortledgerError
from ansible_collections.portledger.qradar.plugins.plugin_utils._plan import GATEWAY, HOST, Plan, Planner
from ansible_collections.portledger.qradar.plugins.plugin_utils._plan_folder import PlanFolder
from ansible_collections.portledger.qradar.plugins.plugin_utils._planning import make_planner, refuse_play_variables


class ActionModule(ActionBase):  # type: ignore[misc]
    """The controller's half of ``portledger.qradar.ruleset``."""

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        task_vars = task_vars or {}
        result: dict[str, Any] = super().run(tmp, task_vars)
        arguments = dict(self._task.args)
        # Anything wrong with the options is for the module to say.
        if arguments.get("state", "present") == "present" and arguments.get("scope") in (HOST, GATEWAY):
            arguments.setdefault("plan", self._plan(arguments["scope"], task_vars))
        result.update(
            self._execute_module(module_name="portledger.qradar.ruleset", module_args=arguments, task_vars=task_vars)
        )
        return result

    def _plan(self, scope: str, task_vars: dict[str, Any]) -> Plan:
        name = task_vars["inventory_hostname"]
        folder = PlanFolder(Path(constants.DEFAULT_LOCAL_TMP), str(self._task._uuid), scope)
        try:
            refuse_play_variables(name, task_vars, task_vars["hostvars"])
            return folder.plan(name, lambda: _planner_for_all(scope, task_vars))
        except PortledgerError as error:
            raise AnsibleActionFail(str(error)) from error


def _planner_for_all(scope: str, task_vars: dict[str, Any]) -> Planner:
    """Called in one worker of a run only, so what it says is said once."""
    started = time.monotonic()
    planner = make_planner(task_vars["hostvars"], task_vars["groups"])
    display = Display()
    for warning in planner.warnings(scope):
        display.warning(warning)
    deployment, seconds = planner.deployment, time.monotonic() - started
    size = f"{len(deployment.hosts)} hosts and {len(deployment.gateways)} gateways"
    display.vv(f"portledger.qradar: planned {size} for the scope {scope} in {seconds:.2f} s")
    return planner
