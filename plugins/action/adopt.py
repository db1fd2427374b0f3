# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes a proposal of what hosts have answered, and writes it on the controller."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, ClassVar

from ansible.errors import AnsibleActionFail

from ansible_collections.portledger.qradar.plugins.module_utils._base.contract import GATEWAY, HOST
from ansible_collections.portledger.qradar.plugins.plugin_utils._adopt.answers import Answer, Answers, read_answer
from ansible_collections.portledger.qradar.plugins.plugin_utils._adopt.lines import as_lines
from ansible_collections.portledger.qradar.plugins.plugin_utils._adopt.page import as_page
from ansible_collections.portledger.qradar.plugins.plugin_utils._adopt.parties import EXACT, MODES
from ansible_collections.portledger.qradar.plugins.plugin_utils._adopt.permitted import PermittedByPlan
from ansible_collections.portledger.qradar.plugins.plugin_utils._adopt.proposal import blocked, not_proposed, propose
from ansible_collections.portledger.qradar.plugins.plugin_utils._adopt.yaml_text import as_yaml
from ansible_collections.portledger.qradar.plugins.plugin_utils._ansible.host_variables import FullHostVars
from ansible_collections.portledger.qradar.plugins.plugin_utils._ansible.report_action import ReportAction
from ansible_collections.portledger.qradar.plugins.plugin_utils._base.results import told
from ansible_collections.portledger.qradar.plugins.plugin_utils._questions.snapshot import Snapshot

_MOST_DAYS = 3650


class ActionModule(ReportAction):
    """``portledger.qradar.adopt``."""

    DOES = "making the proposal"
    OPTIONS: ClassVar = {
        "hosts": {"type": "list", "elements": "str", "required": True},
        "gateways": {"type": "list", "elements": "str", "default": []},
        "host_result": {"type": "str", "required": True},
        "gateway_result": {"type": "str", "required": True},
        "folder": {"type": "path", "default": "adopt"},
        "review_days": {"type": "int", "default": 90},
        "parties": {"type": "str", "choices": list(MODES), "default": EXACT},
    }

    def answer(self, options: dict[str, Any], task_vars: dict[str, Any]) -> dict[str, Any]:
        days = options["review_days"]
        if not 1 <= days <= _MOST_DAYS:
            raise AnsibleActionFail(
                f"adopt_review_days: {days} is not from 1 to {_MOST_DAYS}. Write in how many days to review the flows."
            )
        snapshot = Snapshot.of(FullHostVars(task_vars["hostvars"], self._loader), task_vars["groups"])
        plan = PermittedByPlan(snapshot.planner, snapshot.firewalls)
        answers = Answers(tuple(self._answers(options, task_vars["hostvars"])))
        proposal = propose(plan, answers, datetime.date.today(), options["review_days"], options["parties"])
        files = {"proposal.yml": as_yaml(proposal), "adopt.md": as_page(proposal, answers)}
        folder = Path(options["folder"])
        written = {name: str(folder / name) for name in files}
        changed = False
        for name, text in files.items():
            changed |= _write(folder / name, text.encode("utf-8", "backslashreplace"))
        return {
            "changed": False,
            "written": changed,
            "lines": as_lines(proposal, answers),
            "files": written,
            "blocked": len(blocked(proposal)),
            "not_proposed": len(not_proposed(proposal)),
            "parties": {one.fit.party: one.networks.ipv4 + one.networks.ipv6 for one in proposal.parties},
            "extra_flows": len(proposal.flows),
            "unasked": [one.name for one in answers if one.why is not None],
        }

    def _answers(self, options: Mapping[str, Any], hostvars: Mapping[str, Mapping[str, Any]]) -> Iterator[Answer]:
        for scope, names in ((HOST, options["hosts"]), (GATEWAY, options["gateways"])):
            for name in names:
                yield read_answer(name, scope, told(hostvars[name].get(options[f"{scope}_result"])))


def _write(path: Path, content: bytes) -> bool:
    """Write a file; whether that changes it."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.exists() and path.read_bytes() == content:
            return False
        path.write_bytes(content)
    except OSError as error:
        raise AnsibleActionFail(f"{path}: cannot be written: {error.strerror}.") from None
    return True
