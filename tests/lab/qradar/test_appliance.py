# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What QRadar says of its host and adds by itself; what an update and a failover do to our rules."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.lab.hosts.qradar.stand_in import TOOL, add_access, install_stand_in, patch, read_bytes, say
from tests.lab.hosts.rules import saved
from tests.lab.plays.record import record_playbook
from tests.lab.plays.site import SITE
from tests.lab.qradar.hosts import FAMILIES, MARKERS, everything, pre
from tests.lab.world.lab import Lab, RunningNode
from tests.lab.world.labs import PAIRS

AUDIT = "playbooks/audit.yml"


@pytest.fixture
def pairs() -> Iterator[Lab]:
    with Lab.start(PAIRS, extra_variables={"host_firewall_provider": "qradar"}) as running:
        for name in ("con1", "con2", "ep1", "ep2", "dn1"):
            install_stand_in(running[name])
        assert record_playbook(running, SITE).run.ok
        yield running


def twice_in(node: RunningNode, tool: str) -> list[str]:
    """Rules that stand twice in a chain."""
    lines = [line for line in saved(node, tool).splitlines() if line.startswith("-A")]
    return [line for line, count in Counter(lines).items() if count > 1]


def test_what_qradar_adds_is_listed_and_stands_once(lab: Lab, tmp_path: Path) -> None:
    node = lab["console"]
    add_access(node, "198.19.9.77")
    add_access(node, "2001:db8:9::77")
    # Live already, by hand: QRadar's program adds it as well once it runs.
    node.run(["iptables", "-I", "QChain", "1", "-s", "198.19.9.77", "-j", "ACCEPT"])
    assert record_playbook(lab, SITE).run.ok
    assert [twice_in(node, tool) for tool in FAMILIES] == [[], []]
    play = tmp_path / "ask.yml"
    play.write_text(
        "- hosts: console\n  gather_facts: false\n  tasks:\n    - portledger.qradar.ruleset_info:\n"
        "        scope: host\n        surroundings: true\n",
        encoding="utf-8",
    )
    (found,) = record_playbook(lab, play).results["console"]
    rules = [(rule["family"], rule["origin"], rule["rule"]) for rule in found["appliance"]["rules"]]
    assert ("ipv4", "QRadar", "-s 198.19.9.77/32 -j ACCEPT") in rules or (
        "ipv4",
        "QRadar",
        "-s 198.19.9.77 -j ACCEPT",
    ) in rules
    assert any(one[0] == "ipv6" and one[1] == "QRadar" and "2001:db8:9::77" in one[2] for one in rules)
    assert ("ipv4", "iptables.pre", "-p tcp --dport 10050 -j ACCEPT") in rules
    assert {"iptables.post", "iptables.d/post/probe", "ip6tables.post"} <= {one[1] for one in rules}
    assert not any("PORTLEDGER" in one[2] for one in rules)
    assert found["appliance"]["release"] == "7.5.0"
    assert found["differs"] == []


def test_a_difference_from_the_inventory_is_in_the_audit(pairs: Lab) -> None:
    say(pairs["ep1"], HA_role="Primary", Virtual_IP="198.19.1.99", Encryption="true", Is_console="true")
    say(pairs["dn1"], HA_role="Secondary", Console_IP="198.19.1.77")
    said = " ".join(record_playbook(pairs, AUDIT, "-e", "audit_report_fail=false").run.stdout.split())
    for words in (
        "qradar_roles: ['event_processor'] differs from what QRadar says: the host is a console. Put the host into "
        "qradar_console.",
        "qradar_encrypted: False differs from what QRadar says: the host is encrypted. Set it to true.",
        "qradar_cluster_addresses: ['198.19.1.20', '2001:db8:a1::20'] differs from what QRadar says: the cluster "
        "address is 198.19.1.99. Add 198.19.1.99.",
        "qradar_ha_peer: None differs from what QRadar says: the host is the secondary node of an HA pair. Set it to "
        "the other node, on both nodes.",
        "differs from what QRadar says: the console is at 198.19.1.77. Correct the addresses of the console, or the "
        "group of this host.",
    ):
        assert words in said, words


def test_an_update_that_ships_its_files_is_repaired(lab: Lab) -> None:
    assert record_playbook(lab, SITE).run.ok
    node = lab["console"]
    before = everything(node)
    patch(node, "7.5.0 UpdatePackage 13")
    assert MARKERS[0].encode() not in (read_bytes(node, pre("iptables")) or b"")
    check = record_playbook(lab, SITE, "--check")
    repair = record_playbook(lab, SITE)
    assert check.run.changed == repair.run.changed == {"console": 1}
    assert check.differences() == repair.differences()
    assert everything(node)[0] == before[0]
    assert [twice_in(node, tool) for tool in FAMILIES] == [[], []]
    assert record_playbook(lab, SITE).run.changed == {}


def test_a_failover_changes_no_rule(pairs: Lab) -> None:
    for node, word in (("con1", "del"), ("con2", "add")):
        for address in ("198.19.1.10/24", "2001:db8:a1::10/64"):
            pairs[node].run(["ip", "address", word, address, "dev", "core"])
        # As a failover may do.
        pairs[node].run([TOOL])
    run = record_playbook(pairs, SITE)
    assert run.run.ok, run.run.stdout
    assert run.run.changed == {}
    (first,) = [one["pair"] for one in run.results["con1"] if one.get("pair")]
    assert first == {"peer": "con2", "active": False, "second": False}
