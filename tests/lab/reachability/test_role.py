# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The role reachability on a deployment: what it finds, and its one report for all hosts."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.lab.hosts.cases import provider_variables
from tests.lab.plays.record import Recorded, record_playbook
from tests.lab.plays.site import SITE
from tests.lab.world.lab import Lab, RunningNode
from tests.lab.world.labs import SMALL


@pytest.fixture(scope="module")
def deployment() -> Iterator[Lab]:
    # An iptables rule before ours that opens is final; the other tables of nftables would have to agree.
    with Lab.start(SMALL, extra_variables=provider_variables("iptables")) as running:
        assert record_playbook(running, SITE).run.ok
        yield running


def verify(lab: Lab, folder: Path, *arguments: str, **variables: Any) -> Recorded:
    path = folder / "verify.yml"
    role = {"role": "portledger.qradar.reachability", "vars": variables}
    path.write_text(yaml.safe_dump([{"hosts": "qradar", "gather_facts": False, "roles": [role]}]), encoding="utf-8")
    return record_playbook(lab, path, *arguments)


def answered(done: Recorded, host: str) -> dict[str, Any]:
    (found,) = (one for one in done.results[host] if "answers" in one)
    return found


def told(done: Recorded) -> list[str]:
    """The report. There is one, for all hosts."""
    (found,) = (one for some in done.results.values() for one in some if "findings" in one)
    (shown,) = (one for some in done.results.values() for one in some if one["task"].endswith("Show the report"))
    lines: list[str] = shown["msg"]
    assert lines == found["lines"]
    return lines


def test_all_is_as_the_plan_says(deployment: Lab, tmp_path: Path) -> None:
    done = verify(deployment, tmp_path, reachability_negative=5)
    assert done.run.ok, done.run.stdout
    assert done.run.changed == {}
    for host in ("console", "collector"):
        found = answered(done, host)
        assert found["verdicts"]["contradicted"] == found["verdicts"]["not_asked"] == 0
        assert found["counts"]["filtered"] == 10, "what must not pass, at two addresses"
        assert found["counts"]["closed"] > 20, "what must pass"
        assert found["wide"] == ["log_sources"]
    assert len(told(done)) == 2


@contextlib.contextmanager
def rule(node: RunningNode, *words: str) -> Iterator[None]:
    node.run(["iptables", "-I", *words])
    try:
        yield
    finally:
        node.run(["iptables", "-D", *words])


@contextlib.contextmanager
def one_closed_and_all_open(lab: Lab) -> Iterator[None]:
    closed = ("FORWARD", "-d", "198.19.2.11", "-p", "tcp", "--dport", "22", "-j", "REJECT")
    with (
        rule(lab["gateway"], *closed, "--reject-with", "icmp-admin-prohibited"),
        rule(lab["console"], "INPUT", "-s", "198.19.2.11", "-j", "ACCEPT"),
        rule(lab["gateway"], "FORWARD", "-s", "198.19.2.11", "-j", "ACCEPT"),
    ):
        yield


def test_what_is_not_as_the_plan_says_is_told_and_fails(deployment: Lab, tmp_path: Path) -> None:
    with one_closed_and_all_open(deployment):
        done = verify(deployment, tmp_path)
        only_told = verify(deployment, tmp_path, reachability_contradicted="report")
        not_enforced = verify(deployment, tmp_path, "--check")
    closed, opened = answered(done, "console"), answered(done, "collector")
    assert closed["contradictions"] == [
        "collector (198.19.2.11) must pass, is rejected by 198.19.1.1 (administratively prohibited): tcp/22 ssh"
    ]
    (port,) = [one for one in opened["answers"] if one["verdict"] == "contradicted"]
    assert (port["address"], port["expected"], port["result"]) == ("198.19.1.11", "drop", "closed")
    assert opened["contradictions"] == [
        f"console (198.19.1.11) must drop, is closed (reset): {port['port']} {port['services'][0]}"
    ]
    assert done.messages() == {
        host: f"{host}: 1 of {len(answered(done, host)['answers'])} answers are not as the plan says. The report "
        "stands above, and docs/reachability.md tells what each can mean."
        for host in ("console", "collector")
    }
    assert told(done) == [
        f"2 hosts asked {sum(len(one['answers']) for one in (closed, opened))} targets: "
        f"{closed['verdicts']['as_expected'] + opened['verdicts']['as_expected']} as expected, 2 contradicted, "
        f"{closed['verdicts']['undecided'] + opened['verdicts']['undecided']} undecided, 0 not asked",
        f"console (198.19.1.11) must drop {port['port']} {port['services'][0]}: closed (reset) from collector",
        "collector (198.19.2.11) must pass tcp/22 ssh: rejected by 198.19.1.1 (administratively prohibited) from "
        "console",
        "not asked: hosts in the networks of log_sources",
    ]
    for other in (only_told, not_enforced):
        assert other.run.ok, other.run.stdout
        assert answered(other, "console")["contradictions"] == closed["contradictions"]
        assert told(other)[1:] == told(done)[1:]


def test_the_site_ends_with_the_proof_where_it_is_asked_for(deployment: Lab) -> None:
    alone = record_playbook(deployment, SITE, "--tags", "verify")
    assert alone.run.ok, alone.run.stdout
    asked = {host: sum("answers" in one for one in some) for host, some in alone.results.items()}
    assert asked == {"console": 1, "collector": 1}
    assert alone.run.changed == {}
    behind = record_playbook(deployment, SITE, "--tags", "all,verify", "-e", "host_firewall_unlisted=leave")
    assert behind.run.ok, behind.run.stdout
    assert sorted(behind.run.changed) == ["collector", "console"]
    assert answered(behind, "console")["counts"]["filtered"] == 0, "what nobody enforces is not asked for"
    without = record_playbook(deployment, SITE)
    assert without.run.ok, without.run.stdout
    assert not [one for some in without.results.values() for one in some if "answers" in one]
    with one_closed_and_all_open(deployment):
        broken = record_playbook(deployment, SITE, "--tags", "verify")
    assert set(broken.messages()) == {"console", "collector"}


def test_a_mail_gateway_that_is_down_is_one_line(deployment: Lab, tmp_path: Path) -> None:
    """One host misses it in its own network, the other behind a gateway that says so."""
    parties = {"smtp_gateways": ["198.19.1.99"], "log_sources": ["198.19.2.48/28"]}
    changed = tmp_path / "changed.yml"
    changed.write_text(yaml.safe_dump({"all": {"vars": {"qradar_parties": parties}}}), encoding="utf-8")
    done = verify(deployment, tmp_path, "-i", str(changed))
    assert done.run.status == 2
    assert told(done)[1:] == [
        "smtp_gateways (198.19.1.99) must pass tcp/25 smtp: unreachable (the next hop does not answer) from console; "
        "rejected by 198.19.2.1 (host unreachable) from collector",
        "not asked: hosts in the networks of log_sources",
    ]
    assert set(done.messages()) == {"console", "collector"}


def test_hosts_that_cannot_ask_are_in_the_report(deployment: Lab, tmp_path: Path) -> None:
    gone = tmp_path / "gone.yml"
    gone.write_text("all: {hosts: {collector: {namespace_process: 999999999}}}", encoding="utf-8")
    done = verify(deployment, tmp_path, "-i", str(gone))
    assert done.run.status == 4
    assert told(done)[0].startswith("1 host asked ")
    assert told(done)[1].startswith("collector: unreachable: ")
    assert done.run.recap["collector"]["unreachable"] == 1
    assert done.messages() == {}
    refused = verify(deployment, tmp_path, reachability_rate=0)
    assert refused.run.status == 2
    assert told(refused) == [
        "0 hosts asked 0 targets: 0 as expected, 0 contradicted, 0 undecided, 0 not asked",
        "console, collector: no answers: rate: 0 is not within 1 to 10000. Write a number that is.",
    ]
    assert refused.messages() == {
        host: f"{host} could not ask. The report stands above." for host in ("console", "collector")
    }


def test_with_serial_each_batch_has_its_report(deployment: Lab, tmp_path: Path) -> None:
    path = tmp_path / "serial.yml"
    role = {"role": "portledger.qradar.reachability"}
    text = [{"hosts": "qradar", "serial": 1, "gather_facts": False, "roles": [role]}]
    path.write_text(yaml.safe_dump(text), encoding="utf-8")
    done = record_playbook(deployment, path)
    assert done.run.ok, done.run.stdout
    reports = {host: one["states"] for host, some in done.results.items() for one in some if "findings" in one}
    assert reports == {host: {host: "as planned"} for host in ("console", "collector")}


def test_a_wrong_word_is_refused(deployment: Lab, tmp_path: Path) -> None:
    done = verify(deployment, tmp_path, reachability_contradicted="warn")
    assert set(done.messages()) == {"console", "collector"}
    assert "value of reachability_contradicted must be one of: fail, report, got: warn" in done.run.stdout
