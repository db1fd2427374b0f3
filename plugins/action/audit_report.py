# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes one report of the results of all hosts, and writes it for machines, on the controller."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase

from ansible_collections.portledger.qradar.plugins.module_utils._base.contract import GATEWAY, HOST
from ansible_collections.portledger.qradar.plugins.plugin_utils._ansible.host_variables import FullHostVars
from ansible_collections.portledger.qradar.plugins.plugin_utils._ansible.progress import progress
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


class ActionModule(ActionBase):  # type: ignore[misc] # ansible-core has no types
    """``portledger.qradar.audit_report``."""

    _loader: Any
    _requires_connection = False

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        result: dict[str, Any] = super().run(tmp, task_vars)
        _validation, options = self.validate_argument_spec(
            argument_spec={
                "hosts": {"type": "list", "elements": "str", "required": True},
                "gateways": {"type": "list", "elements": "str", "default": []},
                "host_result": {"type": "str", "required": True},
                "gateway_result": {"type": "str", "required": True},
                "json": {"type": "path"},
                "junit": {"type": "path"},
            }
        )
        with progress("", "making the report of the audit"):
            findings = list(self._findings(options, (task_vars or {})["hostvars"]))
            planner = self._planner(task_vars or {})
            uncovered = list(planner.uncovered(GATEWAY)) if planner else []
            unused: list[PinFinding] = []
            if planner:
                findings, unused = with_pins(findings, planner)
        for path, text in ((options["json"], as_json), (options["junit"], as_junit)):
            if path:
                try:
                    Path(path).write_bytes(text(findings, uncovered, unused).encode("utf-8", "backslashreplace"))
                except OSError as error:
                    raise AnsibleActionFail(f"{path}: cannot be written: {error.strerror}.") from None
        states: dict[str, list[str]] = {}
        for finding in findings:
            states.setdefault(finding.name, []).append(finding.state)
        result |= {
            "changed": False,
            "lines": as_lines(findings, uncovered, unused),
            "uncovered": uncovered,
            "unused_pins": [one.as_data() for one in unused],
            "states": states,
            "findings": [finding.as_data() for finding in findings],
            "in_force": not uncovered and all(finding.state == IN_FORCE for finding in findings),
        }
        return result

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
