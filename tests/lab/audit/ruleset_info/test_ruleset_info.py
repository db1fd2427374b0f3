# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""ruleset_info on a small lab: before and after the rules, with drift, with a change that waits, for every host."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.lab.audit.ruleset_info.asking import Asker, every_provider, play
from tests.lab.hosts.rules import FAMILIES, HOSTS, rules_of, whole
from tests.lab.over_ssh.pending import pending_change
from tests.lab.over_ssh.safety import result, wait_for
from tests.lab.over_ssh.ssh import SshLab
from tests.lab.plays.record import record_playbook
from tests.lab.plays.site import SITE
from tests.lab.world.lab import Lab
from tests.lab.world.labs import SMALL


def version(lab: Lab, provider: str) -> str:
    node = lab["console"]
    if provider == "firewalld":
        return "firewalld " + node.run(["firewall-cmd", "--version"]).stdout.strip()
    if provider == "qradar":
        return "QRadar 7.5.0 UP12, " + node.run(["iptables", "--version"]).stdout.strip()
    return node.run([{"nftables": "nft"}.get(provider, provider), "--version"]).stdout.strip()


def without_log(info: dict[str, Any]) -> dict[str, Any]:
    """What does not depend on what else this machine logs."""
    return {key: value for key, value in info.items() if key not in ("logged", "log", "counters")}


def persistent(by: str, *providers: str, difference: Sequence[str] = ()) -> dict[str, Any]:
    return {
        "loaded_by": by,
        "providers": list(providers),
        "difference": list(difference),
        "undo": False,
        "problem": None,
        "last_boot": None,
    }


def loads_at_boot(provider: str) -> str:
    return "provider" if provider in ("firewalld", "qradar") else "unit"


@every_provider
def test_before_and_after(lab: Lab, console: Asker) -> None:
    before = whole(lab)
    foretold = console.apply("--check")["difference"]
    assert "+ tcp/514 syslog from log_sources (2 networks)" in foretold
    provider = console.provider
    common: dict[str, Any] = {"changed": False, "provider": provider, "pending": None}
    common["management"] = {"connection": None, "networks": [], "ports": [22]}
    first = console.info()
    assert without_log(first) == {
        **common,
        "loaded": [],
        "persistent": persistent("nothing"),
        "outcome": None,
        "difference": foretold,
        "in_force": False,
    }
    assert first["counters"] == []
    assert whole(lab) == before

    assert console.apply()["confirmed"] is True
    loaded = whole(lab)
    for arguments in ((), ("--check",)):
        after = console.info(*arguments)
        assert without_log(after) == {
            **common,
            "loaded": [{"provider": provider, "version": version(lab, provider), "used": True}],
            "persistent": persistent(loads_at_boot(provider), provider),
            "outcome": {"outcome": "confirmed", "why": "over a new connection"},
            "difference": [],
            "in_force": True,
        }
    # Other options, another difference.
    other = console.info(unlisted="log", management=["198.18.9.0/24"])
    assert other["in_force"] is False
    # firewalld has no type for what it must not take for multicast listeners, and no logging in the same chain.
    more = (["- echo requests to multicast"], ["~ rules for what containers publish"])
    first_lines, last_lines = more if provider == "firewalld" else ([], [])
    lines = ["- unlisted: drop", "+ management tcp/22 from 198.18.9.0/24", "+ unlisted: log"]
    assert other["difference"] == first_lines + lines + last_lines
    assert whole(lab) == loaded


def test_every_host_and_scope(lab: Lab, tmp_path: Path) -> None:
    assert record_playbook(lab, SITE).run.ok
    for host in HOSTS:
        found = Asker(lab, tmp_path, host).info()
        assert (found["in_force"], found["difference"]) == (True, []), host
    text = Asker(lab, tmp_path, "gateway").info(egress="drop")["difference"]
    assert text == ["- egress: leave", "+ egress: drop"]


@pytest.mark.parametrize(
    ("match", "also"), [("--dport 8000", ""), ("--ctorigdstport 8000", ", published by containers")]
)
@pytest.mark.parametrize("tool", FAMILIES)
@pytest.mark.parametrize("provider", ["iptables"], indirect=True)
def test_drift(lab: Lab, console: Asker, tool: str, match: str, also: str) -> None:
    console.apply()
    (rule,) = rules_of(lab["console"], tool, match)
    lab["console"].run(["sh", "-c", f"{tool} {rule.replace('-A', '-D', 1)}"])
    drifted = whole(lab)
    info = console.info()
    assert info["difference"] == console.apply("--check")["difference"]
    family = {"iptables": "IPv4", "ip6tables": "IPv6"}[tool]
    assert info["difference"] == [
        f"+ tcp/8000 event_collection_service from event_listener (2 addresses) ({family}){also}",
    ]
    assert info["in_force"] is False
    # What is written for a boot is as it was.
    assert info["persistent"] == persistent("unit", "iptables", difference=info["difference"])
    assert whole(lab) == drifted


@pytest.mark.skipif(os.geteuid() != 0, reason="SSH daemons in a lab need root")
def test_a_change_that_waits(tmp_path: Path) -> None:
    with Lab.start(SMALL) as lab:
        ssh = SshLab(lab, "guest")
        try:
            playbook = play(tmp_path, "console", "ruleset_info", scope="host")
            with pending_change(ssh, 30):
                token = lab["console"].run(["sh", "-c", "ls -d /run/portledger/host/restore-*"]).stdout.strip()[-32:]
                run = ssh.play(playbook)
                assert run.run.ok, run.run.stdout
                info = result(run)
                waits = info["pending"]
                assert isinstance(waits, dict)
                assert (waits["connection"]["address"], waits["connection"]["port"]) == ("198.19.1.250", 22)
                assert waits["connection"]["address_port"] > 1023
                assert 0 <= waits["seconds_left"] <= 30
                assert set(waits) == {"seconds", "seconds_left", "connection", "timer"}
                assert (waits["seconds"], waits["timer"]) == (30, "process")
                assert (info["outcome"], info["in_force"]) == (None, True)
                # Nothing is written before it is confirmed.
                assert info["persistent"] == persistent("nothing")
                assert info["difference"] == ["~ rules that a boot loads: written again"]
                assert len(token) == 32
                assert token not in str(info)
            waiting = ["ls", "/run/portledger/host/pending.json"]
            wait_for("the way back", lambda: lab["console"].run(waiting, check=False).returncode != 0, 60)
            wait_for("the end", lambda: not ssh.processes("console", ["restore.py"]))
            after = result(ssh.play(playbook))
            assert (after["pending"], after["loaded"], after["in_force"]) == (None, [], False)
            assert after["outcome"] == {"outcome": "restored", "why": "nobody confirmed it within 30 s"}
        finally:
            ssh.stop()


def test_a_time_that_is_none(lab: Lab, console: Asker, tmp_path: Path) -> None:
    run = record_playbook(lab, play(tmp_path, "console", "ruleset_info", scope="host", since="a while ago"))
    assert run.messages() == {
        "console": "since: 'a while ago' is not a time. Write boot, a number of seconds, 2 hours ago, or a time such "
        "as 2026-01-31 08:00 or 2026-01-31T08:00:00Z."
    }
    assert console.info()["loaded"] == []
