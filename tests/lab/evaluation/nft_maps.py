# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Maps of nft at random, of verdicts and of other values."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tests.lab.evaluation.nft_kind import NOWHERE, SET_TYPES, TYPES, WORDS, Kind
from tests.lab.evaluation.random_rules import NETWORKS, OWN, PORTS


class Maps(Kind):
    """Statements that look a value up in a map: for what is not in it, the rule ends."""

    def objects(self, versions: Sequence[int]) -> Iterator[str]:
        yield "counter a { }"
        yield "counter b { }"
        yield f"map marks {{ type inet_service : mark; flags interval; elements = {{ {self._marks()} }} }}"
        for version in versions:
            pairs = ", ".join(f"{port} : {NOWHERE[version]}" for port in self.some_ports())
            kind = SET_TYPES[version]
            yield f"map nat{version} {{ type inet_service : {kind}; flags interval; elements = {{ {pairs} }} }}"

    def _marks(self, rest: float = 0.3) -> str:
        some = [f"{port} : {self.chance.randrange(1, 9)}" for port in self.some_ports()]
        return ", ".join(some + (["* : 9"] if self.maybe(rest) else []))

    def chains(self, versions: Sequence[int]) -> Iterator[str]:
        if self.maybe(0.5):
            yield "chain nat { type nat hook prerouting priority -100;"
            for _number in range(self.chance.randrange(1, 3)):
                version = self.chance.choice(list(versions))
                data = f"@nat{version}"
                if self.maybe(0.5):
                    data = f"{{ {', '.join(f'{port} : {NOWHERE[version]}' for port in self.some_ports(2))} }}"
                word = f"dnat {WORDS[version]} to" if len(versions) > 1 else "dnat to"
                transport = self.one(("tcp", "udp"))
                how = [f"{transport} dport map {data}", NOWHERE[version]]
                before = f"{WORDS[version]} saddr {self.one(NETWORKS[version])} " if self.maybe(0.4) else ""
                if self.maybe(0.3):
                    yield f"{before}{transport} dport {self.ports('-')} {word} {how[1]}"
                else:
                    yield f"{before}{word} {how[0]}"
            yield "}"

    def kind(self, version: int, first: int, rejects: bool) -> str:
        transport = self.transport
        word = WORDS[version]
        data = self.one(("@marks", f"{{ {self._marks()} }}"))
        nets = ", ".join(f"{one} : {number + 1}" for number, one in enumerate(self.nets(version)))
        rest = ", * : 7" if self.maybe(0.4) else ""
        counters = ", ".join(f'{port} : "{self.one(("a", "b"))}"' for port in self.chance.sample(PORTS, 3))
        statement = self.one(
            (
                f"meta mark set {transport} dport map {data}",
                f"ct mark set {transport} dport map {data}",
                f"meta mark set {word} saddr map {{ {nets}{rest} }}",
                f"meta priority set {transport} dport map {{ {self.chance.choice(PORTS)} : 1:2 }}",
                f"counter name {transport} dport map {{ {counters} }}",
            )
        )
        before = f"{self.transport} dport {self.ports('-')} " if self.maybe(0.2) else ""
        return f"{before}{statement} {self.verdict(first, rejects)}"


class Verdicts(Kind):
    """Maps of verdicts, with and without an entry for the rest."""

    def objects(self, versions: Sequence[int]) -> Iterator[str]:
        flat = self.one(("accept", "drop", "continue"))
        pairs = ", ".join(f"{port} : {self.one(('accept', 'drop', 'return'))}" for port in self.some_ports())
        rest = f", * : {flat}" if self.maybe(0.6) else ""
        yield f"map ports_to {{ type inet_service : verdict; flags interval; elements = {{ {pairs}{rest} }} }}"
        for version in versions:
            pairs = ", ".join(f"{net} : {self.one(('accept', 'drop'))}" for net in self.nets(version))
            rest = f", * : {flat}" if self.maybe(0.6) else ""
            kind = SET_TYPES[version]
            yield f"map nets_to{version} {{ type {kind} : verdict; flags interval; elements = {{ {pairs}{rest} }} }}"

    def kind(self, version: int, first: int, rejects: bool) -> str:
        word, transport = WORDS[version], self.one((self.transport, self.transport, "th"))
        if self.maybe(0.2):
            return f"{transport} dport vmap @ports_to"
        if self.maybe(0.2):
            return f"{word} saddr vmap @nets_to{version}"
        keys: dict[str, Sequence[str]] = {
            f"{transport} dport": self.some_ports(),
            f"{word} saddr": self.nets(version),
            f"{word} daddr": list(OWN[version][:2]),
            "iifname": ["near", "far", "other"],
            "meta l4proto": ["tcp", "udp", "icmp", "icmpv6"],
            "ct state": ["new", "established", "invalid"],
            "tcp flags & (fin|syn|rst|ack)": ["syn", "ack", "fin | ack"],
            "meta pkttype": ["host", "broadcast"],
            "fib daddr type": list(TYPES[:4]),
            "meta mark": ["1", "2"],
            "meta protocol": ["ip", "ip6"],
            f"{word} saddr . tcp dport": [
                f"{net} . {port}" for net in self.nets(version) for port in self.some_ports(2)
            ],
            "meta l4proto . th dport": [
                f"{one} . {port}" for one in ("tcp", "udp") for port in self.chance.sample(PORTS, 2)
            ],
            "iifname . tcp dport": [f"near . {port}" for port in self.chance.sample(PORTS, 3)],
        }
        if version == 4:
            keys["icmp type"] = ["echo-request", "echo-reply"]
            keys["ip protocol"] = ["tcp", "udp", "icmp"]
        else:
            keys["icmpv6 type"] = ["echo-request", "nd-neighbor-solicit"]
        left = self.one(list(keys))
        some = self.chance.sample(list(keys[left]), self.chance.randrange(1, len(keys[left]) + 1))
        entries = [f"{one} : {self._entry(first)}" for one in some]
        if self.maybe(0.6):
            entries.append(f"* : {self._entry(first)}")
        before = f"{word} saddr {self.sign()}{self.one(NETWORKS[version][:-1])} " if self.maybe(0.3) else ""
        return f"{before}{left} vmap {{ {', '.join(entries)} }}"

    def _entry(self, first: int) -> str:
        chain = self.chain(first)
        some = ["accept", "drop", "return", "continue"]
        return self.one(some + ([f"jump {chain}", f"goto {chain}"] if chain else []))
