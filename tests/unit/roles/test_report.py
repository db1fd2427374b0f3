# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The role report and its playbook: options as documented, all files at once, and errors of one sentence."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from tests.unit.roles.test_roles import role_file, role_options, run

ROLE = "report"
MODULE = "portledger.qradar.report"
INVENTORY = {
    "all": {
        "vars": {"qradar_parties": {"users": ["198.18.2.0/24"]}},
        "children": {
            "qradar": {
                "children": {
                    "qradar_console": {"hosts": {"con1": {"ansible_host": "198.18.1.11"}}},
                    "qradar_event_processor": {"hosts": {"ep1": {"ansible_host": "198.18.1.21"}}},
                }
            }
        },
    }
}


@pytest.fixture
def inventory(tmp_path: Path) -> Path:
    path = tmp_path / "inventory.yml"
    path.write_text(yaml.safe_dump(INVENTORY), encoding="utf-8")
    return path


def test_defaults_are_those_of_the_argument_spec() -> None:
    assert role_file(ROLE, "defaults/main.yml") == {
        name: option["default"] for name, option in role_options(ROLE).items()
    }


def test_each_variable_is_handed_to_the_module() -> None:
    handed = role_file(ROLE, "tasks/main.yml")[0][MODULE]
    assert handed == {
        name.removeprefix("report_"): f"{{{{ {name}{'' if name == 'report_lang' else ' | default(omit, true)'} }}}}"
        for name in role_options(ROLE)
    }


def test_the_playbook_writes_all_files(inventory: Path, tmp_path: Path) -> None:
    kinds = ("html", "xlsx", "csv", "markdown", "json")
    options = [word for kind in kinds for word in ("-e", f"report_{kind}={tmp_path}/report.{kind}")]
    said = run("ansible-playbook", "-i", str(inventory), "portledger.qradar.report", *options, "-e", "report_lang=ja")
    assert said.returncode == 0, said.stdout
    data = json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))
    assert f"{len(data['flows'])} flows, {data['check']['warnings']} warnings" in said.stdout
    assert [host["name"] for host in data["hosts"]] == ["con1", "ep1"]
    assert all((tmp_path / f"report.{kind}").stat().st_size > 1000 for kind in kinds)


def test_an_error_is_one_sentence(inventory: Path, tmp_path: Path) -> None:
    options = ["-e", f"report_html={tmp_path}/page.html", "-e", f"report_audit={tmp_path}/none.json"]
    said = run("ansible-playbook", "-i", str(inventory), "portledger.qradar.report", *options)
    assert said.returncode == 2
    assert (
        f"audit: '{tmp_path}/none.json' cannot be read (No such file or directory). Name the file that the playbook "
        "audit wrote to audit_json." in said.stdout + said.stderr
    )
    assert not (tmp_path / "page.html").exists()
