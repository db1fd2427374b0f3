# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A change that somebody or something interrupts locks nobody out, over real SSH."""

from __future__ import annotations

import os
import re
import sys
import time

import pytest

from tests.lab.hosts.rules import saved
from tests.lab.over_ssh.pending import WHEN_LOADING, pending_change
from tests.lab.over_ssh.safety import (
    CALM,
    CHANGE,
    LIMIT,
    PENDING,
    SECONDS,
    SHORT,
    Controller,
    nothing_waits,
    result,
    rules,
    stalling_ssh,
    there,
    wait_for,
)
from tests.lab.over_ssh.ssh import SshLab
from tests.lab.plays.site import SITE

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="SSH daemons in a lab need root")


def test_the_controller_dies_before_it_confirms(ssh: SshLab) -> None:
    console = ssh.lab["console"]
    before = rules(console)
    program, waits = stalling_ssh(ssh, "end")
    controller = Controller(ssh, SITE, *SHORT, "--limit", "console", ANSIBLE_SSH_EXECUTABLE=program)
    wait_for("the change", waits.exists)
    assert "PORTLEDGER-IN" in rules(console)["iptables"]
    assert controller.kill() > 1
    assert controller.finish()[0] != 0
    wait_for("the way back", lambda: not there(console, PENDING), 3 * LIMIT)
    assert rules(console) == before
    nothing_waits(ssh)


@pytest.mark.parametrize("moment", ["before the answer", "before the confirmation"])
def test_the_daemons_worker_dies(ssh: SshLab, moment: str) -> None:
    console = ssh.lab["console"]
    before = rules(console)
    kill = "kill -9 $(ps -eo pid=,args= | awk '/sshd.*@notty/ && !/awk/ {print $1}')"
    ssh.hook("console", "ip6tables-restore", f'{WHEN_LOADING}"$REAL" "$@"; {kill}; exit 0')
    if moment == "before the confirmation":
        # The session is dead, the change is pending, and this time the controller does not come back.
        controller = Controller(ssh, SITE, *SHORT, "--limit", "console")
        wait_for("the change", lambda: there(console, "/run/lab/hooked"))
        assert controller.kill() > 1
        controller.finish()
        wait_for("the way back", lambda: not there(console, PENDING), 3 * LIMIT)
        assert rules(console) == before
    else:
        run = ssh.play(SITE, *SHORT, "--limit", "console")
        assert run.run.recap["console"]["unreachable"] == 1, run.run.stdout
        said = " ".join(str(run.results["console"][-1]["msg"]).split())
        assert said.endswith(". New rules may have been loaded before that: the host has restored the former rules.")
        assert rules(console) == before
    nothing_waits(ssh)


def test_a_run_waits_for_the_change_of_another(ssh: SshLab) -> None:
    console = ssh.lab["console"]
    with pending_change(ssh, 20):
        run = ssh.play(SITE, *CALM, *CHANGE, "--limit", "console")
        assert run.run.ok, run.run.stdout
        assert result(run)["confirmed"] is True
        waited = re.findall(
            r"A change of another run was waiting for its confirmation\. Waited (\d+) s, and it was restored\.",
            " ".join(run.run.stdout.split()),
        )
        assert len(waited) == 1
        assert int(waited[0]) > 0
    assert "log-prefix" in saved(console, "iptables")
    nothing_waits(ssh)


def test_a_run_puts_back_what_a_lost_timer_left(ssh: SshLab) -> None:
    console = ssh.lab["console"]
    before = rules(console)
    # Killed while the rules are being loaded, for then the timer has to wait.
    with pending_change(ssh, SECONDS, "pkill -9 -f '[r]estore.py'"):
        assert ssh.processes("console", ["restore.py"]) == {}
        time.sleep(SECONDS + 1)
        assert rules(console) != before
        # By hand, on the host's own screen, works too.
        program = console.run(["sh", "-c", "ls /run/portledger/host/restore-*/restore.py"]).stdout.strip()
        for _again in range(2):
            console.run([sys.executable, program], check=False)
            assert rules(console) == before
    nothing_waits(ssh)


def test_a_failing_load_leaves_nothing_pending(ssh: SshLab) -> None:
    console = ssh.lab["console"]
    before = rules(console)
    ssh.hook("console", "ip6tables-restore", f'{WHEN_LOADING}cat > /dev/null; echo "no room for that" >&2; exit 1')
    run = ssh.play(SITE, *SHORT, "--limit", "console")
    assert run.messages()["console"] == "ip6tables-restore: failed: no room for that. Nothing was changed."
    assert rules(console) == before
    nothing_waits(ssh)


def test_one_connection_for_both_calls_proves_nothing(ssh: SshLab) -> None:
    console = ssh.lab["console"]
    before = rules(console)
    deaf = ssh.folder / "deaf-ssh"
    deaf.write_text('#!/bin/sh\ncase " $* " in *" -O stop "*) exit 0;; esac\nexec ssh "$@"\n', encoding="utf-8")
    deaf.chmod(0o755)
    run = ssh.play(SITE, *SHORT, "--limit", "console", ANSIBLE_SSH_EXECUTABLE=str(deaf))
    ports = re.findall(r"\(198\.19\.1\.250 (\d+) 198\.19\.1\.11 22\)", run.messages()["console"])
    assert run.messages()["console"] == (
        f"console: confirm_seconds: {SECONDS} ended without proof: the new connection was the old one (198.19.1.250 "
        f"{ports[0]} 198.19.1.11 22), and the host has restored its former rules. Find out what reuses connections "
        "besides Ansible's own ControlPersist."
    )
    assert rules(console) == before
    assert ssh.connections("console") == 1
