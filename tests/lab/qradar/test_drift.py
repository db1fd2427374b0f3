# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The provider qradar: what somebody does to our block or to live rules is named and repaired."""

from __future__ import annotations

import itertools
from collections.abc import Callable

import pytest

from tests.lab.hosts.qradar.stand_in import TOOL
from tests.lab.hosts.rules import saved
from tests.lab.plays.record import record_playbook
from tests.lab.plays.site import SITE
from tests.lab.qradar.hosts import FAMILIES, MARKERS, change, everything, pre
from tests.lab.world.lab import Lab, RunningNode


def edit_block(node: RunningNode, tool: str) -> None:
    change(node, pre(tool), MARKERS[1], "-A INPUT -p tcp --dport 9 -j ACCEPT\n" + MARKERS[1])


def widen_block(node: RunningNode, tool: str) -> None:
    node.run(["sed", "-i", "s/--dport 32006 /--dport 1:65535 /", pre(tool)])


def empty_block(node: RunningNode, tool: str) -> None:
    node.run(["sed", "-i", "/^-A PORTLEDGER/d", pre(tool)])


def remove_block(node: RunningNode, tool: str) -> None:
    node.run(["sed", "-i", "/^# BEGIN portledger/,/^# END portledger/d", pre(tool)])


def and_load(damage: Callable[[RunningNode, str], None]) -> Callable[[RunningNode, str], None]:
    def both(node: RunningNode, tool: str) -> None:
        damage(node, tool)
        node.run([TOOL])

    both.__name__ = f"{damage.__name__}_and_load"
    return both


def lose_live_rules(node: RunningNode, tool: str) -> None:
    node.run([f"{tool}-restore"], stdin="*filter\n:INPUT ACCEPT [0:0]\nCOMMIT\n")


def add_live_rule(node: RunningNode, tool: str) -> None:
    node.run([tool, "-I", "PORTLEDGER-QIN", "1", "-p", "tcp", "--dport", "9", "-j", "ACCEPT"])


def open_before_ours(node: RunningNode, tool: str) -> None:
    node.run([tool, "-I", "INPUT", "1", "-p", "tcp", "--dport", "9", "-j", "ACCEPT"])


# What is damaged; the repair itself asks everybody.
CONSOLE = ("--limit", "console")
DAMAGES = [edit_block, widen_block, empty_block, remove_block]

# Each kind in both families, each damage of the file in one of them.
DRIFTS: dict[str, list[Callable[[RunningNode, str], None]]] = {
    "file": [*DAMAGES],
    "file and kernel": [and_load(damage) for damage in DAMAGES],
    "kernel": [lose_live_rules, lose_live_rules, add_live_rule, add_live_rule],
}


@pytest.mark.parametrize("where", DRIFTS)
def test_drift_is_repaired(ruled: Lab, where: str) -> None:
    node = ruled["console"]
    good = everything(node)
    for damage, tool in zip(DRIFTS[where], itertools.cycle(FAMILIES), strict=False):
        damage(node, tool)
        assert everything(node) != good, damage.__name__
        check = record_playbook(ruled, SITE, "--check", *CONSOLE)
        repair = record_playbook(ruled, SITE)
        assert repair.run.ok, f"{damage.__name__}: {repair.run.stdout}"
        assert check.run.changed == repair.run.changed == {"console": 1}, damage.__name__
        assert check.differences()["console"] == repair.differences()["console"] != [], damage.__name__
        assert everything(node) == good, damage.__name__
        assert record_playbook(ruled, SITE, *CONSOLE).run.changed == {}, damage.__name__


def test_what_drifted_is_told_by_meaning(ruled: Lab) -> None:
    node = ruled["console"]
    edit_block(node, "iptables")
    edited = record_playbook(ruled, SITE).differences()["console"]
    assert edited == ["- line in our block: -A INPUT -p tcp --dport 9 -j ACCEPT (in the file only)"]
    open_before_ours(node, "iptables")
    late = record_playbook(ruled, SITE).differences()["console"]
    assert late == ["~ jump in INPUT restored (IPv4)"]
    # It was somebody's, and comes after ours now.
    assert "-A INPUT -j PORTLEDGER-QIN\n-A INPUT -p tcp -m tcp --dport 9 -j ACCEPT\n" in saved(node, "iptables")
