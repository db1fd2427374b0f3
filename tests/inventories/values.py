# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Single values of an inventory, read after docs/inventory.md."""

from __future__ import annotations

import datetime
import ipaddress
import re
from collections.abc import Container, Iterator, Mapping
from typing import Any, Final

_DEEPEST: Final = 100


class UnusableError(Exception):
    """Why an inventory, or a value of it, cannot be used."""


def plain(value: Any) -> Any:
    """The value, where it is written out: without templates and without containing itself."""
    for _item in _within(value, []):
        pass
    return value


def _within(value: Any, inside: list[int]) -> Iterator[Any]:
    if isinstance(value, str) and ("{{" in value or "{%" in value):
        raise UnusableError("a template that cannot be resolved")
    if not isinstance(value, Mapping | list | tuple):
        return
    if id(value) in inside or len(inside) > _DEEPEST:
        raise UnusableError("contains itself, or is deeper than any form")
    inside.append(id(value))
    for item in [*value.keys(), *value.values()] if isinstance(value, Mapping) else value:
        yield from _within(item, inside)
    inside.pop()


def listed(value: Any) -> list[Any]:
    if value is None:
        return []
    if not isinstance(value, list | tuple):
        raise UnusableError("not a list")
    return list(value)


def mapping(value: Any) -> dict[str, Any]:
    if value is None:
        return {}
    if not isinstance(value, Mapping) or not all(isinstance(key, str) for key in value):
        raise UnusableError("not a mapping of names")
    return dict(value)


def word(value: Any, known: Container[str]) -> str:
    if not isinstance(value, str) or value not in known:
        raise UnusableError("an unknown word")
    return value


def number(value: Any, first: int, last: int) -> int:
    if isinstance(value, str) and re.fullmatch("[0-9]{1,20}", value):
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int) or not first <= value <= last:
        raise UnusableError("not a number in its range")
    return value


def boolean(value: Any) -> bool:
    """As Ansible reads them, for an INI inventory has words alone."""
    if value is None:
        return False
    text = str(value).lower() if isinstance(value, str | bool) or value in (0, 1) else ""
    if text not in ("true", "yes", "on", "1", "1.0", "false", "no", "off", "0", "0.0"):
        raise UnusableError("neither true nor false")
    return text in ("true", "yes", "on", "1", "1.0")


def address(value: Any) -> str:
    """One that another host can see."""
    try:
        found = ipaddress.ip_address(value if isinstance(value, str) else "")
    except ValueError:
        raise UnusableError("not an address, nor a name that resolves") from None
    if found.is_loopback or found.is_link_local or found.is_multicast or found.is_unspecified:
        raise UnusableError("an address that no other host sees")
    if found.version == 4 and int(found) >> 28 == 15:
        raise UnusableError("reserved or broadcast")
    if found.version == 6 and (found.scope_id is not None or found.ipv4_mapped is not None):
        raise UnusableError("a form that only one host knows")
    return str(found)


def network(value: Any) -> str:
    if not isinstance(value, str) or not re.fullmatch(r"[0-9A-Fa-f:.]+(/(0|[1-9][0-9]{0,2}))?", value):
        raise UnusableError("not a network")
    try:
        found = ipaddress.ip_network(value)
    except ValueError:
        raise UnusableError("not a network, or with host bits") from None
    if found.version == 6 and found.network_address.ipv4_mapped is not None:
        raise UnusableError("IPv4 written as IPv6")
    return str(found)


def port(value: Any) -> str:
    if value == "icmp":
        return "icmp"
    found = (
        re.fullmatch("(tcp|udp)/([1-9][0-9]{0,4})(?:-([1-9][0-9]{0,4}))?", value) if isinstance(value, str) else None
    )
    if not found or not int(found[2]) <= int(found[3] or found[2]) <= 65535:
        raise UnusableError("not a transport with its ports")
    return str(value)


def comment(value: Any) -> str:
    """Text in one line that every firewall can store."""
    if isinstance(value, bool) or not isinstance(value, str | int | float | datetime.date):
        raise UnusableError("a comment that is not text")
    if isinstance(value, int) and value.bit_length() > 1024:
        # It is shortened, and means nothing.
        raise UnusableError("a number that nobody can read")
    text = str(value)
    for letter in text:
        code = ord(letter)
        # Line feeds and tabs become spaces.
        if (code < 32 and letter not in "\t\n\r") or 0x7F <= code <= 0x9F or 0xD800 <= code <= 0xDFFF:
            raise UnusableError("a control character")
        if code in (0x61C, 0x200E, 0x200F, 0xFFFE, 0xFFFF) or 0x2028 <= code <= 0x202E or 0x2066 <= code <= 0x2069:
            raise UnusableError("a direction, an end of a line, or no character")
        if 0xFDD0 <= code <= 0xFDEF:
            raise UnusableError("no character")
    if text and not text.strip():
        raise UnusableError("nothing but white space")
    return text


def date(value: Any) -> datetime.date:
    if isinstance(value, datetime.datetime):
        return value.date()
    if isinstance(value, datetime.date):
        return value
    try:
        if re.fullmatch("[0-9]{4}-[0-9]{2}-[0-9]{2}", value if isinstance(value, str) else ""):
            return datetime.date.fromisoformat(value)
    except ValueError:
        pass
    raise UnusableError("not a date")
