# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes a report of the deployment, on the controller."""

from __future__ import annotations

import datetime
from typing import Any, ClassVar

from ansible_collections.portledger.qradar.plugins.plugin_utils._ansible.host_variables import FullHostVars
from ansible_collections.portledger.qradar.plugins.plugin_utils._ansible.report_action import ReportAction
from ansible_collections.portledger.qradar.plugins.plugin_utils._questions.snapshot import Snapshot
from ansible_collections.portledger.qradar.plugins.plugin_utils._report.data import collect
from ansible_collections.portledger.qradar.plugins.plugin_utils._report.files import KINDS, read_audit, require, write


class ActionModule(ReportAction):
    """``portledger.qradar.report``."""

    DOES = "making the report"
    OPTIONS: ClassVar = {
        **{kind: {"type": "path"} for kind in KINDS},
        "lang": {"type": "str", "choices": ["en", "ja"], "default": "en"},
        "audit": {"type": "path"},
    }

    def answer(self, options: dict[str, Any], task_vars: dict[str, Any]) -> dict[str, Any]:
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
