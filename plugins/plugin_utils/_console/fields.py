# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Fields of the console's answers, each with its type checked.

What the console says is not trusted: names and words have the letters that such names have, so nothing of an answer is
ever a template, a control character or a name of Ansible's own.

Note that this plugin util is **PRIVATE** to the collection.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, NoReturn

from ansible_collections.portledger.qradar.plugins.plugin_utils._base.errors import InputError
from ansible_collections.portledger.qradar.plugins.plugin_utils._base.networks import (
    Address,
    NetworkError,
    parse_address,
)

LARGEST_NUMBER: Final = 2**31 - 1
_NAME: Final = re.compile(r"[A-Za-z0-9_]([A-Za-z0-9_.-]{0,251}[A-Za-z0-9_])?")
_WORD: Final = re.compile(r"[A-Za-z0-9_.:-]{1,64}")
_MOST_WORDS: Final = 200
_LONGEST_TEXT: Final = 200
_CORRECT: Final = "Correct it on the console"

REMEDY: Final = "Check that url is the console's own, and see docs/inventory_plugin.md for the releases of its API"
"""For an answer of another form than the documented one."""


@dataclass(frozen=True)
class Record:
    """An object of an answer.

    Args:
        url: asked for.
        place: of the object in the answer, e.g. ``[3]``; empty for the answer itself.
        fields: as they came.
    """

    url: str
    place: str
    fields: Mapping[str, Any]

    def refuse(self, field: str, problem: str, remedy: str = REMEDY) -> NoReturn:
        """Raise an error about a field."""
        missing = "" if field in self.fields else " (the field is missing)"
        raise InputError(self.url, self._path(field), self.fields.get(field), f"{problem}{missing}", remedy)

    def number(self, field: str) -> int:
        """An ID or a port."""
        value = self.fields.get(field)
        if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= LARGEST_NUMBER:
            self.refuse(field, f"is not a whole number from 0 to {LARGEST_NUMBER}")
        return int(value)

    def optional_number(self, field: str) -> int | None:
        """An ID that stands for something, or nothing: null, 0 or below."""
        value = self.fields.get(field)
        if value is None or (isinstance(value, int) and not isinstance(value, bool) and -1 <= value <= 0):
            return None
        return self.number(field)

    def boolean(self, field: str) -> bool:
        """true or false; nothing else, as "false" is true in some languages."""
        value = self.fields.get(field)
        if not isinstance(value, bool):
            self.refuse(field, "is neither true nor false")
        return value

    def optional_boolean(self, field: str) -> bool:
        """The same, null and missing being false."""
        return False if self.fields.get(field) is None else self.boolean(field)

    def text(self, field: str) -> str:
        """Text in one line, such as a version. Without braces it cannot be a template."""
        value = self.fields.get(field)
        if not isinstance(value, str):
            self.refuse(field, "is not text")
        if len(value) > _LONGEST_TEXT or not value.isprintable() or "{" in value:
            self.refuse(field, f"is not plain text of at most {_LONGEST_TEXT} characters")
        return value

    def name(self, field: str) -> str:
        """The name of a host."""
        value = self.fields.get(field)
        if not isinstance(value, str) or not _NAME.fullmatch(value):
            self.refuse(field, "is not the name of a host")
        return value

    def words(self, field: str) -> tuple[str, ...]:
        """A list of words, such as components."""
        value = self.fields.get(field)
        if not isinstance(value, list) or len(value) > _MOST_WORDS:
            self.refuse(field, f"is not a list of at most {_MOST_WORDS} words")
        for index, word in enumerate(value):
            if not isinstance(word, str) or not _WORD.fullmatch(word):
                raise InputError(self.url, f"{self._path(field)}[{index}]", word, "is not a word", REMEDY)
        return tuple(value)

    def address(self, field: str) -> Address:
        """An address that other hosts can reach."""
        value = self.fields.get(field)
        try:
            return parse_address(value)
        except NetworkError as error:
            self.refuse(field, error.problem, _CORRECT)
        except ValueError:
            self.refuse(field, "is not an address", _CORRECT)

    def record(self, field: str) -> Record:
        """An object within this one."""
        value = self.fields.get(field)
        if not isinstance(value, Mapping):
            self.refuse(field, "is not an object")
        return Record(self.url, self._path(field), value)

    def _path(self, field: str) -> str:
        return f"{self.place}.{field}" if self.place else field


def record(url: str, item: object) -> Record:
    """An answer that is one object.

    Raises:
        InputError: it is not one.
    """
    if not isinstance(item, Mapping):
        raise InputError(url, "answer", item, "is not an object", REMEDY)
    return Record(url, "", item)


def records(url: str, items: object) -> list[Record]:
    """The objects of a list.

    Raises:
        InputError: it is not one.
    """
    if not isinstance(items, list):
        raise InputError(url, "answer", items, "is not a list", REMEDY)
    found = []
    for index, item in enumerate(items):
        if not isinstance(item, Mapping):
            raise InputError(url, f"[{index}]", item, "is not an object", REMEDY)
        found.append(Record(url, f"[{index}]", item))
    return found
