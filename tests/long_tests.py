# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Marks the tests that long.txt names, and says at the end of a run how many of them were left out.

`make test` runs pytest -m "not long", `make test-all` runs all.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import pytest

LIST = Path(__file__).with_name("long.txt")
LEFT = pytest.StashKey[int]()


def patterns() -> dict[str, re.Pattern[str]]:
    """Each line of long.txt, and what it means."""
    lines = (line.partition("#")[0].strip() for line in LIST.read_text(encoding="utf-8").splitlines())
    return {line: re.compile(re.escape(line).replace(r"\*", ".*")) for line in lines if line}


def short_name(item: pytest.Item) -> str:
    """As long.txt names a test: file::test[parameters]."""
    return f"{item.path.relative_to(LIST.parent).as_posix()}::{item.name}"


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    known = patterns().values()
    for item in items:
        if item.path.is_relative_to(LIST.parent) and any(one.fullmatch(short_name(item)) for one in known):
            item.add_marker(pytest.mark.long)


def pytest_deselected(items: Sequence[pytest.Item]) -> None:
    for item in items:
        if item.get_closest_marker("long"):
            item.config.stash[LEFT] = item.config.stash.get(LEFT, 0) + 1


def pytest_sessionfinish(session: pytest.Session) -> None:
    output = getattr(session.config, "workeroutput", None)
    if output is not None:
        output["long"] = session.config.stash.get(LEFT, 0)


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: object) -> None:
    """A worker of pytest-xdist has ended. Each of them has collected everything."""
    config: pytest.Config = node.config  # type: ignore[attr-defined]
    config.stash[LEFT] = getattr(node, "workeroutput", {}).get("long", 0)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    if left := config.stash.get(LEFT, 0):
        terminalreporter.write_line(f"long: {left} tests that repeat a proof were left for make test-all", yellow=True)
