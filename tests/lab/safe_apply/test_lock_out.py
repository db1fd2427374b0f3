# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whatever goes wrong, nobody is locked out: each provider, over real SSH, with a node as the controller.

After each mistake access is back within the time to confirm and five seconds, what was loaded before is loaded exactly,
in the kernel and in files, the task has failed and said why, and nothing is pending.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.lab.damage.changes.loads import FAILING, HOOKED, MEANS, full_disk, hooked, shut_after_the_load
from tests.lab.hosts.providers import EVERY, Provider
from tests.lab.hosts.reboot import come_up, go_down
from tests.lab.over_ssh.safety import (
    LIMIT,
    PENDING,
    SECONDS,
    SHORT,
    Controller,
    files,
    knocking,
    longest_outage,
    nothing_waits,
    outage,
    result,
    rules,
    ssh_lab,
    stalling_ssh,
    there,
    wait_for,
)
from tests.lab.over_ssh.ssh import SshLab
from tests.lab.plays.record import Recorded
from tests.lab.plays.site import SITE

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="SSH daemons in a lab need root")

# A change beside the first apply.
CHANGE = ("-e", "host_firewall_unlisted=log")
CONSOLE = ("--limit", "console")
NO_ANSWER = re.compile(r" \(the last attempt: .*?\)\. ")


# One lab a provider, for after each of these tests all is as it was before.
@pytest.fixture(scope="module", params=EVERY, ids=str)
def provider(request: pytest.FixtureRequest) -> Provider:
    found: Provider = request.param
    return found


@pytest.fixture(scope="module")
def lab(provider: Provider) -> Iterator[SshLab]:
    with ssh_lab(provider) as found:
        yield found


@pytest.fixture
def ssh(lab: SshLab) -> SshLab:
    """Ours is loaded on the console, and confirmed."""
    good = lab.play(SITE, *CONSOLE)
    assert good.run.ok, good.run.stdout
    return lab


class Before:
    """What there was on the console, to which all has to come back."""

    def __init__(self, ssh: SshLab) -> None:
        self._ssh = ssh
        self._console = ssh.lab["console"]
        self.rules, self.files = rules(self._console), files(self._console)

    def is_back(self) -> None:
        assert rules(self._console) == self.rules
        assert files(self._console) == self.files
        nothing_waits(self._ssh)
        assert self._ssh.controller.run(self._ssh.ssh("console", "true"), check=False).returncode == 0

    def comes_back(self) -> None:
        """Without anybody's doing. SSH is open all the time, so a machine that is busy may take longer."""
        wait_for("the end of the change", lambda: not there(self._console, PENDING), 3 * LIMIT)
        self.is_back()


def failed(run: Recorded, message: str) -> None:
    assert not run.run.ok
    # Whether there was time for an attempt, and what it said, depends on the machine.
    assert NO_ANSWER.sub(". ", run.messages()["console"]) == message


def changes_after_all(ssh: SshLab) -> None:
    """The same change without the mistake is fine."""
    run = ssh.play(SITE, *CHANGE, *CONSOLE)
    assert run.run.ok, run.run.stdout
    assert (result(run)["changed"], result(run)["confirmed"]) == (True, True)


@pytest.mark.parametrize("kind", ["new", "all"])
def test_a_wrong_rule_shuts_ssh(ssh: SshLab, provider: Provider, kind: str) -> None:
    commands = MEANS[provider.host].shut
    command = commands.get(kind, commands["new"])
    before = Before(ssh)
    # The controller looks for a new connection once the rule is there.
    program, _waits = stalling_ssh(ssh, "shut")
    with (
        knocking(ssh, "console") as attempts,
        shut_after_the_load(ssh, "console", command, PENDING, "shut"),
    ):
        run = ssh.play(SITE, *SHORT, *CHANGE, *CONSOLE, ANSIBLE_SSH_EXECUTABLE=program)
    assert outage(attempts) < LIMIT
    failed(
        run,
        f"console: confirm_seconds: {SECONDS} expired without a new connection, and the host has restored its former "
        "rules. Find out what blocks the controller: foreign rules on the host or on the way, or a connection that "
        "takes longer than this.",
    )
    assert (result(run)["changed"], result(run)["confirmed"]) == (False, False)
    before.is_back()
    changes_after_all(ssh)


def test_the_controller_dies_before_it_confirms(ssh: SshLab) -> None:
    before = Before(ssh)
    program, waits = stalling_ssh(ssh, "end")
    controller = Controller(ssh, SITE, *SHORT, *CHANGE, *CONSOLE, ANSIBLE_SSH_EXECUTABLE=program)
    wait_for("the change", waits.exists)
    assert rules(ssh.lab["console"]) != before.rules
    assert controller.kill() > 1
    assert controller.finish()[0] != 0
    before.comes_back()


def test_the_daemons_worker_dies_while_it_loads(ssh: SshLab, provider: Provider) -> None:
    before = Before(ssh)
    kill = "kill -9 $(ps -eo pid=,args= | awk '/sshd.*@notty/ && !/awk/ {print $1}')"
    with hooked(ssh, "console", MEANS[provider.host], f'"$REAL" "$@"; {kill}; exit 0'):
        run = ssh.play(SITE, *SHORT, *CHANGE, *CONSOLE)
    assert run.run.recap["console"]["unreachable"] == 1, run.run.stdout
    said = " ".join(str(run.results["console"][-1]["msg"]).split())
    assert said.endswith(". New rules may have been loaded before that: the host has restored the former rules.")
    before.is_back()


def test_the_daemons_worker_and_the_controller_die(ssh: SshLab, provider: Provider) -> None:
    """Whoever loads lost its session, and nobody asks for the way back."""
    before = Before(ssh)
    with hooked(ssh, "console", MEANS[provider.host], '"$REAL" "$@"; touch /run/lab/loaded; sleep 1; exit 0'):
        controller = Controller(ssh, SITE, *SHORT, *CHANGE, *CONSOLE)
        wait_for("the change", lambda: there(ssh.lab["console"], "/run/lab/loaded"))
        assert controller.kill() > 1
        ssh.kill_sessions("console")
        controller.finish()
        before.comes_back()


def test_a_restart_before_the_confirmation(ssh: SshLab) -> None:
    console = ssh.lab["console"]
    go_down(console)
    come_up(console)
    before = Before(ssh)
    program, waits = stalling_ssh(ssh, "end")
    long = ("-e", "host_firewall_confirm_seconds=600")
    controller = Controller(ssh, SITE, *long, *CHANGE, *CONSOLE, ANSIBLE_SSH_EXECUTABLE=program)
    wait_for("the change", waits.exists)
    assert rules(console) != before.rules
    ssh.kill_daemon("console")
    go_down(console)
    assert controller.kill() > 1
    controller.finish()
    assert all(done.returncode == 0 for done in come_up(console).values())
    ssh.start_daemon("console")
    before.is_back()
    again = ssh.play(SITE, *CONSOLE)
    assert again.run.changed == {}, again.run.stdout


@pytest.mark.parametrize("how", ["exits", "is killed", "is killed half-way"])
def test_what_loads_fails(ssh: SshLab, provider: Provider, how: str) -> None:
    before = Before(ssh)
    ways = {
        "exits": 'cat > /dev/null; echo "no room for that" >&2; exit 1',
        "is killed": "cat > /dev/null; kill -9 $$",
        "is killed half-way": '"$REAL" "$@" & sleep 0.01; kill -9 $! 2>/dev/null; kill -9 $$',
    }
    with hooked(ssh, "console", FAILING[provider.host], ways[how]):
        run = ssh.play(SITE, *SHORT, *CHANGE, *CONSOLE)
        assert there(ssh.lab["console"], HOOKED)
    expected = {
        "iptables": "ip6tables-restore: failed: {words}. Nothing was changed.",
        "nftables": "nft -f -: failed: {words}. Nothing was changed.",
        "firewalld": "firewall-cmd --reload: failed: {words}. Nothing was changed.",
        "qradar": "/opt/qradar/bin/iptables_update.pl: failed (exit {code}): {words}. Nothing was changed.",
    }
    code, words = ("1", "no room for that") if how == "exits" else ("-9", "exit code -9")
    if provider.host == "qradar" and how != "exits":
        words = "without a word"
    failed(run, expected[provider.host].format(code=code, words=words))
    before.is_back()


@pytest.mark.parametrize("left", [0, 24 << 10], ids=["full", "nearly full"])
def test_no_room_for_the_way_back(ssh: SshLab, left: int) -> None:
    """Without the files that lead back, nothing is begun."""
    console = ssh.lab["console"]
    before = Before(ssh)
    with full_disk(ssh, "console", "/run/portledger", left):
        run = ssh.play(SITE, *SHORT, *CHANGE, *CONSOLE)
        assert not run.run.ok
        assert re.fullmatch(
            r"/run/portledger/host/\S+: cannot be written: No space left on device\. Nothing was changed\.",
            run.messages()["console"],
        )
        assert rules(console) == before.rules
        assert not there(console, PENDING)
    before.is_back()


def test_an_inventory_that_forgets_the_controller(ssh: SshLab, provider: Provider, tmp_path: Path) -> None:
    """A plan of nothing, and everything unlisted dropped: the running connection's address keeps its way in."""
    play = tmp_path / "nothing.yml"
    play.write_text(
        "- hosts: console\n  gather_facts: false\n  tasks:\n    - portledger.qradar.ruleset:\n"
        '        provider: "{{ host_firewall_provider }}"\n        scope: host\n'
        "        confirm_seconds: 60\n"
        "        unlisted: drop\n        management: []\n"
        "        plan: {version: 1, scope: host, host: console, sets: {}, flows: []}\n",
        encoding="utf-8",
    )
    with knocking(ssh, "console") as attempts:
        run = ssh.play(play)
    assert run.run.ok, run.run.stdout
    assert (result(run)["changed"], result(run)["confirmed"]) == (True, True)
    assert longest_outage(attempts) <= MEANS[provider.host].pause
    nothing_waits(ssh)
