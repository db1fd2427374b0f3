# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The controller's half of ``reachability`` as Ansible runs it.

A rate of 0 has the module refuse before it sends anything, and its refusal tells what it was given.
"""

from __future__ import annotations

import re
from functools import partial

import pytest

from tests.unit.plugins.action.test_ruleset import HOSTS, INVENTORY, Outcomes, play, run

REFUSED_RATE = "rate: 0 is not within 1 to 10000. Write a number that is."


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory: pytest.TempPathFactory) -> Outcomes:
    folder = tmp_path_factory.mktemp("reachability")
    ask = partial(play, folder=folder, module="reachability")
    plays = [
        ask("qradar", "planned", {"rate": 0, "negative": 2}),
        ask("ep1", "given", {"rate": 0, "targets": [{"address": "198.18.1.9", "port": "icmp"}]}),
        ask("ep1", "play_variable", {"rate": 0}, vars={"qradar_version": "7.5.0"}),
        ask("www", "stranger", {"rate": 0}),
        ask("ep1", "samples", {"rate": 0, "samples": 0}),
        ask("ep1", "nobody", {"targets": []}),
    ]
    return Outcomes(folder, run(folder, INVENTORY, plays, "-vvv"))


def test_every_host_gets_its_own_targets(outcomes: Outcomes) -> None:
    assert outcomes.messages("planned") == dict.fromkeys([*HOSTS, "con1"], REFUSED_RATE)
    given = {name: arguments["targets"] for name, arguments in outcomes.given("planned").items()}
    everybody = {"con1": "198.18.1.100", **{name: host["ansible_host"] for name, host in HOSTS.items()}}
    for name, targets in given.items():
        reached = {(one["name"], one["address"]) for one in targets}
        others = {(other, address) for other, address in everybody.items() if other != name}
        # Each of them asks log sources for their events.
        assert reached == {*others, ("log_sources", "198.18.7.7")}
        for other in everybody.keys() - {name}:
            assert len([1 for one in targets if one["name"] == other and one["expected"] == "drop"]) == 2
    assert {"address": "198.18.1.100", "port": "tcp/22", "expected": "pass", "services": ["ssh"], "name": "con1"} in (
        given["ep1"]
    )


def test_the_plan_is_made_once_for_a_task(outcomes: Outcomes) -> None:
    made = re.findall(r"portledger.qradar: planned .* for the scope leaving in", outcomes.printed)
    # The play for all, and the stranger's.
    assert len(made) == 2


def test_targets_that_are_given_are_used(outcomes: Outcomes) -> None:
    assert outcomes.given("given")["ep1"]["targets"] == [
        {"address": "198.18.1.9", "port": "icmp", "expected": "pass", "services": [], "name": ""}
    ]
    assert outcomes.messages("given") == {"ep1": REFUSED_RATE}


def test_nobody_to_ask(outcomes: Outcomes) -> None:
    outcome = outcomes.of("nobody")["ep1"]
    assert outcome["report"] == ["asked 0 in 0.0 s: 0 as expected, 0 contradicted, 0 undecided, 0 not asked"]
    assert not outcome["changed"]
    assert "wide" not in outcome


def test_refusals(outcomes: Outcomes) -> None:
    assert outcomes.messages("play_variable") == {
        "ep1": "ep1: qradar_version: '7.5.0' is set for a play, role or task, where the plans of the other hosts do "
        "not see it. Set it in the inventory, or as an extra variable."
    }
    assert outcomes.messages("stranger") == {
        "www": "www: is not a host of the deployment, so no rules can be made for it. Put it into a group named "
        "qradar_<role>, or set qradar_roles."
    }
    assert outcomes.messages("samples") == {
        "ep1": "ep1: samples: 0 is not a whole number from 1 to 100. Write a number."
    }
