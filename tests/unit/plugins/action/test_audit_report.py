# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a host says, in the reports that Ansible writes and prints: text that is valid and that moves nothing."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree

import pytest

from ansible_collections.portledger.qradar.plugins.action.audit_report import ActionModule
from tests.unit.plugins.action.test_ruleset import run

HOSTILE = "x\x1b[2J\u202ey\x9b\nz\uffff"
SHOWN = r"x\x1b[2J\u202ey\x9b\x0az\uffff"


@pytest.mark.parametrize("module", ["audit_report", "reachability_report"])
def test_a_host_that_speaks_to_the_terminal(tmp_path: Path, module: str) -> None:
    inventory = {"all": {"hosts": {"ep1": {"outcome": {"failed": True, "msg": HOSTILE}}}}}
    results = {"audit_report": ["host_result", "gateway_result"], "reachability_report": ["result"]}
    arguments: dict[str, object] = {"hosts": ["ep1"], **dict.fromkeys(results[module], "outcome")}
    if module == "audit_report":
        arguments |= {"json": str(tmp_path / "audit.json"), "junit": str(tmp_path / "audit.xml")}
    copy = {"dest": str(tmp_path / "report.json"), "content": "{{ report | to_json }}"}
    tasks = [{f"portledger.qradar.{module}": arguments, "register": "report"}, {"ansible.builtin.copy": copy}]
    plays = [{"hosts": "ep1", "connection": "local", "gather_facts": False, "tasks": tasks}]
    run(tmp_path, inventory, plays)
    said = json.dumps(json.loads((tmp_path / "report.json").read_text(encoding="utf-8")))
    assert json.dumps(SHOWN)[1:-1] in said
    if module == "audit_report":
        written = (tmp_path / "audit.json").read_text(encoding="utf-8")
        assert json.dumps(SHOWN)[1:-1] in written
        tree = ElementTree.parse(tmp_path / "audit.xml")
        assert SHOWN in ElementTree.tostring(tree.getroot(), encoding="unicode")


def test_what_no_play_acts_on_is_not_in_force(tmp_path: Path) -> None:
    good = {
        "in_force": True,
        "loaded": [{"provider": "nftables"}],
        "provider": "nftables",
        "difference": [],
        "pending": None,
    }
    hosts = {"con1": {"ansible_host": "198.18.1.1", "outcome": good}}
    inventory = {"all": {"children": {"qradar_console": {"hosts": hosts}}}}
    copy = {"dest": str(tmp_path / "report.json"), "content": "{{ report | to_json }}"}
    arguments = {"hosts": ["con1"], "host_result": "outcome", "gateway_result": "outcome"}
    tasks = [{"portledger.qradar.audit_report": arguments, "register": "report"}, {"ansible.builtin.copy": copy}]
    run(tmp_path, inventory, [{"hosts": "con1", "connection": "local", "gather_facts": False, "tasks": tasks}])
    report = json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))
    sentence = (
        "group qradar: does not contain con1, which the plan counts on, so no play configures or audits them. Put "
        "them, or their groups qradar_<role>, below the group qradar."
    )
    assert report["uncovered"] == [sentence]
    assert f"not in force: {sentence}" in report["lines"]
    assert not report["in_force"]
    assert [finding["state"] for finding in report["findings"]] == ["in force"]


def test_files_are_written_whatever_bytes_there_are(tmp_path: Path) -> None:
    name = "ep\udce9"
    files = {"json": str(tmp_path / "audit.json"), "junit": str(tmp_path / "audit.xml")}
    options = {"hosts": [name], "gateways": [], "host_result": "outcome", "gateway_result": "outcome", **files}
    hostvars = {name: {"outcome": {"failed": True, "msg": "caf\udce9"}}}
    ActionModule.answer(object.__new__(ActionModule), options, {"hostvars": hostvars})
    (finding,) = json.loads((tmp_path / "audit.json").read_text(encoding="utf-8"))["findings"]
    assert (finding["name"], finding["why"]) == (name, r"caf\xe9")
    assert ElementTree.parse(tmp_path / "audit.xml").findtext("testcase/error") == r"caf\xe9"
