# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The provider qradar: what is not confirmed is put back, by the timer and by a boot."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.lab.hosts.qradar.stand_in import GENERATED, TOOL, read_bytes
from tests.lab.hosts.reboot import reboot
from tests.lab.plays.half import half_a_play, play_half
from tests.lab.plays.record import record_playbook
from tests.lab.plays.site import SITE
from tests.lab.qradar.hosts import FAMILIES, MARKERS, change, everything, pre, rules
from tests.lab.world.lab import Lab, RunningNode


def test_what_is_not_confirmed_is_put_back(ruled: Lab, tmp_path: Path) -> None:
    before = everything(ruled["console"])
    run = record_playbook(ruled, half_a_play(tmp_path, "qradar", 4))
    assert not run.run.ok
    assert everything(ruled["console"]) == before
    assert record_playbook(ruled, SITE).run.changed == {}


def start_half(lab: Lab, play: Path) -> None:
    """Make the change; its controller dies a second later."""
    node, before = lab["console"], rules(lab["console"])

    def changed() -> bool:
        if rules(node) == before:
            return False
        time.sleep(1)
        return True

    play_half(lab, play, changed)


def wait_until(what: str, condition: Callable[[], bool], seconds: float = 20) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, f"{what} did not happen within {seconds} s"
        time.sleep(0.1)


def is_pending(node: RunningNode) -> bool:
    return node.run(["test", "-e", "/run/portledger/host/pending.json"], check=False).returncode == 0


def test_the_timer_puts_back_our_block_and_no_more(ruled: Lab, tmp_path: Path) -> None:
    node = ruled["console"]
    before = everything(node)
    start_half(ruled, half_a_play(tmp_path, "qradar", 6))
    # Somebody edits the file meanwhile.
    change(node, pre("iptables"), "--dport 10050", "--dport 10051")
    wait_until("the end of the change", lambda: not is_pending(node))
    assert b"unlisted: log" not in (read_bytes(node, pre("iptables")) or b"")
    change(node, pre("iptables"), "--dport 10051", "--dport 10050")
    node.run([TOOL])
    assert everything(node) == before


def test_the_timer_needs_no_program_of_qradar_to_let_people_in_again(ruled: Lab, tmp_path: Path) -> None:
    node = ruled["console"]
    before = everything(node)
    start_half(ruled, half_a_play(tmp_path, "qradar", 8))
    node.run(["sed", "-i", "2i exit 3", TOOL])
    wait_until("the end of the change", lambda: not is_pending(node))
    node.run(["sed", "-i", "2d", TOOL])
    assert everything(node) == before


def test_the_timer_needs_no_good_markers_to_let_people_in_again(ruled: Lab, tmp_path: Path) -> None:
    node = ruled["console"]
    before = rules(node)
    start_half(ruled, half_a_play(tmp_path, "qradar", 8))
    change(node, pre("iptables"), MARKERS[1], "")
    wait_until("the former rules", lambda: rules(node) == before)
    # It is not done: the file has to be put right, and then it is.
    assert is_pending(node)
    change(node, pre("iptables"), "# somebody's", MARKERS[1] + "# somebody's")
    wait_until("the end of the change", lambda: not is_pending(node))
    assert b"unlisted: log" not in (read_bytes(node, pre("iptables")) or b"")
    assert rules(node) == before


@pytest.mark.parametrize("had_rules", [True, False])
def test_a_boot_before_the_confirmation_comes_up_with_the_old(lab: Lab, tmp_path: Path, had_rules: bool) -> None:
    node = lab["console"]
    if had_rules:
        assert record_playbook(lab, SITE).run.ok
    before = everything(node)
    start_half(lab, half_a_play(tmp_path, "qradar", 600))
    assert everything(node)[1] != before[1]
    done = reboot(node)
    assert [one.returncode for one in done.values()] == [0]
    # QRadar's own boot.
    for tool in FAMILIES:
        node.run(["sh", "-c", f"{tool}-restore <{GENERATED[tool]}"])
    assert everything(node) == before
