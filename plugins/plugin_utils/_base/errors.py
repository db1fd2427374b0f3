# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Errors on the controller, with a remedy each.

Note that this plugin util is **PRIVATE** to the collection.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from typing import Final

from ansible_collections.portledger.qradar.plugins.plugin_utils._base.printable import (
    LONGEST_MESSAGE,
    Secret,
    message,
    printable,
    shown,
    within,
)

_MOST: Final = 100
_LONGEST_WORD: Final = 300
_ROOM: Final = (300, 200, 200, 650, 600)
"""Letters of host, variable, value, problem and remedy, in a message that would be too long."""


class PortledgerError(Exception):
    """Any error of this collection. Its text is for people: see :func:`message`."""

    def __init__(self, text: str) -> None:
        super().__init__(message(text))


class InputError(PortledgerError):
    """A value of the inventory that cannot be used.

    Args:
        host: the inventory's name of the host, several joined by " and ", or None where it concerns no single host.
        variable: the inventory variable, e.g. ``qradar_parties``.
        value: its value.
        problem: the end of the sentence that starts with the value, without a full stop.
        remedy: what to do about it, a sentence without its full stop.
    """

    def __init__(self, host: str | None, variable: str, value: object, problem: str, remedy: str) -> None:
        self.host = host
        self.variable = variable
        self.value = value
        self.problem = problem
        self.remedy = remedy
        super().__init__(complaint(host, variable, value, problem, remedy))


def complaint(host: str | None, variable: str, value: object, problem: str, remedy: str) -> str:
    """One form for errors and warnings: ``host: variable: value problem. remedy.``"""
    if isinstance(value, Secret):
        # Why, and what would do, could tell what it says.
        problem, remedy = (
            "is encrypted and cannot be used as it is",
            "Decrypt it, and see docs/inventory.md for its form",
        )
    parts = host or "", variable, shown(value), problem, remedy
    text = _sentences(*parts)
    if len(printable(text, LONGEST_MESSAGE)) > LONGEST_MESSAGE:
        # Each part loses of its own: a long name must not hide what is wrong, nor the remedy.
        text = _sentences(*(within(part, room) for part, room in zip(parts, _ROOM, strict=True)))
    return message(text)


def _sentences(host: str, variable: str, value: str, problem: str, remedy: str) -> str:
    where = f"{host}: " if host else ""
    return f"{where}{variable}: {value} {problem}. {remedy}{'' if remedy.endswith('?') else '.'}"


def choices(given: object, allowed: Iterable[str]) -> str:
    """A remedy for an unknown word: the nearest valid ones, and all valid ones, a hundred at most."""
    words = sorted(set(allowed))
    word = given[:_LONGEST_WORD] if isinstance(given, str) else shown(given)
    near = difflib.get_close_matches(word, words, n=3, cutoff=0.7)
    known = f"Valid values: {', '.join(words[:_MOST])}"
    if len(words) > _MOST:
        known += f" and {len(words) - _MOST} more"
    return f"Did you mean {' or '.join(near)}? {known}" if near else known
