# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Messages that pages explain are messages that the code has: who searches a page for one must find it."""

from __future__ import annotations

import ast
import functools
import re
from collections.abc import Iterator
from typing import Final

import pytest

from tests.pythons import ROOT

# Pages, and the first cell of the head of tables whose first column holds messages.
HEADS: Final = {"docs/troubleshooting.md": "message", "docs/safe_apply.md": "the message says"}
GAP: Final = "…"
# What stands for a value: of an f-string, of "%s" and the like, of a template in YAML.
_VALUE: Final = re.compile(r"\{\{.*?\}\}|%\(?\w*\)?[sdr]|\{\w*\}|%0\d+o")


def explained(text: str, head: str) -> list[str]:
    """Messages in the first column of the tables with this head."""
    found: list[str] = []
    inside = False
    for line in text.splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split(" | ")] if line.startswith("|") else []
        if not cells:
            inside = False
        elif cells[0] == head:
            inside = True
        elif inside and not set(cells[0]) <= {"-", " "}:
            found += re.findall(r"`([^`]+)`", cells[0])
    return found


def gapped(text: str) -> str:
    """A text of the code with a gap for each value, and one blank for each run of white space."""
    return " ".join(_VALUE.sub(GAP, text).split())


def strings(tree: ast.AST) -> Iterator[str]:
    """What a file of Python can say: its strings without docstrings, those that are joined as one."""
    passed: set[int] = set()
    for node in ast.walk(tree):
        if id(node) in passed:
            continue
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            passed.add(id(node.value))
        elif isinstance(node, ast.JoinedStr):
            passed.update(id(part) for part in node.values)
            yield "".join(str(part.value) if isinstance(part, ast.Constant) else GAP for part in node.values)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


@functools.cache
def said() -> tuple[str, ...]:
    """Every text that the collection can say."""
    texts = [text for path in ROOT.glob("plugins/**/*.py") for text in strings(ast.parse(path.read_text("utf-8")))]
    for pattern in ("roles/*/tasks/*.yml", "playbooks/*.yml"):
        texts += [path.read_text("utf-8") for path in ROOT.glob(pattern)]
    return tuple({gapped(text) for text in texts})


def has(text: str, message: str) -> bool:
    """Whether a text of the code has all parts of a message, in their order: a gap is what the code puts in."""
    place = 0
    for part in re.split(r"…|\.\.\.", message):
        place = text.find(part.strip(), place)
        if place < 0:
            return False
        place += len(part.strip())
    return True


def unknown(messages: list[str]) -> list[str]:
    """Messages that the code does not have in one text, nor in one for each part where colons join them."""
    return [
        message
        for message in messages
        if not any(has(text, message) for text in said())
        and not all(any(has(text, part) for text in said()) for part in message.split(": "))
    ]


@pytest.mark.parametrize("page", HEADS)
def test_the_code_has_each_message_that_a_page_explains(page: str) -> None:
    messages = explained((ROOT / page).read_text("utf-8"), HEADS[page])
    assert len(messages) > 5
    assert unknown(messages) == []


def test_no_message_is_explained_twice_on_a_page() -> None:
    for page, head in HEADS.items():
        messages = explained((ROOT / page).read_text("utf-8"), head)
        assert len(messages) == len(set(messages)), page


def test_what_the_code_does_not_say_is_found() -> None:
    page = "| message | meaning |\n| --- | --- |\n| `is used twice` and `is used … twice` | x |\n\n| other |\n| `y` |\n"
    assert explained(page, "message") == ["is used twice", "is used … twice"]
    assert unknown(["is used twice", "probes: is used twice", "is used … twice now", "is used thrice"]) == [
        "is used … twice now",
        "is used thrice",
    ]
    assert has("a … b", "a")
    assert has("a c b", "a … b")
    assert not has("b a", "a … b")
    assert not has("a", "a … a")
    assert gapped("%s: {x} is\n  {{ a | b }} (%04o)") == "…: … is … (…)"
    assert list(strings(ast.parse('"""No."""\nx = f"a {y} b" "c"\n'))) == ["a … bc"]
