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

TRANSPORTS: Final = ("tcp", "udp")
LAST_PORT: Final = 65535

_FORM: Final = re.compile(r"(?P<transport>[a-z]+)/(?P<first>[0-9]+)(?:-(?P<last>[0-9]+))?")


class PortError(PortledgerError):
    """What is wrong with a port value: ``problem`` ends the sentence that starts with the value."""

    def __init__(self, value: object, problem: str) -> None:
        self.value = value
        self.problem = problem
        super().__init__(f"{value!r} {problem}")


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
            raise PortError(value, f"names the transport {form['transport']!r}, which is neither tcp nor udp")
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
