# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes a report of the deployment, on the controller."""

from __future__ import annotations

import datetime
from typing import Any

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase

from ansible_collections.portledger.qradar.plugins.plugin_utils._ansible.host_variables import FullHostVars
from ansible_collections.portledger.qradar.plugins.plugin_utils._ansible.progress import progress
from ansible_collections.portledger.qradar.plugins.plugin_utils._base.errors import PortledgerError
from ansible_collections.portledger.qradar.plugins.plugin_utils._questions.snapshot import Snapshot
from ansible_collections.portledger.qradar.plugins.plugin_utils._report.data import collect
from ansible_collections.portledger.qradar.plugins.plugin_utils._report.files import KINDS, read_audit, require, write


class ActionModule(ActionBase):  # type: ignore[misc] # ansible-core has no types
    """``portledger.qradar.report``."""

    _requires_connection = False

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        result: dict[str, Any] = super().run(tmp, task_vars)
        _validation, options = self.validate_argument_spec(
            argument_spec={
                **{kind: {"type": "path"} for kind in KINDS},
                "lang": {"type": "str", "choices": ["en", "ja"], "default": "en"},
                "audit": {"type": "path"},
            }
        )
        try:
            with progress("", "making the report"):
                return result | self._report(options, task_vars or {})
        except PortledgerError as error:
            raise AnsibleActionFail(str(error)) from error

    def _report(self, options: dict[str, Any], task_vars: dict[str, Any]) -> dict[str, Any]:
        files = {kind: options[kind] for kind in KINDS if options[kind]}
        require(files)
        audit = read_audit(options["audit"]) if options["audit"] else None
        planner, firewalls = Snapshot.of(FullHostVars(task_vars["hostvars"], self._loader), task_vars["groups"])
        now = datetime.datetime.now().astimezone()
        report = collect(planner, firewalls, now=now, audit=audit)
        write(report, files, options["lang"], now)
        return {
            "changed": False,
            "flows": len(report["flows"]),
            "warnings_of_check": report["check"]["warnings"],
            "files": files,
        }
