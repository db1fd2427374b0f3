# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Mistakes put into the loaded rules of the small lab, and what exactly a sweep has to find of each.

A mistake is made in the rules of one node, in one family, with the node's side alone in force: what another firewall
closes again could not be found by anybody. The flows that are changed are those of log sources: tcp/514, udp/514 and
tcp/6514 to what listens to events.
"""

from __future__ import annotations

import contextlib
import ipaddress
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from tests.lab.damage.swept_rules import iptables, nft
from tests.lab.hosts.providers import Provider
from tests.lab.oracle.guard import GATEWAYS, HOSTS, Guard
from tests.lab.oracle.oracle import EVERYTHING, NOTHING, Masks, Oracle
from tests.lab.traffic import ports as portsets
from tests.lab.traffic.probe import Key, Pair, every_pair
from tests.lab.world.lab import Lab, RunningNode
from tests.lab.world.topology import Address, Prefix

SYSLOG, SYSLOG_TLS = 514, 6514
EXTRA = 31337
BEFORE = (9000, 9009)
# What a sweep has to try at least to find every kind, and what is next to it.
PORTS = (22, 443, *range(513, 516), *range(6513, 6516), *range(8999, 9011), *range(31336, 31339), 65535)
# What log sources have, with too short a prefix: both networks of the lab.
WIDER: dict[int, Prefix] = {4: ipaddress.ip_network("198.19.0.0/22"), 6: ipaddress.ip_network("2001:db8:a0::/46")}
SOURCES: dict[int, Prefix] = {4: ipaddress.ip_network("198.19.2.48/28"), 6: ipaddress.ip_network("2001:db8:a2::50/124")}


def _masks(**spans: tuple[int, int]) -> Masks:
    return NOTHING | {transport: portsets.mask_of(*span) for transport, span in spans.items()}


class Rules(Protocol):
    """The rules of a node in one family, and the mistakes that can be made in them. See iptables.py."""

    def __init__(self, node: RunningNode, version: int, provider: str, gateway: bool) -> None:
        """Reads the rules."""

    def undo(self) -> None:
        """Put them right."""

    def missing(self, port: int) -> None:
        """Close a port that is open."""

    def extra(self, beside: int, port: int) -> None:
        """Open a port to those whom another is open to."""

    def swapped(self, port: int) -> None:
        """Open a port over the other transport in the place of its own."""

    def wider(self, party: str, network: Prefix, wider: Prefix) -> None:
        """Let in a wider network than a party's."""

    def hole(self) -> None:
        """Let everything pass."""

    def before(self, first: int, last: int) -> None:
        """Accept ports ahead of ours."""


@dataclass(frozen=True)
class Kind:
    """opens, closes: for packets of log sources; or of everybody, or of the wider network, as scope says.

    make: makes the mistake. versions: the families that it is made in.
    """

    name: str
    make: Callable[[Rules, int], None]
    opens: Masks = field(default_factory=lambda: NOTHING)
    closes: Masks = field(default_factory=lambda: NOTHING)
    scope: str = "sources"
    versions: tuple[int, ...] = (4, 6)

    def __str__(self) -> str:
        return self.name

    def concerns(self, source: Address) -> bool:
        if self.scope == "everybody":
            return True
        return source in (WIDER if self.scope == "wider" else SOURCES)[source.version]


_SYSLOG_PORTS = {
    "tcp": portsets.mask([SYSLOG, SYSLOG_TLS]),
    "udp": portsets.mask([SYSLOG]),
    "icmp": 0,
}
KINDS = (
    Kind(
        "port missing", lambda rules, _version: rules.missing(SYSLOG_TLS), closes=_masks(tcp=(SYSLOG_TLS, SYSLOG_TLS))
    ),
    Kind("port extra", lambda rules, _version: rules.extra(SYSLOG_TLS, EXTRA), opens=_masks(tcp=(EXTRA, EXTRA))),
    Kind(
        "wider source",
        lambda rules, version: rules.wider("log_sources", SOURCES[version], WIDER[version]),
        opens=_SYSLOG_PORTS,
        scope="wider",
    ),
    Kind(
        "swapped transport",
        lambda rules, _version: rules.swapped(SYSLOG_TLS),
        opens=_masks(udp=(SYSLOG_TLS, SYSLOG_TLS)),
        closes=_masks(tcp=(SYSLOG_TLS, SYSLOG_TLS)),
    ),
    Kind("hole in IPv6 only", lambda rules, _version: rules.hole(), opens=EVERYTHING, scope="everybody", versions=(6,)),
    Kind(
        "accept before ours", lambda rules, _version: rules.before(*BEFORE), opens=_masks(tcp=BEFORE), scope="everybody"
    ),
)


@dataclass(frozen=True)
class Damage:
    """A kind of mistake in the rules of a node. guard: with what in force it is made and looked for."""

    kind: Kind
    guard: Guard
    version: int

    def __str__(self) -> str:
        side = "gateway" if self.guard.gateways else "host"
        return f"{self.kind}, {side}, IPv{self.version}"

    @property
    def node(self) -> str:
        return "gateway" if self.guard.gateways else "collector"

    @contextlib.contextmanager
    def made(self, lab: Lab, provider: Provider) -> Iterator[None]:
        """Make the mistake, and put the rules back afterwards."""
        name = provider.gateway if self.guard.gateways else provider.host
        editor: type[Rules] = iptables.Rules if name in ("iptables", "qradar") else nft.Rules
        rules = editor(lab.node(self.node), self.version, name, self.guard.gateways)
        self.kind.make(rules, self.version)
        try:
            yield
        finally:
            rules.undo()

    def pairs(self, lab: Lab) -> list[Pair]:
        """Those whose packets pass the node's rules."""
        topology = lab.topology
        if not self.guard.gateways:
            return every_pair(topology, destinations=[self.node])
        return [
            pair
            for pair in every_pair(topology)
            if topology.gateways(topology.nodes[pair.source], pair.destination_address)
        ]

    def expected(self, lab: Lab, oracle: Oracle, ports: Sequence[int]) -> tuple[dict[Key, int], dict[Key, int]]:
        """False opens and false closes, as sets of ports, of a sweep that tries these ports."""
        probed = portsets.mask(ports)
        tried = {"tcp": probed, "udp": probed, "icmp": 1}
        opens: dict[Key, int] = {}
        closes: dict[Key, int] = {}
        for pair in self.pairs(lab):
            if pair.version != self.version or not self.kind.concerns(pair.source_address):
                continue
            # What goes elsewhere crosses a gateway whatever the rules of the deployment.
            if pair.destination_address not in oracle.deployment:
                continue
            for transport, may in oracle.verdict(pair.source_address, pair.destination_address).allowed.items():
                key = (pair.source_address, pair.destination_address, transport)
                for found, mask in (
                    (opens, self.kind.opens[transport] & tried[transport] & ~may),
                    (closes, self.kind.closes[transport] & tried[transport] & may),
                ):
                    if mask:
                        found[key] = mask
        return opens, closes


def damages(guard: Guard, kinds: Sequence[Kind] = KINDS) -> list[Damage]:
    """All that can be made with one side in force."""
    return [Damage(kind, guard, version) for kind in kinds for version in kind.versions]


SIDES = (HOSTS, GATEWAYS)
