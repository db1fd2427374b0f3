# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Chromium without a window, and pages that it opens from files.

A test that opens a page fails where the page asks for anything else, or complains on its console.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from ansible_collections.portledger.qradar.plugins.plugin_utils._report.page import as_page
from ansible_collections.portledger.qradar.tests.unit.plugins.plugin_utils._report.deployments import (
    audit,
    drifted,
    planners,
    report,
)

ARGUMENTS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)

Open = Callable[..., Page]


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        pytest.fail("chromium is missing. tools/setup tests installs it.")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The page of each deployment of the unit tests."""
    folder = tmp_path_factory.mktemp("pages")
    found = {}
    for name, planner in planners().items():
        foreign = {
            "effect": "opens",
            "certain": True,
            "unknown": None,
            "family": "ipv4",
            "flows": ["tcp/8443 from anywhere"],
            "place": "iptables filter INPUT",
            "rule": "-p tcp --dport 8443 -j ACCEPT",
        }
        listener = {
            "transport": "tcp",
            "port": 10050,
            "processes": ["<b>agent</b>"],
            "documented": "no",
            "loopback": False,
            "services": [],
        }
        first = next(iter(planner.deployment.hosts))
        found[name] = folder / f"{name}.html"
        data = report(planner, audit(drifted(first, others=[foreign], listeners=[listener])))
        found[name].write_text(as_page(data, "en"), encoding="utf-8")
    return found


@pytest.fixture
def opened(chromium: Browser) -> Iterator[Open]:
    """Opens a file. Afterwards, all requests and complaints of the page are looked at."""
    said: list[str] = []
    contexts = []

    def go(path: Path, **options: object) -> Page:
        context = chromium.new_context(**options)  # type: ignore[arg-type]
        contexts.append(context)
        address = path.as_uri()
        context.on("request", lambda request: said.append(request.url) if request.url != address else None)
        context.on("console", lambda message: said.append(f"{message.type}: {message.text}"))
        context.on("weberror", lambda error: said.append(str(error.error)))
        page = context.new_page()
        page.set_default_timeout(10_000)
        page.goto(address)
        return page

    yield go
    for context in contexts:
        context.close()
    assert said == []
