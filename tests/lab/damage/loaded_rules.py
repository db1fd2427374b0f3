# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What somebody does to the loaded rules of a host: deletes, adds, reorders, flushes."""

from __future__ import annotations

import functools
from collections.abc import Callable

from tests.lab.hosts.rules import FAMILIES, rule_of, rules_of, saved
from tests.lab.world.lab import RunningNode


def delete(node: RunningNode, tool: str) -> None:
    rule = rules_of(node, tool, "event_collection_service")[0]
    node.run(["sh", "-c", f"{tool} {rule.replace('-A', '-D', 1)}"])


def add(node: RunningNode, tool: str) -> None:
    chain = rules_of(node, tool, "event_collection_service")[0].split()[1]
    node.run([tool, "-I", chain, "1", "-p", "tcp", "-m", "tcp", "--dport", "9", "-j", "ACCEPT"])


def reorder(node: RunningNode, tool: str) -> None:
    rule = rules_of(node, tool, "--comment ssh")[0]
    node.run(["sh", "-c", f"{tool} {rule.replace('-A', '-D', 1)}; {tool} {rule}"])


def accept_before_ours(node: RunningNode, tool: str) -> None:
    jump = next(line for line in saved(node, tool).splitlines() if line.startswith("-A INPUT") and "PORTLEDGER" in line)
    node.run(["sh", "-c", f"{tool} {jump.replace('-A', '-D', 1)}; {tool} {jump}"])


def flush(node: RunningNode, tool: str) -> None:
    chain = rules_of(node, tool, "event_collection_service")[0].split()[1]
    node.run([tool, "-F", chain])


def nft_delete(node: RunningNode) -> None:
    chain, number = rule_of(node, 'comment "event_collection_service"')
    node.run(["nft", "delete", "rule", "inet", "portledger_host", chain, "handle", number])


def nft_add(node: RunningNode) -> None:
    chain, _number = rule_of(node, 'comment "event_collection_service"')
    node.run(["nft", "insert", "rule", "inet", "portledger_host", chain, "tcp", "dport", "9", "accept"])


def nft_flush(node: RunningNode) -> None:
    node.run(["nft", "flush", "chain", "inet", "portledger_host", "input"])


def nft_sleep(node: RunningNode) -> None:
    node.run(["nft", "add table inet portledger_host { flags dormant; }"])


DAMAGES: dict[str, dict[str, Callable[[RunningNode], None]]] = {
    "iptables": {
        f"{damage.__name__}-{tool}": functools.partial(damage, tool=tool)
        for damage in (delete, add, reorder, accept_before_ours, flush)
        for tool in FAMILIES
    },
    "nftables": {damage.__name__: damage for damage in (nft_delete, nft_add, nft_flush, nft_sleep)},
}
