# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The nodes of an HA pair are never changed at the same time, told by the logs of the hosts themselves."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.lab.hosts.qradar.stand_in import TOOL, install_stand_in
from tests.lab.plays.playbook import run_playbook
from tests.lab.plays.record import record_playbook
from tests.lab.plays.site import REMOVE, SITE
from tests.lab.world.lab import Lab, RunningNode
from tests.lab.world.labs import PAIRS

# First, second.
ORDER = (("con2", "con1"), ("ep1", "ep2"))
NODES = [node for pair in ORDER for node in pair]
LOG = "/run/lab-changes"
# The host's own clock, as its program begins and ends: slow enough for the other node to come in between.
LOGGING = f'echo "begin $(date +%s.%N)" >>{LOG}\\nsleep 1\\ntrap \'echo "end $(date +%s.%N)" >>{LOG}\' EXIT'


@pytest.fixture
def lab() -> Iterator[Lab]:
    """QRadar hosts that write down when QRadar's program runs. Nothing of ours is there."""
    with Lab.start(PAIRS, extra_variables={"host_firewall_provider": "qradar"}) as running:
        for name in (*NODES, "dn1"):
            install_stand_in(running[name])
            running[name].run(["sed", "-i", f"2i {LOGGING}", TOOL])
        yield running


def a_play(folder: Path, strategy: str, tasks: str = "", serial: int = 0) -> Path:
    """The role in a playbook of somebody's own."""
    play = folder / f"{strategy}.yml"
    head = f"- hosts: qradar\n  gather_facts: false\n  strategy: {strategy}\n"
    head += f"  serial: {serial}\n" if serial else ""
    role = "    - ansible.builtin.include_role: {name: portledger.qradar.host_firewall}\n"
    play.write_text(f"{head}  tasks:\n{tasks}{role}", encoding="utf-8")
    return play


def spans(node: RunningNode) -> tuple[float, float]:
    """When the node's own log says that its rules were changed: from the first beginning to the last end."""
    text = node.run(["cat", LOG], check=False).stdout
    found = [float(moment) for moment in re.findall(r"^(?:begin|end) (\S+)$", text, re.MULTILINE)]
    assert found, f"{node.node.name} was not changed"
    return min(found), max(found)


def assert_in_order(lab: Lab) -> None:
    for first, second in ORDER:
        (_began, ended), (began, _ended) = spans(lab[first]), spans(lab[second])
        assert ended < began, f"{second} began {ended - began:.2f} s before {first} had ended"


@pytest.mark.parametrize(("strategy", "forks"), [("free", 50), ("linear", 50), ("free", 1), ("linear", 1)])
def test_one_node_after_the_other(lab: Lab, tmp_path: Path, strategy: str, forks: int) -> None:
    run = run_playbook(lab, a_play(tmp_path, strategy), forks=forks)
    assert run.ok, run.stdout
    assert run.changed == dict.fromkeys([*NODES, "dn1"], 1)
    assert_in_order(lab)
    # Not one pair after the other: they have nothing to do with each other.
    if forks > 1:
        assert spans(lab["con2"])[0] < spans(lab["ep2"])[0]
        assert spans(lab["ep1"])[0] < spans(lab["con1"])[0]


def test_site_and_remove_with_a_free_strategy(lab: Lab) -> None:
    free = {"ANSIBLE_STRATEGY": "free"}
    run = run_playbook(lab, SITE, forks=50, environment=free)
    assert run.ok, run.stdout
    assert_in_order(lab)
    for name in NODES:
        lab[name].run(["rm", LOG])
    # The cluster address of the consoles moves, so the order does.
    lab["con1"].run(["ip", "address", "del", "198.19.1.10/24", "dev", "core"])
    lab["con1"].run(["ip", "address", "del", "2001:db8:a1::10/64", "dev", "core"])
    lab["con2"].run(["ip", "address", "add", "198.19.1.10/24", "dev", "core"])
    run = run_playbook(lab, REMOVE, forks=50, environment=free)
    assert run.ok, run.stdout
    assert spans(lab["con1"])[1] < spans(lab["con2"])[0]


@pytest.mark.parametrize("strategy", ["free", "linear"])
def test_a_first_node_that_fails_stops_the_second(lab: Lab, tmp_path: Path, strategy: str) -> None:
    lab["con2"].run(["sed", "-i", "2i exit 3", TOOL])
    run = record_playbook(lab, a_play(tmp_path, strategy), "--forks", "50")
    assert run.run.changed == dict.fromkeys(["ep1", "ep2", "dn1"], 1)
    said = run.messages()
    assert sorted(said) == ["con1", "con2"]
    assert said["con1"] == (
        f"con1: qradar_ha_peer: 'con2' was to change first, and failed: {said['con2'].rstrip('.')}. Nothing was "
        "changed on con1. Fix con2, then run the playbook again."
    )
    assert lab["con1"].run(["test", "-e", LOG], check=False).returncode == 1


def test_a_first_node_that_is_gone_stops_the_second(lab: Lab, tmp_path: Path) -> None:
    gone = "    - ansible.builtin.fail: {msg: this host is not well}\n      when: inventory_hostname == 'con2'\n"
    run = record_playbook(lab, a_play(tmp_path, "free", gone), "--forks", "50")
    assert run.messages()["con1"] == (
        "con1: qradar_ha_peer: 'con2' was to change first, and failed or could not be reached earlier in this run. "
        "Nothing was changed on con1. Fix con2, then run the playbook again."
    )
    # Alone it does not wait.
    alone = record_playbook(lab, a_play(tmp_path, "free", gone), "--forks", "50", "--limit", "con1")
    assert alone.run.ok, alone.run.stdout
    assert alone.run.changed == {"con1": 1}


def test_a_batch_each(lab: Lab, tmp_path: Path) -> None:
    run = record_playbook(lab, a_play(tmp_path, "linear", serial=1), "--limit", "con1,con2")
    assert run.run.ok, run.run.stdout
    assert spans(lab["con1"])[1] < spans(lab["con2"])[0]
    assert "con1: changes before con2, the standby node of its pair, which is in a later batch" in " ".join(
        run.run.stdout.split()
    )
