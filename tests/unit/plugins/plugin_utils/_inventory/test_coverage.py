# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the plan counts on and no play does is named: each case with its whole sentence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
import yaml

from ansible_collections.portledger.qradar.plugins.plugin_utils._catalog.catalog import load_catalog
from ansible_collections.portledger.qradar.plugins.plugin_utils._inventory.coverage import ROLE_VARIABLES, uncovered
from ansible_collections.portledger.qradar.plugins.plugin_utils._plan.planner import Planner
from tests.unit.plugins.plugin_utils._inventory.small_inventory import SMALL, Hosts, gw1, small, users

ROLES = ("host_firewall", "gateway_firewall", "reachability", "audit_report")
WHOLE = {"qradar": ["con1", "ep1"], "qradar_gateways": ["gw1"]}
IGNORED = "is not a variable of this collection and is ignored."


def named(variables: Mapping[str, Mapping[str, Any]], groups: Mapping[str, Sequence[str]]) -> list[str]:
    inventory = {name: {**found, **variables.get(name, {})} for name, found in SMALL.items()}
    return list(uncovered(small(variables), inventory, groups))


def test_everything_is_covered() -> None:
    options = dict.fromkeys(ROLE_VARIABLES) | {"ansible_host": "198.18.1.4", "other_variable": 1, 7: 8}
    assert named({"ep1": options}, WHOLE) == []


@pytest.mark.parametrize(
    ("groups", "sentences"),
    [
        (
            {**WHOLE, "qradar": ["con1"]},
            [
                "group qradar: does not contain ep1, which the plan counts on, so no play configures or audits them. "
                "Put them, or their groups qradar_<role>, below the group qradar."
            ],
        ),
        (
            {},
            [
                "group qradar: does not contain con1, ep1, which the plan counts on, so no play configures or audits "
                "them. Put them, or their groups qradar_<role>, below the group qradar.",
                "group qradar_gateways: does not contain gw1, which have qradar_gateway_segments, so no play "
                "configures or audits them. Put them into the group qradar_gateways.",
            ],
        ),
    ],
)
def test_outside_the_groups(groups: Mapping[str, Sequence[str]], sentences: list[str]) -> None:
    assert named({}, groups) == sentences


def test_other_groups_that_the_plays_act_on() -> None:
    groups = {"siem": ["con1"], "fw": ["gw1"], "all": ["con1", "ep1", "gw1"]}
    inventory = {name: dict(found) for name, found in SMALL.items()}
    assert list(uncovered(small({}), inventory, groups, {"firewall_hosts": "all", "firewall_gateways": "fw"})) == []
    assert list(uncovered(small({}), inventory, groups, {"firewall_hosts": "siem", "firewall_gateways": "fws"})) == [
        "group siem: does not contain ep1, which the plan counts on, so no play configures or audits them. "
        "Put them into this group, or name another in firewall_hosts.",
        "group fws: does not contain gw1, which the plan counts on, so no play configures or audits them. "
        "Put them into this group, or name another in firewall_gateways.",
    ]
    extra = {"con1": {"firewall_hosts": "all", "firewall_gateways": "fw"}}
    assert named(extra, groups) == [], "an extra variable is a variable of every host"


@pytest.mark.parametrize(
    ("variable", "meant"),
    [
        ("host_firewal_management", "Did you mean host_firewall_management?"),
        ("gateway_firewall_managment", "Did you mean gateway_firewall_management?"),
        ("reachability_ratee", "Did you mean reachability_rate?"),
        ("audit_report_jsn", "Did you mean audit_report_json?"),
        ("qrader_parties", "Did you mean qradar_parties?"),
        (
            "gateway_firewall_everything_else",
            "Options of the role are: gateway_firewall_provider, gateway_firewall_state, gateway_firewall_unlisted, "
            "gateway_firewall_egress, gateway_firewall_management, gateway_firewall_confirm_seconds.",
        ),
    ],
)
def test_misspelt(variable: str, meant: str) -> None:
    assert named({"ep1": {variable: ["198.18.9.0/24"]}}, WHOLE) == [f"ep1: {variable}: {IGNORED} {meant}"]


def test_what_a_task_has_registered() -> None:
    registered = {"changed": False, "failed": False, "ruleset": {}}
    assert named({"ep1": {"host_firewall_ruleset": registered, "gateway_firewal_state": registered}}, WHOLE) == []


def test_written_by_somebody() -> None:
    meant = "Did you mean host_firewall_management?"
    variables = {"host_firewall_managment": {"first": ["198.18.9.0/24"]}}
    assert named({"ep1": variables}, WHOLE) == [f"ep1: host_firewall_managment: {IGNORED} {meant}"]


@pytest.mark.parametrize("option", ROLE_VARIABLES)
def test_every_option_without_one_of_its_letters(option: str) -> None:
    for at in range(1, len(option) - 1):
        variable = option[:at] + option[at + 1 :]
        if not variable.startswith("qradar_") and variable not in ROLE_VARIABLES:
            (sentence,) = named({"ep1": {variable: 1}}, WHOLE)
            assert sentence.startswith(f"ep1: {variable}: {IGNORED} "), variable


def test_the_options_are_those_of_the_roles() -> None:
    folder = Path(__file__).parents[5] / "roles"
    found = [
        option
        for role in ROLES
        for option in yaml.safe_load((folder / role / "defaults/main.yml").read_text(encoding="utf-8"))
    ]
    assert sorted(ROLE_VARIABLES) == sorted(found)


SEGMENTS = gw1({"eth0": ["198.18.1.0/24"], "eth1": ["198.18.50.0/24"]})


@pytest.mark.parametrize(
    ("hosts", "lost"),
    [
        (users(["198.18.60.0/24"]), "users (198.18.60.0/24)"),
        (users(["198.18.50.0/24", "198.18.60.0/25", "198.18.50.9"]), "users (198.18.60.0/25)"),
        (users(["198.18.50.0/23"]), "users (198.18.51.0/24)"),
        (users(["198.18.50.0/24"]), None),
    ],
)
def test_parties_behind_no_segment(hosts: Hosts, lost: str | None) -> None:
    planner = Planner(small({**SEGMENTS, **hosts}), load_catalog())
    assert planner.uncovered("host") == ()
    assert planner.uncovered("gateway") == (
        ()
        if lost is None
        else (
            f"gw1: qradar_gateway_segments: ['eth0', 'eth1'] do not contain {lost}, so nothing passes to or from "
            "them. List their networks behind the interface that leads to them.",
        )
    )
