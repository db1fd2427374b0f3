# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A change is confirmed over real SSH: with daemons in the lab's nodes and a node as the controller."""

from __future__ import annotations

import itertools
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.lab.hosts.providers import PROVIDERS
from tests.lab.hosts.rules import saved
from tests.lab.over_ssh.safety import CALM, CHANGE, SECONDS, SHORT, knocking, nothing_waits, result, rules, ssh_lab
from tests.lab.over_ssh.ssh import PASSWORD, USER, SshLab
from tests.lab.plays.record import record_playbook, sent
from tests.lab.plays.site import REMOVE, SITE
from tests.lab.world.lab import Lab
from tests.lab.world.labs import SMALL

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="SSH daemons in a lab need root")


def test_a_change_is_confirmed_over_one_connection_more(ssh: SshLab) -> None:
    first = ssh.play(SITE, *SHORT)
    assert first.run.ok, first.run.stdout
    for host in ssh.hosts:
        said = result(first, host)
        assert said["changed"] is True
        assert said["confirmed"] is True
        assert said["timer"] == "process"
        assert said["management"]["connection"] == {"address": "198.19.1.250", "port": 22}  # type: ignore[index]
        assert ssh.connections(host) == 2
        nothing_waits(ssh, host)
    time.sleep(SECONDS + 1)
    good = rules(ssh.lab["console"])
    assert "PORTLEDGER-IN" in good["iptables"]
    second = ssh.play(SITE, *SHORT)
    assert second.run.changed == {}
    assert rules(ssh.lab["console"]) == good
    for host in ssh.hosts:
        assert "timer" not in result(second, host)
        assert "confirmed" not in result(second, host)
        # The one connection that ControlPersist kept open still serves.
        assert ssh.connections(host) == 2
        nothing_waits(ssh, host)
    removed = ssh.play(REMOVE, *SHORT)
    assert result(removed)["confirmed"] is True
    assert ssh.lab["console"].run(["ls", "/run/portledger"], check=False).returncode != 0


def test_check_mode_starts_no_timer(ssh: SshLab) -> None:
    check = ssh.play(SITE, *SHORT, "--check")
    assert check.run.changed == dict.fromkeys(ssh.hosts, 1)
    assert "timer" not in result(check)
    assert "confirmed" not in result(check)
    assert ssh.connections("console") == 1
    assert ssh.lab["console"].run(["ls", "/run/portledger"], check=False).returncode != 0


def test_without_confirmation(ssh: SshLab) -> None:
    run = ssh.play(SITE, "-e", "host_firewall_confirm_seconds=0", "--limit", "console")
    assert run.run.ok, run.run.stdout
    assert (result(run)["changed"], result(run)["confirmed"]) == (True, False)
    assert "timer" not in result(run)
    assert ssh.connections("console") == 1


@pytest.mark.parametrize(
    "settings",
    [
        pytest.param({"ANSIBLE_PIPELINING": "0"}, id="no pipelining"),
        pytest.param({"ANSIBLE_SSH_ARGS": "-o ControlMaster=no -o ControlPath=none"}, id="no ControlPersist"),
        pytest.param({"ANSIBLE_STRATEGY": "free", "ANSIBLE_FORKS": "5"}, id="free"),
        pytest.param({"ANSIBLE_FORKS": "1"}, id="one fork"),
    ],
)
def test_ways_to_connect(ssh: SshLab, settings: dict[str, str]) -> None:
    run = ssh.play(SITE, *CALM, **settings)
    assert run.run.ok, run.run.stdout
    assert all(result(run, host)["confirmed"] is True for host in ssh.hosts)
    again = ssh.play(SITE, *CALM, "-vv", **settings)
    assert (again.run.changed, sent(again)) == ({}, [])


@pytest.mark.parametrize("passwordless", [False, True])
def test_becoming_root(passwordless: bool) -> None:
    with ssh_lab(passwordless=passwordless) as ssh:
        become = ["ansible_user=" + USER, "ansible_become=true", "ansible_become_method=su"]
        become += ["ansible_remote_tmp=/run/" + USER]
        if not passwordless:
            become.append(f"ansible_become_password='{PASSWORD}'")
        words = [*CALM, *(word for one in become for word in ("-e", one)), "--limit", "console"]
        run = ssh.play(SITE, *words)
        assert run.run.ok, run.run.stdout
        assert result(run)["confirmed"] is True
        assert result(run)["management"]["connection"] == {"address": "198.19.1.250", "port": 22}  # type: ignore[index]
        assert f"Accepted publickey for {USER}" in ssh.log("console")
        again = ssh.play(SITE, "-vv", *words)
        assert (again.run.ok, again.run.changed, sent(again)) == (True, {}, []), again.run.stdout


def test_a_namespace_is_confirmed_too() -> None:
    with Lab.start(SMALL, extra_variables=PROVIDERS["iptables"].variables) as lab:
        run = record_playbook(lab, SITE, *SHORT)
        assert run.run.ok, run.run.stdout
        assert (result(run)["confirmed"], result(run)["timer"]) == (True, "process")
        time.sleep(SECONDS + 1)
        assert record_playbook(lab, SITE, *SHORT).run.changed == {}


def test_both_scopes_on_one_machine(ssh: SshLab, tmp_path: Path) -> None:
    """The host's change shuts SSH while the gateway's is confirmed: only the former is taken back."""
    gateway = ssh.lab["gateway"]
    both = tmp_path / "both.yml"
    both.write_text(
        "- hosts: gateway\n  gather_facts: false\n  tasks:\n"
        "    - portledger.qradar.ruleset: {scope: gateway, provider: iptables, confirm_seconds: 20}\n"
        "    - portledger.qradar.ruleset:\n"
        "        scope: host\n"
        "        provider: iptables\n"
        f"        confirm_seconds: {SECONDS}\n"
        "        plan: {version: 1, scope: host, host: gateway, sets: {}, flows: []}\n",
        encoding="utf-8",
    )
    ssh.hook(
        "gateway",
        "iptables-restore",
        'case " $* " in *" --test "*) exec "$REAL" "$@";; esac\n'
        'sed "s/^-I INPUT 1 -j PORTLEDGER-IN$/&\\n-I PORTLEDGER-IN 1 -p tcp --dport 22 -j DROP/" | "$REAL" "$@"',
    )
    run = ssh.play(both)
    assert not run.run.ok
    confirmed, failed = [one for one in run.results["gateway"] if "confirmed" in one]
    assert (confirmed["confirmed"], failed["confirmed"]) == (True, False)
    after = saved(gateway, "iptables")
    assert "PORTLEDGER-FWD" in after
    assert "PORTLEDGER-IN" not in after
    nothing_waits(ssh, "gateway")


def test_an_established_stream_survives(ssh: SshLab) -> None:
    """Nothing in the inventory knows the controller: rule 6 alone keeps it in, old connections and new."""
    stream = ssh.controller.popen(
        ssh.ssh("console", "while sleep 0.1; do date +%s.%N; done"), stdout=subprocess.PIPE, start_new_session=True
    )
    assert stream.stdout is not None
    stream.stdout.readline()
    with knocking(ssh, "console") as attempts:
        for arguments in ((), CHANGE):
            run = ssh.play(SITE, *CALM, *arguments, "--limit", "console")
            assert run.run.ok, run.run.stdout
            assert result(run)["confirmed"] is True
        time.sleep(1)
    assert stream.poll() is None
    os.killpg(stream.pid, signal.SIGKILL)
    ticks = [float(line) for line in stream.communicate()[0].splitlines()]
    assert len(ticks) > 20
    # A rule that cuts it does so until it is taken back, at the earliest.
    assert max(later - earlier for earlier, later in itertools.pairwise(ticks)) < SECONDS - 1
    assert [began for began, open_ in attempts if not open_] == []


def test_probes(ssh: SshLab, tmp_path: Path) -> None:
    console = ssh.lab["console"]
    before = rules(console)
    listener = console.popen(
        [sys.executable, "-c", "import socket, time; s = socket.create_server(('', 443)); time.sleep(600)"]
    )
    try:
        play = "- hosts: console\n  gather_facts: false\n  tasks:\n    - portledger.qradar.ruleset: {}\n"
        task = "{{scope: host, confirm_seconds: {}, probes: [tcp/443]{}}}"
        playbook = tmp_path / "probes.yml"
        playbook.write_text(play.format(task.format(SECONDS, "")), encoding="utf-8")
        run = ssh.play(playbook)
        assert run.messages()["console"] == (
            "console: probes: 'tcp/443' did not answer at 198.19.1.11 after the change (timed out), and the host has "
            "restored its former rules. Permit the port for the controller, start the service that listens there, or "
            "remove it from probes."
        )
        assert rules(console) == before
        nothing_waits(ssh)
        playbook.write_text(play.format(task.format(60, ", unlisted: log")), encoding="utf-8")
        run = ssh.play(playbook)
        assert run.run.ok, run.run.stdout
        assert result(run)["confirmed"] is True
        # From another host: the table lets each of them reach the console there.
        task = "{{scope: host, confirm_seconds: {}, probes: [tcp/{} from collector]}}"
        playbook.write_text(play.format(task.format(60, 443)), encoding="utf-8")
        run = ssh.play(playbook)
        assert run.run.ok, run.run.stdout
        assert (result(run)["changed"], result(run)["confirmed"]) == (True, True)
        before = rules(console)
        playbook.write_text(play.format(task.format(SECONDS, 444).replace("host,", "host, unlisted: log,")), "utf-8")
        run = ssh.play(playbook)
        assert run.messages()["console"] == (
            "console: probes: 'tcp/444 from collector' did not answer at 198.19.1.11 after the change (Timeout when "
            "waiting for 198.19.1.11:444), and the host has restored its former rules. Permit the port for collector, "
            "start the service that listens there, or remove it from probes."
        )
        assert rules(console) == before
    finally:
        listener.terminate()
        listener.wait()
