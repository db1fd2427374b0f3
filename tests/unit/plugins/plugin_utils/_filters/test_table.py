# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tables of flows: read back, they are the flows; and hostile text stays text, as readers of each format see it."""

from __future__ import annotations

import csv
import html.parser
import io
import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from ansible_collections.portledger.qradar.plugins.plugin_utils._base.cells import plain
from ansible_collections.portledger.qradar.plugins.plugin_utils._base.errors import PortledgerError
from ansible_collections.portledger.qradar.plugins.plugin_utils._catalog.catalog import load_catalog
from ansible_collections.portledger.qradar.plugins.plugin_utils._filters.table import (
    ALL_COLUMNS,
    DEFAULT_COLUMNS,
    flow_table,
)
from ansible_collections.portledger.qradar.plugins.plugin_utils._questions.flows import query_flows
from tests.unit.plugins.plugin_utils._filters.deployment import make_planner

FLOWS: Final = query_flows(make_planner())
LISTS: Final = ("source_hosts", "source_addresses", "destination_hosts", "destination_addresses", "ports")
HOSTILE: Final = (
    *("=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1", "'=1", "a;=cmd|' /C calc'!A0", '=HYPERLINK("x")'),
    *("<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "&lt;b&gt;", '" onclick="x', "a|b", "a\\|b", "\\"),
    *("[x](javascript:alert(1))", "![x](y)", "`code`", "**b** _i_ ~~s~~", "<https://x.org>", "# x", "--- | ---", "$x$"),
    *('a"b,c', "a,b", 'a""b', "con1\u202etxt", "\x00\x1b[31m", "x\u2028y", "日本語　名前", " blanks ", "{{ 1 }}", ""),
)
TEXT: Final = st.one_of(
    st.sampled_from(HOSTILE),
    st.text(max_size=12),
    st.text("=+-@;'\" \t\r\n,|\\`*_[]()<>&!~#:/$aé日", max_size=12),
)
WORD: Final = TEXT.map(lambda text: re.sub(r"\s", "", plain(text))).filter(bool)


def side(label: Any, hosts: Any) -> st.SearchStrategy[dict[str, Any]]:
    addresses = st.lists(st.sampled_from(["198.18.0.0/24", "198.18.1.1/32", "2001:db8::/64"]), unique=True)
    return st.fixed_dictionaries({"label": label, "hosts": st.lists(hosts, max_size=3), "addresses": addresses})


def flows(text: st.SearchStrategy[str], word: st.SearchStrategy[str]) -> st.SearchStrategy[list[dict[str, Any]]]:
    flow = st.fixed_dictionaries(
        {
            "service": text,
            "row": st.one_of(st.none(), st.integers(1, 72)),
            "ports": st.lists(st.sampled_from(["tcp/514", "udp/1-65535", "icmp"]), min_size=1, unique=True),
            "when": st.one_of(st.none(), text.filter(bool)),
            "comment": st.one_of(st.none(), text.filter(bool)),
            "source": side(text, word),
            "destination": side(text, word),
        }
    )
    return st.lists(flow, max_size=3)


def read_cell(cell: str) -> str:
    """A cell without the apostrophes that keep it from being a formula."""
    return re.sub(r"(^|;)'(?=[\s'\"]*[=+\-@＝＋－＠])", r"\1", cell)


def read_csv(table: str) -> list[dict[str, Any]]:
    """The flows that a table of all columns is about."""
    lines = list(csv.reader(io.StringIO(table, newline="")))
    found = []
    for number, line in enumerate(lines[1:], start=1):
        cells = dict(zip(ALL_COLUMNS, map(read_cell, line), strict=True))
        values: dict[str, Any] = {name: text.split() if name in LISTS else text or None for name, text in cells.items()}
        assert values.pop("number") == str(number)
        values.pop("reason")
        values["row"] = values["row"] and int(values["row"])
        found.append(values)
    return found


def as_columns(flow: Mapping[str, Any]) -> dict[str, Any]:
    """A flow with each of its parts under the name of its column."""
    parts = {key: flow[key] for key in ("ports", "service", "row", "when", "comment")}
    parts["supplement"] = flow.get("supplement")
    for end in ("source", "destination"):
        parts |= {
            end: flow[end]["label"],
            f"{end}_hosts": flow[end]["hosts"],
            f"{end}_addresses": flow[end]["addresses"],
        }
    shown = {name: plain(value) or None if isinstance(value, str) else value for name, value in parts.items()}
    return {name: shown[name] for name in ALL_COLUMNS if name in shown}


def test_csv_of_a_deployment_reads_back_equal() -> None:
    assert read_csv(flow_table(FLOWS, columns=ALL_COLUMNS)) == [as_columns(flow) for flow in FLOWS]


@given(flows(TEXT, WORD))
def test_csv_reads_back_equal(given_flows: list[dict[str, Any]]) -> None:
    table = flow_table(given_flows, "csv", columns=ALL_COLUMNS)
    assert read_csv(table) == [as_columns(flow) for flow in given_flows]


@example([{**FLOWS[0], "comment": ';"@'}])
@given(flows(TEXT, TEXT))
def test_no_cell_of_csv_is_a_formula(given_flows: list[dict[str, Any]]) -> None:
    """Nor where a spreadsheet takes semicolons or tabs for the ends of cells. A line is a flow."""
    table = flow_table(given_flows, columns=ALL_COLUMNS)
    assert table.count("\n") == len(given_flows) + 1
    for separator in ",;\t":
        for line in csv.reader(io.StringIO(table, newline=""), delimiter=separator):
            assert not [cell for cell in line if re.match(r"\s*[=+\-@＝＋－＠]", cell) or re.match(r"[\t\r\n]", cell)]


def test_csv_is_quoted_as_spreadsheets_want_it() -> None:
    flow = {**FLOWS[0], "comment": 'say "hi", twice'}
    assert flow_table(flow, columns=["comment", "row"]) == 'Comment,Row\n"say ""hi"", twice",1\n'


MARKDOWN: Final = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])


def markdown_cells(table: str) -> list[list[list[Token]]]:
    """What a renderer sees in each cell; the table is all that it sees."""
    tokens = MARKDOWN.parse(table)
    assert (tokens[0].type, tokens[-1].type) == ("table_open", "table_close")
    assert [token.type for token in tokens].count("table_open") == 1
    lines: list[list[list[Token]]] = []
    for token in tokens:
        if token.type == "tr_open":
            lines.append([])
        elif token.type == "inline":
            lines[-1].append(token.children or [])
    return lines


@given(flows(TEXT, TEXT))
def test_cells_of_markdown_are_text(given_flows: list[dict[str, Any]]) -> None:
    names = ["source", "source_hosts", "service", "when", "comment", "ports"]
    lines = markdown_cells(flow_table(given_flows, "markdown", columns=names))
    assert len(lines) == len(given_flows) + 1
    for line, flow in zip(lines[1:], given_flows, strict=True):
        assert {token.type for cell in line for token in cell} <= {"text", "text_special"}
        parts = as_columns(flow)
        wanted = [
            parts[name] or "" if name not in LISTS else ", ".join(plain(x).strip() for x in parts[name])
            for name in names
        ]
        assert ["".join(token.content for token in cell) for cell in line] == [text.strip() for text in wanted]


class Reader(html.parser.HTMLParser):
    """Tags with their attributes, and the text of each cell."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, Sequence[tuple[str, str | None]]]] = []
        self.cells: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, attrs))
        if tag in ("th", "td"):
            self.cells.append("")
        elif tag == "br":
            self.cells[-1] += "\n"

    def handle_data(self, data: str) -> None:
        if self.tags[-1][0] in ("th", "td", "br") and not (data.startswith("\n") and not data.strip()):
            self.cells[-1] += data


@given(flows(TEXT, TEXT))
def test_cells_of_html_are_text(given_flows: list[dict[str, Any]]) -> None:
    names = ["source", "source_hosts", "service", "when", "comment"]
    reader = Reader()
    reader.feed(flow_table(given_flows, "html", columns=names))
    reader.close()
    assert {tag for tag, _attributes in reader.tags} <= {"table", "thead", "tbody", "tr", "th", "td", "br"}
    assert {name for _tag, attributes in reader.tags for name, _value in attributes} <= {"lang", "scope"}
    wanted = []
    for flow in given_flows:
        parts = as_columns(flow)
        wanted += [parts[name] or "" if name not in LISTS else "\n".join(map(plain, parts[name])) for name in names]
    assert reader.cells[len(names) :] == wanted


FLOW: Final = {
    "service": "ha_icmp",
    "row": 68,
    "ports": ["icmp"],
    "when": "ha",
    "comment": None,
    "source": {"label": "ha_peer", "hosts": ["con1", "con2"], "addresses": ["198.18.1.1/32", "198.18.1.2/31"]},
    "destination": {"label": "<b>", "hosts": [], "addresses": ["2001:db8::/64"]},
}


def test_whole_tables() -> None:
    assert flow_table(FLOW, columns=["number", "source", "source_hosts", "destination", "ports", "row", "comment"]) == (
        "No.,Source,Source hosts,Destination,Ports,Row,Comment\n1,ha_peer,con1 con2,<b>,icmp,68,\n"
    )
    assert flow_table([FLOW], "markdown", "ja", ["source_addresses", "destination", "when"]) == (
        "| 接続元アドレス | 接続先 | 条件 |\n| --- | --- | --- |\n| 198.18.1.1/32, 198.18.1.2/31 | &lt;b&gt; | ha |\n"
    )
    assert flow_table([FLOW], "html", columns=["source_addresses", "destination"]) == (
        '<table lang="en">\n<thead>\n<tr><th scope="col">Source addresses</th><th scope="col">Destination</th></tr>\n'
        "</thead>\n<tbody>\n<tr><td>198.18.1.1/32<br>198.18.1.2/31</td><td>&lt;b&gt;</td></tr>\n</tbody>\n</table>\n"
    )


def test_no_flow_is_headings_alone() -> None:
    assert flow_table([], columns="service") == "Service\n"
    assert flow_table([], "markdown", columns=["service"]) == "| Service |\n| --- |\n"
    assert "<tbody>\n</tbody>" in flow_table([], "html")


def test_columns_without_being_asked() -> None:
    assert len(DEFAULT_COLUMNS) == len(set(DEFAULT_COLUMNS)) == len(ALL_COLUMNS) - 3
    assert (
        flow_table(FLOWS)
        == flow_table(FLOWS, columns=list(DEFAULT_COLUMNS))
        == flow_table(iter(FLOWS), columns=iter(DEFAULT_COLUMNS))
    )


@pytest.mark.parametrize("lang", ["en", "ja"])
def test_each_service_has_its_reason(lang: str) -> None:
    for service in load_catalog().services:
        flow = {**FLOW, "service": service.service, "row": service.row}
        assert flow_table(flow, "html", lang, ["reason"]).count(f"<td>{service.title.in_language(lang)}</td>") == 1
    extra = {"en": "Extra flow of the inventory", "ja": "インベントリーで追加したフロー"}[lang]
    assert f"\n{extra}\n" in flow_table({**FLOW, "service": "extra_flow", "row": None}, lang=lang, columns=["reason"])
    assert flow_table({**FLOW, "service": "own"}, lang=lang, columns=["reason", "service"]).endswith("\n,own\n")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"format": "xlsx"}, "format: 'xlsx' is not a format of a table. Valid values: csv, html, markdown."),
        ({"format": None}, "format: None is not a format of a table. Valid values: csv, html, markdown."),
        ({"lang": "de"}, "lang: 'de' is not a language of the catalog. Valid values: en, ja."),
        (
            {"columns": ["source", "host"]},
            "columns: 'host' is not a column of a table. Valid values: comment, destination, destination_addresses, "
            "destination_hosts, number, ports, reason, row, service, source, source_addresses, source_hosts, "
            "supplement, when.",
        ),
        (
            {"columns": []},
            "columns: [] is empty. Leave columns out, or name some of: number, source, source_hosts, source_addresses, "
            "destination, destination_hosts, destination_addresses, ports, service, row, supplement, when, "
            "comment, reason.",
        ),
        ({"flows": 1}, "flows: 1 is not a list of flows. Give flows as query('portledger.qradar.flows') returns them."),
    ],
)
def test_refused(options: dict[str, Any], message: str) -> None:
    with pytest.raises(PortledgerError) as refusal:
        flow_table(**{"flows": FLOWS, **options})
    assert str(refusal.value) == message
