# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The playbook adopt.yml: what foreign rules let pass, passes once that is adopted and enforced, and nothing else."""

from __future__ import annotations

import contextlib
import re
import shutil
from pathlib import Path

import pytest

from tests.lab.adopt.cases import BEHIND_IT, CASES, GATEWAY_RULES, PORTS, Case, restored
from tests.lab.hosts.providers import managed
from tests.lab.hosts.state import whole
from tests.lab.plays.record import Recorded, record_playbook
from tests.lab.plays.site import SITE
from tests.lab.traffic.probe import probe
from tests.lab.world.lab import ROOT, Lab

ADOPT = "playbooks/adopt.yml"
LAB = ROOT / "tests" / "lab" / "labs" / "adopt.yml"
BEHIND_A_GATEWAY = LAB.with_name("adopt_gateway.yml")
SOURCES = ["admin", "source", "guest"]

Passed = set[tuple[str, str, str]]
"""Source, destination, and port as tcp/514."""


def passing(lab: Lab) -> Passed:
    reached = probe(lab, PORTS, sources=SOURCES, destinations=["console"])
    found: Passed = set()
    for pair in reached.pairs:
        for transport in ("tcp", "udp", "icmp"):
            for port in reached.open_ports(pair.source_address, pair.destination_address, transport):
                text = "icmp" if transport == "icmp" else f"{transport}/{port}"
                found.add((str(pair.source_address), str(pair.destination_address), text))
    return found


def adopt(lab: Lab, folder: Path, *arguments: str) -> Recorded:
    nodes = managed(lab)
    before = [whole(node) for node in nodes]
    run = record_playbook(lab, ADOPT, "-e", f"adopt_folder={folder}", *arguments)
    assert run.run.ok, run.run.stdout
    assert [whole(node) for node in nodes] == before
    assert run.run.changed == {}
    return run


def proposed(run: Recorded) -> dict[str, object]:
    (result,) = [one for results in run.results.values() for one in results if "extra_flows" in one]
    return result


def enforce(lab: Lab, proposal: Path) -> Recorded:
    """As the guide says: the proposal becomes a file of variables beside the inventory."""
    variables = lab.folder / "group_vars" / "all"
    variables.mkdir(parents=True)
    shutil.copy(proposal, variables / "adopted.yml")
    run = record_playbook(lab, SITE)
    assert run.run.ok, run.run.stdout
    return run


@pytest.mark.parametrize("case", CASES, ids=str)
def test_adopted_as_it_stands(case: Case, tmp_path: Path) -> None:
    with contextlib.ExitStack() as stack:
        lab = stack.enter_context(Lab.start(LAB, extra_variables={"host_firewall_provider": case.provider}))
        case.make(lab["console"], stack)
        before = passing(lab)
        first = proposed(adopt(lab, tmp_path))
        text = (tmp_path / "proposal.yml").read_text(encoding="utf-8")
        assert first["blocked"], text
        enforce(lab, tmp_path / "proposal.yml")
        after = passing(lab)
        wanted = {one for one in before if one[2] not in case.lost}
        assert wanted - after == set(), f"lost\n{text}"
        assert after - before == set(), f"more than before\n{text}"
        again = proposed(adopt(lab, tmp_path))
        text = (tmp_path / "proposal.yml").read_text(encoding="utf-8")
        assert (again["extra_flows"], again["parties"]) == (0, {}), text


def test_a_gateway_and_the_host_behind_it(tmp_path: Path) -> None:
    with Lab.start(BEHIND_A_GATEWAY) as lab, contextlib.ExitStack() as stack:
        restored(BEHIND_IT)(lab["console"], stack)
        restored(GATEWAY_RULES)(lab["gateway"], stack)
        before = passing(lab)
        assert {port for source, _to, port in before if source == "198.19.2.20"} == {"tcp/443", "tcp/8443", "udp/514"}
        first = proposed(adopt(lab, tmp_path))
        text = (tmp_path / "proposal.yml").read_text(encoding="utf-8")
        # tcp/9100 and tcp/9090, which only one of the two permits.
        assert first["not_proposed"] == 2, text
        enforce(lab, tmp_path / "proposal.yml")
        assert passing(lab) == before, text
        again = proposed(adopt(lab, tmp_path))
        assert (again["extra_flows"], again["parties"]) == (0, {}), (tmp_path / "proposal.yml").read_text("utf-8")


def steps(lab: Lab, *arguments: str) -> list[str]:
    """What a run of site sends and prints, in order: its modules, and its warning of foreign rules."""
    run = record_playbook(lab, SITE, "-vvv", *arguments)
    words = re.findall(r"> the (\w+) is sent: |\[WARNING\]: (console: [^[]*?which\.)", run.run.stdout)
    return [what or " ".join(warning.split()) for what, warning in words]


def test_site_warns_before_the_first_enforcement_only(tmp_path: Path) -> None:
    (case,) = [case for case in CASES if case.name == "iptables-el"]
    with Lab.start(LAB) as lab, contextlib.ExitStack() as stack:
        case.make(lab["console"], stack)
        line = (
            "console: 3 foreign rules permit what the plan does not, without effect once it is enforced. The playbook "
            "portledger.qradar.adopt shows which."
        )
        before = whole(lab["console"])
        asked = ["code", line]
        assert steps(lab, "--check") == asked
        assert whole(lab["console"]) == before
        # Then applied, and confirmed, with what the host keeps by then.
        assert steps(lab) == asked
        assert steps(lab) == []
        # As if ours were not there.
        assert proposed(adopt(lab, tmp_path))["blocked"] == 3
