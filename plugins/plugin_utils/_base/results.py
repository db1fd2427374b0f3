# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The one check of what hosts say, where it enters the controller: whatever a host returns, the others are reported.

Note that this plugin util is **PRIVATE** to the collection.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, TypeAlias

from ansible_collections.portledger.qradar.plugins.module_utils._base.text import presentable
from ansible_collections.portledger.qradar.plugins.plugin_utils._base.errors import PortledgerError
from ansible_collections.portledger.qradar.plugins.plugin_utils._base.printable import shown

Form: TypeAlias = Callable[[str, Any], None]
"""Raises a ResultError where a value, at a place in a result, has another form."""

REMEDY: Final = "Find out what answers in the place of the module on this host, then run this again."

# How Ansible says that a module ended without an answer, and where it then puts what the module printed.
_NO_ANSWER: Final = "MODULE FAILURE"
_TRACEBACKS: Final = ("exception", "module_stderr", "module_stdout")
_LONGEST: Final = 1000
_MOST_ENTRIES: Final = 100_000
_BRIEF: Final = 255
_LARGEST: Final = 10**15
_MISSING: Final = object()


class ResultError(PortledgerError):
    """A result that cannot be used: its key, its value, and what to do. The host is named by whoever reports it."""

    def __init__(self, place: str, value: object, problem: str) -> None:
        what = "is missing" if value is _MISSING else f"{shown(value)} {problem}"
        super().__init__(f"{place}: {what}, so nothing of this result is used. {REMEDY}")


def told(result: object) -> Any:
    """What a host says, as text that a terminal and XML can show; a text in the place of what is nested too deep."""
    try:
        return presentable(result)
    except RecursionError:
        return "a value that is nested too deep"


def checked(result: object, form: Form, name: str = "result") -> Any:
    """A result as text that can be shown, once it has the form.

    Raises:
        ResultError: it has another form.
    """
    known = told(result)
    form(name, known)
    return known


def words_of(result: Mapping[str, Any]) -> str:
    """What a result without an answer says, in one line; of a traceback its last line, which names the error."""
    said = result.get("msg") or ""
    if not isinstance(said, str):
        return shown(said)
    line, last = " ".join(said.split()), next(filter(None, map(_last_line, map(result.get, _TRACEBACKS))), "")
    if not line:
        line = last or "without a message"
    elif line.startswith(_NO_ANSWER) and last:
        line = f"{_NO_ANSWER} ({last})"
    return line if len(line) <= _LONGEST else f"{line[:_LONGEST]} ..."


def _last_line(said: object) -> str:
    lines = said.split("\n") if isinstance(said, str) else []
    return next((" ".join(line.split()) for line in reversed(lines) if line.strip()), "")


def text(place: str, value: Any) -> None:
    if not isinstance(value, str):
        raise ResultError(place, value, "is not a text")


def brief(place: str, value: Any) -> None:
    """A text that leaves room for what others say in the same line."""
    text(place, value)
    if len(value) > _BRIEF:
        raise ResultError(place, value, f"has more than {_BRIEF} letters")


def flag(place: str, value: Any) -> None:
    if not isinstance(value, bool):
        raise ResultError(place, value, "is neither true nor false")


def number(place: str, value: Any) -> None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not -_LARGEST <= value <= _LARGEST:
        raise ResultError(place, value, "is not a number of a usual size")


def port(place: str, value: Any) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= 65535:
        raise ResultError(place, value, "is not a port from 0 to 65535")


def one_of(*words: str) -> Form:
    def check(place: str, value: Any) -> None:
        if not isinstance(value, str) or value not in words:
            raise ResultError(place, value, f"is none of {', '.join(words)}")

    return check


def optional(form: Form) -> Form:
    """None, or what has the form."""

    def check(place: str, value: Any) -> None:
        if value is not None:
            form(place, value)

    return check


def list_of(form: Form, most: int = _MOST_ENTRIES) -> Form:
    def check(place: str, value: Any) -> None:
        if not isinstance(value, list):
            raise ResultError(place, value, "is not a list")
        if len(value) > most:
            raise ResultError(place, value, f"has more than {most:,} entries")
        for at, entry in enumerate(value):
            form(f"{place}[{at}]", entry)

    return check


def fields(forms: Mapping[str, Form]) -> Form:
    """A dictionary with these keys, and any others. A key that ends in ``?`` may be missing."""

    def check(place: str, value: Any) -> None:
        if not isinstance(value, Mapping):
            raise ResultError(place, value, "is not a dictionary")
        for name, form in forms.items():
            key = name.removesuffix("?")
            if key in value:
                form(f"{place}.{key}", value[key])
            elif key == name:
                raise ResultError(f"{place}.{key}", _MISSING, "")

    return check
