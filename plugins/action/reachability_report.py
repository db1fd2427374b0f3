# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes one report of what all hosts reach, on the controller."""

from __future__ import annotations

from typing import Any, ClassVar

from ansible_collections.portledger.qradar.plugins.plugin_utils._ansible.report_action import ReportAction
from ansible_collections.portledger.qradar.plugins.plugin_utils._base.results import told
from ansible_collections.portledger.qradar.plugins.plugin_utils._reach.report import AS_PLANNED, report_of


class ActionModule(ReportAction):
    """``portledger.qradar.reachability_report``."""

    DOES = "making the report of what hosts reach"
    OPTIONS: ClassVar = {
        "hosts": {"type": "list", "elements": "str", "required": True},
        "result": {"type": "str", "required": True},
    }

    def answer(self, options: dict[str, Any], task_vars: dict[str, Any]) -> dict[str, Any]:
        hostvars = task_vars["hostvars"]
        report = report_of({host: told(hostvars[host].get(options["result"])) for host in options["hosts"]})
        return {
            "changed": False,
            "lines": report.lines,
            "states": dict(report.states),
            "problems": dict(report.problems),
            "findings": [finding.as_data() for finding in report.findings],
            "as_planned": all(state == AS_PLANNED for state in report.states.values()),
        }
