# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whatever one host says, the others are reported: each key of each result, with each wrong kind of value."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from typing import Any

import pytest

from ansible_collections.portledger.qradar.plugins.plugin_utils._audit.findings import examine
from ansible_collections.portledger.qradar.plugins.plugin_utils._audit.report import as_json, as_junit, as_lines
from ansible_collections.portledger.qradar.plugins.plugin_utils._base.forms import ANSWERED, OUTCOME, RULESET
from ansible_collections.portledger.qradar.plugins.plugin_utils._base.results import REMEDY, Form, ResultError, checked
from ansible_collections.portledger.qradar.plugins.plugin_utils._reach.report import report_of

DEEP: list[Any] = []
for _level in range(5000):
    DEEP = [DEEP]
WRONG: tuple[Any, ...] = (
    *(
        None,
        True,
        False,
        0,
        -1,
        70000,
        10**5000,
        1.5,
        float("nan"),
        float("inf"),
        "",
        "x",
        "x" * 300000,
        "a\x1b[2J\u202e\n",
    ),
    *("\ud800", "\uffff", "tcp/1-65535"),
    *([], {}, [None], [[]], [{}], [7], ["x"], {"": None}, {"x": {"y": []}}, {"ports": 7}, DEEP),
)
INFO = {
    "in_force": True,
    "provider": "nftables",
    "loaded": [{"provider": "nftables", "version": "1", "used": True}],
    "difference": ["+ tcp/9 x from lan"],
    "persistent": {"problem": None, "difference": ["+ y"]},
    "pending": {"seconds_left": 12},
    "others": [
        {
            "family": "ipv4",
            "effect": "opens",
            "place": "iptables filter INPUT",
            "rule": "-j ACCEPT",
            "certain": True,
            "unknown": None,
            "flows": ["tcp/9 from anywhere"],
            "services": [],
        }
    ],
    "unread": ["nft"],
    "listeners": [
        {
            "transport": "tcp",
            "port": 9,
            "addresses": ["::"],
            "loopback": False,
            "processes": ["x"],
            "documented": "no",
            "services": [],
        }
    ],
}
LOGGED = {
    "source": "198.18.9.7",
    "source_sets": [],
    "destination": "198.18.1.1",
    "transport": "udp",
    "port": 514,
    "icmp_type": None,
    "published": False,
}
ANSWER = {
    "name": "ep1",
    "address": "198.18.1.4",
    "port": "tcp/22",
    "services": ["ssh"],
    "expected": "pass",
    "result": "filtered",
    "by": None,
    "reason": "",
    "verdict": "contradicted",
}
REACHED = {
    "answers": [ANSWER],
    "verdicts": {"as_expected": 0, "contradicted": 1, "undecided": 0, "not_asked": 0},
    "left_out": 1,
    "wide": ["lan"],
}
TAKEN = {
    "ruleset_info": (ANSWERED, {"listeners": INFO["listeners"], "logged": [LOGGED], "management": {"ports": [22]}}),
    "ruleset": (
        RULESET,
        {
            "changed": True,
            "timer": "systemd",
            "management": {"connection": {"address": "198.18.9.7", "port": 22}, "ports": [22]},
        },
    ),
    "outcome": (OUTCOME, {"outcome": "confirmed", "why": "x", "problem": "y"}),
}


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, one in items:
        yield (*path, key)
        yield from places(one, (*path, key))


def damaged(good: Any) -> Iterator[tuple[str, Any]]:
    """One place after another with each wrong value, and without it; and each wrong value in the place of it all."""
    for wrong in WRONG:
        if wrong is not None:
            yield "all", wrong
    for path in places(good):
        for wrong in (*WRONG, ...):
            changed = copy.deepcopy(good)
            there = changed
            for key in path[:-1]:
                there = there[key]
            if wrong is ...:
                del there[path[-1]]
            else:
                there[path[-1]] = wrong
            yield ".".join(map(str, path)), changed


def printable(text: str) -> bool:
    return all(letter.isprintable() or letter == "\n" for letter in text)


def test_one_host_leaves_the_audit_of_the_others() -> None:
    states = set()
    for _place, result in damaged(INFO):
        findings = [examine("ep1", "host", result), examine("ep2", "host", INFO)]
        lines = as_lines(findings)
        assert all(len(line) <= 2000 and printable(line) for line in lines)
        assert any(line.startswith("ep2 (host, nftables): drifted") for line in lines)
        assert {one["name"] for one in json.loads(as_json(findings))["findings"]} == {"ep1", "ep2"}
        assert as_junit(findings)
        states.add(findings[0].state)
    # A value may be another good one.
    assert states == {"unreadable", "in force", "drifted", "unmanaged", "unreachable"} - {"unreachable"}


def test_one_host_leaves_the_reachability_of_the_others() -> None:
    states = set()
    for _place, result in damaged(REACHED):
        report = report_of({"con1": result, "con2": REACHED})
        assert all(len(line) <= 2000 and printable(line) for line in report.lines)
        assert report.states["con2"] == "contradicted"
        assert any("198.18.1.4" in line and "con2" in line for line in report.lines)
        states.add(report.states["con1"])
    assert states == {"no answers", "contradicted", "as planned"}


@pytest.mark.parametrize("name", TAKEN)
def test_what_actions_take(name: str) -> None:
    form, good = TAKEN[name]
    assert checked(good, form) == good
    refused = [problem for _place, result in damaged(good) if (problem := refusal(result, form))]
    assert len(refused) > 50
    assert all(text.endswith(REMEDY) and len(text) <= 2000 and printable(text) for text in refused)


def refusal(result: object, form: Form) -> str:
    try:
        checked(result, form)
    except ResultError as error:
        return str(error)
    return ""


MESSAGES = {
    "provider: missing": ({"in_force": True}, "result.provider: is missing"),
    "others": ({**INFO, "others": 7}, "result.others: 7 is not a list"),
    "difference": ({**INFO, "difference": [1]}, "result.difference[0]: 1 is not a text"),
    "effect": (
        {**INFO, "others": [{**INFO["others"][0], "effect": "x\n"}]},  # type: ignore[index]
        "result.others[0].effect: 'x\\\\x0a' is none of opens, closes, translates, may change",
    ),
    "persistent": ({**INFO, "persistent": True}, "result.persistent: True is not a dictionary"),
    "port": (
        {**INFO, "listeners": [{**INFO["listeners"][0], "port": "22"}]},  # type: ignore[index]
        "result.listeners[0].port: '22' is not a port from 0 to 65535",
    ),
    "text": ("yes", "result: 'yes' is not a dictionary"),
    "deep": (DEEP, "result: 'a value that is nested too deep' is not a dictionary"),
}


@pytest.mark.parametrize("name", MESSAGES)
def test_the_reason_names_key_value_and_remedy(name: str) -> None:
    result, problem = MESSAGES[name]
    why = f"{problem}, so nothing of this result is used. {REMEDY}"
    finding = examine("ep1", "host", result)
    assert (finding.state, finding.why) == ("unreadable", why)
