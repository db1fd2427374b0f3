# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Plans as ``ruleset`` does, lets the module compare, and names the services of what was logged."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ansible import constants
from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase
from ansible.utils.display import Display

from ansible_collections.portledger.qradar.plugins.module_utils._base.contract import GATEWAY, HOST
from ansible_collections.portledger.qradar.plugins.plugin_utils._audit.listeners import add_documentation
from ansible_collections.portledger.qradar.plugins.plugin_utils._audit.logged import add_services
from ansible_collections.portledger.qradar.plugins.plugin_utils._base.errors import PortledgerError
from ansible_collections.portledger.qradar.plugins.plugin_utils._catalog.catalog import load_catalog
from ansible_collections.portledger.qradar.plugins.plugin_utils._plan.task import TaskPlan
from ansible_collections.portledger.qradar.plugins.plugin_utils._plan.who import Who


class ActionModule(ActionBase):  # type: ignore[misc] # ansible-core has no types
    """The controller's half of ``portledger.qradar.ruleset_info``."""

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        task_vars = task_vars or {}
        result: dict[str, Any] = super().run(tmp, task_vars)
        arguments = dict(self._task.args)
        scope, who = arguments.get("scope"), Who()
        try:
            # Anything wrong with the other options is for the module to say.
            if scope in (HOST, GATEWAY) and not arguments.get("plan"):
                parent = Path(constants.DEFAULT_LOCAL_TMP)
                made = TaskPlan(scope, str(self._task._uuid), parent, task_vars, Display())
                arguments["plan"] = made.plan()
                who = made.who()
            result.update(
                self._execute_module(
                    module_name="portledger.qradar.ruleset_info", module_args=arguments, task_vars=task_vars
                )
            )
            if result.get("listeners") and arguments.get("plan"):
                ports = result["management"]["ports"]
                add_documentation(result["listeners"], arguments["plan"], ports, load_catalog())
            if "logged" in result:
                add_services(result["logged"], task_vars["inventory_hostname"], str(scope), who, load_catalog())
        except PortledgerError as error:
            raise AnsibleActionFail(str(error)) from error
        return result
