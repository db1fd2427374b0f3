# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The page of the report in a browser: what a reader does with it, and that each figure is what the lookups say."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from ansible_collections.portledger.qradar.plugins.plugin_utils._questions.flows import query_flows
from ansible_collections.portledger.qradar.tests.unit.plugins.plugin_utils._report.deployments import (
    FORMULA,
    IMAGE,
    SCRIPT,
    planners,
)
from tests.browser.conftest import Open

PLANNERS = planners()
FLOWS = len(query_flows(PLANNERS["sites"]))
TABS = ("overview", "flows", "matrix", "picture", "blocked", "attention", "ports")

Pages = dict[str, Path]


def count(page: Page) -> str:
    return page.locator("#count").inner_text()


def _has(number: int, port: str) -> bool:
    first, _dash, last = port.partition("/")[2].partition("-")
    return bool(first) and int(first) <= number <= int(last or first)


def tab(page: Page, name: str) -> None:
    page.locator(f"#tab-{name}").click()
    expect(page.locator(f"#{name}")).to_be_visible()


def test_it_opens_with_the_figures_of_the_lookup(pages: Pages, opened: Open) -> None:
    page = opened(pages["sites"])
    assert page.title() == "QRadar flows"
    cards = dict(re.findall(r"(\d+)\n(\w[\w ]*)", page.locator("#cards").inner_text()))
    assert {value: key for key, value in cards.items()}["Flows"] == str(FLOWS)
    tab(page, "flows")
    assert count(page) == f"{FLOWS} of {FLOWS} flows"


@pytest.mark.parametrize(
    ("filters", "question"),
    [
        ({"from": "ep1"}, {"source": "ep1"}),
        ({"to": "console"}, {"destination": "console"}),
        ({"from": "users", "to": "ec1"}, {"source": "users", "destination": "ec1"}),
        ({"from": "lan", "to": "smtp_gateways"}, {"source": "lan", "destination": "smtp_gateways"}),
        ({"service": "syslog"}, {"service": "syslog"}),
        ({"gateway": "gw2"}, {"gateway": "gw2"}),
        ({"gateway": "gw1", "from": "log_sources"}, {"gateway": "gw1", "source": "log_sources"}),
    ],
)
def test_filters_select_what_the_lookup_does(
    pages: Pages, opened: Open, filters: dict[str, str], question: dict[str, str]
) -> None:
    page = opened(pages["sites"])
    tab(page, "flows")
    for name, value in filters.items():
        box = page.locator(f"#f-{name}")
        box.select_option(value) if name in ("service", "gateway") else box.fill(value)
    asked = query_flows(PLANNERS["sites"], **question)
    assert 0 < len(asked) < FLOWS
    assert count(page).startswith(f"{len(asked)} of ")
    shown = page.evaluate("table.getData('active').map((row) => [row.service, row.portsColumn])")
    assert shown == [[flow["service"], ", ".join(flow["ports"])] for flow in asked]
    page.locator("#clear").click()
    assert count(page) == f"{FLOWS} of {FLOWS} flows"


def test_search_finds_names_addresses_and_comments(pages: Pages, opened: Open) -> None:
    page = opened(pages["sites"])
    tab(page, "flows")
    for text, some in (("ticket 4711", 2), ("198.18.22.5", 1), ("ストリーミング", None), ("no such thing", 0)):
        page.locator("#f-search").fill(text)
        found = int(count(page).partition(" ")[0])
        assert found == some if some is not None else 0 < found < FLOWS
    page.locator("#f-search").fill("")
    for text, wanted in (("514", "tcp/514, udp/514"), ("udp/8445", "udp/8443-8450"), ("9000-9200", "tcp/9100")):
        page.locator("#f-port").fill(text)
        assert wanted in page.locator("#table").inner_text()
    # The port and the transport are one value.
    page.locator("#f-port").fill("8445")
    covered = [flow for flow in query_flows(PLANNERS["sites"]) if any(_has(8445, port) for port in flow["ports"])]
    assert count(page).startswith(f"{len(covered)} of")
    page.locator("#f-transport").select_option("tcp")
    assert "udp/8443" not in page.locator("#table").inner_text()


def test_what_cannot_be_read_is_named(pages: Pages, opened: Open) -> None:
    page = opened(pages["sites"])
    tab(page, "flows")
    page.locator("#f-from").fill("ep9")
    page.locator("#f-port").fill("70000")
    assert count(page) == (
        "ep9 is not a host, role or party of this deployment. 70000 is not a port. Write 514, tcp/514 or 500-520."
    )
    assert page.locator("#f-from").get_attribute("aria-invalid") == "true"


def test_sorting_by_a_heading_and_by_keyboard(pages: Pages, opened: Open) -> None:
    page = opened(pages["sites"])
    tab(page, "flows")
    head = page.locator(".head", has_text="Ports")
    first = page.locator(".tabulator-row").first
    head.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".tabulator-col[aria-sort=ascending]")).to_have_text("Ports")
    expect(first).to_contain_text("icmp")
    head.click()
    expect(first).to_contain_text("32768-60999")


def test_details_of_a_flow(pages: Pages, opened: Open) -> None:
    page = opened(pages["sites"])
    tab(page, "flows")
    page.locator("#f-service").select_option("syslog")
    page.locator("#f-from").fill("log_sources")
    page.locator(".tabulator-row .link").first.click()
    details = page.locator("#details")
    expect(details.locator("h3")).to_be_focused()
    for text in ("Syslog", "198.18.22.0/24", "tcp/514, udp/514", "ec1", "gw1, gw2", "How the line was read"):
        expect(details).to_contain_text(text)
    details.locator("button", has_text="Close").click()
    expect(details).to_be_empty()


def test_copying(pages: Pages, opened: Open) -> None:
    page = opened(pages["hostile"], permissions=["clipboard-read", "clipboard-write"])
    tab(page, "flows")
    page.locator("#f-service").select_option("extra_flow")
    page.locator("#copy").click()
    expect(page.locator("#copied")).to_have_text("Copied 2 lines.")
    lines = page.evaluate("navigator.clipboard.readText()").split("\n")
    assert lines[0].split("\t")[:4] == ["No.", "Service", "Row", "Ports"]
    cells = [line.split("\t") for line in lines[1:]]
    assert [len(row) for row in cells] == [9, 9]
    assert not any(cell.lstrip()[:1] in tuple("=+-@") for row in cells for cell in row if cell)
    assert cells[0][6].startswith("'-1+=HYPERLINK")


@pytest.mark.parametrize("kind", ["roles", "hosts"])
def test_each_cell_of_the_matrix_is_what_the_lookup_says(pages: Pages, opened: Open, kind: str) -> None:
    page = opened(pages["sites"])
    tab(page, "matrix")
    page.locator("#m-kind").select_option(kind)
    names = page.locator("#grid tbody th").all_inner_texts()
    assert len(names) == 12
    texts = page.locator("#grid tbody tr").evaluate_all(
        "rows => rows.map(r => [...r.cells].slice(1).map(c => c.textContent))"
    )
    for source, row in zip(names, texts, strict=True):
        for destination, shown in zip(names, row, strict=True):
            asked = len(query_flows(PLANNERS["sites"], source=source, destination=destination))
            assert (shown if shown.isdigit() else "0") == str(asked), f"{source} to {destination}"


def test_a_cell_of_the_matrix_shows_its_flows(pages: Pages, opened: Open) -> None:
    page = opened(pages["sites"])
    tab(page, "matrix")
    page.locator("#m-kind").select_option("hosts")
    between = len(query_flows(PLANNERS["sites"], source="ec1", destination="con1"))
    page.get_by_role("button", name=f"ec1 to con1: {between} flows").click()
    expect(page.locator("#flows")).to_be_visible()
    assert count(page) == f"{between} of {FLOWS} flows"
    assert page.locator("#f-from").input_value() == "ec1"


def test_arrow_keys_move_in_the_matrix(pages: Pages, opened: Open) -> None:
    page = opened(pages["sites"])
    tab(page, "matrix")
    page.locator("#m-kind").select_option("hosts")
    page.locator("#grid button[tabindex='0']").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowDown")
    label = page.evaluate("document.activeElement.getAttribute('aria-label')")
    between = len(query_flows(PLANNERS["sites"], source="ep1", destination="ep2"))
    assert label == f"ep1 to ep2: {between} flows"
    page.keyboard.press("Enter")
    assert count(page) == f"{between} of {FLOWS} flows"


def test_the_picture(pages: Pages, opened: Open) -> None:
    page = opened(pages["sites"])
    tab(page, "picture")
    boxes = page.locator("#drawing .site, #drawing .gateway")
    assert boxes.count() == 9
    crossing = len(query_flows(PLANNERS["sites"], gateway="gw2"))
    gateway = page.get_by_role("button", name=f"gw2: {crossing} flows")
    gateway.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#flows")).to_be_visible()
    assert count(page) == f"{crossing} of {FLOWS} flows"
    tab(page, "picture")
    arrow = page.get_by_role("button", name=re.compile(r"^Site 2 to Site 1: \d+ flows$"))
    told = (arrow.get_attribute("aria-label") or arrow.text_content() or "").removesuffix(" flows").split()[-1]
    assert 0 < int(told) < FLOWS
    arrow.click()
    assert count(page) == f"{told} of {FLOWS} flows"
    page.get_by_role("button", name="Remove this filter").click()
    assert count(page) == f"{FLOWS} of {FLOWS} flows"


def test_japanese_by_the_switch(pages: Pages, opened: Open) -> None:
    page = opened(pages["sites"])
    tab(page, "flows")
    page.locator("#f-service").select_option("smtp")
    expect(page.locator("#table")).to_contain_text("Outgoing mail")
    page.locator("#lang").select_option("ja")
    expect(page.locator("#table")).to_contain_text("メール送信")
    assert page.evaluate("document.documentElement.lang") == "ja"
    assert page.title() == "QRadar フロー"
    assert page.locator("#f-service").input_value() == "smtp"
    for name in TABS:
        tab(page, name)
    assert "{" not in page.locator("main").inner_text()


def test_both_languages_have_the_same_words(pages: Pages, opened: Open) -> None:
    page = opened(pages["sites"])
    words = page.evaluate("WORDS")
    assert words["en"].keys() == words["ja"].keys()
    for key, text in words["en"].items():
        assert sorted(re.findall(r"\{\w+\}", text)) == sorted(re.findall(r"\{\w+\}", words["ja"][key])), key


def test_a_port_is_looked_up(pages: Pages, opened: Open) -> None:
    page = opened(pages["sites"])
    tab(page, "ports")
    page.locator("#p-search").fill("tcp/514")
    flows = [flow for flow in query_flows(PLANNERS["sites"]) if "tcp/514" in flow["ports"]]
    expect(page.locator("#p-count")).to_have_text(
        f"Services that use tcp/514: 2. Flows that permit it here: {len(flows)}."
    )
    page.locator("#p-search").fill("10000")
    expect(page.locator("#p-table")).to_contain_text("retired")


def test_what_is_not_permitted_has_its_reason(pages: Pages, opened: Open) -> None:
    page = opened(pages["sites"])
    tab(page, "blocked")
    for text in (
        "no networks: snmp_managers",
        "feature off: snmp_agent",
        "the table gives no direction",
        "retired, version<7.2.6 only",
        "qradar_excluded_services",
        "within one host only",
        "expired after 2026-01-01",
        "an end is empty: forensics",
    ):
        expect(page.locator("#blocked")).to_contain_text(text)
    tab(page, "attention")
    for text in (
        "is near, and the flow is blocked after it",
        "qradar_dynamic_ports.portmapper_dynamic",
        "2026-12-01",
        "missing: tcp/514 syslog from log_sources (2 networks)",
        "foreign: permits tcp/8443 from anywhere",
        "listens, undocumented: tcp/10050 <b>agent</b>",
    ):
        expect(page.locator("#attention")).to_contain_text(text)


def test_hostile_text_stays_text(pages: Pages, opened: Open) -> None:
    page = opened(pages["hostile"])
    for language in ("en", "ja"):
        page.locator("#lang").select_option(language)
        for name in TABS:
            tab(page, name)
        tab(page, "flows")
        page.locator("#f-service").select_option("extra_flow")
        for link in page.locator(".tabulator-row .link").all():
            link.click()
        page.evaluate("printTable()")
        assert page.evaluate("window.hostile") is None
        assert page.locator("img, iframe, object, embed, base").count() == 0
    tab(page, "overview")
    shown = page.locator("#hosts").inner_text()
    assert FORMULA in shown
    assert SCRIPT in shown
    assert "\u202e" not in page.locator("body").inner_text()
    assert page.locator("#f-gateway option").all_inner_texts()[1] == IMAGE


def test_on_paper(pages: Pages, opened: Open) -> None:
    page = opened(pages["sites"])
    tab(page, "flows")
    page.locator("#f-gateway").select_option("gw2")
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    page.emulate_media(media="print")
    for name in TABS:
        expect(page.locator(f"#{name}")).to_be_visible()
    expect(page.locator("#table")).to_be_hidden()
    expect(page.locator("#tabs")).to_be_hidden()
    crossing = len(query_flows(PLANNERS["sites"], gateway="gw2"))
    assert page.locator("#print-flows tbody tr").count() == crossing
    assert len(page.pdf()) > 20_000


def test_on_a_small_screen(pages: Pages, opened: Open) -> None:
    page = opened(pages["sites"], viewport={"width": 360, "height": 740})
    for name in TABS:
        tab(page, name)
        assert page.evaluate("document.documentElement.scrollWidth") <= 360, name


def test_colours_follow_the_system_and_the_switch(pages: Pages, opened: Open) -> None:
    page = opened(pages["sites"], color_scheme="dark")
    colour = "getComputedStyle(document.body).backgroundColor"
    dark = page.evaluate(colour)
    page.locator("#theme").select_option("light")
    light = page.evaluate(colour)
    assert (dark, light) == ("rgb(20, 24, 31)", "rgb(255, 255, 255)")


@pytest.mark.parametrize(
    ("scheme", "width", "rules"), [("light", 1400, None), ("dark", 1400, ["color-contrast"]), ("light", 390, None)]
)
def test_axe_finds_no_fault(pages: Pages, opened: Open, scheme: str, width: int, rules: list[str] | None) -> None:
    page = opened(pages["sites"], color_scheme=scheme, viewport={"width": width, "height": 900})
    options = {"runOnly": {"type": "rule", "values": rules}} if rules else {}
    faults = []
    for name in TABS:
        tab(page, name)
        if name == "flows":
            page.locator(".tabulator-row .link").first.click()
        # The rows of a table are alike, and each costs time.
        page.evaluate("for (const row of document.querySelectorAll('tbody tr:nth-child(n+6)')) row.remove()")
        found = Axe().run(page, options=options).response["violations"]
        faults += [
            f"{name}: {one['impact']} {one['id']}: {node['html'][:120]}" for one in found for node in one["nodes"]
        ]
    assert faults == []


def test_axe_finds_faults(pages: Pages, opened: Open) -> None:
    page = opened(pages["sites"])
    page.evaluate("document.querySelector('#lang').parentElement.replaceWith(document.querySelector('#lang'))")
    assert "select-name" in {one["id"] for one in Axe().run(page).response["violations"]}


def test_it_may_ask_for_nothing(pages: Pages, opened: Open) -> None:
    """The policy refuses what a script would try; the browser complains about it, so the page is not watched here."""
    text = pages["sites"].read_text(encoding="utf-8")
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', text)
    assert policy is not None
    assert policy[1].startswith("default-src 'none'; script-src 'sha256-")
    assert "unsafe" not in policy[1]
    assert not re.search(r"(src|href)=[\"']?(https?:|//)", text)
