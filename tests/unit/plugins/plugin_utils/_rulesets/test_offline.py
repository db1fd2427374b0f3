# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter to_ruleset: its options and errors, and text that stays text. tests/unit/kernel and tests/lab load it."""

from __future__ import annotations

import random
from typing import Any
from xml.etree import ElementTree

import pytest

from ansible_collections.portledger.qradar.plugins.module_utils._base.contract import PROVIDERS
from ansible_collections.portledger.qradar.plugins.plugin_utils._base.errors import PortledgerError
from ansible_collections.portledger.qradar.plugins.plugin_utils._rulesets.offline import to_ruleset
from tests.unit.plugins.module_utils.support import golden_plan, small_plan

HOSTILE = "x\"; flush ruleset; ' $(reboot) `id` {{ 1 + 1 }} <b>&amp; ]]> \u202e \n*filter\n-A INPUT -j ACCEPT\nCOMMIT"


def files(plan: dict[str, Any], provider: str, **options: Any) -> dict[str, str]:
    made = to_ruleset(plan, provider, **options)
    return made if isinstance(made, dict) else {"": made}


def refusal(plan: object, **options: Any) -> str:
    with pytest.raises(PortledgerError) as refused:
        to_ruleset(plan, **{"provider": "nftables", **options})
    return str(refused.value)


@pytest.mark.parametrize("scope", ["host", "gateway"])
def test_the_plan_is_left_as_it_was(scope: str) -> None:
    plan = golden_plan(scope)
    for provider in PROVIDERS:
        to_ruleset(plan, provider, management=["198.18.9.0/24"])
    assert plan == golden_plan(scope)


def test_parts_of_the_result() -> None:
    plan = golden_plan("host")
    assert sorted(files(plan, "iptables")) == ["ipv4", "ipv6"]
    assert "--match-set" not in "".join(files(plan, "iptables").values())
    with_sets = files(plan, "iptables", ipset=True)
    assert sorted(with_sets) == ["ipset", "ipv4", "ipv6"]
    for word in ("--match-set portledger-h4-", "--match-set portledger-h6-"):
        assert word in with_sets["ipv4"] + with_sets["ipv6"]
    assert sorted(files(plan, "qradar")) == ["ipv4", "ipv6"]
    assert "direct.xml" not in files(plan, "firewalld")
    assert "direct.xml" in files(plan, "firewalld", containers=True)
    # A policy that leaves the rest has nothing to say about what containers publish, nor has a gateway.
    assert "direct.xml" not in files(plan, "firewalld", containers=True, unlisted="leave")
    assert "direct.xml" not in files(golden_plan("gateway"), "firewalld", containers=True)


def test_management_and_ssh_ports() -> None:
    for provider in PROVIDERS:
        without = "".join(files(small_plan(), provider).values())
        made = "".join(files(small_plan(), provider, management=["198.18.9.0/24"], ssh_ports=[2222]).values())
        assert ("198.18.9.0/24" in without, "198.18.9.0/24" in made) == (False, True)
        assert ("2222" in without, "2222" in made) == (False, True)


def test_older_firewalld_has_no_destination_sets() -> None:
    policy = "policies/portledger-gw.xml"
    new, old = (
        files(golden_plan("gateway"), "firewalld", firewalld_version=one)[policy] for one in ("1.3.3", "0.9.11")
    )
    assert ("<destination ipset=" in new, "<destination address=" in new) == (True, False)
    assert ("<destination ipset=" in old, "<destination address=" in old) == (False, True)
    assert files(golden_plan("gateway"), "firewalld")[policy] == new


def test_hostile_names_stay_text() -> None:
    plan = small_plan()
    plan["sets"] = {HOSTILE: plan["sets"]["component"]}
    plan["flows"][0] |= {"source": HOSTILE, "comment": HOSTILE}
    for provider in PROVIDERS:
        for name, text in files(plan, provider, ipset=True, containers=True).items():
            lines = text.splitlines()
            assert not [line for line in lines if line.strip().startswith(("-A INPUT -j ACCEPT", "flush ruleset"))]
            assert lines.count("*filter") <= 1
            if name.endswith(".xml"):
                ElementTree.fromstring(text.encode())
                assert "<b>" not in text


def test_plans_that_are_none() -> None:
    remedy = "Take the plan from lookup('portledger.qradar.plan', host, scope=)."
    assert refusal("console") == f"plan: 'console' is not a plan. {remedy}"
    assert refusal({}) == f"plan: scope: None is neither host nor gateway. {remedy}"
    assert refusal(small_plan(version=2)) == f"plan: version: 2 is not 1. {remedy}"
    assert refusal(small_plan(flows="all")) == f"plan: flows: 'all' is not a list. {remedy}"
    assert refusal(small_plan(flows=[1])) == f"plan: flows[0]: 1 is not a dictionary. {remedy}"
    plan = golden_plan("gateway")
    plan["ssh"] = ["deployment"]
    assert refusal(plan) == f"plan: ssh[0]: 'deployment' is not a dictionary. {remedy}"


def test_options_that_cannot_be_used() -> None:
    plan = golden_plan("host")
    assert refusal(plan, provider=None) == (
        "provider: None is not one of its values. Valid values: firewalld, iptables, nftables, qradar."
    )
    assert refusal(plan, provider="nftable") == (
        "provider: 'nftable' is not one of its values. Did you mean nftables? Valid values: firewalld, iptables, "
        "nftables, qradar."
    )
    assert refusal(plan, unlisted="reject") == (
        "unlisted: 'reject' is not one of its values. Valid values: drop, leave, log."
    )
    assert refusal(plan, egress=False) == "egress: False is not one of its values. Valid values: drop, leave, log."
    remedy = "Write a list of networks such as 198.18.9.0/24, 2001:db8:9::/64, or addresses."
    assert refusal(plan, management="198.18.9.0/24") == f"management: '198.18.9.0/24' is not a list. {remedy}"
    assert refusal(plan, management=["admins"]) == (
        f"management: 'admins' is neither an address nor a network. {remedy}"
    )
    remedy = "Write a list of port numbers from 1 to 65535."
    assert refusal(plan, ssh_ports=22) == f"ssh_ports: 22 is not a list. {remedy}"
    for value in (0, 65536, True, "22"):
        assert refusal(plan, ssh_ports=[value]) == f"ssh_ports: {value!r} is not a port number. {remedy}"
    assert refusal(plan, ipset="no") == "ipset: 'no' is not a boolean. Write true or false."
    assert refusal(plan, containers=1) == "containers: 1 is not a boolean. Write true or false."
    remedy = "Write a release such as '0.9' or '1.3.3', 0.9 or newer, in quotation marks."
    assert refusal(plan, firewalld_version=1.3) == f"firewalld_version: 1.3 is not a release. {remedy}"
    assert refusal(plan, firewalld_version="0.8.2") == f"firewalld_version: '0.8.2' has no policies. {remedy}"


def test_what_a_provider_cannot_express() -> None:
    plan = golden_plan("gateway")
    assert refusal(plan, provider="firewalld", firewalld_version="0.9", unlisted="log", egress="drop") == (
        "egress: 'drop' cannot be had with unlisted 'log' from firewalld before 1.0. Set unlisted to drop, or egress "
        "to leave."
    )
    plan["interfaces"] = ['eth"0']
    assert refusal(plan) == (
        "qradar_gateway_segments: 'eth\"0' is a name that nft cannot write. Rename the interface, or choose another "
        "provider."
    )


def test_order_of_networks_does_not_matter() -> None:
    chance = random.Random(3)
    networks = [f"198.18.{number}.0/24" for number in range(20)]
    texts = set()
    for _number in range(5):
        chance.shuffle(networks)
        texts.add(to_ruleset(golden_plan("host"), "nftables", management=[*networks, *networks]))
    assert len(texts) == 1
