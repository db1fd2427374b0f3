# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The one place that makes values and messages printable: escaped, bounded, and without what is secret.

Names, comments and values come from inventories, hosts and files, and go to terminals, logs and XML.

Note that this plugin util is **PRIVATE** to the collection.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Set
from typing import Final

LONGEST_VALUE: Final = 160
LONGEST_MESSAGE: Final = 2000
LONGEST_NAME: Final = 300
"""No name that a name server knows has more than 253."""

_MORE: Final = " ..."
MOST_BITS: Final = 1024
"""Python refuses to write numbers of more than 4,300 digits."""
_ENDS: Final[Mapping[type, str]] = {tuple: "()", list: "[]", dict: "{}"}
_ENCRYPTED: Final = "(encrypted)"
_ENCRYPTED_TYPES: Final = ("EncryptedString", "AnsibleVaultEncryptedUnicode")
"""What releases of ansible-core call a value that ``!vault`` holds. Its repr is the ciphertext, or the secret."""


class Secret(str):
    """Text that was encrypted in the inventory: usable like any other, never printed."""

    __slots__ = ()

    def __repr__(self) -> str:
        return _ENCRYPTED

    def __format__(self, spec: str, /) -> str:
        return _ENCRYPTED


def is_encrypted(value: object) -> bool:
    """Whether a value is one of Ansible's encrypted ones, or, since ansible-core 2.19, was one."""
    return any_encrypted((value,))


def any_encrypted(values: Collection[object]) -> bool:
    """Whether any of some values is: looked at together, for a party may have many thousands of networks."""
    if any(kind.__name__ in _ENCRYPTED_TYPES for kind in set(map(type, values))):
        return True
    tags: set[object] = {tag for value in values for tag in getattr(value, "_ansible_tags_mapping", ())}
    return any(getattr(tag, "__name__", "") == "VaultedValue" for tag in tags)


def printable(text: str, most: int | None = None) -> str:
    """Text without control and direction characters, which are shown escaped; cut where it is longer than ``most``."""
    cut = text if most is None or len(text) <= most else text[:most]
    if not cut.isprintable():
        cut = "".join(letter if letter.isprintable() else repr(letter)[1:-1] for letter in cut)
    if most is not None and (len(cut) > most or len(text) > most):
        return cut[:most] + _MORE
    return cut


def within(text: str, most: int) -> str:
    """Text as :func:`printable` gives it; of a longer one, the beginning and the end."""
    whole = printable(text if len(text) <= 2 * most else text[:most] + text[-most:])
    if len(whole) <= most:
        return whole
    half = (most - len(_MORE) - 1) // 2
    return f"{whole[:half]}{_MORE} {whole[-half:]}"


def shown(value: object) -> str:
    """A value as Python writes it, shortened: a list of thousands of networks would hide the rest of the message."""
    text = _Writer(LONGEST_VALUE).write(value)
    return text if len(text) <= LONGEST_VALUE else text[:LONGEST_VALUE] + _MORE


def message(text: str) -> str:
    """A whole message."""
    return printable(text, LONGEST_MESSAGE - len(_MORE))


class _Writer:
    """Writes the beginning of what ``repr`` gives, without the cost and the errors of the rest."""

    def __init__(self, room: int) -> None:
        self._room = room
        self._inside: list[int] = []
        self._parts: list[str] = []

    def write(self, value: object) -> str:
        self._add(value)
        return "".join(self._parts)

    def _put(self, text: str) -> None:
        self._parts.append(text)
        self._room -= len(text)

    def _add(self, value: object) -> None:
        if is_encrypted(value):
            self._put(_ENCRYPTED)
        elif isinstance(value, Secret):
            self._put(repr(value))
        elif isinstance(value, str):
            self._put(repr(str(value[: max(self._room, 0) + 1])))
        elif isinstance(value, int) and value.bit_length() > MOST_BITS:
            self._put(f"a number of some {value.bit_length() * 30103 // 100000:,} digits")
        elif isinstance(value, Mapping | list | tuple | Set) and value:
            self._add_items(value, _ENDS.get(type(value)) or ("[]" if isinstance(value, list) else "{}"))
        else:
            self._put(_of_any(value))

    def _add_items(self, items: Mapping[object, object] | Iterable[object], ends: str) -> None:
        if id(items) in self._inside:
            self._put(f"{ends[0]}...{ends[1]}")
            return
        self._inside.append(id(items))
        self._put(ends[0])
        count = 0
        for count, item in enumerate(items, 1):
            if count > 1:
                self._put(", ")
            if self._room < 0:
                break
            self._add(item)
            if isinstance(items, Mapping):
                self._put(": ")
                self._add(items[item])
        if count == 1 and isinstance(items, tuple):
            self._put(",")
        self._put(ends[1])
        self._inside.pop()


def _of_any(value: object) -> str:
    try:
        return repr(value)
    except Exception:  # whatever such a value may raise: the message is about something else
        return f"a value of the type {type(value).__name__}"
