# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One report of what all hosts have found: a line for what fails, not for who asked."""

from __future__ import annotations

from typing import Any

from ansible_collections.portledger.qradar.plugins.module_utils._reach.asker import Answer
from ansible_collections.portledger.qradar.plugins.module_utils._reach.report import VERDICTS, as_data
from ansible_collections.portledger.qradar.plugins.module_utils._reach.targets import read_targets
from ansible_collections.portledger.qradar.plugins.plugin_utils._reach.report import report_of

MAIL = ("smtp_gateways", "198.18.3.25", "tcp/25", "smtp")
PROHIBITED = "administratively prohibited"


def answer(
    target: tuple[str, str, str, str],
    result: str,
    by: str | None = None,
    reason: str = "",
    expected: str = "pass",
) -> dict[str, Any]:
    """As the module gives it, with its own verdict."""
    name, address, port, services = target
    entry = {"name": name, "address": address, "port": port, "services": services.split(), "expected": expected}
    given = Answer(read_targets([entry])[0])
    given.result, given.by, given.reason = result, by, reason
    data: dict[str, Any] = as_data(given)
    return data


def result(*answers: dict[str, Any], **more: Any) -> dict[str, Any]:
    verdicts = [one["verdict"] for one in answers]
    return {"answers": list(answers), "verdicts": {name: verdicts.count(name) for name in VERDICTS}, **more}


def lines(**results: dict[str, Any] | None) -> list[str]:
    return report_of(results).lines


def ep(number: int, port: str, service: str) -> tuple[str, str, str, str]:
    return f"ep{number}", f"198.18.1.2{number}", port, service


def test_all_as_planned() -> None:
    one = result(answer(MAIL, "open"), answer(ep(1, "tcp/22", "ssh"), "closed", reason="reset"))
    report = report_of({"con1": one, "con2": one})
    assert report.lines == ["2 hosts asked 4 targets: 4 as expected, 0 contradicted, 0 undecided, 0 not asked"]
    assert report.states == {"con1": "as planned", "con2": "as planned"}
    assert report.findings == []


def test_an_unreachable_mail_gateway_is_one_line() -> None:
    """Whether hosts are behind another gateway, in its network, or asked it in vain."""
    found = lines(
        con1=result(answer(MAIL, "filtered")),
        con2=result(answer(MAIL, "filtered")),
        ec1=result(answer(MAIL, "rejected", "198.18.21.1", "host unreachable")),
        ec2=result(answer(MAIL, "rejected", "198.18.31.1", PROHIBITED)),
        ep1=result(answer(MAIL, "unreachable", None, "the next hop does not answer")),
    )
    assert found == [
        "5 hosts asked 5 targets: 0 as expected, 5 contradicted, 0 undecided, 0 not asked",
        "smtp_gateways (198.18.3.25) must pass tcp/25 smtp: filtered from con1, con2; rejected by 198.18.21.1, "
        f"198.18.31.1 (host unreachable, {PROHIBITED}) from ec1, ec2; unreachable (the next hop does not answer) from "
        "ep1",
    ]


def test_both_families_are_one_line() -> None:
    other = ("smtp_gateways", "2001:db8:3::25", "tcp/25", "smtp")
    both = result(
        answer(MAIL, "rejected", "198.18.1.1", "host unreachable"),
        answer(other, "rejected", "2001:db8:1::1", "address unreachable"),
    )
    assert lines(con1=both, con2=both)[1:] == [
        "smtp_gateways (198.18.3.25, 2001:db8:3::25) must pass tcp/25 smtp: rejected by 198.18.1.1, 2001:db8:1::1 "
        "(host unreachable, address unreachable) from con1, con2"
    ]
    # Only one of them for one of the hosts: two lines.
    assert len(lines(con1=both, con2=result(answer(MAIL, "filtered"), answer(other, "open")))) == 3


def test_a_host_that_is_down_is_one_line_whatever_each_has_asked() -> None:
    ssh, imq, ariel = ep(1, "tcp/22", "ssh"), ep(1, "tcp/7676", "imq"), ep(1, "tcp/32006", "ariel_query")
    syslog = ep(1, "udp/514", "syslog")
    down = {
        "con1": result(answer(ssh, "filtered"), answer(imq, "filtered"), answer(syslog, "unknown")),
        "ep2": result(answer(ariel, "filtered")),
    }
    assert lines(**down)[1:] == [
        "ep1 (198.18.1.21) must pass tcp/22 ssh, tcp/7676 imq, tcp/32006 ariel_query, but everything fails: filtered "
        "from con1, ep2"
    ]
    # As soon as anybody reaches anything there, each port is told by its own.
    down["dn1"] = result(answer(ariel, "open"))
    assert lines(**down)[1:] == [
        "ep1 (198.18.1.21) must pass tcp/22 ssh, tcp/7676 imq: filtered from con1",
        "ep1 (198.18.1.21) must pass tcp/32006 ariel_query: filtered from ep2",
    ]


def test_what_must_not_pass_comes_first() -> None:
    ports = [ep(2, f"tcp/{port}", "postgresql") for port in (5432, 5433)]
    assert lines(
        con1=result(answer(MAIL, "filtered"), answer(ports[0], "open", expected="drop")),
        ep1=result(answer(ports[1], "closed", reason="reset", expected="drop"), answer(ep(2, "icmp", "ping"), "open")),
    )[1:] == [
        "ep2 (198.18.1.22) must drop tcp/5432 postgresql, tcp/5433 postgresql, but everything arrives: open from con1; "
        "closed (reset) from ep1",
        "smtp_gateways (198.18.3.25) must pass tcp/25 smtp: filtered from con1",
    ]


def test_silence_and_what_was_not_asked_are_no_findings() -> None:
    report = report_of(
        {
            "con1": result(answer(MAIL, "not_asked"), left_out=3, wide=["lan", "users"]),
            "ep1": result(answer(ep(2, "udp/514", "syslog"), "unknown"), left_out=0, wide=["log_sources", "lan"]),
        }
    )
    assert report.states == {"con1": "as planned", "ep1": "as planned"}
    assert report.lines == [
        "2 hosts asked 1 target: 0 as expected, 0 contradicted, 1 undecided, 1 not asked",
        "not asked for lack of time: 1 by con1",
        "not asked beyond the option most: 3 by con1",
        "not asked: hosts in the networks of lan, log_sources, users",
    ]


def test_hosts_that_could_not_ask() -> None:
    report = report_of(
        {
            "con1": result(answer(MAIL, "open")),
            "ec1": {"unreachable": True, "msg": "Failed to connect\n to the host"},
            "ep1": {"failed": True, "msg": "ep1: qradar_version: 'x' is not a version."},
            "ep2": {"failed": True, "msg": "ep2: qradar_version: 'x' is not a version."},
            "dn1": {"failed": True, "module_stderr": "Killed"},
            "vs1": None,
        }
    )
    assert report.lines == [
        "1 host asked 1 target: 1 as expected, 0 contradicted, 0 undecided, 0 not asked",
        "ec1: unreachable: Failed to connect to the host",
        "ep1, ep2: no answers: qradar_version: 'x' is not a version.",
        "dn1: no answers: Killed",
        "vs1: no answers: it was not asked",
    ]
    assert report.states == {
        "con1": "as planned",
        "ec1": "unreachable",
        **dict.fromkeys(("ep1", "ep2", "dn1", "vs1"), "no answers"),
    }


def test_many_hosts_and_ports_are_counted() -> None:
    ports = [answer(ep(1, f"tcp/{port}", ""), "filtered") for port in range(1, 31)]
    found = lines(**{f"dn{number:02}": result(*ports) for number in range(1, 41)})
    assert found[1] == (
        f"ep1 (198.18.1.21) must pass {', '.join(f'tcp/{port}' for port in range(1, 13))} and 18 more, but everything "
        f"fails: filtered from {', '.join(f'dn{number:02}' for number in range(1, 13))} and 28 more"
    )
    assert found[0] == "40 hosts asked 1,200 targets: 0 as expected, 1200 contradicted, 0 undecided, 0 not asked"


def test_findings_as_data() -> None:
    found = report_of({"con1": result(answer(MAIL, "rejected", "198.18.1.1", PROHIBITED))}).findings
    assert [finding.as_data() for finding in found] == [
        {
            "name": "smtp_gateways",
            "addresses": ["198.18.3.25"],
            "expected": "pass",
            "ports": {"tcp/25": ["smtp"]},
            "outcomes": [{"result": "rejected", "hosts": ["con1"], "by": ["198.18.1.1"], "reasons": [PROHIBITED]}],
            "whole": False,
        }
    ]
