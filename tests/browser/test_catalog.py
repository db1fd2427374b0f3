# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""docs/catalog.html in a browser: what it finds is what the lookup ports finds."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from ansible_collections.portledger.qradar.plugins.plugin_utils._catalog.catalog import load_catalog
from ansible_collections.portledger.qradar.plugins.plugin_utils._catalog.query import select
from tests.browser.conftest import Open

PAGE = Path(__file__).resolve().parents[2] / "docs/catalog.html"


@pytest.mark.parametrize("port", ["514", "tcp/22", "udp/514", "tcp/32005", "icmp", "7676"])
def test_a_port_finds_what_the_lookup_does(opened: Open, port: str) -> None:
    page = opened(PAGE)
    page.locator("#c-port").fill(port)
    found = page.locator("#c-table tbody tr").evaluate_all(
        "rows => rows.map(r => [r.cells[0].textContent, r.cells[1].textContent])"
    )
    asked = select([port])
    assert asked
    assert found == [[place(one), one["service"]] for one in asked]


def place(entry: dict[str, Any]) -> str:
    """A row's number; a supplement with whose page says so."""
    found = entry["supplement"]
    return f"supplement {found['id']} ({found['trust']}: {found['source']})" if found else str(entry["row"])


def test_search_class_and_language(opened: Open) -> None:
    page = opened(PAGE)
    total = len(load_catalog().services)
    assert page.locator("#c-table tbody tr").count() == total
    page.locator("#c-search").fill("wincollect_agents console")
    assert 0 < page.locator("#c-table tbody tr").count() < 20
    page.locator("#c-search").fill("")
    page.locator("#c-class").select_option("retired")
    expect(page.locator("#c-count")).to_have_text(f"1 of {total} services")
    page.locator("#lang").select_option("ja")
    expect(page.locator("#c-table")).to_contain_text("廃止")
    expect(page.locator("h1")).to_have_text("IBM QRadar の文書化されたポート")
    page.locator("#c-port").fill("x")
    expect(page.locator("#c-count")).to_contain_text("x はポートではない")


@pytest.mark.parametrize(("scheme", "width"), [("light", 1400), ("dark", 390)])
def test_axe_finds_no_fault(opened: Open, scheme: str, width: int) -> None:
    page = opened(PAGE, color_scheme=scheme, viewport={"width": width, "height": 900})
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.evaluate("for (const row of document.querySelectorAll('tbody tr:nth-child(n+6)')) row.remove()")
    assert Axe().run(page).response["violations"] == []


def test_it_is_small_and_asks_for_nothing() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert len(text.encode()) < 300_000
    assert "default-src 'none'" in text
