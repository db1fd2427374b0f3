# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Hostile text in cells stays text."""

from __future__ import annotations

import pytest

from ansible_collections.portledger.qradar.plugins.plugin_utils._base.cells import (
    csv_cell,
    html_text,
    markdown_cell,
    plain,
)
from ansible_collections.portledger.qradar.plugins.plugin_utils._base.headings import HEADINGS


@pytest.mark.parametrize(
    ("value", "line"),
    [
        (None, ""),
        (514, "514"),
        ("a\r\nb\tc\u2028d", "a b c d"),
        ("\x1b[31mred\x00", "\ufffd[31mred\ufffd"),
        ("con1\u202etxt.exe", "con1\ufffdtxt.exe"),
        ("\ud800", "\ufffd"),
        ("日本語 é", "日本語 é"),
    ],
)
def test_one_line(value: object, line: str) -> None:
    assert plain(value) == line


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "-1", "@SUM(A1)", " =1", "\t=1", "\r=1", "\n=1", "\u3000=1", "＝1", "'=1"]
)
def test_no_formula_in_csv(text: str) -> None:
    assert csv_cell(text) == f"'{plain(text)}"


def test_no_formula_behind_a_semicolon() -> None:
    assert csv_cell("a; =1;-2;b") == "a;' =1;'-2;b"


@pytest.mark.parametrize("text", ["tcp/514", "198.18.1.1", "2001:db8::1", "ep-1", "a=b", "", "'quoted'"])
def test_other_text_is_the_same_in_csv(text: str) -> None:
    assert csv_cell(text) == text


def test_no_markup_in_markdown() -> None:
    assert markdown_cell("a|b") == "a\\|b"
    assert markdown_cell("<img src=x onerror=alert(1)>") == "&lt;img src=x onerror=alert\\(1\\)&gt;"
    assert markdown_cell("[x](javascript:y) `z` **b** \\|\nnext") == (
        "\\[x\\]\\(javascript:y\\) \\`z\\` \\*\\*b\\*\\* \\\\\\| next"
    )
    assert markdown_cell("&lt;") == "&amp;lt;"
    assert markdown_cell("_a_ https://x.org www.x.org @you") == "\\_a\\_ https\\://x.org www\\.x.org \\@you"
    fine = "198.18.1.0/24, 2001:db8::/32 event_processor tcp/514-520"
    assert markdown_cell(fine) == fine


def test_no_markup_in_html() -> None:
    assert (
        html_text("<b title='x' class=\"y\">&</b>")
        == "&lt;b title=&#x27;x&#x27; class=&quot;y&quot;&gt;&amp;&lt;/b&gt;"
    )


def test_each_heading_is_in_both_languages() -> None:
    assert all(set(texts) == {"en", "ja"} and all(texts.values()) for texts in HEADINGS.values())
