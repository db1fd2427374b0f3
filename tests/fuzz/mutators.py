# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Changes an input a little: its bytes, or what it says as JSON."""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

_FOLDER: Final = Path(__file__).resolve().parent
_LONG: Final = ("", "9" * 40, "9" * 5000, "x" * 300, "x" * 3000, "\u3042" * 100, "[" * 3000, "<a>" * 3000, "(" * 200)
_LINES: Final = (_FOLDER / "hostile.txt").read_bytes().splitlines()
HOSTILE: Final = [
    one.encode("utf-8", "surrogatepass") for one in (*_LONG, *(x.decode("unicode_escape") for x in _LINES))
]
_NO_TEXT: Final = (b"\xff", b"\xe9", b"\xf0\x9f", b"\xed\xa0\x80")
"""Bytes that are not UTF-8."""

_HUGE: Final = "portledger huge number"
_DEEP: Final = "portledger deep list"
_LEFT_AS_TEXT: Final = {f'"{_HUGE}"': "9" * 5000, f'"{_DEEP}"': "[" * 20000 + "]" * 20000}

ODD: Final[tuple[Any, ...]] = (*json.loads((_FOLDER / "odd.json").read_text(encoding="ascii")), "x" * 3000)


class Mutator:
    """Makes new inputs from those of one target."""

    def __init__(self, chosen: random.Random, seeds: Sequence[bytes], words: Sequence[bytes], structured: bool) -> None:
        self._chosen = chosen
        self._seeds = seeds
        self._words = [*words, *HOSTILE, *_NO_TEXT]
        self._structured = structured
        self._ways: list[Callable[[bytes], bytes]] = [
            *[self._insert, self._replace, self._remove, self._repeat, self._splice, self._flip] * 6,
            *[self._swap_lines, self._cut] * 3,
        ]

    def make(self) -> bytes:
        """A changed input."""
        raw = self._chosen.choice(self._seeds)
        if self._structured and self._chosen.random() < 0.8:
            changed = self._in_structure(raw)
            if changed is not None:
                return changed
        for _change in range(self._chosen.choice((1, 1, 1, 2, 2, 3, 5))):
            raw = self._chosen.choice(self._ways)(raw)
        return raw if self._chosen.random() > 0.0005 else self._many(raw)

    def _place(self, raw: bytes) -> tuple[int, int]:
        """A part of it, often a word or a line."""
        start = self._chosen.randrange(len(raw) + 1)
        if self._chosen.random() < 0.5:
            return start, min(len(raw), start + self._chosen.choice((1, 2, 4, 8, 40, 200)))
        before, after = (
            max(raw.rfind(mark, 0, start) for mark in (b" ", b"\n", b'"')),
            [found for mark in (b" ", b"\n", b'"') if (found := raw.find(mark, start)) >= 0],
        )
        return before + 1, min(after, default=len(raw))

    def _insert(self, raw: bytes) -> bytes:
        at = self._place(raw)[0]
        return raw[:at] + self._chosen.choice(self._words) + raw[at:]

    def _replace(self, raw: bytes) -> bytes:
        start, end = self._place(raw)
        return raw[:start] + self._chosen.choice(self._words) + raw[end:]

    def _remove(self, raw: bytes) -> bytes:
        start, end = self._place(raw)
        return raw[:start] + raw[end:]

    def _repeat(self, raw: bytes) -> bytes:
        start, end = self._place(raw)
        return raw[:end] + raw[start:end] * self._chosen.choice((1, 1, 2, 20)) + raw[end:]

    def _splice(self, raw: bytes) -> bytes:
        other = self._chosen.choice(self._seeds)
        (start, end), (first, last) = self._place(raw), self._place(other)
        return raw[:start] + other[first:last] + raw[end:]

    def _flip(self, raw: bytes) -> bytes:
        if not raw:
            return b"\0"
        changed = bytearray(raw)
        changed[self._chosen.randrange(len(raw))] ^= 1 << self._chosen.randrange(8)
        return bytes(changed)

    def _swap_lines(self, raw: bytes) -> bytes:
        lines = raw.split(b"\n")
        one, other = self._chosen.randrange(len(lines)), self._chosen.randrange(len(lines))
        lines[one], lines[other] = lines[other], lines[one]
        return b"\n".join(lines)

    def _cut(self, raw: bytes) -> bytes:
        return raw[: self._place(raw)[0]]

    def _many(self, raw: bytes) -> bytes:
        """Much of the same: what takes time that grows faster than the input."""
        start, end = self._place(raw)
        part = raw[start:end] or b"x"
        return raw[:end] + part * (50000 // len(part)) + raw[end:]

    def _in_structure(self, raw: bytes) -> bytes | None:
        try:
            value = json.loads(raw)
        except (ValueError, RecursionError):
            return None
        for _change in range(self._chosen.choice((1, 1, 1, 2, 3))):
            places: list[tuple[Any, Any]] = []
            _collect(value, places)
            if not places:
                return None
            self._change(*self._chosen.choice(places), places)
        text = json.dumps(value)
        for left, put in _LEFT_AS_TEXT.items():
            text = text.replace(left, put)
        return text.encode()

    def _change(self, container: Any, key: Any, places: list[tuple[Any, Any]]) -> None:
        way = self._chosen.random()
        if way < 0.15:
            del container[key]
        elif way < 0.25 and isinstance(container, dict):
            container[self._chosen.choice([odd for odd in ODD if isinstance(odd, str)])] = container.pop(key)
        elif way < 0.35:
            other, place = self._chosen.choice(places)
            container[key] = json.loads(json.dumps(other[place] if _has(other, place) else None))
        elif way < 0.4:
            container[key] = [container[key]]
        elif isinstance(container[key], str) and way < 0.6:
            raw = container[key].encode("utf-8", "surrogatepass")
            container[key] = self._chosen.choice(self._ways)(raw).decode("utf-8", "surrogateescape")
        else:
            container[key] = copy.deepcopy(self._chosen.choice(ODD))


def _has(container: Any, place: Any) -> bool:
    return place in container if isinstance(container, dict) else place < len(container)


def _collect(value: Any, places: list[tuple[Any, Any]]) -> None:
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, one in items:
        places.append((value, key))
        _collect(one, places)
