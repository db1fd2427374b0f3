# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The playbook audit.yml on a small lab: what it tells, what it writes, and how it ends."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
import yaml

from tests.lab.hosts.rules import whole
from tests.lab.plays.record import Recorded, record_playbook
from tests.lab.plays.site import SITE
from tests.lab.traffic.answers import end, listen
from tests.lab.world.lab import Lab
from tests.lab.world.labs import SMALL

AUDIT = "playbooks/audit.yml"
OPEN = ["iptables", "-I", "INPUT", "-p", "tcp", "--dport", "8443", "-j", "ACCEPT"]
CLOSE = "table inet somebody { chain c { type filter hook forward priority 5; tcp dport 514 drop; }; }"
RULE = "insert rule inet portledger_gateway forward ip6 saddr 2001:db8:77::/64 accept"
SYSLOG = (
    "tcp/514 syslog from log_sources to event_listener, tcp/514 syslog from component to console, "
    "tcp/514 syslog from event_collector to event_listener"
)
FAMILIES = ("IPv4", "IPv6")
WITH = {"console": "iptables", "gateway": "nftables", "collector": "nftables"}


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[Lab]:
    """With another provider on the console."""
    text = yaml.safe_load(SMALL.read_text(encoding="utf-8"))
    for name, provider in WITH.items():
        role = "gateway" if name == "gateway" else "host"
        text["nodes"][name].setdefault("vars", {})[f"{role}_firewall_provider"] = provider
    path = tmp_path / "lab.yml"
    path.write_text(yaml.safe_dump(text), encoding="utf-8")
    with Lab.start(path) as running:
        yield running


class Auditor:
    """Runs the playbook, and reads what it has written."""

    def __init__(self, lab: Lab, folder: Path) -> None:
        self.lab = lab
        self._files = {kind: folder / f"audit.{kind}" for kind in ("json", "junit")}

    def run(self, *arguments: str) -> Recorded:
        for file in self._files.values():
            file.unlink(missing_ok=True)
        words = [word for kind, file in self._files.items() for word in ("-e", f"audit_{kind}={file}")]
        before = whole(self.lab)
        done = record_playbook(self.lab, AUDIT, *words, *arguments)
        assert whole(self.lab) == before
        assert done.run.changed == {}
        return done

    @property
    def data(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self._files["json"].read_text(encoding="utf-8"))
        return found

    @property
    def failed(self) -> dict[str, str | None]:
        """Tests that failed, with their message."""
        suite = ElementTree.parse(self._files["junit"]).getroot()
        return {
            f"{case.attrib['classname']}: {case.attrib['name']}": part.get("message")
            for case in suite
            for part in case
            if part.tag in ("failure", "error")
        }


def lines(run: Recorded) -> list[str]:
    """What people see, of one task of one host: it runs once."""
    (found,) = [result["lines"] for results in run.results.values() for result in results if "lines" in result]
    shown = [
        result["msg"]
        for results in run.results.values()
        for result in results
        if result["task"].endswith("Show the report")
    ]
    assert shown == [found]
    return [str(line) for line in found]


@pytest.fixture
def auditor(lab: Lab, tmp_path: Path) -> Auditor:
    return Auditor(lab, tmp_path)


def test_before_and_after(lab: Lab, auditor: Auditor) -> None:
    run = auditor.run()
    assert run.run.status == 2
    assert lines(run)[-1] == "in force: 0, drifted: 0, unmanaged: 3, unreachable: 0, unreadable: 0"
    assert run.messages()["console"] == "console: unmanaged. The report stands above."
    assert record_playbook(lab, SITE).run.ok
    run = auditor.run()
    assert run.run.status == 0, run.run.stdout
    assert lines(run) == [
        "console (host, iptables): in force",
        "collector (host, nftables): in force",
        # The lab pins its ports, and has no message queue.
        "  note: qradar_dynamic_ports.imq_dynamic: not read: nothing listens on tcp/7676: the message queue is not "
        "running",
        "gateway (gateway, nftables): in force",
        "in force: 3, drifted: 0, unmanaged: 0, unreachable: 0, unreadable: 0",
    ]
    assert auditor.failed == {}
    assert auditor.data["states"]["in force"] == 3


def test_drift_others_and_listeners(lab: Lab, auditor: Auditor) -> None:
    assert record_playbook(lab, SITE).run.ok
    lab["console"].run(OPEN)
    lab["gateway"].run(["nft", RULE])
    lab["gateway"].run(["nft", CLOSE])
    listeners = [listen(lab["console"], port) for port in (514, 10050)]
    try:
        run = auditor.run()
    finally:
        for listener in listeners:
            end(listener)
    assert run.run.status == 2
    found = lines(run)
    for line in (
        "collector (host, nftables): in force",
        "console (host, iptables): drifted",
        "  other: jump in INPUT restored (IPv4)",
        "  foreign: permits tcp/8443 from anywhere (IPv4), by iptables filter INPUT: -p tcp -m tcp --dport 8443 -j "
        "ACCEPT",
        "gateway (gateway, nftables): drifted",
        "  extra: rule without a service: ip6 saddr 2001:db8:77::/64 accept (IPv6)",
        *(f"  foreign: blocks {SYSLOG} ({one}), by nft inet somebody c: tcp dport 514 drop" for one in FAMILIES),
    ):
        assert line in found, "\n".join(found)
    (known,) = [line for line in found if line.startswith("  listens: tcp/514 by ")]
    assert known.endswith(": syslog, app_syslog")
    (unknown,) = [line for line in found if line.startswith("  listens, undocumented: tcp/10050 by ")]
    assert unknown.endswith(": nothing documents it")
    assert sorted(run.messages()) == ["console", "gateway"]
    assert auditor.failed == {
        "host.console: rules match the plan": "drifted",
        "host.console: no foreign rules in the way": "foreign rules: 1",
        "gateway.gateway: rules match the plan": "drifted",
        "gateway.gateway: no foreign rules in the way": "foreign rules: 2",
    }


def test_who_cannot_be_reached_or_read(lab: Lab, auditor: Auditor, tmp_path: Path) -> None:
    assert record_playbook(lab, SITE).run.ok
    gone = tmp_path / "gone.yml"
    gone.write_text("all: {hosts: {collector: {namespace_process: 999999999}}}", encoding="utf-8")
    lab["console"].run(OPEN)
    run = auditor.run("-i", str(gone))
    assert run.run.status == 4
    assert lines(run)[-1] == "in force: 1, drifted: 1, unmanaged: 0, unreachable: 1, unreadable: 0"
    assert auditor.failed["host.collector: rules match the plan"] == "unreachable"
    assert list(run.messages()) == ["console"]

    other = auditor.run("-e", "gateway_firewall_provider=firewalld", "--limit", "gateway")
    assert other.run.status == 2
    assert lines(other)[0].startswith("gateway (gateway): unreadable: firewall")
    assert len(lines(other)) == 2
