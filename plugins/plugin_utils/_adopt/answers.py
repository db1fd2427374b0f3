# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What each host and gateway says of its foreign rules, and of what was seen on the wire.

Note that this plugin util is **PRIVATE** to the collection.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from ansible_collections.portledger.qradar.plugins.plugin_utils._base.forms import PERMITS
from ansible_collections.portledger.qradar.plugins.plugin_utils._base.intervals import Intervals
from ansible_collections.portledger.qradar.plugins.plugin_utils._base.networks import Networks, parse_network
from ansible_collections.portledger.qradar.plugins.plugin_utils._base.ports import LAST_PORT, PortRange
from ansible_collections.portledger.qradar.plugins.plugin_utils._base.results import ResultError, checked, words_of
from ansible_collections.portledger.qradar.plugins.plugin_utils._questions.boxes import numbers_of

_HALF: Final = {4: 1 << 31, 6: 1 << 127}
"""So many addresses are what a default route leads to: nobody meant them one by one."""
_EVERY_TCP: Final = PortRange("tcp", 1, LAST_PORT)


@dataclass(frozen=True)
class Permitted:
    """Ports that a rule permits from some sources. Of a host, ``destinations`` is empty for all its addresses."""

    sources: Networks
    destinations: Networks
    ports: tuple[PortRange, ...]

    @property
    def numbers(self) -> Intervals:
        """The ports on one line of numbers."""
        return numbers_of(self.ports)

    @property
    def is_wide(self) -> bool:
        """Whether half of all addresses, or more, may come."""
        sizes = {4: 0, 6: 0}
        for cidr in self.sources.cidrs:
            sizes[cidr.version] += cidr.size
        return any(size >= _HALF[version] for version, size in sizes.items())


@dataclass(frozen=True, eq=False)
class Rule:
    """A foreign rule that permits something today, or what comes through because no rule drops it."""

    name: str
    scope: str
    family: str
    place: str
    chain: str
    text: str
    made_by: str
    packets: int | None
    policy: bool
    certain: bool
    unknown: str | None
    interfaces: tuple[str, ...]
    flows: tuple[Permitted, ...]
    rest: tuple[str, ...]

    @property
    def is_open(self) -> bool:
        """Whether it keeps nobody out: that is not a rule that somebody would miss."""
        return self.policy or any(flow.is_wide and _EVERY_TCP in flow.ports for flow in self.flows)

    @property
    def where(self) -> str:
        """For people: ``console, iptables.pre, iptables filter INPUT``."""
        chain = "" if not self.chain or self.place.endswith(f" {self.chain}") else f" {self.chain}"
        by = "" if self.place.startswith(self.made_by) or self.policy else f"{self.made_by}, "
        return f"{self.name}: {by}{self.place}{chain}"


@dataclass(frozen=True)
class Seen:
    """A connection that is established now, or packets that were logged."""

    source: str
    destination: str
    transport: str
    port: int
    count: int
    logged: bool


@dataclass(frozen=True)
class Answer:
    """One host or gateway. why: why it could not be asked, if so."""

    name: str
    scope: str
    why: str | None = None
    rules: tuple[Rule, ...] = ()
    unread: tuple[str, ...] = ()
    seen: tuple[Seen, ...] = ()
    listeners: tuple[Mapping[str, Any], ...] = ()
    enforced: bool = False

    @property
    def unguarded(self) -> str:
        """Families in which something comes through because no rule drops it, for people."""
        names = {"ipv4": "IPv4", "ipv6": "IPv6"}
        return ", ".join(names[family] for family in names if any(r.policy and r.family == family for r in self.rules))

    def listens(self, port: PortRange) -> list[str]:
        """Names of processes that listen on some of these ports for the network."""
        found = [
            name
            for one in self.listeners
            if not one["loopback"] and one["transport"] == port.transport and port.first <= one["port"] <= port.last
            for name in one["processes"]
        ]
        return list(dict.fromkeys(found))


@dataclass(frozen=True)
class Answers:
    """All of them, in the order of the inventory."""

    answers: tuple[Answer, ...] = field(default_factory=tuple)

    def __iter__(self) -> Iterator[Answer]:
        return iter(self.answers)

    def of(self, name: str, scope: str) -> Answer | None:
        """The answer of one host or gateway, if it was asked."""
        return next((one for one in self.answers if (one.name, one.scope) == (name, scope)), None)


def read_answer(name: str, scope: str, result: object) -> Answer:
    """An answer out of a result of ``ruleset_info`` with ``permits``.

    Args:
        name: of the host.
        scope: ``host`` or ``gateway``.
        result: None where there is none. It may be anything: a host is not to be believed.
    """
    if result is None:
        return Answer(name, scope, why="it was not asked")
    if isinstance(result, Mapping) and "foreign_permits" not in result:
        return Answer(name, scope, why=words_of(result))
    try:
        known = checked(result, PERMITS)
    except ResultError as error:
        return Answer(name, scope, why=str(error))
    return Answer(
        name,
        scope,
        rules=tuple(_rule(name, scope, entry) for entry in known["foreign_permits"]),
        unread=tuple(known["foreign_unread"]),
        seen=tuple(_seen(known)),
        listeners=tuple(known.get("listeners", ())),
        enforced=bool(known["loaded"]),
    )


def _rule(name: str, scope: str, entry: Mapping[str, Any]) -> Rule:
    return Rule(
        name,
        scope,
        entry["family"],
        entry["place"],
        entry["chain"],
        entry["rule"],
        entry["made_by"],
        entry["packets"],
        entry["policy"],
        entry["certain"],
        entry["unknown"],
        tuple(entry["interfaces"]),
        tuple(
            Permitted(
                Networks.merged(map(parse_network, flow["sources"])),
                Networks.merged(map(parse_network, flow["destinations"])),
                tuple(map(PortRange.parse, flow["ports"])),
            )
            for flow in entry["flows"]
        ),
        tuple(entry["rest"]),
    )


def _seen(result: Mapping[str, Any]) -> Iterator[Seen]:
    for key, count in (("connections", "count"), ("logged", "packets")):
        for one in result.get(key, ()):
            if one["transport"] in ("tcp", "udp") and one["port"]:
                ends = (one["source"], one["destination"], one["transport"], one["port"])
                yield Seen(*ends, int(one[count]), key == "logged")
