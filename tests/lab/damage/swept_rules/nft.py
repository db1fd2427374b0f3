# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Mistakes in a table of nftables, which may be ours or firewalld's, made rule by rule. See damages.py.

A rule of such a table serves both families, unless it begins with an address of one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network

from tests.lab.world.lab import RunningNode
from tests.lab.world.topology import LabError

# (provider, gateway) -> table, chain where packets enter, chain that closes the rest.
_TABLES = {
    ("nftables", False): ("portledger_host", "input", "input"),
    ("nftables", True): ("portledger_gateway", "forward", "unlisted"),
    ("firewalld", False): ("firewalld", "filter_INPUT", "filter_IN_policy_portledger-host"),
    ("firewalld", True): ("firewalld", "filter_FORWARD", "filter_FWD_policy_portledger-gw_post"),
}
_FAMILIES = {4: "ipv4", 6: "ipv6"}
_COUNTER = re.compile(r"counter packets \d+ bytes \d+ ")
_RULE = re.compile(r"(?P<text>.*) # handle (?P<handle>\d+)$")


@dataclass(frozen=True)
class _Rule:
    chain: str
    handle: str
    text: str

    @property
    def version(self) -> int | None:
        """The one family that it serves; none: both."""
        return 6 if self.text.startswith("ip6 ") else 4 if self.text.startswith("ip ") else None


class Rules:
    """The rules of a node in one family. gateway: of what crosses it, else of what enters it."""

    def __init__(self, node: RunningNode, version: int, provider: str, gateway: bool) -> None:
        self._node = node
        self._version = version
        self._table, self._entry, self._closing = _TABLES[provider, gateway]
        self._saved = node.run(["nft", "-s", "list", "table", "inet", self._table]).stdout

    def undo(self) -> None:
        if self._table == "firewalld":
            # It knows its rules by the numbers that the kernel gave them.
            self._node.run(["firewall-cmd", "--reload"])
            return
        self._load(f"delete table inet {self._table}", self._saved)

    def missing(self, port: int) -> None:
        for rule in self._rules_for(f"tcp dport {port}"):
            self._replace(rule, [])

    def extra(self, beside: int, port: int) -> None:
        """Open a port as another one is."""
        for rule in self._rules_for(f"tcp dport {beside}"):
            self._load(self._before(rule, self._only(rule, rule.text.replace(f"dport {beside}", f"dport {port}"))))

    def swapped(self, port: int) -> None:
        for rule in self._rules_for(f"tcp dport {port}"):
            self._replace(rule, [rule.text.replace("tcp dport", "udp dport")])

    def wider(self, party: str, network: IPv4Network | IPv6Network, wider: IPv4Network | IPv6Network) -> None:
        """Have a party's rules apply to a wider network: in the set that holds it."""
        sets = re.findall(rf"set (\S+) {{[^}}]*elements = {{ {network} }}", self._saved)
        if not sets:
            raise self._nothing()
        for name in sets:
            where = f"element inet {self._table} {name}"
            self._load(f"delete {where} {{ {network} }}", f"add {where} {{ {wider} }}")

    def hole(self) -> None:
        """What closes the rest does not."""
        for rule in self._rules_for("drop", chain=self._closing):
            self._load(self._before(rule, self._only(rule, rule.text.replace("drop", "accept"))))

    def before(self, first: int, last: int) -> None:
        """Accept ports before our rules."""
        family = _FAMILIES[self._version]
        text = f"meta nfproto {family} tcp dport {first}-{last} accept"
        self._load(f"insert rule inet {self._table} {self._entry} {text}")

    def _rules(self) -> Iterator[_Rule]:
        chain = ""
        for line in self._node.run(["nft", "-a", "list", "table", "inet", self._table]).stdout.splitlines():
            if line.startswith("\tchain "):
                chain = line.split()[1]
            elif line.startswith("\t\t") and (found := _RULE.match(line.strip())):
                yield _Rule(chain, found["handle"], _COUNTER.sub("", found["text"]))

    def _rules_for(self, words: str, chain: str | None = None) -> list[_Rule]:
        """Rules of this family, or of both, with these words."""
        rules = [
            rule
            for rule in self._rules()
            if f" {words} " in f" {rule.text} "
            and chain in (None, rule.chain)
            and rule.version in (None, self._version)
        ]
        if not rules:
            raise self._nothing()
        return rules

    def _only(self, rule: _Rule, text: str, version: int | None = None) -> str:
        """A rule's text for one family only."""
        return text if rule.version else f"meta nfproto {_FAMILIES[version or self._version]} {text}"

    def _before(self, rule: _Rule, text: str) -> str:
        return f"insert rule inet {self._table} {rule.chain} position {rule.handle} {text}"

    def _replace(self, rule: _Rule, texts: list[str]) -> None:
        """Have other rules instead of one, in this family; the other family keeps it."""
        kept = [] if rule.version else [self._only(rule, rule.text, version=10 - self._version)]
        lines = [self._before(rule, text) for text in [*(self._only(rule, text) for text in texts), *kept]]
        self._load(*lines, f"delete rule inet {self._table} {rule.chain} handle {rule.handle}")

    def _load(self, *lines: str) -> None:
        self._node.run(["nft", "-f", "-"], stdin="\n".join([*lines, ""]))

    def _nothing(self) -> LabError:
        return LabError(f"{self._node.node.name}: the table {self._table} has no rule to make this mistake in")
