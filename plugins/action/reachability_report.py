# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes one report of what all hosts reach, on the controller."""

from __future__ import annotations

from typing import Any

from ansible.plugins.action import ActionBase

from ansible_collections.portledger.qradar.plugins.plugin_utils._base.results import told
from ansible_collections.portledger.qradar.plugins.plugin_utils._reach.report import AS_PLANNED, report_of


class ActionModule(ActionBase):  # type: ignore[misc] # ansible-core has no types
    """``portledger.qradar.reachability_report``."""

    _requires_connection = False

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        result: dict[str, Any] = super().run(tmp, task_vars)
        _validation, options = self.validate_argument_spec(
            argument_spec={
                "hosts": {"type": "list", "elements": "str", "required": True},
                "result": {"type": "str", "required": True},
            }
        )
        hostvars = (task_vars or {})["hostvars"]
        report = report_of({host: told(hostvars[host].get(options["result"])) for host in options["hosts"]})
        result |= {
            "changed": False,
            "lines": report.lines,
            "states": dict(report.states),
            "problems": dict(report.problems),
            "findings": [finding.as_data() for finding in report.findings],
            "as_planned": all(state == AS_PLANNED for state in report.states.values()),
        }
        return result
