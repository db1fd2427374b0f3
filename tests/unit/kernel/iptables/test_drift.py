# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The provider iptables against the kernel: what somebody does to our chains and sets is named and repaired."""

from __future__ import annotations

import pytest

from tests.unit.kernel.iptables.box import Box, add_foreign, flow_chain


def test_deleted_rule(box: Box) -> None:
    box.apply()
    good = box.rules()
    chain, rule = flow_chain(box, "ha_drbd")
    box("iptables", "-D", chain, *rule.split())
    assert box.repaired() == ["+ tcp/7789 ha_drbd from ha_peer (1 address)"]
    chain, rule = flow_chain(box, "imq")
    box("iptables", "-D", chain, *rule.split())
    assert box.repaired() == ["+ tcp/7676-7677 imq from component (3 addresses) (IPv4)"]
    assert box.rules() == good


def test_added_rules(box: Box) -> None:
    box.apply()
    good = box.rules()
    chain, _rules = flow_chain(box, "ha_drbd")
    box("iptables", "-I", "PORTLEDGER-IN", "-s", "1.2.3.4", "-j", "ACCEPT")
    box("iptables", "-A", chain, "-p", "tcp", "--dport", "9", "-m", "comment", "--comment", "mine", "-j", "ACCEPT")
    box("ip6tables", "-A", "PORTLEDGER-IN", "-j", "ACCEPT")
    box("ip6tables", "-N", "PORTLEDGER-IN-mine")
    assert box.repaired() == [
        "- tcp/9 mine from ha_peer (1 address)",
        "- chain PORTLEDGER-IN-mine that nothing leads to (IPv6)",
        "- rule without a service: -j ACCEPT (IPv6)",
        "- rule without a service: -s 1.2.3.4/32 -j ACCEPT (IPv4)",
    ]
    assert box.rules() == good


def test_reordered_and_doubled_rules(box: Box) -> None:
    box.apply()
    good = box.rules()
    chain, rule = flow_chain(box, "ha_drbd")
    box("iptables", "-D", chain, *rule.split())
    box("iptables", "-A", chain, *rule.split())
    assert box.repaired() == ["~ order of rules repaired"]
    assert box.rules() == good
    box("iptables", "-A", chain, *rule.split())
    assert box.repaired() == ["~ duplicate rules removed"]
    assert box.rules() == good


@pytest.mark.parametrize("damage", ["gone", "second", "twice", "elsewhere", "wider"])
def test_jump(box: Box, damage: str) -> None:
    add_foreign(box)
    box("iptables", "-A", "INPUT", "-s", "198.18.66.6", "-j", "ACCEPT")
    box.apply()
    good = box.rules()
    if damage in ("gone", "second", "wider"):
        box("iptables", "-D", "INPUT", "-j", "PORTLEDGER-IN")
    if damage == "second":
        box("iptables", "-A", "INPUT", "-j", "PORTLEDGER-IN")
    if damage == "twice":
        box("iptables", "-A", "INPUT", "-j", "PORTLEDGER-IN")
    if damage == "elsewhere":
        box("iptables", "-A", "FORWARD", "-s", "198.18.1.1", "-j", "PORTLEDGER-IN")
    if damage == "wider":
        box("iptables", "-I", "INPUT", "-p", "tcp", "--dport", "1:2", "-j", "PORTLEDGER-IN")
    assert box.repaired() == [f"~ jump in {'FORWARD' if damage == 'elsewhere' else 'INPUT'} restored (IPv4)"]
    assert box.rules() == good


@pytest.mark.parametrize(
    "rule",
    [
        "-s 198.18.66.6 -j ACCEPT",
        "-s 198.18.66.6 -j RETURN",
        "-s 198.18.66.6 -j theirs",
        "-s 198.18.66.6 -g closing",
    ],
)
def test_rules_of_others_that_may_accept_come_behind_ours(box: Box, rule: str) -> None:
    box("iptables", "-N", "theirs")
    box("iptables", "-A", "theirs", "-p", "tcp", "--dport", "9", "-j", "ACCEPT")
    box("iptables", "-N", "closing")
    box.apply()
    box("iptables", "-I", "INPUT", *rule.split())
    foreign = box.foreign()
    assert box.repaired() == ["~ jump in INPUT restored (IPv4)"]
    assert box.foreign() == foreign


@pytest.mark.parametrize("rule", ["-j LOG", "-s 198.18.66.6 -j REJECT", "-p tcp -j f2b-sshd", "-p udp", "-j nested"])
def test_rules_of_others_that_only_close_stay_before_ours(box: Box, rule: str) -> None:
    box("iptables", "-N", "f2b-sshd")
    box("iptables", "-A", "f2b-sshd", "-s", "198.18.66.7", "-j", "REJECT")
    box("iptables", "-A", "f2b-sshd", "-j", "RETURN")
    box("iptables", "-N", "nested")
    box("iptables", "-A", "nested", "-j", "f2b-sshd")
    box.apply()
    box("iptables", "-I", "INPUT", *rule.split())
    there = box.rules()
    assert not box.apply()["changed"]
    box.apply(state="absent")
    box.apply()
    assert box.rules() == there
    # What makes them accept makes ours come first.
    box("iptables", "-I", "INPUT", "-p", "icmp", "-j", "ACCEPT")
    assert box.repaired() == ["~ jump in INPUT restored (IPv4)"]


def test_flushed(box: Box) -> None:
    before = box.rules()
    first = box.apply()["difference"]
    good = box.rules()
    box("iptables", "-F")
    box("ip6tables", "-F")
    assert [line for line in box.repaired() if not line.startswith(("~ jump", "- chain"))] == first
    assert box.rules() == good
    box("iptables", "-F")
    box.apply(state="absent")
    assert box.rules() == before


def test_drifted_sets(set_box: Box) -> None:
    box = set_box
    box.apply()
    rules, sets = box.rules(), box.sets()
    name = next(line.split()[1] for line in sets if line.endswith(" 198.18.2.4"))
    box("ipset", "del", name, "198.18.2.4")
    box("ipset", "add", name, "198.18.77.0/24")
    box("ipset", "create", "portledger-h4-mine", "hash:net")
    box("ipset", "create", "theirs", "hash:net")
    assert box.repaired() == [
        "~ component: +198.18.2.4, -198.18.77.0/24",
        "- set portledger-h4-mine that no rule uses",
    ]
    assert (box.rules(), box.sets()) == (rules, sets)
    assert "create theirs" in box("ipset", "save")
    assert "swap" not in box("ipset", "save")
    # What others use of ours is left to them, without a change on every run.
    box("iptables", "-A", "FORWARD", "-m", "set", "--match-set", name, "src", "-j", "ACCEPT")
    box.apply(state="absent")
    assert {line.split()[1] for line in box.sets()} == {name}
    assert not box.apply(state="absent")["changed"]
