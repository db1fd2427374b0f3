# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Playbooks run inside the nodes of a lab."""

from __future__ import annotations

import os
import signal
from pathlib import Path

from tests.lab.plays.playbook import run_playbook
from tests.lab.trust.processes import wait_for_end
from tests.lab.world.lab import Lab


def test_playbooks_run_inside_the_nodes(lab: Lab, tmp_path: Path) -> None:
    playbook = tmp_path / "play.yml"
    playbook.write_text(
        f"""
- hosts: all
  gather_facts: false
  tasks:
    - ansible.builtin.command: cat /proc/sys/kernel/hostname
      register: name
      changed_when: false
    - ansible.builtin.assert:
        that: name.stdout == inventory_hostname
    - ansible.builtin.copy:
        content: "{{{{ inventory_hostname }}}}"
        dest: /run/file
        mode: "0600"
    - ansible.builtin.fetch:
        src: /run/file
        dest: {tmp_path}/
    - ansible.builtin.command: env
      register: told
      changed_when: false
    - ansible.builtin.assert:
        that: "'SSH_CONNECTION' not in told.stdout"
    - ansible.builtin.fail:
        msg: this host only
      when: inventory_hostname == 'collector'
""",
        encoding="utf-8",
    )
    coming_from = {"SSH_CONNECTION": "198.18.255.1 50000 198.18.255.2 22"}

    run = run_playbook(lab, playbook, environment=coming_from)
    slow = run_playbook(lab, playbook, environment={**coming_from, "ANSIBLE_PIPELINING": "0"})

    assert sorted(run.recap) == ["collector", "console", "gateway"]
    assert {host: counts["failed"] for host, counts in run.recap.items()} == {
        "collector": 1,
        "console": 0,
        "gateway": 0,
    }
    assert run.status == 2
    assert run.changed == {"collector": 2, "console": 2, "gateway": 2}, run.stdout
    assert slow.recap["console"]["failed"] == 0, slow.stdout
    assert (tmp_path / "gateway" / "run" / "file").read_text(encoding="utf-8") == "gateway"
    assert not Path("/run/file").exists()


def test_a_node_that_is_gone_is_unreachable(lab: Lab, tmp_path: Path) -> None:
    playbook = tmp_path / "play.yml"
    playbook.write_text(
        "- hosts: console\n  gather_facts: false\n  tasks: [{ansible.builtin.ping: }]\n", encoding="utf-8"
    )
    os.kill(lab.processes["console"], signal.SIGKILL)
    wait_for_end([lab.processes["console"]])

    run = run_playbook(lab, playbook)

    assert run.recap["console"]["unreachable"] == 1
    assert "The node is gone" in run.stdout
