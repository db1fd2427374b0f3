# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rulesets of nft at random, each kind with much of what is easily read wrong."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tests.lab.evaluation.nft_kind import FLAGS, INTERFACES, SET_TYPES, STATES, TYPES, WORDS, Kind
from tests.lab.evaluation.nft_maps import Maps, Verdicts
from tests.lab.evaluation.nft_masks import Masks
from tests.lab.evaluation.random_rules import NETWORKS, OWN, PORTS


class Inline(Kind):
    """Chains within rules."""

    share = 0.3

    def kind(self, version: int, first: int, rejects: bool) -> str:
        parts = [f"{self.transport} dport {self.sign()}{self.ports('-')}"]
        if self.maybe(0.5):
            parts.append(f"{WORDS[version]} saddr {self.sign()}{self.one(NETWORKS[version][:-1])}")
        inner = [f"{WORDS[version]} saddr {self.one(NETWORKS[version][:-1])} {self.one(('accept', 'drop', 'return'))}"]
        if self.maybe(0.6):
            inner.append(self.one(("accept", "drop", "counter", "return")))
        return f"{' '.join(parts)} {self.one(('jump', 'goto'))} {{ {'; '.join(inner)}; }}"


class Interfaces(Kind):
    """By which interface packets come and go: one in use, or not; one that does not exist; none."""

    def matched(self, version: int) -> str:
        left = self.one(("iifname", "oifname", "iifname", "oifname", "iif", "oif"))
        if left in ("iif", "oif"):
            return f"{left} {self.sign()}{self.one(('near', 'far', 'lo'))}"
        if self.maybe(0.2):
            pairs = self.chance.sample(("near . far", "far . near", "near . near", "other . far"), 2)
            return f"iifname . oifname {self.sign()}{{ {', '.join(pairs)} }}"
        if self.maybe(0.3):
            some = self.chance.sample(("near", "far", "lo", "other", '"w*"'), 2)
            return f"{left} {self.sign()}{{ {', '.join(some)} }}"
        return f"{left} {self.sign()}{self.one(INTERFACES)}"

    def kind(self, version: int, first: int, rejects: bool) -> str:
        both = f"{self.matched(version)} " if self.maybe(0.3) else ""
        ports = f"{self.transport} dport {self.ports('-')} " if self.maybe(0.3) else ""
        if self.maybe(0.15):
            entries = ", ".join(
                f"{one} : {self.one(('accept', 'drop', 'return'))}" for one in ("near", "other", '"f*"')
            )
            return f"{ports}iifname vmap {{ {entries} }}"
        return f"{both}{ports}{self.matched(version)} {self.verdict(first, rejects)}"


class Fib(Kind):
    """What the kernel's routes say."""

    def matched(self, version: int) -> str:
        if self.maybe(0.5):
            flags = self.one(("daddr", "daddr", "daddr . iif", "daddr . mark", "saddr"))
            right = self.one(TYPES)
            if self.maybe(0.3):
                right = f"{{ {', '.join(self.chance.sample(TYPES, 2))} }}"
            return f"fib {flags} type {self.sign()}{right}"
        flags = self.one(("saddr . iif", "saddr", "saddr . mark . iif", "saddr . mark", "daddr"))
        right = self.one(("eq 0", "missing", "exists", "!= 0", "oif != lo", "eq 0", "missing"))
        if right.startswith("oif"):
            return f"fib {flags} {right}"
        return f"fib {flags} oif {right}"

    def kind(self, version: int, first: int, rejects: bool) -> str:
        ports = f"{self.transport} dport {self.ports('-')} " if self.maybe(0.3) else ""
        return f"{ports}{self.matched(version)} {self.verdict(first, rejects)}"


class Concatenations(Kind):
    """Several fields at once, in sets with and without a name."""

    def objects(self, versions: Sequence[int]) -> Iterator[str]:
        for version in versions:
            some = ", ".join(f"{net} . {port}" for net in self.nets(version) for port in self.some_ports(2))
            kind = SET_TYPES[version]
            yield f"set both{version} {{ type {kind} . inet_service; flags interval; elements = {{ {some} }} }}"

    def matched(self, version: int) -> str:
        word, transport = WORDS[version], self.transport
        if self.maybe(0.3):
            return f"{word} saddr . {transport} dport {self.sign()}@both{version}"
        left, values = self.chance.choice(
            (
                (
                    f"{word} saddr . {transport} dport",
                    [f"{a} . {b}" for a in self.nets(version) for b in self.some_ports(2)],
                ),
                ("meta l4proto . th dport", [f"{a} . {b}" for a in ("tcp", "udp", "icmp") for b in self.some_ports(2)]),
                (f"{word} saddr . {word} daddr", [f"{a} . {b}" for a in self.nets(version) for b in OWN[version][:2]]),
                (
                    f"iifname . {transport} dport",
                    [f"{a} . {b}" for a in ("near", "other") for b in self.chance.sample(PORTS, 2)],
                ),
                (
                    f"ct state . {transport} dport",
                    [f"{a} . {b}" for a in ("new", "established") for b in self.chance.sample(PORTS, 2)],
                ),
                (
                    f"meta mark . {transport} dport",
                    [f"{a} . {b}" for a in ("0", "1") for b in self.chance.sample(PORTS, 2)],
                ),
                ("th sport . th dport", [f"{a} . {b}" for a in ("61000", "60000-65535") for b in self.some_ports(2)]),
                (
                    f"{word} saddr . {transport} dport . iifname",
                    [f"{a} . {b} . near" for a in ("198.19.1.3", "198.19.1.8") for b in self.chance.sample(PORTS, 2)]
                    if version == 4
                    else [f"{a} . {b} . near" for a in ("2001:db8:a1::3",) for b in self.chance.sample(PORTS, 2)],
                ),
            )
        )
        return f"{left} {self.sign()}{{ {', '.join(values)} }}"


class Negations(Kind):
    """What is not so."""

    def matched(self, version: int) -> str:
        word, transport = WORDS[version], self.transport
        looked = "|".join(sorted(self.chance.sample(FLAGS, self.chance.randrange(2, 5))))
        flags = self.chance.sample(FLAGS[:4], 2)
        ports = ", ".join(self.some_ports())
        return self.one(
            (
                f"{word} saddr != {self.one(NETWORKS[version][:-1])}",
                f"{word} saddr != {{ {', '.join(self.nets(version))} }}",
                f"{word} saddr != @nets{version}",
                f"{word} daddr != {{ {', '.join(OWN[version][:2])} }}",
                f"{transport} dport != {self.ports('-')}",
                f"{transport} dport != {{ {ports} }}",
                f"{transport} dport != @ports",
                f"meta l4proto != {{ tcp, {self.one(('udp', 'icmp', 'icmpv6'))} }}",
                f"th dport != {self.ports('-')}",
                f"ct state ! {self.one(STATES)}",
                f"ct state != {self.one(STATES)}",
                f"ct state != {{ {', '.join(self.chance.sample(STATES, 2))} }}",
                f"ct state ! {','.join(self.chance.sample(STATES, 2))}",
                f"ct status ! {self.one(('dnat', 'snat', 'assured', 'confirmed', 'seen-reply'))}",
                f"ct status != {self.one(('dnat', 'assured'))}",
                "ct direction != original",
                f"tcp flags ! {flags[0]}",
                f"tcp flags != {flags[0]}",
                f"tcp flags & ({looked}) != {flags[0]}",
                f"tcp flags & ({looked}) == {{ {flags[0]}, {flags[1]} }}",
                f"tcp flags {{ {flags[0]}, {flags[1]} }}",
                f"tcp flags != {{ {flags[0]}, {flags[1]} }}",
                f"tcp flags & ({looked}) == {flags[0]}|{flags[1]}",
                f"tcp flags {flags[0]},{flags[1]}",
                f"tcp flags & {flags[0]} == {self.one((flags[0], '0'))}",
                f"meta pkttype != {self.one(('host', 'broadcast'))}",
                f"meta protocol != {self.one(('ip', 'ip6', 'arp'))}",
                f"icmp type != {self.one(('echo-request', 'echo-reply'))}"
                if version == 4
                else "icmpv6 type != echo-reply",
                "meta mark != 1",
            )
        )

    def kind(self, version: int, first: int, rejects: bool) -> str:
        both = f"{WORDS[version]} saddr {self.sign()}{self.one(NETWORKS[version][:-1])} " if self.maybe(0.3) else ""
        return f"{both}{self.matched(version)} {self.verdict(first, rejects)}"


class Sets(Kind):
    """Sets with timeouts, counters, limits, an element for the rest, and such that rules fill."""

    def objects(self, versions: Sequence[int]) -> Iterator[str]:
        for version in versions:
            kind, nets = SET_TYPES[version], self.nets(version, 3)
            head, some = f"type {kind}; flags interval", ", ".join(nets[:2])
            yield f"set times{version} {{ {head}, timeout; elements = {{ {nets[0]} timeout 1h, {nets[1]} }} }}"
            yield f"set counts{version} {{ {head}; counter; elements = {{ {some} }} }}"
            yield f"set rest{version} {{ type {kind}; flags interval; elements = {{ {nets[0]}, * }} }}"
            yield f"set none{version} {{ type {kind}; }}"
            size = self.one(("1", "65535"))
            yield f"set seen{version} {{ type {kind}; flags dynamic, timeout; timeout 1h; size {size}; }}"
            yield f"set limits{version} {{ type {kind}; limit rate 100/second; elements = {{ {OWN[version][0]} }} }}"

    def matched(self, version: int) -> str:
        name = self.one(("times", "counts", "rest", "none", "seen", "limits"))
        return f"{WORDS[version]} {self.one(('saddr', 'saddr', 'daddr'))} {self.sign()}@{name}{version}"

    def kind(self, version: int, first: int, rejects: bool) -> str:
        word = WORDS[version]
        before = f"{self.transport} dport {self.sign(0.1)}{self.ports('-')} " if self.maybe(0.4) else ""
        if self.maybe(0.25):
            change = self.one((f"add @seen{version}", f"update @seen{version}", f"delete @seen{version}"))
            return f"{before}{change} {{ {word} saddr }} {self.verdict(first, rejects)}"
        return f"{before}{self.matched(version)} {self.verdict(first, rejects)}"


class Statements(Kind):
    """Statements that change packets, let some of them by, or do nothing that matters."""

    share = 0.4

    def kind(self, version: int, first: int, rejects: bool) -> str:
        word, transport = WORDS[version], self.transport
        before = self.one(
            (
                f"{transport} dport {self.ports('-')}",
                f"{word} saddr {self.one(NETWORKS[version][:-1])}",
                "",
                f"meta l4proto {transport}",
            )
        )
        statement = self.one(
            (
                "meta mark set 1",
                "ct mark set 1",
                "meta priority set 1:2",
                "meta nftrace set 0",
                "log group 7",
                'log prefix "x " group 7',
                f"{word} dscp set cs1",
                "ip ttl set 64" if version == 4 else "ip6 hoplimit set 64",
                # To a port that nobody asks about: what arrives there would count as if it had been sent there.
                f"{transport} dport set 9",
                f"{transport} sport set 60000",
                f"{word} saddr set {self.one(('198.19.1.3', '198.19.1.8')) if version == 4 else '2001:db8:a1::3'}",
                "limit rate 1000/second",
                "limit rate over 1/hour burst 1 packets",
                "quota over 1 bytes",
                "counter",
                "meta mark set meta mark or 1",
                "counter",
                "ct mark set meta mark",
                "notrack",
            )
        )
        if statement == "notrack" and rejects:
            statement = "counter"
        return f"{before} {statement} {self.verdict(first, rejects)}"


NFT_KINDS: dict[str, type[Kind]] = {
    "maps": Maps,
    "verdict-maps": Verdicts,
    "inline-chains": Inline,
    "interfaces": Interfaces,
    "fib": Fib,
    "concatenations": Concatenations,
    "negations": Negations,
    "sets": Sets,
    "statements": Statements,
    "masks": Masks,
}
