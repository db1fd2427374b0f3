# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A change locks nobody out: over real SSH, with daemons in the lab's nodes and a node as the controller."""

from __future__ import annotations

import contextlib
import itertools
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.lab.hosts.foreign_rules import FOREIGN, FOREIGN_ADDRESSES
from tests.lab.hosts.providers import PROVIDERS
from tests.lab.hosts.rules import FAMILIES, saved
from tests.lab.over_ssh.safety import (
    CALM,
    LIMIT,
    PENDING,
    SECONDS,
    SHORT,
    Controller,
    knocking,
    nothing_waits,
    outage,
    result,
    rules,
    ssh_lab,
    stalling_ssh,
    there,
    wait_for,
)
from tests.lab.over_ssh.ssh import PASSWORD, USER, SshLab
from tests.lab.plays.record import record_playbook
from tests.lab.plays.site import REMOVE, SITE
from tests.lab.world.lab import Lab, RunningNode
from tests.lab.world.labs import SMALL

# A change beside the first apply.
CHANGE = ("-e", "host_firewall_unlisted=log")

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="SSH daemons in a lab need root")

# A load that is not only a test, into the last of the families, and only the first one.
WHEN_LOADING = """
case " $* " in *" --test "*) exec "$REAL" "$@";; esac
[ -e /run/lab/hooked ] && exec "$REAL" "$@"
touch /run/lab/hooked
"""
# What a wrong plan might do: cut the running connection as well, or only new ones.
SHUT = {
    "all": "-p tcp --dport 22 -j DROP",
    "new": "-p tcp --dport 22 -m conntrack --ctstate NEW -j DROP",
}


@pytest.fixture
def ssh() -> Iterator[SshLab]:
    """Nothing of ours is loaded; others' rules are."""
    with ssh_lab() as found:
        add_foreign_rules(found.lab["console"])
        yield found


def add_foreign_rules(node: RunningNode) -> None:
    for tool in FAMILIES:
        node.run([f"{tool}-restore", "--noflush"], stdin=FOREIGN.format(address=FOREIGN_ADDRESSES[tool]))


def shut_ssh(ssh: SshLab, host: str, rule: str) -> None:
    """Have the next load shut SSH by a rule of ours, as a wrong plan would."""
    ssh.lab[host].run(["rm", "-f", "/run/lab/hooked"])
    sed = f"s/^COMMIT$/-I PORTLEDGER-IN 1 {rule}\\nCOMMIT/"
    ssh.hook(host, "iptables-restore", f'{WHEN_LOADING}sed "{sed}" | "$REAL" "$@"')


# ---- what has to go well


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
    assert ssh.play(SITE, *CALM, **settings).run.changed == {}


@pytest.mark.parametrize("passwordless", [False, True])
def test_becoming_root(passwordless: bool) -> None:
    with ssh_lab(passwordless=passwordless) as ssh:
        become = ["ansible_user=" + USER, "ansible_become=true", "ansible_become_method=su"]
        become += ["ansible_remote_tmp=/run/" + USER]
        if not passwordless:
            become.append(f"ansible_become_password='{PASSWORD}'")
        run = ssh.play(SITE, *CALM, *(word for one in become for word in ("-e", one)), "--limit", "console")
        assert run.run.ok, run.run.stdout
        assert result(run)["confirmed"] is True
        assert result(run)["management"]["connection"] == {"address": "198.19.1.250", "port": 22}  # type: ignore[index]
        assert f"Accepted publickey for {USER}" in ssh.log("console")


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


# ---- what may go wrong


@pytest.mark.parametrize("first", [True, False], ids=["first apply", "change"])
@pytest.mark.parametrize("kind", SHUT)
def test_shutting_ssh_is_taken_back(ssh: SshLab, kind: str, first: bool) -> None:
    console = ssh.lab["console"]
    if not first:
        assert ssh.play(SITE, "--limit", "console").run.ok
    before = rules(console)
    shut_ssh(ssh, "console", SHUT[kind])
    with knocking(ssh, "console") as attempts:
        run = ssh.play(SITE, *SHORT, *CHANGE, "--limit", "console")
    assert not run.run.ok
    assert outage(attempts) < LIMIT
    assert rules(console) == before
    message, _mark, said = run.messages()["console"].partition(" (the last attempt: ")
    expected = (
        f"console: confirm_seconds: {SECONDS} passed without a new connection, and the host has put its former rules "
        "back"
    )
    remedy = (
        ". Look for what keeps the controller out: rules of others on the host or on the way, or a connection that "
        "takes longer than this."
    )
    # How often it was tried in this time depends on the machine.
    assert message + (")" + remedy if said else "") == expected + (")" if said else "") + remedy
    assert not said or said.endswith(")" + remedy)
    assert result(run)["changed"] is False
    assert result(run)["confirmed"] is False
    nothing_waits(ssh)
    ssh.unhook("console", "iptables-restore")
    assert result(ssh.play(SITE, *CALM, "--limit", "console", *CHANGE))["confirmed"] is True


def test_rules_that_others_add_meanwhile_stay(ssh: SshLab) -> None:
    console = ssh.lab["console"]
    before = saved(console, "iptables")
    shut_ssh(ssh, "console", SHUT["new"])
    playing = ssh.start_play(SITE, *SHORT, "--limit", "console")
    wait_for("the change", lambda: "PORTLEDGER" in saved(console, "iptables"))
    theirs = "-A INPUT -s 198.19.9.77/32 -j DROP"
    console.run(["iptables", "-I", *theirs.split()[1:]])
    console.run(["iptables", "-D", "f2b-sshd", "-j", "RETURN"])
    assert playing.wait() != 0
    playing.communicate()
    lines = before.splitlines()
    lines.insert(lines.index(next(line for line in lines if line.startswith("-A INPUT"))), theirs)
    lines.remove("-A f2b-sshd -j RETURN")
    assert saved(console, "iptables").splitlines() == lines


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
        assert said.endswith(". New rules may have been loaded before that: the host has put the former ones back.")
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


@contextlib.contextmanager
def pending_change(ssh: SshLab, seconds: int, meanwhile: str = ":") -> Iterator[None]:
    """A change whose controller is gone."""
    ssh.hook("console", "ip6tables-restore", f'{WHEN_LOADING}"$REAL" "$@"; {meanwhile}; exit 0')
    program, waits = stalling_ssh(ssh, "end")
    time_given = ("-e", f"host_firewall_confirm_seconds={seconds}")
    controller = Controller(ssh, SITE, *time_given, "--limit", "console", ANSIBLE_SSH_EXECUTABLE=program)
    wait_for("the change", waits.exists)
    assert controller.kill() > 1
    controller.finish()
    yield


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
        f"console: confirm_seconds: {SECONDS} proved nothing: the new connection was the old one (198.19.1.250 "
        f"{ports[0]} 198.19.1.11 22), and the host has put its former rules back. Look for what shares connections "
        "beside Ansible's own ControlPersist."
    )
    assert rules(console) == before
    assert ssh.connections("console") == 1


# ---- gateways


@pytest.mark.parametrize("alive", [True, False], ids=["answers before", "is down before"])
def test_a_gateway_that_cuts_off_a_host_behind_it_is_taken_back(ssh: SshLab, alive: bool) -> None:
    """SSH to the gateway itself works all the time."""
    gateway = ssh.lab["gateway"]
    for tool in FAMILIES:
        gateway.run([tool, "-A", "FORWARD", "-j", "ACCEPT"])
    before = rules(gateway)
    if not alive:
        ssh.lab["collector"].run(["iptables", "-I", "INPUT", "-p", "tcp", "--dport", "22", "-j", "DROP"])
    sed = "s/^COMMIT$/-I PORTLEDGER-FWD 1 -d 198.19.2.11 -p tcp --dport 22 -j DROP\\nCOMMIT/"
    ssh.hook("gateway", "iptables-restore", f'{WHEN_LOADING}sed "{sed}" | "$REAL" "$@"')
    run = ssh.play(SITE, *SHORT, "--limit", "gateway")
    if alive:
        assert run.messages()["gateway"] == (
            f"gateway: confirm_seconds: {SECONDS} passed in vain: 198.19.2.11 tcp/22 answered before the change and "
            "not after, and the host has put its former rules back. Look at qradar_gateway_segments and "
            "gateway_firewall_management."
        )
        assert rules(gateway) == before
    else:
        assert result(run, "gateway")["confirmed"] is True
    nothing_waits(ssh, "gateway")


# ---- probes


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
            "put its former rules back. Open the port to the controller, start what listens there, or take it out of "
            "probes."
        )
        assert rules(console) == before
        nothing_waits(ssh)
        playbook.write_text(play.format(task.format(SECONDS, ", unlisted: log")), encoding="utf-8")
        run = ssh.play(playbook)
        assert run.run.ok, run.run.stdout
        assert result(run)["confirmed"] is True
        # From another host: the table lets each of them reach the console there.
        task = "{{scope: host, confirm_seconds: {}, probes: [tcp/{} from collector]}}"
        playbook.write_text(play.format(task.format(SECONDS, 443)), encoding="utf-8")
        run = ssh.play(playbook)
        assert run.run.ok, run.run.stdout
        assert (result(run)["changed"], result(run)["confirmed"]) == (True, True)
        before = rules(console)
        playbook.write_text(play.format(task.format(SECONDS, 444).replace("host,", "host, unlisted: log,")), "utf-8")
        run = ssh.play(playbook)
        assert run.messages()["console"] == (
            "console: probes: 'tcp/444 from collector' did not answer at 198.19.1.11 after the change (Timeout when "
            "waiting for 198.19.1.11:444), and the host has put its former rules back. Open the port to collector, "
            "start what listens there, or take it out of probes."
        )
        assert rules(console) == before
    finally:
        listener.terminate()
        listener.wait()
