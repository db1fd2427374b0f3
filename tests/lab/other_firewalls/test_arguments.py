# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Arguments for modules of other people: exactly the flows of the plan pass, and a second run changes nothing."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from ansible_collections.portledger.qradar.plugins.plugin_utils._catalog.catalog import load_catalog
from tests.lab.demo.demo import demo
from tests.lab.demo.screen import Screen
from tests.lab.hosts.firewalld import missing_programs, start_firewalld
from tests.lab.hosts.rules import saved
from tests.lab.oracle.plans import make_planner
from tests.lab.world.lab import Lab
from tests.lab.world.labs import SMALL
from tests.lab.world.topology import load_topology
from tests.other_collections import collections_path

SCOPES = {"console": "host", "collector": "host", "gateway": "gateway"}
FOLDER = "tests/lab/other_firewalls"
# A module is called for each network and port: enough for each kind of rule, and few enough to wait for.
SERVICES = {"data_flow_range", "ntp", "syslog"}


def few_flows(folder: Path, services: set[str]) -> Path:
    """The small lab, without most services."""
    lab = yaml.safe_load(SMALL.read_text(encoding="utf-8"))
    lab["vars"]["qradar_excluded_services"] = sorted(set(load_catalog().names()) - services)
    path = folder / "few.yml"
    path.write_text(yaml.safe_dump(lab), encoding="utf-8")
    return path


def plans(lab: Path) -> dict[str, Any]:
    planner = make_planner(load_topology(lab), datetime.date.today())
    return {name: planner.plan(name, scope) for name, scope in SCOPES.items()}


@pytest.mark.parametrize("services", [{"ntp"}, SERVICES], ids=["ntp", "every kind"])
def test_iptables_arguments(services: set[str], tmp_path: Path) -> None:
    few = few_flows(tmp_path, services)
    with Lab.start(few, extra_variables={"plans": plans(few)}) as lab:
        assert demo(lab, Screen(), f"{FOLDER}/iptables.yml", quick=True) == []
        assert "PORTLEDGER" not in saved(lab["console"], "iptables")


def test_firewalld_arguments(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert not missing_programs(), f"not installed: {', '.join(missing_programs())}"
    monkeypatch.setenv("ANSIBLE_COLLECTIONS_PATH", collections_path())
    few = few_flows(tmp_path, SERVICES)
    with Lab.start(few, extra_variables={"plans": plans(few)}) as lab:
        started = []
        for name in ("console", "collector"):
            lab[name].run(["sed", "-i", "s/^DefaultZone=.*/DefaultZone=drop/", "/etc/firewalld/firewalld.conf"])
            started.append(start_firewalld(lab[name]))
        assert demo(lab, Screen(), f"{FOLDER}/firewalld.yml", quick=True) == []
        for one in started:
            one.stop()
