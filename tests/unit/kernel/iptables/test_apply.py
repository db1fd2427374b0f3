# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The provider iptables against the kernel: applied, changed, counted, removed; each test in a namespace of its own."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.unit.kernel.box import SEARCH, spent
from tests.unit.kernel.iptables.box import Box, add_foreign, flow_chain
from tests.unit.plugins.module_utils.support import golden_plan

ROOT = Path(__file__).resolve().parents[4]


@pytest.mark.parametrize("scope", ["host", "gateway"])
def test_apply_and_remove(box: Box, scope: str) -> None:
    add_foreign(box)
    before = box.rules()
    first = box.repaired(scope=scope)
    assert "+ unlisted: drop" in first
    assert box.foreign() == before
    hook = {"host": "INPUT", "gateway": "FORWARD"}[scope]
    main = {"host": "PORTLEDGER-IN", "gateway": "PORTLEDGER-FWD"}[scope]
    for family in ("iptables", "ip6tables"):
        # Behind the rule of others that can only close.
        assert box(family, "-S", hook).splitlines()[2] == f"-A {hook} -j {main}"
    assert bool(box.sets()) == (box.bin / "ipset").exists()
    removed = box.repaired(scope=scope, state="absent", plan=None)
    assert sorted("-" + line[1:] for line in first) == sorted(removed)
    assert box.rules() == before
    assert box.sets() == []


def test_scopes_are_independent(box: Box) -> None:
    before = box.rules()
    box.apply(scope="host")
    host_only, host_sets = box.rules(), box.sets()
    box.apply(scope="gateway")
    assert not box.apply(scope="host")["changed"]
    box.apply(scope="gateway", state="absent")
    assert (box.rules(), box.sets()) == (host_only, host_sets)
    box.apply(scope="host", state="absent")
    assert (box.rules(), box.sets()) == (before, [])


def test_changed_plan(box: Box) -> None:
    box.apply()
    plan = golden_plan("host")
    plan["sets"]["component"]["ipv4"] = ["198.18.1.4/31", "198.18.2.5/32"]
    plan["flows"][0]["ports"] = ["tcp/514"]
    assert box.repaired(plan=plan, unlisted="log", management=["198.18.9.0/24"]) == [
        "- udp/514 syslog from log_sources (2 networks)",
        "~ component: +198.18.2.5, -198.18.2.4",
        "- management tcp/22 from 2001:db8:9::/64",
        "- unlisted: drop",
        "+ unlisted: log",
    ]
    if (box.bin / "ipset").exists():
        assert len({line.split()[1] for line in box.sets()}) == 6
    assert box.repaired()


def test_counters_of_unchanged_chains_stay(box: Box) -> None:
    box.apply()
    chain, _rules = flow_chain(box, "ha_drbd")
    counted = f"*filter\n[7:70] -A {chain} -p tcp -m tcp --dport 1 -m comment --comment counted -j ACCEPT\nCOMMIT\n"
    assert box.run([str(box.bin / "iptables-restore"), "--noflush", "--counters"], counted)[0] == 0
    box("iptables", "-I", "PORTLEDGER-IN", "-s", "1.2.3.4", "-j", "ACCEPT")
    other = next(c for c in (flow_chain(box, s)[0] for s in ("imq", "syslog")) if c != chain)
    before = [line for line in box("iptables-save", "-c").splitlines() if f"-A {other} " in line]
    box.apply()
    assert [line for line in box("iptables-save", "-c").splitlines() if f"-A {other} " in line] == before


def test_from_sets_to_chains_and_back(set_box: Box) -> None:
    box = set_box
    box.apply()
    good = box.rules()
    (box.bin / "ipset").rename(box.bin / "ipset-hidden")
    assert box.apply()["changed"]
    assert "--match-set" not in box.rules()
    assert not box.apply()["changed"]
    (box.bin / "ipset-hidden").rename(box.bin / "ipset")
    assert box.apply()["changed"]
    assert box.rules() == good


def test_names_of_any_script(box: Box) -> None:
    plan = golden_plan("host")
    label = "ログ \"source\" \\ 'x' %s $HOME ; -j ACCEPT " + "長" * 60
    plan["sets"][label] = {"ipv4": ["198.18.4.0/24"], "ipv6": ["2001:db8:4::/64"]}
    plan["flows"].append({**plan["flows"][0], "service": "extra_flow", "source": label, "ports": ["udp/9"]})
    plan["flows"][-1].update(row=None, comment="予備\nと")
    first = box.repaired(plan=plan)
    assert any(line.startswith("+ udp/9 extra_flow (予備 と) from ログ ") for line in first)


def test_ten_thousand_networks(box: Box) -> None:
    plan = golden_plan("host")
    plan["sets"]["log_sources"] = {
        "ipv4": [f"198.18.{n // 128}.{n % 128 * 2}/32" for n in range(10000)],
        "ipv6": [f"2001:db8:{n:x}::/48" for n in range(10000)],
    }
    started = spent()
    box.apply(plan=plan)
    loaded = spent()
    assert not box.apply(plan=plan)["changed"]
    again = spent()
    print(f"10,000 networks a family: loaded in {loaded - started:.2f} s, again in {again - loaded:.2f} s")
    assert loaded - started < 30
    assert again - loaded < 10
    plan["sets"]["log_sources"]["ipv4"].pop()
    assert box.repaired(plan=plan) == ["~ log_sources: -198.18.78.30"]
    box.apply(state="absent")


def test_few_processes(box: Box) -> None:
    with_sets = (box.bin / "ipset").exists()
    box.apply()
    box.spawned = 0
    box.apply()
    # A sign that this provider has something here, what that is, and then all of it.
    assert box.spawned == 1 + 1 + 2 + with_sets


def module(box: Box, *, check: bool = False, **changes: Any) -> dict[str, Any]:
    """The module as Ansible runs it."""
    arguments = {"scope": "host", "provider": "iptables", "plan": golden_plan("host"), **changes}
    arguments["_ansible_check_mode"] = check
    environ = {**box.environ, "PATH": f"{box.bin}:{SEARCH}", "PYTHONPATH": str(ROOT / ".venv/collections")}
    environ.pop("SSH_CONNECTION", None)
    done = subprocess.run(
        [*box.enter, sys.executable, str(ROOT / "plugins/modules/ruleset.py")],
        input=json.dumps({"ANSIBLE_MODULE_ARGS": arguments}),
        capture_output=True,
        text=True,
        env=environ,
        check=False,
    )
    result: dict[str, Any] = json.loads(done.stdout)
    return result


def test_the_module_itself(box: Box) -> None:
    checked = module(box, check=True)
    first = module(box)
    assert first["changed"]
    assert first["difference"] == checked["difference"]
    assert first["diff"]["prepared"] == "".join(line + "\n" for line in first["difference"])
    assert not module(box)["changed"]
    failed = module(box, plan={"version": 9})
    assert failed["failed"]
    assert failed["msg"] == (
        "plan: version: 9 is not 1. Let the action plugin of portledger.qradar.ruleset make the plan, from the same "
        "release as the module."
    )
    assert module(box, state="absent")["changed"]
