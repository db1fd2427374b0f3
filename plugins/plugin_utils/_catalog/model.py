# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What one row of the catalog is.

Note that this plugin util is **PRIVATE** to the collection.
"""

from __future__ import annotations

import dataclasses
import re
from dataclasses import dataclass
from typing import Any, Final

from ansible_collections.portledger.qradar.plugins.plugin_utils._base.ports import LAST_PORT, PortError, PortRange
from ansible_collections.portledger.qradar.plugins.plugin_utils._catalog.least import Least

LANGUAGES: Final = ("en", "ja")
TRUSTS: Final = ("vendor", "community", "memory")
"""How sure a supplement is: a page of the vendor says so, somebody else's does, or nobody's was found."""

CLASSES: Final = ("network", "local", "unspecified", "retired")

KERNEL_DYNAMIC: Final = (32768, 60999)
"""Where Linux picks a port when a program names none: the default of net.ipv4.ip_local_port_range."""

_DYNAMIC: Final = re.compile(r"(?P<transport>tcp|udp)/dynamic(?:>(?P<above>[0-9]+))?")


@dataclass(frozen=True, order=True, slots=True)
class PortSpec:
    """Ports as a row documents them.

    ``first`` and ``last`` of a dynamic port are the ends of the range that it can fall into; ``above`` is the
    number that the row gives, None where it gives none. icmp has ports 0 to 0.
    """

    transport: str
    first: int
    last: int
    dynamic: bool = False
    above: int | None = None

    @classmethod
    def parse(cls, value: object) -> PortSpec:
        """Read ``tcp/514``, ``tcp/7676-7677``, ``tcp/dynamic``, ``tcp/dynamic>32000`` or ``icmp``.

        Raises:
            PortError: the value has another form or a port outside 1 to 65535.
        """
        form = _DYNAMIC.fullmatch(value) if isinstance(value, str) else None
        if form is None:
            static = PortRange.parse(value)
            return cls(static.transport, static.first, static.last)
        if form["above"] is None:
            return cls(form["transport"], *KERNEL_DYNAMIC, dynamic=True)
        above = int(form["above"])
        if not 1 <= above < LAST_PORT:
            raise PortError(value, f"leaves no port above {above}")
        return cls(form["transport"], above + 1, LAST_PORT, dynamic=True, above=above)

    def range(self) -> PortRange:
        """The documented range."""
        return PortRange(self.transport, self.first, self.last)

    def as_dict(self) -> dict[str, Any]:
        """``{transport, first, last}``, ``{transport, dynamic: true, above}`` or ``{transport: icmp}``."""
        if self.dynamic:
            return {"transport": self.transport, "dynamic": True, "above": self.above}
        if self.transport == "icmp":
            return {"transport": "icmp"}
        return {"transport": self.transport, "first": self.first, "last": self.last}

    def __str__(self) -> str:
        if not self.dynamic:
            return str(self.range())
        return f"{self.transport}/dynamic" + (f">{self.above}" if self.above is not None else "")


@dataclass(frozen=True, slots=True)
class Text:
    """The same in each language."""

    en: str
    ja: str

    def as_dict(self) -> dict[str, str]:
        return {"en": self.en, "ja": self.ja}

    def in_language(self, lang: str) -> str:
        return self.as_dict()[lang]


@dataclass(frozen=True, slots=True)
class Reading:
    """A connection: from whom, to whom, and under which condition.

    ``from_`` and ``to`` hold roles, shared words, parties, or ``self`` alone; both are empty where the row gives
    no direction. ``when`` is a condition, or None for always. ``least`` is what the profile of this name leaves of it,
    None for all, and ``evidence`` says why.
    """

    from_: tuple[str, ...]
    to: tuple[str, ...]
    when: str | None = None
    least: Least | None = None
    evidence: Text | None = None

    def as_dict(self) -> dict[str, Any]:
        return {
            "from": list(self.from_),
            "to": list(self.to),
            "when": self.when,
            "least": str(self.least) if self.least else None,
            "evidence": self.evidence.as_dict() if self.evidence else None,
        }


@dataclass(frozen=True, slots=True)
class Supplement:
    """Where an entry comes from that the vendor's table does not list.

    ``id`` names the supplement, which may have several entries. ``default`` says whether it is on where nobody chooses.
    ``date`` is when the source was looked at.
    """

    id: str
    default: bool
    trust: str
    source: str
    date: str

    def as_dict(self) -> dict[str, Any]:
        return dataclasses.asdict(self)


@dataclass(frozen=True, slots=True)
class Service:
    """One entry: the ports of one service in one line of the vendor's table, and how that line was interpreted.

    Or one of a supplement: then ``row`` is None.
    """

    row: int | None
    service: str
    ports: tuple[PortSpec, ...]
    klass: str
    title: Text
    readings: tuple[Reading, ...]
    note: Text
    supplement: Supplement | None = None

    @property
    def where(self) -> str:
        """``row 14`` or ``supplement tunnels``, for messages."""
        return f"row {self.row}" if self.supplement is None else f"supplement {self.supplement.id}"

    def as_dict(self) -> dict[str, Any]:
        """The form that look-ups give out, made of plain lists, dictionaries, strings and numbers."""
        return {
            "row": self.row,
            "service": self.service,
            "ports": [str(port.range()) for port in self.ports],
            "port_ranges": [port.as_dict() for port in self.ports],
            "class": self.klass,
            "title": self.title.as_dict(),
            "readings": [reading.as_dict() for reading in self.readings],
            "note": self.note.as_dict(),
            "supplement": self.supplement and self.supplement.as_dict(),
        }


@dataclass(frozen=True, slots=True)
class Source:
    """Where the rows come from. ``rows`` is the number of lines of the vendor's table."""

    title: str
    address: str
    edition: str
    licence: str
    rows: int
