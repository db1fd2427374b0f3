# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The README in Japanese says what the one in English says: the same headings, tables, commands, names and links."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.pythons import ROOT

ENGLISH = "README.md"
JAPANESE = "README.ja.md"
# Each names the other one. The source of the table has a page in each language.
LANGUAGES = {JAPANESE: ENGLISH, "docs/ports.ja.md": "docs/ports.md"}


def shape(text: str) -> dict[str, list[Any]]:
    """All of a page that is not a matter of language, in its order; names and links by what they are about."""
    blocks = re.findall(r"^```(\w+)\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)
    prose = re.sub(r"^```.*?^```$", "", text, flags=re.DOTALL | re.MULTILINE)
    links = [LANGUAGES.get(link, link) for link in re.findall(r"\]\(([^)]+)\)", prose)]
    return {
        "headings": re.findall(r"^(#+) ", prose, re.MULTILINE),
        "blocks": [(language, re.sub(r" +# .*", "", block)) for language, block in blocks],
        "rows": [line.count(" | ") for line in prose.splitlines() if line.startswith("|")],
        "links": links,
        # The same words may stand in another order in the other language.
        "names": sorted(re.findall(r"`[^`]+`", prose)),
        "numbers": sorted(re.findall(r"\d+\.\d+(?:\.\d+)?", prose)),
        "lists": re.findall(r"^(- )", prose, re.MULTILINE),
    }


def differences(english: str, japanese: str) -> list[str]:
    """What differs between two pages, by its kind."""
    one, other = shape(english), shape(japanese)
    return [kind for kind in one if one[kind] != other[kind]]


def test_the_two_readmes_are_in_step() -> None:
    english, japanese = ((ROOT / name).read_text("utf-8") for name in (ENGLISH, JAPANESE))
    found = {kind: (shape(english)[kind], shape(japanese)[kind]) for kind in differences(english, japanese)}
    assert found == {}


@pytest.mark.parametrize(
    ("before", "after", "kind"),
    [
        ("## 要件", "### 要件", "headings"),
        ("--check --diff", "--check", "blocks"),
        ("| [アプライアンス](docs/appliances.md) | ", "| [アプライアンス](docs/appliances.md) ", "rows"),
        ("(docs/audit.md)", "(docs/adopt.md)", "links"),
        ("`jmespath`", "`jmespth`", "names"),
        ("firewalld 0.9 ", "firewalld 0.8 ", "numbers"),
        ("- ホスト", "ホスト", "lists"),
    ],
)
def test_a_difference_is_found(before: str, after: str, kind: str) -> None:
    english, japanese = ((ROOT / name).read_text("utf-8") for name in (ENGLISH, JAPANESE))
    assert before in japanese
    assert differences(english, japanese.replace(before, after, 1)) == [kind]
