# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading single values of the inventory: the form first, then the meaning.

Every function takes the host and the variable only to name them in its error, and raises ``InputError``.

Note that this plugin util is **PRIVATE** to the collection.
"""

from __future__ import annotations

import contextlib
import datetime
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from ansible_collections.portledger.qradar.plugins.plugin_utils._base.errors import InputError, choices
from ansible_collections.portledger.qradar.plugins.plugin_utils._base.intervals import merged
from ansible_collections.portledger.qradar.plugins.plugin_utils._base.networks import (
    NetworkError,
    Networks,
    parse_interval,
)
from ansible_collections.portledger.qradar.plugins.plugin_utils._base.ports import PortError, PortRange
from ansible_collections.portledger.qradar.plugins.plugin_utils._base.printable import (
    LONGEST_VALUE,
    MOST_BITS,
    printable,
)

_TRUE: Final = ("true", "yes", "on", "1")
_FALSE: Final = ("false", "no", "off", "0")

_UNSTORABLE: Final = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069"
    "\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]"
)
"""Controls, directions, ends of lines, halves of a character, and what XML cannot hold."""

PORT_REMEDY: Final = "Write a transport and its ports as one value, such as tcp/514 or udp/40000-40010"


def as_list(host: str | None, variable: str, value: object) -> list[object]:
    """A list; nothing (null) is an empty one. A string is refused, as Python would iterate over its letters."""
    if value is None:
        return []
    if isinstance(value, str):
        raise InputError(
            host, variable, value, "is a string instead of a list", f"Write [{printable(value, LONGEST_VALUE)}]"
        )
    if isinstance(value, Sequence):
        return list(value)
    raise InputError(host, variable, value, "is not a list", "Write a list")


def as_words(host: str | None, variable: str, value: object, allowed: Iterable[str], kind: str) -> tuple[str, ...]:
    """A list of words out of some, e.g. roles; ``kind`` is their kind in the error."""
    known = tuple(allowed)
    words = as_list(host, variable, value)
    for word in words:
        if word not in known:
            raise InputError(host, variable, word, f"is not a {kind}", choices(word, known))
    return tuple(str(word) for word in words)


def as_mapping(host: str | None, variable: str, value: object, form: str) -> Mapping[str, object]:
    """A mapping with string keys; nothing (null) is an empty one; ``form`` shows what to write."""
    if value is None:
        return {}
    if isinstance(value, Mapping) and all(isinstance(key, str) for key in value):
        return value
    raise InputError(host, variable, value, "is not a mapping", f"Write {form}")


def as_boolean(host: str | None, variable: str, value: object) -> bool:
    """true or false, also as the words that INI inventories give."""
    if isinstance(value, bool):
        return value
    if isinstance(value, str) or value in (0, 1):
        text = str(value).lower()
        if text in _TRUE + _FALSE:
            return text in _TRUE
    raise InputError(host, variable, value, "is neither true nor false", "Write true or false")


def as_number(host: str | None, variable: str, value: object, first: int, last: int) -> int:
    """A whole number from ``first`` to ``last``, also as text."""
    if isinstance(value, str) and re.fullmatch(r"[0-9]{1,20}", value):
        value = int(value)
    if isinstance(value, int) and not isinstance(value, bool) and first <= value <= last:
        return int(value)
    raise InputError(host, variable, value, f"is not a whole number from {first} to {last}", "Write a number")


def as_date(host: str | None, variable: str, value: object) -> datetime.date:
    """A date, as YAML reads it or as text (2027-03-31)."""
    if isinstance(value, datetime.datetime):
        return value.date()
    if isinstance(value, datetime.date):
        return value
    # Other forms that fromisoformat accepts depend on the version of Python.
    if isinstance(value, str) and re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value):
        with contextlib.suppress(ValueError):
            return datetime.date.fromisoformat(value)
    raise InputError(host, variable, value, "is not a date", "Write year, month and day, such as 2027-03-31")


def as_comment(host: str | None, variable: str, value: object) -> str:
    """Text in one line that every firewall can store, or nothing."""
    remedy = "Write why the flow is needed, in one line, or leave the comment out"
    if isinstance(value, bool) or not isinstance(value, str | int | float | datetime.date):
        raise InputError(host, variable, value, "is not text", remedy)
    if isinstance(value, int) and value.bit_length() > MOST_BITS:
        raise InputError(host, variable, value, "is not text", remedy)
    text = str(value)
    if found := _UNSTORABLE.search(text):
        problem = f"has the character U+{ord(found[0]):04X}, which not every firewall can store"
        raise InputError(host, variable, value, problem, remedy)
    if text and not text.strip():
        raise InputError(host, variable, value, "has nothing but white space", remedy)
    return text


def as_networks(host: str | None, variable: str, value: object) -> Networks:
    """A list of addresses and networks, merged."""
    intervals = []
    for item in as_list(host, variable, value):
        try:
            intervals.append(parse_interval(item))
        except NetworkError as error:
            raise InputError(host, variable, item, error.problem, error.remedy) from None
    return Networks(merged(intervals))


def as_ports(host: str | None, variable: str, value: object) -> tuple[PortRange, ...]:
    """A list of ``tcp/514`` and the like."""
    ports = []
    for item in as_list(host, variable, value):
        try:
            ports.append(PortRange.parse(item))
        except PortError as error:
            raise InputError(host, variable, item, error.problem, PORT_REMEDY) from None
    return tuple(ports)
