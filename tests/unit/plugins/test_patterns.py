# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""No pattern needs more than linear time, whatever a host, a file or a program says."""

from __future__ import annotations

import ast
import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest

PLUGINS: Final = Path(__file__).resolve().parents[3] / "plugins"
_METHODS: Final = {
    **dict.fromkeys(("search", "findall", "finditer", "sub", "split"), "search"),
    "match": "match",
    "fullmatch": "fullmatch",
}
# Four times as much text takes four times as long, sixteen times where the time is quadratic.
_FEW, _MANY, _GROWTH = 3_000, 12_000, 8
# Linear patterns need less than this for a few; no clock tells how that grows.
_SECONDS: Final = 0.0005
_UNITS: Final = (*"a0 .:/-\"\\\t[({,\n#%<>&'!=xZ", "0.", "a.", "a:", "a=", "T0", " a", "\na", "a\n", "-A ", '" ', "<a")


def used(path: Path) -> Iterator[tuple[str, tuple[str | bytes, int], str]]:
    """Where a pattern stands, the pattern with its flags, and the method that is called with it."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    kept: dict[str, tuple[str | bytes, int]] = {}
    for node in ast.walk(tree):
        if not isinstance(node, ast.Assign | ast.AnnAssign) or not isinstance(node.value, ast.Call):
            continue
        if ast.unparse(node.value.func) == "re.compile":
            target = node.target if isinstance(node, ast.AnnAssign) else node.targets[0]
            kept[ast.unparse(target)] = _given(node.value)
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
            continue
        method, owner = _METHODS.get(node.func.attr), ast.unparse(node.func.value)
        found = _given(node) if owner == "re" else kept.get(owner, ("", 0))
        if method and found[0]:
            yield f"{path.relative_to(PLUGINS)}:{node.lineno}", found, method


def _given(call: ast.Call) -> tuple[str | bytes, int]:
    """The pattern and its flags; nothing where it is put together elsewhere."""
    try:
        pattern = ast.literal_eval(call.args[0])
    except (ValueError, IndexError):
        return "", 0
    names = re.findall(r"re\.([A-Z]+)", ast.unparse(call).replace(repr(pattern), ""))
    return pattern, sum(getattr(re, name) for name in set(names))


def seconds(pattern: re.Pattern[Any], method: str, text: str) -> float:
    raw: Any = text.encode("latin-1", "replace") if isinstance(pattern.pattern, bytes) else text
    start = time.process_time()
    getattr(pattern, method)(raw)
    return time.process_time() - start


def slow(pattern: re.Pattern[Any], method: str) -> str:
    """What makes it take a multiple of the time; empty where nothing does."""
    text = pattern.pattern if isinstance(pattern.pattern, str) else pattern.pattern.decode("latin-1")
    words = re.findall(r"[A-Za-z0-9_ :/.,=@-]+", text)
    for unit in dict.fromkeys((*_UNITS, *words, *(f"{word[0]}0" for word in words), *(f"<{word} " for word in words))):
        for tail in ("\x01", ""):
            few, many = ((unit * size)[:size] + tail for size in (_FEW, _MANY))
            if seconds(pattern, method, few) < _SECONDS:
                continue
            # A busy machine is no reason: the best of some.
            short, long = (min(seconds(pattern, method, one) for _time in range(3)) for one in (few, many))
            if long > _GROWTH * short > _GROWTH * _SECONDS:
                return unit
    return ""


PATTERNS: Final = {
    f"{where} {method}": (re.compile(*given), method)  # type: ignore[call-overload]
    for path in sorted(PLUGINS.rglob("*.py"))
    for where, given, method in used(path)
}


def test_patterns_are_found() -> None:
    assert len(PATTERNS) > 100
    assert {method for _pattern, method in PATTERNS.values()} == {"match", "search", "fullmatch"}


@pytest.mark.parametrize("name", PATTERNS)
def test_no_text_takes_long(name: str) -> None:
    pattern, method = PATTERNS[name]
    assert slow(pattern, method) == "", pattern.pattern


@pytest.mark.parametrize(
    ("pattern", "method"), [(r"^(\S+T\S+) \S+ kernel: (.*)$", "match"), (r"\s*x", "search"), (r"a*a*b", "match")]
)
def test_what_would_be_slow_is_found(pattern: str, method: str) -> None:
    assert slow(re.compile(pattern), method) != ""
