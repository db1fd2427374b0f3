# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The request as workbook, CSV and Markdown: read back, each is the flows, and no text is a formula."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Iterator, Mapping
from typing import Any
from xml.etree import ElementTree

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from ansible_collections.portledger.qradar.plugins.plugin_utils._base.cells import plain
from ansible_collections.portledger.qradar.plugins.plugin_utils._base.errors import PortledgerError
from ansible_collections.portledger.qradar.plugins.plugin_utils._base.headings import HEADINGS
from ansible_collections.portledger.qradar.plugins.plugin_utils._report import workbook
from ansible_collections.portledger.qradar.plugins.plugin_utils._report.request import COLUMNS, Request
from ansible_collections.portledger.qradar.plugins.plugin_utils._report.text import as_csv, as_markdown
from ansible_collections.portledger.qradar.plugins.plugin_utils._report.workbook import as_workbook
from ansible_collections.portledger.qradar.tests.unit.plugins.plugin_utils._report.deployments import (
    FORMULA,
    IMAGE,
    NOW,
    SCRIPT,
    SITES,
    make,
    planners,
    report,
)

REPORTS = {name: report(planner) for name, planner in planners().items()}
MANY = report(
    make(
        {
            **SITES,
            "con1": {
                **SITES["con1"],
                "qradar_parties": {"log_sources": [f"10.0.{number}.0/25" for number in range(41)]},
            },
        }
    )
)

Row = tuple[str, ...]

each = pytest.mark.parametrize(("name", "lang"), [(name, lang) for name in REPORTS for lang in ("en", "ja")])


def expected(data: Mapping[str, Any]) -> Iterator[tuple[str | None, list[Row]]]:
    """Each gateway, None for the hosts, and its flows: number, addresses, transport, ports, service, expiry."""
    everything = [{"flow": number, **flow} for number, flow in enumerate(data["flows"])]
    for gateway, flows in ((None, everything), *((one["name"], one["flows"]) for one in data["gateways"])):
        rows: list[Row] = []
        for one in flows:
            flow = data["flows"][one["flow"]]
            ends = [",".join(data["sets"][one[end]]["addresses"]) for end in ("source", "destination")]
            for transport in dict.fromkeys(port.partition("/")[0] for port in flow["ports"]):
                ports = [port.partition("/")[2] for port in flow["ports"] if port.partition("/")[0] == transport]
                shown = ", ".join(ports) if transport != "icmp" else "echo request"
                rows.append((str(len(rows) + 1), *ends, transport, shown, flow["service"], flow["expires"] or ""))
        yield gateway, rows


def picked(cells: Mapping[str, str]) -> Row:
    """What :func:`expected` has, out of the cells of a line."""
    ends = [re.sub(r"[,\s]+", ",", cells[f"{end}_addresses"]) for end in ("source", "destination")]
    ports = cells["ports"].replace("エコー要求", "echo request")
    return cells["number"], *ends, cells["transport"], ports, cells["service"], cells["expires"]


def named(lang: str, headings: list[str], cells: list[str]) -> dict[str, str]:
    """Cells by the name of their column."""
    names = {HEADINGS[column][lang]: column for column in (*COLUMNS, "gateway")}
    assert len(cells) == len(headings)
    return dict(zip([names[heading] for heading in headings], cells, strict=True))


def lines(sheet: Worksheet, lang: str) -> list[dict[str, str]]:
    """Below the title and the headings of a sheet."""
    rows = [["" if cell is None else str(cell) for cell in row] for row in sheet.iter_rows(values_only=True)]
    return [named(lang, rows[1], row) for row in rows[2:]]


@each
def test_the_workbook_is_the_flows(name: str, lang: str) -> None:
    data = REPORTS[name]
    book = openpyxl.load_workbook(io.BytesIO(as_workbook(Request(data, lang), lang, NOW)))
    wanted = list(expected(data))
    assert len(book.worksheets) == len(wanted)
    for sheet, (gateway, rows) in zip(book.worksheets, wanted, strict=True):
        assert sheet["A1"].value.endswith(plain(gateway) if gateway else {"en": "Hosts", "ja": "ホスト"}[lang])
        assert [picked(line) for line in lines(sheet, lang)] == rows


def test_many_addresses_are_on_a_sheet_of_their_own() -> None:
    book = openpyxl.load_workbook(io.BytesIO(as_workbook(Request(MANY, "en"), "en", NOW)))
    listed: dict[int, list[str]] = {}
    for number, label, address in book["Addresses"].iter_rows(min_row=3, values_only=True):
        assert label == MANY["sets"][number]["label"]
        listed.setdefault(int(str(number)), []).append(str(address))
    assert listed == {
        number: found["addresses"] for number, found in enumerate(MANY["sets"]) if len(found["addresses"]) > 24
    }
    seen = 0
    for line in lines(book["Hosts"], "en"):
        for end in ("source_addresses", "destination_addresses"):
            if said := re.fullmatch(r"(\d+) networks: set (\d+) on sheet Addresses", line[end]):
                assert len(listed[int(said[2])]) == int(said[1])
                seen += 1
    assert seen > 0


@each
def test_no_cell_is_a_formula_or_a_link(name: str, lang: str) -> None:
    archive = zipfile.ZipFile(io.BytesIO(as_workbook(Request(REPORTS[name], lang), lang, NOW)))
    for member in archive.namelist():
        tags = {element.tag.rpartition("}")[2] for element in ElementTree.fromstring(archive.read(member)).iter()}
        assert tags.isdisjoint({"f", "hyperlink", "hyperlinks", "externalReference"}), member


def test_hostile_text_is_in_the_workbook_as_it_is() -> None:
    book = openpyxl.load_workbook(io.BytesIO(as_workbook(Request(REPORTS["hostile"], "en"), "en", NOW)))
    cells = {cell.value: cell.data_type for sheet in book.worksheets for row in sheet.iter_rows() for cell in row}
    comment = f"{plain(f'-1+{FORMULA} {IMAGE}<!--')} (qradar_extra_flows[0])"
    for text in (f"console: {FORMULA}", f"event_processor: {SCRIPT}", SCRIPT, comment):
        assert cells[text] == "s"


@pytest.mark.parametrize(
    ("gateways", "sheets"),
    [
        (["Hosts", "HISTORY", "Addresses"], ["Hosts", "Hosts 2", "HISTORY 2", "Addresses 2"]),
        (["a/b[c]:*?\\", "'quoted'", "'"], ["Hosts", "a_b_c_____", "quoted", "_"]),
        (["g" * 40, "G" * 40], ["Hosts", "g" * 31, f"{'G' * 29} 2"]),
    ],
)
def test_names_of_sheets(gateways: list[str], sheets: list[str]) -> None:
    inventory = {key: value for key, value in SITES.items() if key != "gw1"}
    data = report(make({**inventory, **dict.fromkeys(gateways, SITES["gw1"])}))
    order = sorted(data["gateways"], key=lambda one: gateways.index(one["name"]) if one["name"] in gateways else -1)
    book = openpyxl.load_workbook(
        io.BytesIO(as_workbook(Request({**data, "gateways": order[-len(gateways) :]}, "en"), "en", NOW))
    )
    assert book.sheetnames == sheets


def test_rows_are_as_high_as_their_text() -> None:
    book = openpyxl.load_workbook(io.BytesIO(as_workbook(Request(REPORTS["sites"], "ja"), "ja", NOW)))
    sheet = book.worksheets[0]
    for number, row in enumerate(sheet.iter_rows(min_row=3, values_only=True), 3):
        lines = max(len(str(cell or "").split("\n")) for cell in row)
        # A row without a height of its own has the default, one line.
        assert (sheet.row_dimensions[number].height or 15) >= 15 * lines


def test_a_missing_library_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook, "HAS_XLSXWRITER", False)
    monkeypatch.setattr("sys.executable", "/usr/bin/python3")
    with pytest.raises(PortledgerError) as error:
        as_workbook(Request(REPORTS["sites"], "en"), "en", NOW)
    assert str(error.value) == (
        "The Python library XlsxWriter, which writes the workbook, is missing on the controller. Install it for the "
        "Python that runs Ansible: /usr/bin/python3 -m pip install XlsxWriter."
    )


@each
def test_csv_is_the_flows(name: str, lang: str) -> None:
    data = REPORTS[name]
    text = as_csv(Request(data, lang), lang)
    assert text.startswith("\ufeff")
    headings, *rows = csv.reader(io.StringIO(text.removeprefix("\ufeff")))
    found = [named(lang, headings, row) for row in rows]
    wanted = [(plain(gateway), row) for gateway, rows in expected(data) for row in rows]
    assert [(line["gateway"], picked(line)) for line in found] == wanted
    for row in rows:
        assert not any(cell.lstrip()[:1] in ("=", "+", "-", "@") and cell for cell in row)


def test_hostile_text_in_csv() -> None:
    _headings, *rows = csv.reader(io.StringIO(as_csv(Request(REPORTS["hostile"], "en"), "en")))
    cells = {cell for row in rows for cell in row}
    assert f"'{plain(f'-1+{FORMULA} {IMAGE}<!--')} (qradar_extra_flows[0])" in cells
    assert f"console: {FORMULA}" in cells


@each
def test_markdown_is_the_flows(name: str, lang: str) -> None:
    data = REPORTS[name]
    text = as_markdown(Request(data, lang), lang)
    assert "<" not in text
    sections = re.split(r"^## .*\n\n", text, flags=re.MULTILINE)[1:]
    wanted = list(expected(data))
    assert len(sections) == len(wanted)
    for section, (_gateway, rows) in zip(sections, wanted, strict=True):
        headings, rule, *body = [
            [cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]] for line in section.strip().splitlines()
        ]
        assert rule == ["---"] * len(COLUMNS)
        found = [named(lang, headings, row) for row in body]
        for line, row in zip(found, rows, strict=True):
            ends = ("source_addresses", "destination_addresses")
            for end, addresses in zip(ends, (row[1].split(","), row[2].split(",")), strict=True):
                assert line[end].partition(" and ")[0].split(", ") == addresses[: 8 if len(addresses) > 9 else 9]
            assert picked(line)[3:] == row[3:]


def test_a_reason_is_the_row_or_the_comment() -> None:
    request = Request(REPORTS["sites"], "en")
    reasons = {line.cells["service"]: line.cells["reason"] for table in request.tables() for line in table.lines}
    assert reasons["smtp"] == "Outgoing mail (row 2)"
    flows = [flow for flow in REPORTS["sites"]["flows"] if flow["row"] is flow["supplement"] is None]
    assert {request.reason(flow) for flow in flows} == {
        "ticket 4711 (qradar_extra_flows[0])",
        "Extra flow qradar_extra_flows[1]",
        "Extra flow qradar_extra_flows[2]",
    }
    supplements = [flow for flow in REPORTS["sites"]["flows"] if flow["supplement"]]
    assert "Apps on the console log to it (supplement console_apps, IBM support node/6211837)" in {
        request.reason(flow) for flow in supplements
    }
    encrypted = [flow for flow in REPORTS["sites"]["flows"] if flow["when"] == "encrypted"]
    assert request.reason(encrypted[0]).endswith(f"(row {encrypted[0]['row']}), when encrypted")
    assert Request(REPORTS["sites"], "ja").reason(encrypted[0]).endswith(f"(行 {encrypted[0]['row']})、条件 encrypted")
