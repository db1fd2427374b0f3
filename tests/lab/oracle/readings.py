# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The vendor's table and the supplements as they stand in their files, without the collection's own code."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import yaml

CATALOG = Path(__file__).resolve().parents[3] / "plugins" / "plugin_utils" / "_catalog" / "ports.yml"
SUPPLEMENTS = CATALOG.with_name("supplement.yml")


@dataclass(frozen=True)
class Reading:
    """One line of the table for people who open connections, or of a supplement, which has no row.

    ports as in ports.yml: tcp/22, tcp/dynamic>1024, icmp.
    """

    row: int | None
    service: str
    ports: tuple[str, ...]
    senders: tuple[str, ...]
    receivers: tuple[str, ...]
    when: str | None
    kind: str
    least: str = ""
    supplement: str = ""
    default: bool = True


def read_catalog(path: Path = CATALOG) -> list[Reading]:
    data = yaml.load(path.read_text(encoding="utf-8"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    return [
        Reading(
            entry["row"],
            entry["service"],
            tuple(entry["ports"]),
            tuple(reading["from"]),
            tuple(reading["to"]),
            reading.get("when"),
            entry["class"],
            reading.get("least", ""),
        )
        for entry in data["services"]
        for reading in entry["readings"]
    ]


def read_supplements(path: Path = SUPPLEMENTS) -> list[Reading]:
    """What the table does not list; each counts where the lab's qradar_supplements names it, or by default."""
    data = yaml.load(path.read_text(encoding="utf-8"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    return [
        Reading(
            None,
            entry["service"],
            tuple(entry["ports"]),
            tuple(reading["from"]),
            tuple(reading["to"]),
            reading.get("when"),
            "network",
            supplement=entry["id"],
            default=entry["default"],
        )
        for entry in data["supplements"]
        for reading in entry["readings"]
    ]


def read_table(path: Path) -> list[Reading]:
    """The same from a table with tabs: row, service, ports, transport, from, to, when, class, remark, least."""
    result = []
    for line in path.read_text(encoding="utf-8").splitlines()[1:]:
        row, service, numbers, transports, senders, receivers, when, kind, _remark, least = line.split("\t")[:10]
        result.append(
            Reading(
                int(row),
                service,
                tuple(
                    transport if numbers == "-" else f"{transport}/{number}"
                    for transport in transports.split(",")
                    for number in numbers.split(",")
                ),
                tuple(one for one in senders.split(",") if one != "-"),
                tuple(one for one in receivers.split(",") if one != "-"),
                None if when == "-" else when,
                kind,
                "" if least == "-" else least,
            )
        )
    return result


def documented(port: str) -> tuple[str, int, int]:
    """The transport and the range that a port value means: tcp/dynamic>1024 is 1025 to 65535."""
    transport, _slash, numbers = port.partition("/")
    if transport == "icmp":
        return "icmp", 0, 0
    if numbers == "dynamic":
        return transport, 32768, 60999
    if numbers.startswith("dynamic>"):
        return transport, int(numbers.removeprefix("dynamic>")) + 1, 65535
    first, _dash, last = numbers.partition("-")
    return transport, int(first), int(last or first)
