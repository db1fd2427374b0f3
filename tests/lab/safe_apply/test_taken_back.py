# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A change that locks somebody out is taken back, over real SSH."""

from __future__ import annotations

import os

import pytest

from tests.lab.hosts.rules import FAMILIES, saved
from tests.lab.over_ssh.pending import WHEN_LOADING
from tests.lab.over_ssh.safety import (
    CALM,
    CHANGE,
    LIMIT,
    SECONDS,
    SHORT,
    knocking,
    nothing_waits,
    outage,
    result,
    rules,
    wait_for,
)
from tests.lab.over_ssh.ssh import SshLab
from tests.lab.plays.site import SITE

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="SSH daemons in a lab need root")

# What a wrong plan might do: cut the running connection as well, or only new ones.
SHUT = {
    "all": "-p tcp --dport 22 -j DROP",
    "new": "-p tcp --dport 22 -m conntrack --ctstate NEW -j DROP",
}


def shut_ssh(ssh: SshLab, host: str, rule: str) -> None:
    """Have the next load shut SSH by a rule of ours, as a wrong plan would."""
    ssh.lab[host].run(["rm", "-f", "/run/lab/hooked"])
    sed = f"s/^COMMIT$/-I PORTLEDGER-IN 1 {rule}\\nCOMMIT/"
    ssh.hook(host, "iptables-restore", f'{WHEN_LOADING}sed "{sed}" | "$REAL" "$@"')


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
        f"console: confirm_seconds: {SECONDS} expired without a new connection, and the host has restored its former "
        "rules"
    )
    remedy = (
        ". Find out what blocks the controller: foreign rules on the host or on the way, or a connection that "
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
            f"gateway: confirm_seconds: {SECONDS} expired: 198.19.2.11 tcp/22 no longer answers after the change, and "
            "the host has restored its former rules. Check qradar_gateway_segments and gateway_firewall_management."
        )
        assert rules(gateway) == before
    else:
        assert result(run, "gateway")["confirmed"] is True
    nothing_waits(ssh, "gateway")
