# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Works out from the inventory which targets a host must reach, and has the module probe them."""

from __future__ import annotations

from typing import Any

from ansible_collections.portledger.qradar.plugins.plugin_utils._ansible.action import PlanningAction
from ansible_collections.portledger.qradar.plugins.plugin_utils._base.progress import at
from ansible_collections.portledger.qradar.plugins.plugin_utils._base.results import fields, list_of, text
from ansible_collections.portledger.qradar.plugins.plugin_utils._plan.outgoing import LEAVING
from ansible_collections.portledger.qradar.plugins.plugin_utils._reach.targets import (
    NUMBERS,
    make_targets,
    read_question,
    unasked,
)


class ActionModule(PlanningAction):
    """The controller's half of ``portledger.qradar.reachability``."""

    MODULE = "portledger.qradar.reachability"

    def answer(self, arguments: dict[str, Any], task_vars: dict[str, Any]) -> dict[str, Any]:
        known: dict[str, Any] = {}
        if arguments.get("targets") is None:
            asked = {name: arguments[name] for name in NUMBERS if arguments.get(name) is not None}
            question = read_question(task_vars["inventory_hostname"], asked)
            plans = self.task_plan(LEAVING, task_vars)
            plan = plans.plan()
            arguments["targets"], left_out = make_targets(plan, plans.shared(), question)
            known = {"left_out": left_out, "wide": plan["wide"]}
        at(f"probing {len(arguments['targets']):,} targets" if isinstance(arguments["targets"], list) else "probing")
        result = self.call_module(arguments, task_vars)
        if known and "report" in result:
            self.require_form(result, fields({"report": list_of(text)}), task_vars)
            result |= {"report": [*result["report"], *unasked(**known)], **known}
        return result
