# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes the plan as ``ruleset`` does, has the module compare, and names the services of what was logged."""

from __future__ import annotations

from typing import Any

from ansible_collections.portledger.qradar.plugins.module_utils._base.contract import HOST, ROLE_OPTIONS, SCOPES
from ansible_collections.portledger.qradar.plugins.plugin_utils._ansible.keeping_action import KeepingAction
from ansible_collections.portledger.qradar.plugins.plugin_utils._audit.appliance import differences
from ansible_collections.portledger.qradar.plugins.plugin_utils._audit.listeners import add_documentation
from ansible_collections.portledger.qradar.plugins.plugin_utils._audit.logged import add_services
from ansible_collections.portledger.qradar.plugins.plugin_utils._base.forms import ANSWERED
from ansible_collections.portledger.qradar.plugins.plugin_utils._base.progress import at
from ansible_collections.portledger.qradar.plugins.plugin_utils._catalog.catalog import load_catalog
from ansible_collections.portledger.qradar.plugins.plugin_utils._plan.who import Who


class ActionModule(KeepingAction):
    """The controller's half of ``portledger.qradar.ruleset_info``."""

    MODULE = "portledger.qradar.ruleset_info"

    def answer(self, arguments: dict[str, Any], task_vars: dict[str, Any]) -> dict[str, Any]:
        name, scope, who = task_vars["inventory_hostname"], arguments.get("scope"), Who()
        arguments = self.with_inventory_options(arguments, scope, ROLE_OPTIONS, task_vars)
        # The module reports anything wrong with the other options.
        if scope in SCOPES and not arguments.get("plan"):
            plans = self.task_plan(scope, task_vars)
            arguments["plan"] = plans.plan()
            who = plans.who()
        at("reading rules")
        result = self.call_module(arguments, task_vars)
        if result.get("failed") or result.get("unreachable"):
            return result
        self.require_form(result, ANSWERED, task_vars)
        if result.get("listeners") and arguments.get("plan"):
            ports = result.get("management", {}).get("ports", [])
            add_documentation(result["listeners"], arguments["plan"], ports, load_catalog())
        if result.get("appliance") and scope == HOST and who.names:
            result["differs"] = differences(name, result["appliance"], who.names, task_vars["hostvars"])
        if "logged" in result:
            add_services(result["logged"], name, str(scope), who, load_catalog())
        return result
