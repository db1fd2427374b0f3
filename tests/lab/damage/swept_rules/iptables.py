# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Mistakes in rules that iptables holds, made in the text that iptables-save prints. See damages.py."""

from __future__ import annotations

import re
from collections.abc import Callable
from ipaddress import IPv4Network, IPv6Network

from tests.lab.world.lab import RunningNode
from tests.lab.world.topology import LabError

# Where a side's rules are entered from.
_BUILT_IN = {False: "INPUT", True: "FORWARD"}
_TOOLS = {4: "iptables", 6: "ip6tables"}


class Rules:
    """The rules of a node in one family. gateway: of what crosses it, else of what enters it."""

    def __init__(self, node: RunningNode, version: int, provider: str, gateway: bool) -> None:
        self._node = node
        self._tool = _TOOLS[version]
        self._entry = f"-A {_BUILT_IN[gateway]} "
        self._saved = node.run([f"{self._tool}-save"]).stdout

    def undo(self) -> None:
        self._node.run([f"{self._tool}-restore"], stdin=self._saved)

    def missing(self, port: int) -> None:
        self._change(lambda line: [] if f"--dport {port} " in line else [line])

    def extra(self, beside: int, port: int) -> None:
        """Open a port as another one is."""
        old, new = f"--dport {beside} ", f"--dport {port} "
        self._change(lambda line: [line, line.replace(old, new)] if old in line else [line])

    def swapped(self, port: int) -> None:
        old, new = f"-p tcp -m tcp --dport {port} ", f"-p udp -m udp --dport {port} "
        self._change(lambda line: [line.replace(old, new)])

    def wider(self, party: str, network: IPv4Network | IPv6Network, wider: IPv4Network | IPv6Network) -> None:
        """Have a party's rules apply to a wider network; whether it is there as a set or as itself."""
        source = re.compile(rf"-m set --match-set \S+ src (?=.*--comment {party} )|-s {network} ")
        self._change(lambda line: [source.sub(f"-s {wider} ", line)])

    def hole(self) -> None:
        """What closes the rest does not."""
        closing = '"unlisted: drop" -j DROP'
        self._change(lambda line: [line.replace(closing, closing.replace("DROP", "ACCEPT"))])

    def before(self, first: int, last: int) -> None:
        """Accept ports before our rules."""
        done: list[str] = []

        def change(line: str) -> list[str]:
            if line.startswith(self._entry) and not done:
                done.append(line)
                return [f"{self._entry}-p tcp --dport {first}:{last} -j ACCEPT", line]
            return [line]

        self._change(change)

    def _change(self, change: Callable[[str], list[str]]) -> None:
        lines = self._saved.splitlines()
        changed = [new for line in lines for new in (change(line) if line.startswith("-A") else [line])]
        if changed == lines:
            raise LabError(f"{self._node.node.name}: {self._tool} has no rule to make this mistake in")
        self._node.run([f"{self._tool}-restore"], stdin="\n".join([*changed, ""]))
