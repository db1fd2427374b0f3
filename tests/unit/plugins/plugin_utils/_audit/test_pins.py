# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pins of an inventory beside what its hosts say: what no longer holds, and what nobody can know."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from xml.etree import ElementTree

import pytest

from ansible_collections.portledger.qradar.plugins.plugin_utils._audit.findings import Finding, examine, with_pins
from ansible_collections.portledger.qradar.plugins.plugin_utils._audit.report import as_json, as_junit, as_lines
from tests.unit.plugins.plugin_utils._audit.test_findings import result
from tests.unit.plugins.plugin_utils._dynamic_ports.asked import answer, deployment, imq, live, rmi

REMEDY = "Run the playbook portledger.qradar.pins, review what it writes, and put that into the inventory."
IMQ = "qradar_dynamic_ports.imq_dynamic"
RMI = "qradar_dynamic_ports.rmi_dynamic"


def audited(pins: Mapping[str, list[str]], **answers: Mapping[str, Any] | None) -> tuple[list[Finding], list[str]]:
    """Findings and unused pins of an audit where hosts have answered so; None: unreachable."""
    results = {
        name: {"unreachable": True, "msg": "gone"} if one is None else result(dynamic_ports=one)
        for name, one in answers.items()
    }
    findings, unused = with_pins([examine(name, "host", one) for name, one in results.items()], deployment(pins))
    return findings, [one.text for one in unused]


def said(findings: list[Finding]) -> list[str]:
    """What there is to say of pins, with the notes."""
    return [text for one in findings for text in [*(pin.text for pin in one.pins or ()), *one.notes]]


def test_pins_that_hold() -> None:
    pins = {"imq_dynamic": ["tcp/40001", "tcp/40010-40019"]}
    answers = {"con1": answer(imq(50000)), "ep1": answer(imq(40001)), "ep2": answer(imq(40011))}
    findings, unused = audited(pins, **answers)
    assert (said(findings), unused) == ([], [])
    # Nothing leads to the console.
    assert [one.pins for one in findings] == [None, [], []]


def test_a_port_that_no_pin_has() -> None:
    findings, unused = audited(
        {"imq_dynamic": ["tcp/40001"]}, ep1=answer(imq(40001, 40002, 40003)), ep2=answer(imq(40001))
    )
    assert said(findings) == [
        f"ep1: {IMQ}: ['tcp/40001'] does not have ports that imq_dynamic uses now, so the rules block them: "
        f"tcp/40002 (admin), tcp/40003 (admin). {REMEDY}"
    ]
    assert unused == []
    assert findings[0].pins is not None
    assert findings[0].pins[0].as_data() == {
        "host": "ep1",
        "service": "imq_dynamic",
        "pinned": ["tcp/40001"],
        "live": ["tcp/40002", "tcp/40003"],
        "text": said(findings)[0],
        "remedy": REMEDY,
    }


def test_a_pin_that_no_host_uses() -> None:
    pins = {"imq_dynamic": ["tcp/40001", "tcp/40002", "tcp/50000-50010", "tcp/20005"]}
    findings, unused = audited(pins, ep1=answer(imq(40001)), ep2=answer(imq(40001)))
    assert said(findings) == []
    # What is outside the documented range cannot be told.
    assert unused == [
        f"{IMQ}: ['tcp/40002', 'tcp/50000-50010'] is not used any more on any host that it is for: ep1, ep2. {REMEDY}"
    ]


@pytest.mark.parametrize(
    "unknown",
    [
        None,
        answer(),
        answer(imq(40002, why="tcp/7676 on 127.0.0.1: Connection refused")),
        answer(imq(why="nothing listens on tcp/7676", running=False)),
        answer(imq(40001, lacks=["the port of jmxrmi"])),
    ],
)
def test_no_pin_is_unused_where_one_host_is_not_known(unknown: Mapping[str, Any] | None) -> None:
    findings, unused = audited({"imq_dynamic": ["tcp/40001", "tcp/40002"]}, ep1=answer(imq(40001)), ep2=unknown)
    assert unused == []
    assert [pin for one in findings for pin in one.pins or ()] == []


def test_what_could_not_be_read_is_a_note() -> None:
    findings, unused = audited(
        {"imq_dynamic": ["tcp/40001"], "rmi_dynamic": ["tcp/41001"]},
        ep1=answer(imq(why="nothing listens on tcp/7676", running=False), rmi(why="nothing listens", running=False)),
        ep2=answer(imq(40001, lacks=["the port of jmxrmi"]), rmi(why="no process is shown")),
    )
    assert [(one.name, one.notes) for one in findings] == [
        ("ep1", [f"{IMQ}: not read: nothing listens on tcp/7676"]),
        ("ep2", [f"{IMQ}: not read whole: the port of jmxrmi", f"{RMI}: not read: no process is shown"]),
    ]
    assert [one.pins for one in findings] == [None, []]
    assert unused == []


def test_one_node_stands_for_its_pair() -> None:
    """The standby runs no services."""
    standby = answer(imq(why="nothing listens on tcp/7676", running=False))
    pins = {"imq_dynamic": ["tcp/40001", "tcp/40002"]}
    answers = {"ep1": answer(imq(40001)), "ep2": answer(imq(40001)), "fp1": standby, "fp2": answer(imq(40001))}
    findings, unused = with_pins(
        [examine(name, "host", result(dynamic_ports=one)) for name, one in answers.items()], deployment(pins, pair=True)
    )
    assert said(findings) == []
    assert [one.text for one in unused] == [
        f"{IMQ}: ['tcp/40002'] is not used any more on any host that it is for: ep1, ep2, fp1, fp2. {REMEDY}"
    ]


def test_ports_that_are_not_certain() -> None:
    """One of them is the service's: it is enough that one is pinned."""
    pins = {"rmi_dynamic": ["tcp/41002"]}
    absent = answer(rmi(why="nothing listens on tcp/9913", running=False))
    findings, unused = audited(pins, con1=answer(rmi(41001, 41002)), ep1=absent, ep2=absent)
    assert (said(findings), unused) == ([], [])
    findings, unused = audited(pins, con1=answer(rmi(41001, 41003)), ep1=absent, ep2=absent)
    assert said(findings) == [
        f"con1: {RMI}: ['tcp/41002'] has none of the ports that may be the one rmi_dynamic uses now: "
        f"tcp/41001 (by its process), tcp/41003 (by its process). {REMEDY}"
    ]
    assert unused == [f"{RMI}: ['tcp/41002'] is not used any more on any host that it is for: con1, ep1, ep2. {REMEDY}"]


def test_no_pin_no_finding() -> None:
    findings, unused = audited({"dcom_dynamic": ["tcp/50000"]}, ep1=answer(imq(40001)), ep2=answer(imq(40002)))
    assert (said(findings), unused, [one.pins for one in findings]) == ([], [], [None, None])


def test_a_host_that_offers_what_the_table_does_not() -> None:
    """It is not to be believed."""
    lying = live("imq_dynamic", 22, 31999, 40001)
    findings, _unused = audited({"imq_dynamic": ["tcp/40001"]}, ep1=answer(lying), ep2=answer(imq(40001)))
    assert said(findings) == []


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"port": "tcp/0"}, "'tcp/0' names port 0, which is outside 1 to 65535"),
        ({"port": "tcp/70000"}, "'tcp/70000' names port 70000, which is outside 1 to 65535"),
        ({"port": "tcp/1-2"}, "'tcp/1-2' is not one port of TCP"),
        ({"port": "udp/5"}, "'udp/5' is not one port of TCP"),
        ({"port": 5}, "5 is not a transport with a port"),
        ({"name": "x" * 300}, f"'{'x' * 158} ... has more than 255 letters"),
    ],
)
def test_a_host_that_says_nonsense(change: dict[str, Any], why: str) -> None:
    wrong = imq(40001)
    wrong["ports"][0] |= change
    place = "result.dynamic_ports.services[0].ports[0]"
    finding = examine("ep1", "host", result(dynamic_ports=answer(wrong)))
    assert finding.state == "unreadable"
    assert finding.why is not None
    assert finding.why.startswith(f"{place}.{next(iter(change))}: {why[:60]}")
    assert finding.why.endswith("so nothing of this result is used. Find out what answers in the place of the module "
                                "on this host, then run this again.")  # fmt: skip


def test_reports() -> None:
    pins = {"imq_dynamic": ["tcp/40001", "tcp/40009"]}
    findings, unused = with_pins(
        [
            examine("ep1", "host", result(dynamic_ports=answer(imq(40002)))),
            examine("ep2", "host", result(dynamic_ports=answer(imq(40001)))),
        ],
        deployment(pins),
    )
    lines = as_lines(findings, [], unused)
    both = "['tcp/40001', 'tcp/40009']"
    host = (
        f"ep1: {IMQ}: {both} does not have ports that imq_dynamic uses now, so the rules block them: tcp/40002 (admin)"
    )
    whole = f"{IMQ}: ['tcp/40009'] is not used any more on any host that it is for: ep1, ep2"
    assert lines == [
        "ep1 (host, nftables): in force",
        f"  pin: {host}. {REMEDY}",
        "ep2 (host, nftables): in force",
        f"pin: {whole}. {REMEDY}",
        "in force: 2, drifted: 0, unmanaged: 0, unreachable: 0, unreadable: 0",
    ]
    data = json.loads(as_json(findings, [], unused))
    assert [one["text"] for one in data["unused_pins"]] == [f"{whole}. {REMEDY}"]
    assert [len(one["pins"]) for one in data["findings"]] == [1, 0]
    suite = ElementTree.fromstring(as_junit(findings, [], unused))
    assert (suite.get("tests"), suite.get("failures")) == ("7", "2")
    failed = [case for case in suite if case.find("failure") is not None]
    assert [(case.get("classname"), case.get("name"), case[0].get("message")) for case in failed] == [
        ("host.ep1", "pins hold", "pins that do not hold: 1"),
        ("deployment", "every pin is used", "unused pins: 1"),
    ]
