# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Files that pages name are there, and links lead to pages and headings that are there."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).resolve().parents[3]
PAGES: Final = sorted(
    page.relative_to(ROOT)
    for pattern in ("*.md", "docs/**/*.md", "roles/**/*.md", "examples/**/*.md", "plugins/**/*.md", "tests/**/*.md")
    for page in ROOT.glob(pattern)
)
FOLDERS: Final = "plugins|roles|playbooks|tests|tools|extensions|changelogs"


def missing_files(text: str) -> list[str]:
    """Paths in backticks that are not there. After a whole path, a shorter one is in the same folder of packages."""
    missing, utilities = [], ""
    for path in re.findall(rf"`((?:{FOLDERS})/[\w./-]+|_\w+/\w+\.(?:py|yml))`", text):
        if path.startswith("_"):
            path = f"{utilities}/{path}"
        elif package := re.match(r"plugins/(?:module|plugin)_utils", path):
            utilities = package[0]
        if not (ROOT / path).exists():
            missing.append(path)
    return missing


def headings(text: str) -> set[str]:
    """The anchors of a page."""
    titles = re.findall(r"^#+ (.+)$", re.sub(r"^```.*?^```$", "", text, flags=re.DOTALL | re.MULTILINE), re.MULTILINE)
    anchors = {re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in titles}
    return anchors | set(re.findall(r'<a id="([^"]+)">', text))


def broken_links(page: Path, text: str) -> list[str]:
    """Links of a page to files or headings that are not there."""
    broken = []
    for link in re.findall(r"\]\((?!https?:)([^)\s]+)\)", text):
        name, _hash, anchor = link.partition("#")
        target = (ROOT / page.parent / name).resolve() if name else ROOT / page
        if not target.exists() or (anchor and anchor not in headings(target.read_text(encoding="utf-8"))):
            broken.append(link)
    return broken


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_files_that_a_page_names_are_there(page: Path) -> None:
    assert missing_files((ROOT / page).read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_links_of_a_page_lead_somewhere(page: Path) -> None:
    assert broken_links(page, (ROOT / page).read_text(encoding="utf-8")) == []


def test_what_is_missing_is_found() -> None:
    text = (
        "`plugins/plugin_utils/_catalog/catalog.py`, `_catalog/gone.py`, `_catalog/query.py`, `tests/no`, `tests/unit`"
    )
    assert missing_files(text) == ["plugins/plugin_utils/_catalog/gone.py", "tests/no"]
    links = (
        "[a](docs/rules.md#nat) [b](docs/rules.md#nut) [c](docs/gone.md) [d](#here) [e](#there) [f](https://x.org)\n"
    )
    page = Path("README.md")
    assert broken_links(page, links) == ["docs/rules.md#nut", "docs/gone.md", "#here", "#there"]
    assert headings("# One\n```shell\n# two\n```\n## What's `three`?\n") == {"one", "whats-three"}
