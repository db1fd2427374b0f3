# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A transport and its ports as one value.

Note that this plugin util is **PRIVATE** to the collection.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from ansible_collections.portledger.qradar.plugins.plugin_utils._base.errors import PortledgerError
from ansible_collections.portledger.qradar.plugins.plugin_utils._base.printable import shown

TRANSPORTS: Final = ("tcp", "udp")
LAST_PORT: Final = 65535

PORT_REMEDY: Final = "Write a port such as 514 or tcp/514, a range such as tcp/32000-32010, or icmp"

_NUMBERS: Final = re.compile(r"-?[0-9]{1,20}(?:-[0-9]{1,20})?")
_FORM: Final = re.compile(r"(?P<transport>[a-z]+)/(?P<first>[0-9]{1,20})(?:-(?P<last>[0-9]{1,20}))?")


class PortError(PortledgerError):
    """What is wrong with a port value: ``problem`` ends the sentence that starts with the value."""

    def __init__(self, value: object, problem: str) -> None:
        self.value = value
        self.problem = problem
        super().__init__(f"{shown(value)} {problem}")


@dataclass(frozen=True, order=True, slots=True)
class PortRange:
    """Ports ``first`` to ``last`` of one transport, both ends included.

    ``transport`` is ``tcp``, ``udp`` or ``icmp``; icmp means echo request and has ports 0 to 0.
    """

    transport: str
    first: int
    last: int

    @classmethod
    def parse(cls, value: object) -> PortRange:
        """Read ``tcp/514``, ``udp/40000-40010`` or ``icmp``.

        Raises:
            PortError: the value has another form, a port outside 1 to 65535 or a range that runs backwards.
        """
        if value == "icmp":
            return cls("icmp", 0, 0)
        form = _FORM.fullmatch(value) if isinstance(value, str) else None
        if form is None:
            raise PortError(value, "is not a transport with a port")
        if form["transport"] not in TRANSPORTS:
            raise PortError(value, f"names the transport {shown(form['transport'])}, which is neither tcp nor udp")
        if any(number.startswith("0") and number != "0" for number in (form["first"], form["last"] or "0")):
            raise PortError(value, "has a number that begins with 0")
        first = int(form["first"])
        last = int(form["last"] or first)
        for port in (first, last):
            if not 1 <= port <= LAST_PORT:
                raise PortError(value, f"names port {port}, which is outside 1 to {LAST_PORT}")
        if last < first:
            raise PortError(value, "is a range that runs backwards")
        return cls(form["transport"], first, last)

    def __str__(self) -> str:
        if self.transport == "icmp":
            return "icmp"
        return f"{self.transport}/{self.first}" + (f"-{self.last}" if self.last != self.first else "")

    def __contains__(self, other: object) -> bool:
        return (
            isinstance(other, PortRange)
            and other.transport == self.transport
            and self.first <= other.first
            and other.last <= self.last
        )

    def common(self, other: PortRange) -> PortRange | None:
        """The ports that are in both, None where there are none."""
        first, last = max(self.first, other.first), min(self.last, other.last)
        return PortRange(self.transport, first, last) if self.transport == other.transport and first <= last else None


def parse_ports(value: object) -> tuple[PortRange, ...]:
    """As :meth:`PortRange.parse`, and numbers without a transport (``514``, ``20000-23000``): either one may be meant.

    Raises:
        PortError: as there.
    """
    if isinstance(value, bool) or not isinstance(value, int | str):
        raise PortError(value, "is not a port")
    if isinstance(value, int) and not -LAST_PORT <= value <= 10 * LAST_PORT:
        raise PortError(value, f"is outside 1 to {LAST_PORT}")
    text = str(value).strip()
    if text in TRANSPORTS:
        raise PortError(value, "names a transport without a port")
    if not _NUMBERS.fullmatch(text):
        return (PortRange.parse(text),)
    if text.startswith("-"):
        raise PortError(value, f"names port {text}, which is outside 1 to {LAST_PORT}")
    return tuple(PortRange.parse(f"{transport}/{text}") for transport in TRANSPORTS)


def looks_like_ports(text: str) -> bool:
    """Whether a text is meant as one of these, right or wrong."""
    return "/" in text or text in ("icmp", *TRANSPORTS) or _NUMBERS.fullmatch(text) is not None


def merge_ports(ranges: Iterable[PortRange]) -> tuple[PortRange, ...]:
    """The fewest ranges that hold the same ports, sorted; adjacent ones become one."""
    merged: list[PortRange] = []
    for item in sorted(ranges):
        last = merged[-1] if merged else None
        if last is not None and last.transport == item.transport and item.first <= last.last + 1:
            merged[-1] = PortRange(last.transport, last.first, max(last.last, item.last))
        else:
            merged.append(item)
    return tuple(merged)
