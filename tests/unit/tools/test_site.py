# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The site: every page has its place, links of finished pages are looked at. ``tools/lint site`` builds it whole."""

from __future__ import annotations

import re
import sys
from pathlib import Path

from tests.pythons import ROOT

sys.path.insert(0, str(ROOT / "tools"))

import site_pages as site


def test_every_page_has_its_place() -> None:
    index = (ROOT / "docs/docsite/index.md").read_text("utf-8")
    blocks = re.findall(r"^```\{toctree\}\n(.*?)^```$", index, re.DOTALL | re.MULTILINE)
    lines = [line for block in blocks for line in block.splitlines() if line and not line.startswith(":")]
    listed = [re.sub(r".* <(.*)>", r"\1", line) for line in lines]
    pages = [str(page).removesuffix(".md") for page in site.pages()]
    assert sorted(listed) == sorted([*pages, "docs/plugins/index"])


def test_links_to_the_reference_lead_to_what_antsibull_writes() -> None:
    text = "[a](plugins/plan_lookup.md) [b](plugins/README.md#x) [c](rules.md) [d](https://a.example/plugins/b.md)"
    assert site.for_site(Path("docs/awx.md"), text) == (
        "[a](plugins/plan_lookup.rst) [b](plugins/index.rst#x) [c](rules.md) [d](https://a.example/plugins/b.md)"
    )


def test_files_that_pages_link_to_are_found() -> None:
    text = "[a](../playbooks/site.yml) [b](#here) [c](https://a.example/b) [d](report.schema.json#e)"
    assert list(site.local_links(Path("docs/report.md"), text)) == [
        Path("playbooks/site.yml"),
        Path("docs/report.schema.json"),
    ]


def test_links_that_lead_nowhere_are_found(tmp_path: Path) -> None:
    (tmp_path / "docs").mkdir()
    (tmp_path / "style.css").touch()
    (tmp_path / "index.html").write_text(
        '<h1 id="top"></h1><link href="style.css"><a href="docs/a.html#b"></a><a href="docs/a.html#c"></a>'
        '<a href="#top"></a><a href="#gone"></a><a href="https://a.example/"></a><a href="gone.html"></a>',
        encoding="utf-8",
    )
    (tmp_path / "docs/a.html").write_text(
        '<p id="b"></p><a href="../index.html"></a><script src="https://a.example/a.js"></script><img src="b.png">'
        '<img src="data:,x">',
        encoding="utf-8",
    )
    assert sorted(site.broken_links(tmp_path)) == [
        "docs/a.html: b.png",
        "docs/a.html: https://a.example/a.js",
        "index.html: #gone",
        "index.html: docs/a.html#c",
        "index.html: gone.html",
    ]
