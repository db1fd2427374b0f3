# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Plans on request are those that the actions send."""

from __future__ import annotations

from pathlib import Path

import pytest

from ansible_collections.portledger.qradar.plugins.plugin_utils._base.errors import PortledgerError
from ansible_collections.portledger.qradar.plugins.plugin_utils._plan.folder import PlanFolder
from ansible_collections.portledger.qradar.plugins.plugin_utils._questions.plans import plans_of
from tests.unit.plugins.plugin_utils._filters.deployment import INVENTORY, make_planner

HOSTS = [name for name in INVENTORY if name != "gw1"]


def test_the_plans_are_those_of_the_action(tmp_path: Path) -> None:
    host, gateway = (PlanFolder(tmp_path, "task", scope) for scope in ("host", "gateway"))
    sent = [host.plan(name, make_planner) for name in HOSTS]
    assert plans_of(make_planner(), HOSTS, "host") == plans_of(make_planner(), [HOSTS]) == sent
    assert plans_of(make_planner(), ["gw1"]) == plans_of(make_planner(), ["gw1"], "gateway")
    assert plans_of(make_planner(), ["gw1"]) == [gateway.plan("gw1", make_planner)]


def test_scope_and_order() -> None:
    plans = plans_of(make_planner(), ["gw1", "ec1", "con1"])
    assert [(plan["host"], plan["scope"]) for plan in plans] == [("gw1", "gateway"), ("ec1", "host"), ("con1", "host")]


@pytest.mark.parametrize(
    ("names", "scope", "message"),
    [
        ([], None, "names no host. Write a host or gateway of the inventory, such as inventory_hostname."),
        ([[]], "host", "names no host. Write a host or gateway of the inventory, such as inventory_hostname."),
        (["ec1"], "leaving", "scope: 'leaving' is not a scope. Valid values: gateway, host."),
        ([None], None, "term: None is not a host. Write a host or gateway of the inventory."),
        (
            ["ec1", "ec2"],
            None,
            "ec2: is not a host of the deployment, so no rules can be made for it. Put it into a group named "
            "qradar_<role>, or set qradar_roles.",
        ),
        (
            ["ec1"],
            "gateway",
            "ec1: is not a gateway of the deployment. Put it into the group qradar_gateways and set "
            "qradar_gateway_segments.",
        ),
    ],
)
def test_refused(names: list[object], scope: str | None, message: str) -> None:
    with pytest.raises(PortledgerError) as refusal:
        plans_of(make_planner(), names, scope)
    assert str(refusal.value) == message
