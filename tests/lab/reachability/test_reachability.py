# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reachability between real kernels: each way to answer and to refuse, old and new Pythons, fast and not too fast."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
from bisect import bisect_left
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.lab.plays.record import record_playbook
from tests.lab.world.lab import Lab, RunningNode
from tests.lab.world.labs import REACH
from tests.pythons import interpreter_or_skip

OPTIONS = {"timeout": 3.5, "rate": 400, "time_limit": 60, "parallel": 500}
NEW = "this"

TARGET = {4: "198.19.62.11", 6: "2001:db8:f2::11"}
ROUTER = {4: "198.19.61.1", 6: "2001:db8:f1::1"}
PROHIBITED = "administratively prohibited"
# port: result, by whom (target, router, or nobody), why (where it differs, of IPv4 and IPv6)
CASES: dict[str, tuple[str, str | None, str | tuple[str, str]]] = {
    "tcp/8000": ("open", None, ""),
    "tcp/8001": ("closed", None, "reset"),
    "tcp/8002": ("filtered", None, ""),
    "tcp/8003": ("rejected", "router", PROHIBITED),
    "tcp/8004": ("rejected", "router", ("host unreachable", "address unreachable")),
    "tcp/8005": ("rejected", "target", PROHIBITED),
    "tcp/8006": ("rejected", "target", "port unreachable"),
    "udp/8000": ("open", None, ""),
    "udp/8001": ("closed", None, "port unreachable"),
    "udp/8002": ("unknown", None, ""),
    "udp/8003": ("rejected", "router", PROHIBITED),
    "udp/8004": ("rejected", "router", "port unreachable"),
    "udp/8005": ("rejected", "target", PROHIBITED),
    "udp/8007": ("rejected", None, "blocked by this host"),
    "udp/123": ("open", None, ""),
    "icmp": ("open", None, ""),
}
RULES = """
table inet here {
    chain input {
        type filter hook input priority 0
        meta l4proto { tcp, udp } th dport 8002 drop
        meta l4proto { tcp, udp } th dport 8005 reject with icmpx admin-prohibited
        tcp dport 8006 reject with icmpx port-unreachable
        tcp dport 20000-20999 drop
        udp dport 20000-20999 drop
    }
}
"""
ROUTER_RULES = """
table inet here {
    chain forward {
        type filter hook forward priority 0
        meta l4proto { tcp, udp } th dport 8003 reject with icmpx admin-prohibited
        tcp dport 8004 reject with icmpx host-unreachable
        udp dport 8004 reject with icmpx port-unreachable
        ip daddr 198.19.62.12 icmp type echo-request reject with icmp admin-prohibited
        ip6 daddr 2001:db8:f2::12 icmpv6 type echo-request reject with icmpv6 admin-prohibited
        ip daddr 198.19.62.13 icmp type echo-request drop
        ip6 daddr 2001:db8:f2::13 icmpv6 type echo-request drop
    }
}
"""
OUTGOING = "table inet here { chain output { type filter hook output priority 0; udp dport 8007 drop; }; }"
# Other addresses: what is asked of them, and what comes of it.
ELSEWHERE = [
    ("198.19.62.12", "icmp", "rejected", ROUTER[4], PROHIBITED),
    ("2001:db8:f2::12", "icmp", "rejected", ROUTER[6], PROHIBITED),
    ("198.19.62.13", "icmp", "filtered", None, ""),
    ("2001:db8:f2::13", "icmp", "filtered", None, ""),
    ("198.19.99.1", "tcp/22", "unreachable", None, "no route"),
    ("2001:db8:99::1", "udp/514", "unreachable", None, "no route"),
    ("198.19.61.99", "tcp/22", "unreachable", None, "the next hop does not answer"),
    ("2001:db8:f1::99", "tcp/22", "unreachable", None, "the next hop does not answer"),
    ("198.19.61.98", "udp/514", "unreachable", None, "the next hop does not answer"),
    ("2001:db8:f1::98", "icmp", "unreachable", None, "the next hop does not answer"),
    ("198.19.62.99", "tcp/22", "rejected", ROUTER[4], "host unreachable"),
    ("2001:db8:f2::99", "tcp/22", "rejected", ROUTER[6], "address unreachable"),
]


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    with Lab.start(REACH) as running, answering(running["target"], "serve", "123", "8000"):
        running["target"].run(["nft", "-f", "-"], stdin=RULES)
        running["router"].run(["nft", "-f", "-"], stdin=ROUTER_RULES)
        running["asker"].run(["nft", "-f", "-"], stdin=OUTGOING)
        for name in ("target", "router"):
            # What else they would refuse to say after the first few is told in the documentation.
            for setting in ("net.ipv4.icmp_ratelimit=0", "net.ipv6.icmp.ratelimit=0"):
                running[name].run(["sysctl", "-qw", setting])
        for number in (12, 13):
            for address in (f"198.19.62.{number}/24", f"2001:db8:f2::{number}/64"):
                running["target"].run(["ip", "address", "add", address, "dev", "away"])
        yield running


@contextlib.contextmanager
def answering(node: RunningNode, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    """The other side. Its output may be read once it was told to end."""
    command = [sys.executable, str(Path(__file__).with_name("answerer.py")), *arguments]
    with node.popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as running:
        assert running.stdin is not None
        assert running.stdout is not None
        assert running.stdout.readline() == "ready\n"
        try:
            yield running
        finally:
            if not running.stdin.closed:
                running.stdin.close()
            running.wait(30)


def ask(node: RunningNode, targets: list[dict[str, str]], version: str = NEW, **options: float) -> dict[str, Any]:
    python = sys.executable if version == NEW else str(interpreter_or_skip(version))
    given = json.dumps({**OPTIONS, **options, "targets": targets})
    done = node.run([python, str(Path(__file__).with_name("asker.py"))], stdin=given, timeout=120)
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def reason(why: str | tuple[str, str], version: int) -> str:
    return why if isinstance(why, str) else why[version == 6]


def expectation() -> dict[tuple[str, str], tuple[str, str | None, str]]:
    here = {
        (TARGET[version], port): (
            result,
            {"target": TARGET, "router": ROUTER}[by][version] if by else None,
            reason(why, version),
        )
        for version in (4, 6)
        for port, (result, by, why) in CASES.items()
    }
    return {**here, **{(address, port): (result, by, why) for address, port, result, by, why in ELSEWHERE}}


@pytest.mark.parametrize("version", ["2.7", "3.6", "3.8", NEW])
def test_each_answer(lab: Lab, version: str) -> None:
    expected = expectation()
    found = ask(lab["asker"], [{"address": address, "port": port} for address, port in expected], version)
    answers = {(one["address"], one["port"]): (one["result"], one["by"], one["reason"]) for one in found["answers"]}
    assert answers == expected
    assert {one["result"] for one in found["answers"]} == {
        *("open", "closed", "filtered", "rejected", "unreachable", "unknown")
    }


def wide_targets(lab: Lab, first: int, transports: tuple[str, ...]) -> list[dict[str, str]]:
    """500 targets at one node: 25 addresses of each family."""
    node, addresses = lab["target"], []
    for number in range(100, 125):
        addresses += [f"198.19.62.{number}", f"2001:db8:f2::{number}"]
        for one in (f"198.19.62.{number}/24", f"2001:db8:f2::{number}/64"):
            node.run(["ip", "address", "replace", one, "dev", "away"])
    ports = [f"{transports[number % len(transports)]}/{first + number}" for number in range(10)]
    return [{"address": address, "port": port} for address in addresses for port in ports]


def play(folder: Path, targets: list[dict[str, str]]) -> Path:
    path = folder / "ask.yml"
    task = {"portledger.qradar.reachability": {"targets": targets}}
    path.write_text(yaml.safe_dump([{"hosts": "asker", "gather_facts": False, "tasks": [task]}]), encoding="utf-8")
    return path


@pytest.mark.parametrize("version", ["2.7", NEW])
def test_500_that_answer_take_less_than_5_seconds(lab: Lab, version: str) -> None:
    targets = wide_targets(lab, 21000, ("tcp", "udp"))
    with answering(lab["target"], "serve", *(str(port) for port in range(21000, 21010))):
        found = ask(lab["asker"], targets, version)
    assert found["counts"]["open"] == len(targets) == 500
    print(f"\n500 that answer: {found['seconds']} s under Python {version}")
    assert found["seconds"] < 5


@pytest.mark.parametrize("version", ["2.7", NEW])
def test_500_that_are_silent_take_less_than_15_seconds(lab: Lab, version: str) -> None:
    found = ask(lab["asker"], wide_targets(lab, 20000, ("tcp",)), version)
    assert found["counts"]["filtered"] == 500
    print(f"\n500 that are silent: {found['seconds']} s under Python {version}, {found['packets']} packets")
    assert found["seconds"] < 15


def test_as_a_module(lab: Lab, tmp_path: Path) -> None:
    """The same through Ansible, in check mode too, with the time that it takes in all."""
    done = record_playbook(lab, play(tmp_path, wide_targets(lab, 20000, ("tcp", "udp"))), "--check")
    assert done.run.ok, done.run.stdout
    (found,) = done.results["asker"]
    assert (found["counts"]["filtered"], found["counts"]["unknown"]) == (250, 250)
    assert not found["changed"]
    assert found["verdicts"] == {"as_expected": 0, "contradicted": 250, "undecided": 250, "not_asked": 0}
    assert found["contradictions"][0] == (
        "198.19.62.100 must pass, is filtered: tcp/20000, tcp/20002, tcp/20004, tcp/20006, tcp/20008"
    )
    assert len(found["contradictions"]) == 50
    print(f"\n500 that are silent: {found['seconds']} s, {done.run.seconds:.1f} s for the whole of ansible-playbook")
    assert found["seconds"] < 15


def test_the_rate_is_kept(lab: Lab) -> None:
    """Counted where packets arrive, those that the kernel sends again included."""
    rate = 40
    targets = wide_targets(lab, 20000, ("tcp", "udp"))[:100]
    with answering(lab["target"], "count") as counting:
        found = ask(lab["asker"], targets, rate=rate)
        assert counting.stdin is not None
        assert counting.stdout is not None
        counting.stdin.close()
        lines = [line.split() for line in counting.stdout]
    times = sorted(int(moment) for moment, _kind in lines)
    most = max(bisect_left(times, start + 10**9) - number for number, start in enumerate(times))
    print(f"\n{len(times)} packets, {most} in one second at most, {found['packets']} by the module's own count")
    assert found["verdicts"]["not_asked"] == 0
    assert len({kind for _moment, kind in lines}) == 2
    assert len(times) == found["packets"] > 200
    assert most <= rate
    assert most >= rate * 0.6, "else this proves nothing"


def test_what_there_is_no_time_for_is_told(lab: Lab) -> None:
    found = ask(lab["asker"], wide_targets(lab, 20000, ("tcp",)), rate=40, time_limit=5)
    # Without the limit it takes half a minute; a busy machine may add to it.
    assert found["seconds"] < 10
    asked, left = found["counts"]["filtered"], found["counts"]["not_asked"]
    assert asked + left == 500
    assert 20 <= asked <= 70
    assert found["verdicts"] == {"as_expected": 0, "contradicted": asked, "undecided": 0, "not_asked": left}
    # Turn by turn: each address was asked for something before any was for everything.
    assert len({one["address"] for one in found["answers"][:50]}) == 50


def test_who_is_not_root(lab: Lab) -> None:
    done = lab["asker"].run(
        ["setpriv", "--bounding-set=-net_raw", sys.executable, str(Path(__file__).with_name("asker.py"))],
        stdin=json.dumps({**OPTIONS, "targets": [{"address": TARGET[4], "port": "tcp/8000"}]}),
        check=False,
    )
    assert done.stderr.splitlines()[-1].endswith(
        "RulesetError: reachability: a raw ICMP socket cannot be opened: Operation not permitted. Run the task as "
        "root, with become: true."
    )
