# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The files of a report: what they are made of, and what is refused."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.portledger.qradar.plugins.plugin_utils._base.errors import PortledgerError
from ansible_collections.portledger.qradar.plugins.plugin_utils._report import workbook
from ansible_collections.portledger.qradar.plugins.plugin_utils._report.files import KINDS, read_audit, require, write
from ansible_collections.portledger.qradar.plugins.plugin_utils._report.page import ASSETS, as_page
from ansible_collections.portledger.qradar.tests.unit.plugins.plugin_utils._report.deployments import (
    IMAGE,
    NOW,
    SCRIPT,
    SITES,
    audit,
    drifted,
    make,
    planners,
    report,
)

REMEDY = "Name the file that the playbook audit wrote to audit_json."


def test_each_kind_is_written(tmp_path: Path) -> None:
    data = report(make(SITES))
    write(data, {kind: str(tmp_path / kind) for kind in KINDS}, "ja", NOW)
    assert json.loads((tmp_path / "json").read_text(encoding="utf-8")) == data
    assert (tmp_path / "html").read_text(encoding="utf-8").startswith('<!DOCTYPE html>\n<html lang="ja">')
    assert (tmp_path / "csv").read_text(encoding="utf-8").startswith("\ufeffゲートウェイ,番号,接続元,")
    assert "| 番号 | 接続元 |" in (tmp_path / "markdown").read_text(encoding="utf-8")
    assert (tmp_path / "xlsx").read_bytes()[:2] == b"PK"
    again = tmp_path / "again"
    again.mkdir()
    write(data, {kind: str(again / kind) for kind in KINDS}, "ja", NOW)
    for kind in KINDS:
        assert (tmp_path / kind).read_bytes() == (again / kind).read_bytes(), kind


def test_a_file_that_cannot_be_written(tmp_path: Path) -> None:
    path = str(tmp_path / "none" / "x.csv")
    with pytest.raises(PortledgerError) as error:
        write(report(make(SITES)), {"csv": path}, "en", NOW)
    assert str(error.value) == (
        f"csv: '{path}' cannot be written (No such file or directory). Name a file in a folder that exists."
    )


def test_an_audit_is_read(tmp_path: Path) -> None:
    path = tmp_path / "audit.json"
    said = audit(drifted("con1"))
    path.write_text(json.dumps(said), encoding="utf-8")
    assert read_audit(str(path)) == said
    assert report(make(SITES), read_audit(str(path)))["audit"] == {
        "states": said["states"],
        "findings": said["findings"],
    }


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (None, "cannot be read (No such file or directory)"),
        ("{", "is not JSON"),
        ("[]", "is not the report of an audit"),
        ({"findings": [], "warnings": 0}, "is not the report of an audit"),
        ({"version": 2, "states": {}, "findings": []}, "has the version 2, not 1"),
        ({"version": 1, "states": {}, "findings": [{"name": "con1"}]}, "is not the report of an audit"),
    ],
)
def test_what_is_not_an_audit_is_refused(content: Any, problem: str, tmp_path: Path) -> None:
    path = tmp_path / "audit.json"
    if content is not None:
        path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    with pytest.raises(PortledgerError) as error:
        read_audit(str(path))
    assert str(error.value) == f"audit: '{path}' {problem}. {REMEDY}"


def test_only_the_workbook_needs_its_library(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook, "HAS_XLSXWRITER", False)
    require({"html": "x", "csv": "x", "markdown": "x", "json": "x"})
    with pytest.raises(PortledgerError, match="XlsxWriter"):
        require({"xlsx": "x"})


def test_data_in_the_page_is_no_markup() -> None:
    data = report(planners()["hostile"])
    text = as_page(data, "en")
    assert SCRIPT not in text
    assert IMAGE not in text
    found = re.findall(r'<script type="application/json" id="data">(.*?)</script>', text, re.DOTALL)
    assert len(found) == 1
    assert not set("<>&") & set(found[0])
    assert json.loads(found[0]) == data


def test_libraries_are_as_they_were_published() -> None:
    """A file that is not ours has its digest in SOURCES.md, and no other file has."""
    table = (ASSETS / "SOURCES.md").read_text(encoding="utf-8")
    listed = dict(re.findall(r"^\| `([^`]+)` \|.*\| ([0-9a-f]{64}) \|", table, re.MULTILINE))
    theirs = {path.name for path in ASSETS.iterdir() if "portledger" not in path.read_text(encoding="utf-8")[:200]} - {
        "SOURCES.md",
        "page.html",
    }
    assert set(listed) == theirs
    for name, digest in listed.items():
        assert hashlib.sha256((ASSETS / name).read_bytes()).hexdigest() == digest
    text = as_page(report(make(SITES)), "en")
    assert "Copyright (c) 2015-2026 Oli Folkerd" in text
