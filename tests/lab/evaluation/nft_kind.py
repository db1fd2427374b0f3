# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What kinds of rulesets of nft share."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from tests.lab.evaluation.random_rules import Nftables

INTERFACES = ("near", "far", "lo", "other", "wg0", '"n*"', '"wg*"')
STATES = ("new", "established", "invalid", "related", "untracked")
TYPES = ("local", "unicast", "broadcast", "multicast", "anycast", "blackhole")
NOWHERE = {4: "203.0.113.9", 6: "2001:db8:ff::9"}
FLAGS = ("fin", "syn", "rst", "ack", "psh", "urg")
SET_TYPES = {4: "ipv4_addr", 6: "ipv6_addr"}
WORDS = {4: "ip", 6: "ip6"}


class Kind(Nftables):
    """What kinds share. share: of the rules that are of that kind."""

    share: ClassVar[float] = 0.6
    transport = "tcp"

    def special(self, versions: Sequence[int], first: int, rejects: bool) -> str | None:
        # One transport a rule: nft refuses two.
        self.transport = self.one(("tcp", "udp"))
        return self.kind(self.chance.choice(list(versions)), first, rejects) if self.maybe(self.share) else None

    def kind(self, version: int, first: int, rejects: bool) -> str:
        """A rule of this kind, for one family of addresses."""
        return f"{self.matched(version)} {self.verdict(first, rejects)}"

    def matched(self, version: int) -> str:
        raise NotImplementedError

    def verdict(self, first: int, rejects: bool) -> str:
        chain = self.chain(first)
        some = ["accept", "drop", "accept", "drop", "return", "continue", "counter"]
        return self.one(some + (["reject"] if rejects else []) + ([f"jump {chain}", f"goto {chain}"] if chain else []))

    def nets(self, version: int, number: int = 2) -> list[str]:
        """Networks that do not overlap."""
        some = (
            ("198.19.1.0/25", "198.19.2.48/28", "198.19.1.130", "198.19.1.200-198.19.1.210")
            if version == 4
            else ("2001:db8:a1::/80", "2001:db8:a2::50/124", "2001:db8:a1:0:8000::1", "2001:db8:a3::1-2001:db8:a3::9")
        )
        return self.chance.sample(some, number)

    def sign(self, probability: float = 0.3) -> str:
        return "!= " if self.maybe(probability) else ""

    def some_ports(self, number: int = 3) -> list[str]:
        spans = ("22-23", "80", "514-515", "1024-2000", "32000-32010", "40000", "65535", "7")
        return self.chance.sample(spans, number)
