# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes one report of the results of all hosts, and writes it for machines, on the controller."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, ClassVar

from ansible_collections.portledger.qradar.plugins.module_utils._base.contract import GATEWAY, HOST
from ansible_collections.portledger.qradar.plugins.plugin_utils._ansible.host_variables import FullHostVars
from ansible_collections.portledger.qradar.plugins.plugin_utils._ansible.report_action import ReportAction, write_file
from ansible_collections.portledger.qradar.plugins.plugin_utils._audit.findings import (
    IN_FORCE,
    Finding,
    examine,
    with_pins,
)
from ansible_collections.portledger.qradar.plugins.plugin_utils._audit.pins import PinFinding
from ansible_collections.portledger.qradar.plugins.plugin_utils._audit.report import as_json, as_junit, as_lines
from ansible_collections.portledger.qradar.plugins.plugin_utils._base.errors import PortledgerError
from ansible_collections.portledger.qradar.plugins.plugin_utils._base.results import told
from ansible_collections.portledger.qradar.plugins.plugin_utils._plan.planner import Planner
from ansible_collections.portledger.qradar.plugins.plugin_utils._plan.planning import make_planner


class ActionModule(ReportAction):
    """``portledger.qradar.audit_report``."""

    DOES = "making the report of the audit"
    OPTIONS: ClassVar = {
        "hosts": {"type": "list", "elements": "str", "required": True},
        "gateways": {"type": "list", "elements": "str", "default": []},
        "host_result": {"type": "str", "required": True},
        "gateway_result": {"type": "str", "required": True},
        "json": {"type": "path"},
        "junit": {"type": "path"},
    }

    def answer(self, options: dict[str, Any], task_vars: dict[str, Any]) -> dict[str, Any]:
        findings = list(self._findings(options, task_vars["hostvars"]))
        uncovered: list[str] = []
        unused: list[PinFinding] = []
        if planner := self._planner(task_vars):
            uncovered = list(planner.uncovered(GATEWAY))
            findings, unused = with_pins(findings, planner)
        for path, text in ((options["json"], as_json), (options["junit"], as_junit)):
            if path:
                write_file(Path(path), text(findings, uncovered, unused).encode("utf-8", "backslashreplace"))
        states: dict[str, list[str]] = {}
        for finding in findings:
            states.setdefault(finding.name, []).append(finding.state)
        return {
            "changed": False,
            "lines": as_lines(findings, uncovered, unused),
            "uncovered": uncovered,
            "unused_pins": [one.as_data() for one in unused],
            "states": states,
            "findings": [finding.as_data() for finding in findings],
            "in_force": not uncovered and all(finding.state == IN_FORCE for finding in findings),
        }

    def _planner(self, task_vars: Mapping[str, Any]) -> Planner | None:
        """What the plan counts on, and the pins. Where there is no plan, each host's finding says why."""
        if "groups" not in task_vars:
            return None
        try:
            return make_planner(FullHostVars(task_vars["hostvars"], self._loader), task_vars["groups"], task_vars)
        except PortledgerError:
            return None

    def _findings(self, options: Mapping[str, Any], hostvars: Mapping[str, Mapping[str, Any]]) -> Iterator[Finding]:
        for scope, names in ((HOST, options["hosts"]), (GATEWAY, options["gateways"])):
            for name in names:
                yield examine(name, scope, told(hostvars[name].get(options[f"{scope}_result"])))
