# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The controller's half of ``ruleset_info`` as Ansible runs it: the same plan as ``ruleset``, and the same refusals.

As in test_ruleset.py, a list in the place of a boolean has the module tell what it was given.
"""

from __future__ import annotations

from functools import partial

import pytest

from ansible_collections.portledger.qradar.plugins.module_utils._base import options
from tests.unit.plugins.action.test_ruleset import INVENTORY, NO_BOOLEAN, OF_THE_ROLE, Outcomes, play, refusal, run


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory: pytest.TempPathFactory) -> Outcomes:
    folder = tmp_path_factory.mktemp("info")
    asked = {"provider": "nftables", "permits": NO_BOOLEAN}
    host, gateway = {"scope": "host", **asked}, {"scope": "gateway", **asked}
    info = partial(play, folder=folder, module="ruleset_info")
    plays = [
        play("ep1,con1", "ruleset", {"scope": "host", "count_lost": NO_BOOLEAN}, folder),
        info("ep1,con1", "info", host),
        play("gw1", "gateway", {"scope": "gateway", "count_lost": NO_BOOLEAN}, folder),
        info("gw1", "gateway_info", gateway),
        info("ep1", "options_of_the_role", {"scope": "host", "permits": NO_BOOLEAN}, vars=OF_THE_ROLE),
        info("ep1", "given", {**host, "plan": {"version": 7}}),
        info("ep1", "play_variable", host, vars={"qradar_version": "7.5.0"}),
        info("www", "stranger", host),
        info("ep1", "scope", {"scope": "network"}),
        info("ep1", "since", {"scope": "host", "since": "soon"}),
    ]
    return Outcomes(folder, run(folder, INVENTORY, plays, "-vvv"))


def test_the_plan_is_that_of_ruleset(outcomes: Outcomes) -> None:
    plans = outcomes.plans("info")
    assert sorted(plans) == ["con1", "ep1"]
    assert plans == outcomes.plans("ruleset")
    assert outcomes.plans("gateway_info") == outcomes.plans("gateway")
    assert outcomes.plans("gateway_info")["gw1"]["scope"] == "gateway"
    assert set(outcomes.messages("info").values()) == {refusal(options.RULESET_INFO, "permits")}


def test_a_plan_that_is_given_is_used(outcomes: Outcomes) -> None:
    assert outcomes.plans("given") == {"ep1": {"version": 7}}


def test_refusals(outcomes: Outcomes) -> None:
    assert outcomes.messages("play_variable") == {
        "ep1": "ep1: qradar_version: '7.5.0' is set for a play, role or task, where the plans of the other hosts do "
        "not see it. Set it in the inventory, or as an extra variable."
    }
    assert outcomes.messages("stranger") == {
        "www": "www: is not a host of the deployment, so no rules can be made for it. Put it into a group named "
        "qradar_<role>, or set qradar_roles."
    }
    assert outcomes.messages("scope") == {"ep1": "value of scope must be one of: host, gateway, got: network"}
    assert outcomes.messages("since") == {
        "ep1": "since: 'soon' is not a time. Write boot, a number of seconds, 2 hours ago, or a time such as "
        "2026-01-31 08:00 or 2026-01-31T08:00:00Z."
    }


def test_options_have_the_defaults_of_the_role(outcomes: Outcomes) -> None:
    """What the role has loaded would otherwise differ from what is asked about."""
    given = outcomes.given("options_of_the_role")["ep1"]
    assert {name: given[name] for name in ("provider", "unlisted", "management")} == {
        "provider": "nftables",
        "unlisted": "log",
        "management": ["198.18.9.0/24"],
    }
