# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an audit makes of the results of all hosts, for people and for machines."""

from __future__ import annotations

import json
from typing import Any
from xml.etree import ElementTree

import pytest

from ansible_collections.portledger.qradar.plugins.plugin_utils._audit.findings import Drift, Finding, examine
from ansible_collections.portledger.qradar.plugins.plugin_utils._audit.report import as_json, as_junit, as_lines

OPENS: dict[str, Any] = {
    "family": "ipv4",
    "effect": "opens",
    "place": "iptables filter INPUT",
    "rule": "-p tcp -m tcp --dport 9 -j ACCEPT",
    "certain": True,
    "unknown": None,
    "flows": ["tcp/9 from anywhere"],
    "services": [],
}
MAY_CLOSE = {**OPENS, "effect": "closes", "certain": False, "unknown": "-m limit", "flows": ["tcp/514 syslog from lan"]}


def listener(port: int, documented: str, *services: str, loopback: bool = False) -> dict[str, Any]:
    known = {"transport": "tcp", "port": port, "addresses": ["::"], "loopback": loopback, "processes": ["some"]}
    return {**known, "documented": documented, "services": list(services)}


def result(**changes: Any) -> dict[str, Any]:
    """As ruleset_info gives it where all is well."""
    return {
        "provider": "nftables",
        "loaded": [{"provider": "nftables"}],
        "in_force": True,
        "difference": [],
        "persistent": {"problem": None, "difference": []},
        "pending": None,
        "others": [],
        "unread": [],
        "listeners": [],
        **changes,
    }


DIFFERENCE = [
    "+ tcp/514 syslog from log_sources (2 networks)",
    "- tcp/9 mine from component (1 address)",
    "- rule without a service: -j ACCEPT (IPv6)",
    "~ component: +198.18.1.4, -198.18.9.0/24, -198.18.9.9",
    '~ backup "a: b": -198.18.9.7',
    "~ jump in INPUT restored",
    "~ chain input restored (was type filter hook input priority -10 policy drop)",
]


def test_drift() -> None:
    assert Drift.of(DIFFERENCE).as_data() == {
        "missing": ["tcp/514 syslog from log_sources (2 networks)"],
        "extra": ["tcp/9 mine from component (1 address)", "rule without a service: -j ACCEPT (IPv6)"],
        "narrower": ["component without 198.18.1.4"],
        "wider": ["component with 198.18.9.0/24, 198.18.9.9", 'backup "a: b" with 198.18.9.7'],
        "other": [
            "jump in INPUT restored",
            "chain input restored (was type filter hook input priority -10 policy drop)",
        ],
    }


ERROR = "KeyError: 'table'"
TRACEBACK = f"Traceback (most recent call last):\n  File x\n{ERROR}\n\n"


@pytest.mark.parametrize(
    ("found", "state", "why"),
    [
        (result(), "in force", None),
        (result(others=[MAY_CLOSE, {**OPENS, "effect": "closes"}]), "in force", None),
        (result(others=[{**OPENS, "certain": False}]), "in force", None),
        (result(others=[OPENS]), "drifted", None),
        (result(in_force=False, difference=DIFFERENCE), "drifted", None),
        (result(in_force=False, loaded=[], difference=DIFFERENCE), "unmanaged", None),
        ({"unreachable": True, "msg": "no\n route"}, "unreachable", "no route"),
        ({"failed": False, "msg": "nft: failed."}, "unreadable", "nft: failed."),
        ({"skipped": True}, "unreadable", "without a message"),
        # Of a traceback, what names the error.
        ({"exception": "Traceback:\n  x\nOSError: full\n", "failed": True}, "unreadable", "OSError: full"),
        ({"msg": "MODULE FAILURE\nSee stdout", "module_stderr": TRACEBACK}, "unreadable", f"MODULE FAILURE ({ERROR})"),
        ({"msg": "MODULE FAILURE", "module_stdout": "", "module_stderr": 7}, "unreadable", "MODULE FAILURE"),
        ({"failed": True, "msg": "x" * 300_000}, "unreadable", "x" * 1000 + " ..."),
        (None, "unreadable", "it was not checked"),
    ],
)
def test_states(found: dict[str, Any] | None, state: str, why: str | None) -> None:
    finding = examine("con1", "host", found)
    assert (finding.state, finding.why) == (state, why)
    if state == "unmanaged":
        assert finding.drift == Drift()


def test_notes() -> None:
    waits = result(pending={"seconds_left": 12}, persistent={"problem": "x: cannot be used", "difference": []})
    assert examine("con1", "host", waits).notes == [
        "a change waits for confirmation, 12 s left",
        "the next boot: x: cannot be used",
    ]
    boot = result(persistent={"problem": None, "difference": ["+ tcp/9 x from lan (1 network)"]})
    assert examine("con1", "host", boot).notes == [
        "the next boot changes what is loaded: + tcp/9 x from lan (1 network)",
    ]
    # What is loaded has drifted, and a boot repairs it.
    drifted = result(in_force=False, difference=["+ x"], persistent={"problem": None, "difference": ["+ x"]})
    assert examine("con1", "host", drifted).notes == []


@pytest.fixture
def findings() -> list[Finding]:
    listeners = [
        listener(514, "network", "syslog"),
        listener(1514, "local", "syslog_ng", loopback=True),
        listener(10050, "no"),
        listener(32006, "elsewhere", "ariel_query"),
        listener(40000, "wide", "imq_dynamic"),
        listener(631, "no", loopback=True),
    ]
    drifted = result(in_force=False, difference=DIFFERENCE[:4], others=[OPENS, MAY_CLOSE], unread=["tables of nft: no"])
    return [
        examine("con1", "host", result(listeners=listeners)),
        examine("ep1", "host", drifted),
        examine("gw1", "gateway", {"unreachable": True, "msg": "no route"}),
        examine("gw2", "gateway", result(in_force=False, loaded=[])),
    ]


def test_for_people(findings: list[Finding]) -> None:
    assert as_lines(findings) == [
        "con1 (host, nftables): in force",
        "  listens: tcp/514 by some: syslog",
        "  listens: tcp/1514 by some: syslog_ng",
        "  listens, undocumented: tcp/10050 by some: nothing documents it",
        "  listens, undocumented: tcp/32006 by some: documented, but not for this host: ariel_query",
        "  listens, undocumented: tcp/40000 by some: only the wide range of imq_dynamic documents it",
        "ep1 (host, nftables): drifted",
        "  missing: tcp/514 syslog from log_sources (2 networks)",
        "  extra: tcp/9 mine from component (1 address)",
        "  extra: rule without a service: -j ACCEPT (IPv6)",
        "  narrower: component without 198.18.1.4",
        "  wider: component with 198.18.9.0/24, 198.18.9.9",
        "  foreign: permits tcp/9 from anywhere (IPv4), by iptables filter INPUT: -p tcp -m tcp --dport 9 -j ACCEPT",
        "  foreign: may block tcp/514 syslog from lan (IPv4), by iptables filter INPUT: -p tcp -m tcp --dport 9 "
        "-j ACCEPT (cannot be read: -m limit)",
        "  foreign: cannot be read: tables of nft: no",
        "gw1 (gateway): unreachable: no route",
        "gw2 (gateway, nftables): unmanaged",
        "in force: 1, drifted: 1, unmanaged: 1, unreachable: 1, unreadable: 0",
    ]


def test_for_programs(findings: list[Finding]) -> None:
    data = json.loads(as_json(findings))
    assert data["states"] == {"in force": 1, "drifted": 1, "unmanaged": 1, "unreachable": 1, "unreadable": 0}
    assert [(one["name"], one["scope"], one["state"]) for one in data["findings"]] == [
        ("con1", "host", "in force"),
        ("ep1", "host", "drifted"),
        ("gw1", "gateway", "unreachable"),
        ("gw2", "gateway", "unmanaged"),
    ]
    assert data["findings"][1]["others"] == [OPENS, MAY_CLOSE]
    assert data["findings"][1]["drift"]["narrower"] == ["component without 198.18.1.4"]
    assert data["version"] == 1


@pytest.mark.parametrize(
    ("effect", "certain", "words"),
    [
        ("opens", True, "permits"),
        ("opens", False, "may permit"),
        ("closes", True, "blocks"),
        ("closes", False, "may block"),
        ("translates", True, "translates"),
        ("translates", False, "may translate"),
        ("may change", False, "may change"),
    ],
)
def test_each_effect_has_words(effect: str, certain: bool, words: str) -> None:
    unknown = None if certain else "jump { drop }"
    finding = examine(
        "ep1", "host", result(others=[{**OPENS, "effect": effect, "certain": certain, "unknown": unknown}])
    )
    end = "" if certain else " (cannot be read: jump { drop })"
    rule = "iptables filter INPUT: -p tcp -m tcp --dport 9 -j ACCEPT"
    assert as_lines([finding])[1] == f"  foreign: {words} tcp/9 from anywhere (IPv4), by {rule}{end}"


def test_for_continuous_integration(findings: list[Finding]) -> None:
    suite = ElementTree.fromstring(as_junit(findings))
    assert suite.attrib == {"name": "portledger.qradar audit", "tests": "7", "failures": "3", "errors": "1"}
    cases = {
        (case.attrib["classname"], case.attrib["name"]): [(part.tag, part.get("message")) for part in case]
        for case in suite
    }
    rules, others = "rules match the plan", "no foreign rules in the way"
    assert cases == {
        ("host.con1", rules): [],
        ("host.con1", others): [("system-out", None)],
        ("host.ep1", rules): [("failure", "drifted")],
        ("host.ep1", others): [("failure", "foreign rules: 1")],
        ("gateway.gw1", rules): [("error", "unreachable")],
        ("gateway.gw2", rules): [("failure", "unmanaged")],
        ("gateway.gw2", others): [],
    }
    text = suite.findtext("testcase[@classname='host.ep1']/failure")
    assert text is not None
    assert text.splitlines()[0] == "missing: tcp/514 syslog from log_sources (2 networks)"


def test_letters_that_xml_does_not_know() -> None:
    finding = examine("con1", "host", {"unreachable": True, "msg": "\x1b[31mno\x00"})
    assert "?[31mno?" in as_junit([finding])
    ElementTree.fromstring(as_junit([finding]))


def test_what_nothing_enforces_is_in_every_form() -> None:
    findings, uncovered = [Finding("con1", "host", "in force")], ["group qradar: does not contain ep\u202e1 <x>."]
    assert as_lines(findings, uncovered)[1] == "not in force: group qradar: does not contain ep\\u202e1 <x>."
    assert json.loads(as_json(findings, uncovered))["uncovered"] == uncovered
    suite = ElementTree.fromstring(as_junit(findings, uncovered))
    assert (suite.get("tests"), suite.get("failures")) == ("3", "1")
    assert suite[-1][0].text == "group qradar: does not contain ep\\u202e1 <x>."
    assert json.loads(as_json(findings))["uncovered"] == []
    assert ElementTree.fromstring(as_junit(findings)).get("failures") == "0"
