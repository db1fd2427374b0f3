# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module against the kernel, each test in a network namespace of its own."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.portledger.qradar.plugins.module_utils._base.errors import RulesetError
from tests.unit.kernel.box import SEARCH, NamespaceBox, tool
from tests.unit.plugins.module_utils.support import golden_plan

ROOT = Path(__file__).resolve().parents[3]
TOOLS = ["iptables", "iptables-save", "iptables-restore", "ip6tables", "ip6tables-save", "ip6tables-restore"]
BACKENDS = ["nft", "legacy"]


class Box(NamespaceBox):
    """With a chosen iptables, with ipset or without."""

    def __init__(self, folder: Path, backend: str, with_sets: bool) -> None:
        super().__init__(folder)
        (self.root / "proc/net/if_inet6").touch()
        for name in TOOLS:
            family, _tables, rest = name.partition("tables")
            self._link(name, tool(f"{family}tables-{backend}{rest}"))
        if with_sets:
            self._link("ipset", tool("ipset"))
        # The tables are there before, as on any host that has a firewall.
        for family in ("iptables", "ip6tables"):
            self(family, "-A", "INPUT", "-j", "ACCEPT")
            self(family, "-D", "INPUT", "-j", "ACCEPT")

    def _link(self, name: str, real: str) -> None:
        self.script(name, f'exec {real} "$@"')

    def __call__(self, program: str, *arguments: str) -> str:
        code, out, err = self.run([str(self.bin / program), *arguments])
        assert code == 0, (program, arguments, err)
        return out

    def rules(self) -> str:
        """Both families without comments of the tool and without counters."""
        lines = (self("iptables-save") + self("ip6tables-save")).splitlines()
        return "\n".join(line.partition(" [")[0] for line in lines if not line.startswith("#"))

    def foreign(self) -> str:
        return "\n".join(line for line in self.rules().splitlines() if "PORTLEDGER" not in line)

    def sets(self) -> list[str]:
        if not (self.bin / "ipset").exists():
            return []
        return sorted(line for line in self("ipset", "save").splitlines() if line.startswith("add"))

    def everything(self) -> str:
        return "\n".join([self.rules(), *self.sets()])


@pytest.fixture(params=[f"{backend}-{kind}" for backend in BACKENDS for kind in ("sets", "chains")])
def box(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Box]:
    backend, _dash, kind = request.param.partition("-")
    found = Box(tmp_path, backend, kind == "sets")
    yield found
    found.close()


@pytest.fixture(params=BACKENDS)
def set_box(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Box]:
    found = Box(tmp_path, request.param, with_sets=True)
    yield found
    found.close()


def add_foreign(box: Box) -> None:
    """Rules of others, as docker and fail2ban write them."""
    for family in ("iptables", "ip6tables"):
        box(family, "-N", "f2b-sshd")
        box(family, "-A", "f2b-sshd", "-m", "comment", "--comment", 'their "own" \\ words', "-j", "RETURN")
        box(family, "-A", "INPUT", "-p", "tcp", "-m", "multiport", "--dports", "22", "-j", "f2b-sshd")
        box(family, "-N", "DOCKER-USER")
        box(family, "-A", "FORWARD", "-j", "DOCKER-USER")
        box(family, "-P", "FORWARD", "DROP")
        box(family, "-t", "nat", "-A", "PREROUTING", "-p", "tcp", "--dport", "8080", "-j", "REDIRECT")


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


def flow_chain(box: Box, service: str) -> tuple[str, str]:
    """Chain and rule of a service, as iptables-save shows them."""
    found = [line for line in box("iptables-save").splitlines() if f"--comment {service} " in line]
    _append, chain, rule = found[0].split(None, 2)
    return chain, rule


def test_deleted_rule(box: Box) -> None:
    box.apply()
    good = box.rules()
    chain, rule = flow_chain(box, "ha_drbd")
    box("iptables", "-D", chain, *rule.split())
    assert box.repaired() == ["+ tcp/7789 ha_drbd from ha_peer (1 address)"]
    chain, rule = flow_chain(box, "imq")
    box("iptables", "-D", chain, *rule.split())
    assert box.repaired() == ["+ tcp/7676-7677 imq from component (1 address, 1 network) (IPv4)"]
    assert box.rules() == good


def test_added_rules(box: Box) -> None:
    box.apply()
    good = box.rules()
    chain, _rules = flow_chain(box, "ha_drbd")
    box("iptables", "-I", "PORTLEDGER-IN", "-s", "1.2.3.4", "-j", "ACCEPT")
    box("iptables", "-A", chain, "-p", "tcp", "--dport", "9", "-m", "comment", "--comment", "mine", "-j", "ACCEPT")
    box("ip6tables", "-A", "PORTLEDGER-IN", "-j", "ACCEPT")
    box("ip6tables", "-N", "PORTLEDGER-IN-mine")
    assert box.repaired() == [
        "- tcp/9 mine from ha_peer (1 address)",
        "- chain PORTLEDGER-IN-mine that nothing leads to (IPv6)",
        "- rule without a service: -j ACCEPT (IPv6)",
        "- rule without a service: -s 1.2.3.4/32 -j ACCEPT (IPv4)",
    ]
    assert box.rules() == good


def test_reordered_and_doubled_rules(box: Box) -> None:
    box.apply()
    good = box.rules()
    chain, rule = flow_chain(box, "ha_drbd")
    box("iptables", "-D", chain, *rule.split())
    box("iptables", "-A", chain, *rule.split())
    assert box.repaired() == ["~ order of rules repaired"]
    assert box.rules() == good
    box("iptables", "-A", chain, *rule.split())
    assert box.repaired() == ["~ duplicate rules removed"]
    assert box.rules() == good


@pytest.mark.parametrize("damage", ["gone", "second", "twice", "elsewhere", "wider"])
def test_jump(box: Box, damage: str) -> None:
    add_foreign(box)
    box("iptables", "-A", "INPUT", "-s", "198.18.66.6", "-j", "ACCEPT")
    box.apply()
    good = box.rules()
    if damage in ("gone", "second", "wider"):
        box("iptables", "-D", "INPUT", "-j", "PORTLEDGER-IN")
    if damage == "second":
        box("iptables", "-A", "INPUT", "-j", "PORTLEDGER-IN")
    if damage == "twice":
        box("iptables", "-A", "INPUT", "-j", "PORTLEDGER-IN")
    if damage == "elsewhere":
        box("iptables", "-A", "FORWARD", "-s", "198.18.1.1", "-j", "PORTLEDGER-IN")
    if damage == "wider":
        box("iptables", "-I", "INPUT", "-p", "tcp", "--dport", "1:2", "-j", "PORTLEDGER-IN")
    assert box.repaired() == [f"~ jump in {'FORWARD' if damage == 'elsewhere' else 'INPUT'} restored (IPv4)"]
    assert box.rules() == good


@pytest.mark.parametrize(
    "rule",
    [
        "-s 198.18.66.6 -j ACCEPT",
        "-s 198.18.66.6 -j RETURN",
        "-s 198.18.66.6 -j theirs",
        "-s 198.18.66.6 -g closing",
    ],
)
def test_rules_of_others_that_may_accept_come_behind_ours(box: Box, rule: str) -> None:
    box("iptables", "-N", "theirs")
    box("iptables", "-A", "theirs", "-p", "tcp", "--dport", "9", "-j", "ACCEPT")
    box("iptables", "-N", "closing")
    box.apply()
    box("iptables", "-I", "INPUT", *rule.split())
    foreign = box.foreign()
    assert box.repaired() == ["~ jump in INPUT restored (IPv4)"]
    assert box.foreign() == foreign


@pytest.mark.parametrize("rule", ["-j LOG", "-s 198.18.66.6 -j REJECT", "-p tcp -j f2b-sshd", "-p udp", "-j nested"])
def test_rules_of_others_that_only_close_stay_before_ours(box: Box, rule: str) -> None:
    box("iptables", "-N", "f2b-sshd")
    box("iptables", "-A", "f2b-sshd", "-s", "198.18.66.7", "-j", "REJECT")
    box("iptables", "-A", "f2b-sshd", "-j", "RETURN")
    box("iptables", "-N", "nested")
    box("iptables", "-A", "nested", "-j", "f2b-sshd")
    box.apply()
    box("iptables", "-I", "INPUT", *rule.split())
    there = box.rules()
    assert not box.apply()["changed"]
    box.apply(state="absent")
    box.apply()
    assert box.rules() == there
    # What makes them accept makes ours come first.
    box("iptables", "-I", "INPUT", "-p", "icmp", "-j", "ACCEPT")
    assert box.repaired() == ["~ jump in INPUT restored (IPv4)"]


def test_flushed(box: Box) -> None:
    before = box.rules()
    first = box.apply()["difference"]
    good = box.rules()
    box("iptables", "-F")
    box("ip6tables", "-F")
    assert [line for line in box.repaired() if not line.startswith(("~ jump", "- chain"))] == first
    assert box.rules() == good
    box("iptables", "-F")
    box.apply(state="absent")
    assert box.rules() == before


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


def test_drifted_sets(set_box: Box) -> None:
    box = set_box
    box.apply()
    rules, sets = box.rules(), box.sets()
    name = next(line.split()[1] for line in sets if line.endswith(" 198.18.2.4"))
    box("ipset", "del", name, "198.18.2.4")
    box("ipset", "add", name, "198.18.77.0/24")
    box("ipset", "create", "portledger-h4-mine", "hash:net")
    box("ipset", "create", "theirs", "hash:net")
    assert box.repaired() == [
        "~ component: +198.18.2.4, -198.18.77.0/24",
        "- set portledger-h4-mine that no rule uses",
    ]
    assert (box.rules(), box.sets()) == (rules, sets)
    assert "create theirs" in box("ipset", "save")
    assert "swap" not in box("ipset", "save")
    # What others use of ours is left to them, without a change on every run.
    box("iptables", "-A", "FORWARD", "-m", "set", "--match-set", name, "src", "-j", "ACCEPT")
    box.apply(state="absent")
    assert {line.split()[1] for line in box.sets()} == {name}
    assert not box.apply(state="absent")["changed"]


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


def test_a_failing_load_changes_nothing(box: Box) -> None:
    add_foreign(box)
    box.apply()
    rules, sets = box.rules(), box.sets()
    real = (box.bin / "ip6tables-restore").read_text()
    (box.bin / "ip6tables-restore").write_text(
        '#!/bin/sh\ncat >/dev/null\ncase "$*" in *--test*) exit 0;; esac\necho "line 3 failed" >&2\nexit 1\n'
    )
    plan = golden_plan("host")
    plan["sets"]["component"] = {"ipv4": ["198.18.3.0/24"], "ipv6": ["2001:db8:3::/64"]}
    with pytest.raises(RulesetError) as caught:
        box.apply(plan=plan, unlisted="log")
    assert str(caught.value).startswith("ip6tables-restore: failed: line 3 failed. The line is: ")
    assert str(caught.value).endswith(" Nothing was changed.")
    assert (box.rules(), box.sets()) == (rules, sets)
    (box.bin / "ip6tables-restore").write_text(real)
    assert box.apply(plan=plan, unlisted="log")["changed"]


def test_the_kernels_own_words(box: Box) -> None:
    plan = golden_plan("host")
    plan["sets"] = {"x" * 20: {"ipv4": ["198.18.1.1"], "ipv6": []}}
    plan["flows"] = [{"service": "y", "row": 1, "source": "x" * 20, "destination": None, "ports": ["tcp/1"]}]
    before = box.rules()
    script = (box.bin / "iptables-restore").read_text()
    broken = script.replace("exec", "sed 's/--dport 1 /--dport banana /' | exec")
    (box.bin / "iptables-restore").write_text(broken)
    with pytest.raises(RulesetError) as caught:
        box.apply(plan=plan)
    assert "banana" in str(caught.value)
    assert "The line is: -A PORTLEDGER-IN-" in str(caught.value)
    assert str(caught.value).endswith(" -p tcp -m tcp --dport 1 -m comment --comment y -j ACCEPT. Nothing was changed.")
    assert (box.rules(), box.sets()) == (before, [])


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
    started = time.monotonic()
    box.apply(plan=plan)
    loaded = time.monotonic()
    assert not box.apply(plan=plan)["changed"]
    again = time.monotonic()
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
