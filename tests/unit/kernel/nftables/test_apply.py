# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The provider nftables against the kernel: applied, changed, counted, removed; each test in namespaces of its own."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.portledger.qradar.plugins.module_utils._nftables import provider as _nftables
from tests.unit.kernel.box import SEARCH
from tests.unit.kernel.nftables.box import FOREIGN, Box
from tests.unit.plugins.module_utils.support import golden_plan

ROOT = Path(__file__).resolve().parents[4]


@pytest.mark.parametrize("scope", ["host", "gateway"])
def test_apply_and_remove(box: Box, scope: str) -> None:
    box.nft("-f", "-", data=FOREIGN)
    before = box.ruleset()
    assert not _nftables.traces(box.host(), scope)
    first = box.repaired(scope=scope)
    assert "+ unlisted: drop" in first
    assert box.foreign() == before
    assert _nftables.traces(box.host(), scope)
    removed = box.repaired(scope=scope, state="absent", plan=None)
    assert sorted("-" + line[1:] for line in first) == sorted(removed)
    assert box.ruleset() == before
    assert not _nftables.traces(box.host(), scope)


def test_scopes_are_independent(box: Box) -> None:
    box.apply(scope="host")
    host_only = box.ruleset()
    box.apply(scope="gateway")
    assert not box.apply(scope="host")["changed"]
    box.apply(scope="gateway", state="absent")
    assert box.ruleset() == host_only
    box.apply(scope="host", state="absent")
    assert box.ruleset() == ""


@pytest.mark.parametrize("unlisted", ["drop", "log", "leave"])
@pytest.mark.parametrize("egress", ["drop", "log", "leave"])
def test_each_policy(box: Box, unlisted: str, egress: str) -> None:
    lines = box.repaired(scope="gateway", unlisted=unlisted, egress=egress)
    assert {f"+ unlisted: {unlisted}", f"+ egress: {egress}"} < set(lines)
    text = box.rules("gateway")
    assert text.count('log prefix "portledger: "') == (unlisted, egress).count("log")
    assert len(re.findall(r"counter\s+drop", text)) == (unlisted, egress).count("drop")


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
    assert box.repaired()


def test_counters_of_unchanged_rules_stay(box: Box) -> None:
    box.apply()
    text = box.nft("list", "table", "inet", "portledger_host")
    counted = re.sub(r"packets 0 bytes 0 accept comment \"(\w+)\"", r'packets 7 bytes 70 accept comment "\1"', text)
    assert counted != text
    box.nft("-f", "-", data=f"delete table inet portledger_host\n{counted}")
    assert not box.apply()["changed"]
    plan = golden_plan("host")
    plan["flows"] = [flow for flow in plan["flows"] if flow["service"] != "imq"]
    box.apply(plan=plan, unlisted="log")
    flows = _nftables.counters(box.host(), "host")
    by_service = {flow["service"]: flow for flow in flows}
    assert "imq" not in by_service
    # The same rule for packets that enter, and for those led on to containers.
    assert by_service["ha_drbd"] == {
        "service": "ha_drbd",
        "source": "ha_peer",
        "destination": None,
        "ports": ["tcp/7789", "udp/7789"],
        "packets": 28,
        "bytes": 280,
    }
    assert by_service["unlisted: log"] == {
        "service": "unlisted: log",
        "source": None,
        "destination": None,
        "ports": [],
        "packets": 0,
        "bytes": 0,
    }


def test_counters_of_a_gateway(box: Box) -> None:
    assert _nftables.counters(box.host(), "gateway") == []
    box.apply(scope="gateway")
    found = [
        (flow["service"], flow["source"], flow["destination"], flow["ports"])
        for flow in _nftables.counters(box.host(), "gateway")
    ]
    assert ("windows_log", "wincollect_agents", "windows_hosts", ["tcp/135", "tcp/445"]) in found
    assert ("syslog", "log_sources", "console", ["tcp/514", "udp/514"]) in found
    assert ("unlisted: drop", None, None, []) in found
    assert ("egress: log", None, None, []) in found
    assert len(found) == len({line[:3] for line in found})


def test_few_processes(box: Box) -> None:
    box.apply()
    box.spawned = 0
    box.apply()
    # Its version and whether it works; whether our table is there; the table.
    assert box.spawned == 4


def test_the_module_itself(box: Box) -> None:
    def module(**changes: Any) -> dict[str, Any]:
        arguments = {"scope": "host", "provider": "nftables", "plan": golden_plan("host"), **changes}
        environ = {**os.environ, "PATH": f"{box.bin}:{SEARCH}", "PYTHONPATH": str(ROOT / ".venv/collections")}
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

    checked = module(_ansible_check_mode=True)
    first = module()
    assert first["changed"]
    assert first["provider"] == "nftables"
    assert first["difference"] == checked["difference"]
    assert not module()["changed"]
    assert module(state="absent")["changed"]
    assert box.ruleset() == ""
