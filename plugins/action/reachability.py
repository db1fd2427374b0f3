# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Works out of the inventory whom a host must reach, and lets the module ask them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ansible import constants
from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase
from ansible.utils.display import Display

from ansible_collections.portledger.qradar.plugins.plugin_utils._base.errors import PortledgerError
from ansible_collections.portledger.qradar.plugins.plugin_utils._plan.outgoing import LEAVING
from ansible_collections.portledger.qradar.plugins.plugin_utils._plan.task import TaskPlan
from ansible_collections.portledger.qradar.plugins.plugin_utils._reach.targets import (
    NUMBERS,
    make_targets,
    read_question,
    unasked,
)


class ActionModule(ActionBase):  # type: ignore[misc] # ansible-core has no types
    """The controller's half of ``portledger.qradar.reachability``."""

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        task_vars = task_vars or {}
        result: dict[str, Any] = super().run(tmp, task_vars)
        arguments = dict(self._task.args)
        known: dict[str, Any] = {}
        try:
            if arguments.get("targets") is None:
                asked = {name: arguments[name] for name in NUMBERS if arguments.get(name) is not None}
                question = read_question(task_vars["inventory_hostname"], asked)
                parent = Path(constants.DEFAULT_LOCAL_TMP)
                made = TaskPlan(LEAVING, str(self._task._uuid), parent, task_vars, Display())
                plan = made.plan()
                arguments["targets"], left_out = make_targets(plan, made.shared(), question)
                known = {"left_out": left_out, "wide": plan["wide"]}
        except PortledgerError as error:
            raise AnsibleActionFail(str(error)) from error
        result.update(
            self._execute_module(
                module_name="portledger.qradar.reachability", module_args=arguments, task_vars=task_vars
            )
        )
        if "report" in result:
            result["report"] = [*result["report"], *unasked(**known)] if known else result["report"]
            result.update(known)
        return result
