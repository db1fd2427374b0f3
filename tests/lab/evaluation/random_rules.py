# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rulesets at random, as nobody would write them, for iptables and for nft: text for their own programs."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

PORTS = (22, 23, 80, 514, 515, 516, 1024, 32000, 32006, 40000, 65535)
NETWORKS = {
    4: ("198.19.1.0/24", "198.19.1.0/25", "198.19.1.8", "198.19.1.0/29", "198.19.2.48/28", "198.19.2.51", "0.0.0.0/0"),
    6: ("2001:db8:a1::/64", "2001:db8:a1::/80", "2001:db8:a1::8", "2001:db8:a1::/125", "2001:db8:a2::50/124", "::/0"),
}
OWN = {
    4: ("198.19.1.11", "198.19.1.12", "198.19.1.0/24", "198.19.2.51", "198.19.2.48/28"),
    6: ("2001:db8:a1::11", "2001:db8:a1::12", "2001:db8:a1::/64", "2001:db8:a2::51", "2001:db8:a2::50/124"),
}
_STATES = ("NEW", "ESTABLISHED", "NEW,ESTABLISHED", "INVALID", "RELATED,ESTABLISHED", "NEW,UNTRACKED")
CHAINS = 5


@dataclass(frozen=True)
class Ruleset:
    """script: what the programs read. commands: programs and their input, in order; all begin from nothing."""

    commands: tuple[tuple[tuple[str, ...], str], ...]


class RulesMaker:
    """What all kinds share."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance

    def ruleset(self) -> Ruleset:
        """A ruleset."""
        raise NotImplementedError

    def one(self, values: Sequence[str]) -> str:
        return self.chance.choice(values)

    def maybe(self, probability: float) -> bool:
        return self.chance.random() < probability

    def ports(self, separator: str) -> str:
        first = self.chance.choice(PORTS)
        last = min(65535, first + self.chance.choice((1, 600)))
        return str(first) if first == last or self.maybe(0.6) else f"{first}{separator}{last}"


class Iptables(RulesMaker):
    """Rules of iptables and ip6tables, with and without ipset."""

    #: what stands behind the names of the programs: nothing, or the older kind's word
    legacy = ""

    def ruleset(self) -> Ruleset:
        commands: list[tuple[tuple[str, ...], str]] = [(("ipset", "restore"), "\n".join(self.sets()) + "\n")]
        for version, tool in ((4, "iptables"), (6, "ip6tables")):
            commands.append(((f"{tool}{self.legacy}-restore",), "\n".join(self._tables(version)) + "\n"))
        return Ruleset(tuple(commands))

    def sets(self) -> Iterator[str]:
        for version, family in ((4, "inet"), (6, "inet6")):
            for name in ("one", "two"):
                yield f"create {name}{version} hash:net family {family}"
                for network in sorted(set(self.chance.sample(NETWORKS[version][:-1], self.chance.randrange(3)))):
                    yield f"add {name}{version} {network}"

    def _tables(self, version: int) -> Iterator[str]:
        hooks = {
            "raw": ("PREROUTING",),
            "mangle": ("PREROUTING", "INPUT", "FORWARD"),
            "filter": ("INPUT", "FORWARD"),
            "security": ("INPUT", "FORWARD"),
        }
        for table, chains in hooks.items():
            if table != "filter" and self.maybe(0.5):
                continue
            yield f"*{table}"
            for chain in chains:
                yield f":{chain} {'DROP' if table == 'filter' and self.maybe(0.3) else 'ACCEPT'} [0:0]"
            yield from (f":c{number} - [0:0]" for number in range(CHAINS))
            for chain in chains:
                for _number in range(self.chance.randrange(1, 7)):
                    yield f"-A {chain} {self._rule(version, table, chain, 0)}"
            for number in range(CHAINS):
                for _number in range(self.chance.randrange(0, 5)):
                    yield f"-A c{number} {self._rule(version, table, 'user', number + 1)}"
            yield "COMMIT"

    def special(self, version: int, table: str, chain: str, first: int) -> str | None:
        """A rule of another kind, or none."""
        return None

    def _rule(self, version: int, table: str, chain: str, first: int) -> str:
        special = self.special(version, table, chain, first)
        if special:
            return special
        parts: list[str] = []

        def say(text: str, negation: float = 0.2) -> None:
            parts.append(("! " if self.maybe(negation) else "") + text)

        if self.maybe(0.4):
            say(f"-s {self.one(NETWORKS[version][:-1])}")
        elif self.maybe(0.3):
            parts.append("-m set")
            say(f"--match-set {self.one(('one', 'two'))}{version} {self.one(('src', 'dst'))}")
        if self.maybe(0.15):
            say(f"-d {self.one(OWN[version])}")
        if self.maybe(0.15):
            say(f"-i {self.one(('near', 'far', 'n+', 'other'))}")
        transport = self.one(("tcp", "udp", "icmp", "all", "tcp", "udp"))
        if transport in ("tcp", "udp"):
            self._of_transport(transport, parts, say)
        elif transport == "icmp":
            parts.append("-p icmp" if version == 4 else "-p icmpv6")
            if self.maybe(0.6):
                kind = self.one(("8", "3", "13") if version == 4 else ("128", "1", "135"))
                say(f"--icmp-type {kind}" if version == 4 else f"--icmpv6-type {kind}")
        if self.maybe(0.25):
            parts.append("-m conntrack")
            say(f"--ctstate {self.one(_STATES)}")
        verdicts = ["ACCEPT", "DROP", "RETURN", "LOG"] + (["REJECT"] if table == "filter" else [])
        if first < CHAINS and self.maybe(0.5):
            target = f"c{self.chance.randrange(first, CHAINS)}"
            return " ".join([*parts, "-g" if self.maybe(0.3) else "-j", target])
        return " ".join([*parts, "-j", self.one(verdicts)])

    def _of_transport(self, transport: str, parts: list[str], say: Callable[..., None]) -> None:
        if self.maybe(0.1):
            parts.append(f"! -p {transport}")
            return
        parts.append(f"-p {transport}")
        if self.maybe(0.5):
            say(f"--dport {self.ports(':')}")
        elif self.maybe(0.5):
            parts.append("-m multiport")
            say("--dports " + ",".join(self.ports(":") for _number in range(self.chance.randrange(1, 4))))
        if "-m multiport" not in parts and self.maybe(0.1):
            # Two negated ports in one rule are what iptables itself gets wrong, so the evaluator leaves them open.
            negation = 0 if "! --dport" in " ".join(parts) else 0.2
            say(f"--sport {self.one(('61000', '61001', '1:60000', '61000:'))}", negation)
        if transport == "tcp" and self.maybe(0.2):
            say(self.one(("--syn", "--tcp-flags SYN,ACK SYN", "--tcp-flags FIN,SYN FIN", "--tcp-flags ALL NONE")))


class Nftables(RulesMaker):
    """Tables of nft of three families, with sets and maps of verdicts."""

    def ruleset(self) -> Ruleset:
        text = "\n".join(line for number in range(self.chance.randrange(1, 4)) for line in self._table(number))
        return Ruleset(((("nft", "-f", "-"), text + "\n"),))

    def _table(self, number: int) -> Iterator[str]:
        family = self.one(("ip", "ip6", "inet", "inet"))
        versions = {"ip": (4,), "ip6": (6,), "inet": (4, 6)}[family]
        yield f"table {family} random{number} {{"
        for version in versions:
            kind = {4: "ipv4_addr", 6: "ipv6_addr"}[version]
            some = self.chance.sample(NETWORKS[version][:-1], 2)
            # Intervals of one set must not overlap, unless they are merged.
            yield f"set nets{version} {{ type {kind}; flags interval; auto-merge; elements = {{ {', '.join(some)} }} }}"
        yield f"set ports {{ type inet_service; elements = {{ {', '.join(map(str, self.chance.sample(PORTS, 3)))} }} }}"
        yield from self.objects(versions)
        for chain in reversed(range(CHAINS)):
            yield f"chain c{chain} {{"
            yield from (self._rule(versions, chain + 1, True) for _number in range(self.chance.randrange(0, 5)))
            yield "}"
        for hook in ("prerouting", "input", "forward", "input"):
            if self.maybe(0.3):
                continue
            policy = "drop" if self.maybe(0.25) and hook != "prerouting" else "accept"
            priority = self.chance.randrange(-350, 100)
            yield f"chain {hook}_{priority + 400} {{ type filter hook {hook} priority {priority}; policy {policy};"
            rejects = hook != "prerouting"
            first = 0 if rejects else CHAINS
            yield from (self._rule(versions, first, rejects) for _number in range(self.chance.randrange(1, 6)))
            yield "}"
        yield from self.chains(versions)
        yield "}"

    def objects(self, versions: Sequence[int]) -> Iterator[str]:
        """Sets, maps and counters that another kind needs."""
        yield from ()

    def chains(self, versions: Sequence[int]) -> Iterator[str]:
        """Chains that another kind needs."""
        yield from ()

    def special(self, versions: Sequence[int], first: int, rejects: bool) -> str | None:
        """A rule of another kind, or none."""
        return None

    def chain(self, first: int) -> str:
        return f"c{self.chance.randrange(first, CHAINS)}" if first < CHAINS else ""

    def _rule(self, versions: Sequence[int], first: int, rejects: bool) -> str:
        special = self.special(versions, first, rejects)
        if special:
            return special
        parts: list[str] = []
        version = self.chance.choice(versions)
        word = {4: "ip", 6: "ip6"}[version]
        sign = "!= " if self.maybe(0.2) else ""
        if self.maybe(0.4):
            parts.append(f"{word} saddr {sign}{self.one((*NETWORKS[version], f'@nets{version}'))}")
        elif self.maybe(0.2):
            parts.append(f"{word} daddr {sign}{{ {', '.join(self.chance.sample(OWN[version][:2], 2))} }}")
        elif self.maybe(0.2) and len(versions) > 1:
            parts.append(f"meta nfproto {sign}ipv{version}")
        if self.maybe(0.15):
            parts.append(f"iifname {sign}{self.one(('near', 'far', chr(34) + 'n*' + chr(34), 'other'))}")
        parts.extend(self._of_transport(version, sign))
        if self.maybe(0.25):
            states = ("new", "established", "{ new, established }", "invalid", "established,related", "!= established")
            parts.append(f"ct state {self.one(states)}")
        chain = self.chain(first)
        if self.maybe(0.15):
            verdicts = ["accept", "drop", "continue", "return"] + ([f"jump {chain}", f"goto {chain}"] if chain else [])
            entries = (f"{port} : {self.one(verdicts)}" for port in self.chance.sample(PORTS, 3))
            return f"{self.one(('tcp', 'udp', 'meta l4proto { tcp, udp } th'))} dport vmap {{ {', '.join(entries)} }}"
        if chain and self.maybe(0.5):
            return " ".join([*parts, "counter", self.one(("jump", "goto")), chain])
        verdicts = ["accept", "drop", "return", "continue", "counter"] + (["reject"] if rejects else [])
        return " ".join([*parts, self.one(verdicts)])

    def _of_transport(self, version: int, sign: str) -> Iterator[str]:
        transport = self.one(("tcp", "udp", "icmp", "all", "th", "tcp", "udp"))
        ports = self.one((self.ports("-"), f"{{ {self.ports('-')}, 7 }}", "@ports"))
        if transport in ("tcp", "udp") and self.maybe(0.8):
            yield f"{transport} dport {sign}{ports}"
        elif transport in ("tcp", "udp"):
            yield f"meta l4proto {sign}{transport}"
        elif transport == "th":
            yield f"meta l4proto {{ tcp, udp }} th dport {sign}{ports}"
        elif transport == "icmp" and version == 4:
            yield f"icmp type {sign}{self.one(('echo-request', '{ echo-request, echo-reply }', 'echo-reply', '13'))}"
        elif transport == "icmp":
            yield f"icmpv6 type {sign}{self.one(('echo-request', 'nd-neighbor-solicit', 'destination-unreachable'))}"
        if transport == "tcp" and self.maybe(0.2):
            masked = ("tcp flags & (syn|ack) == syn", "tcp flags & (fin|syn) == fin")
            yield self.one(("tcp flags syn", *masked, "tcp flags != ack"))
        if transport in ("tcp", "udp") and self.maybe(0.1):
            # As above: nft itself gets two that are negated wrong.
            some = ("61000", "61001", "1-60000", ">= 61000", "< 1024")
            yield f"{transport} sport {self.one(some if sign else (*some, '!= 61000'))}"
