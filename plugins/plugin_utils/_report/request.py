# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The report as a firewall request: tables of flows, one for the hosts and one for each gateway.

Note that this plugin util is **PRIVATE** to the collection.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any, Final

from ansible_collections.portledger.qradar.plugins.plugin_utils._base.ports import PortRange
from ansible_collections.portledger.qradar.plugins.plugin_utils._base.shortened import shortened

COLUMNS: Final = (
    "number",
    "source",
    "source_addresses",
    "destination",
    "destination_addresses",
    "transport",
    "ports",
    "service",
    "reason",
    "owner",
    "expires",
    "signature",
)

_FEW: Final = 12

_WORDS: Final = {
    "en": {
        "hosts": "Hosts",
        "row": "{title} (row {row})",
        "supplement": "{title} (supplement {id}, {source})",
        "when": "{reason}, when {when}",
        "extra": "Extra flow {place}",
        "comment": "{comment} ({place})",
        "echo": "echo request",
    },
    "ja": {
        "hosts": "ホスト",
        "row": "{title} (行 {row})",
        "supplement": "{title} (補足 {id}、{source})",
        "when": "{reason}、条件 {when}",
        "extra": "追加フロー {place}",
        "comment": "{comment} ({place})",
        "echo": "エコー要求",
    },
}


@dataclass(frozen=True)
class Line:
    """One transport of a flow. ``flow`` is its number, ``source`` and ``destination`` are sets of the report."""

    flow: int
    source: int
    destination: int
    cells: Mapping[str, str]


@dataclass(frozen=True)
class Table:
    """What one firewall, or all hosts together, have to permit. ``gateway`` is None for the hosts."""

    title: str
    gateway: str | None
    lines: tuple[Line, ...]


class Request:
    """Tables of one report in one language.

    Args:
        report: the data of the report.
        lang: ``en`` or ``ja``.
    """

    def __init__(self, report: Mapping[str, Any], lang: str) -> None:
        self._flows: Sequence[Mapping[str, Any]] = report["flows"]
        self.sets: Sequence[Mapping[str, Any]] = report["sets"]
        self._hosts = [host["name"] for host in report["hosts"]]
        self._gateways = report["gateways"]
        self._words = _WORDS[lang]
        self._titles = {
            (service["service"], service["row"]): service["title"][lang] for service in report["catalog"]["services"]
        }
        self._supplements = {
            service["service"]: service["supplement"]
            for service in report["catalog"]["services"]
            if service["supplement"]
        }

    def tables(self) -> list[Table]:
        """The table of the hosts, then one for each gateway."""
        everything = [
            {"flow": number, "source": flow["source"], "destination": flow["destination"]}
            for number, flow in enumerate(self._flows)
        ]
        return [
            Table(self._words["hosts"], None, tuple(self._lines(everything))),
            *(Table(one["name"], one["name"], tuple(self._lines(one["flows"]))) for one in self._gateways),
        ]

    def addresses(self, number: int) -> list[str]:
        """The addresses of a set."""
        found: list[str] = self.sets[number]["addresses"]
        return found

    def _lines(self, flows: Sequence[Mapping[str, int]]) -> Iterator[Line]:
        numbers = count(1)
        for one in flows:
            flow = self._flows[one["flow"]]
            for transport, ports in self._by_transport(flow["ports"]):
                cells = {
                    "number": str(next(numbers)),
                    "source": self._end(one["source"]),
                    "destination": self._end(one["destination"]),
                    "transport": transport,
                    "ports": ports,
                    "service": flow["service"],
                    "reason": self.reason(flow),
                    "owner": "",
                    "expires": flow["expires"] or "",
                    "signature": "",
                }
                yield Line(one["flow"], one["source"], one["destination"], cells)

    def _by_transport(self, ports: Sequence[str]) -> Iterator[tuple[str, str]]:
        """A line has one transport: two of them beside two lists of ports would be their cross product."""
        found: dict[str, list[str]] = {}
        for text in ports:
            one = PortRange.parse(text)
            shown = self._words["echo"] if one.transport == "icmp" else text.partition("/")[2]
            found.setdefault(one.transport, []).append(shown)
        for transport, texts in found.items():
            yield transport, ", ".join(texts)

    def _end(self, number: int) -> str:
        names = [self._hosts[host] for host in self.sets[number]["hosts"]]
        label: str = self.sets[number]["label"]
        return label if not names or names == [label] else f"{label}: {shortened(names, _FEW)}"

    def reason(self, flow: Mapping[str, Any]) -> str:
        """The row or the supplement and what it is for, or the comment of an extra flow."""
        if flow["row"] is None and flow["supplement"] is None:
            return self._words["comment" if flow["comment"] else "extra"].format_map(flow)
        title = self._titles[flow["service"], flow["row"]]
        if flow["supplement"]:
            reason = self._words["supplement"].format_map({"title": title, **self._supplements[flow["service"]]})
        else:
            reason = self._words["row"].format(title=title, row=flow["row"])
        return self._words["when"].format(reason=reason, when=flow["when"]) if flow["when"] else reason
