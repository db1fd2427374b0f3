# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter security_group: what its rules mean, read as each cloud reads them, and the modules' documentation."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from ansible_collections.portledger.qradar.plugins.plugin_utils._base.errors import PortledgerError
from ansible_collections.portledger.qradar.plugins.plugin_utils._other_firewalls.security_group import security_group
from tests.unit.plugins.module_utils.support import golden_plan, small_plan
from tests.unit.plugins.plugin_utils._other_firewalls.documented import complaints
from tests.unit.plugins.plugin_utils._other_firewalls.plans import (
    Address,
    Allowed,
    host_plans,
    network,
    packets,
    permitted,
)

Rules = list[dict[str, Any]]
ECHO = {4: ("icmp", 8), 6: ("icmpv6", 128)}


def holds(ports: list[str] | str, port: int) -> bool:
    if ports == "*":
        return True
    bounds = [one.partition("-") for one in ports]
    return any(int(first) <= port <= int(last or first) for first, _dash, last in bounds)


def aws(rules: Rules) -> Allowed:
    """Any rule permits; nothing else does."""

    def allowed(source: Address, transport: str, port: int) -> bool:
        for rule in rules:
            ranges = rule.get({4: "cidr_ip", 6: "cidr_ipv6"}[source.version], ())
            if not any(source in network(one) for one in ranges):
                continue
            if transport == "icmp" and (rule["proto"], rule.get("icmp_type")) == ECHO[source.version]:
                return True
            if rule["proto"] == transport and holds(rule["ports"], port):
                return True
        return False

    return allowed


def azure(rules: Rules) -> Allowed:
    """The rule of the lowest priority that matches decides; a group's own rules permit what comes from its network."""

    def allowed(source: Address, transport: str, port: int) -> bool:
        for rule in sorted(rules, key=lambda one: int(one["priority"])):
            sources, protocol = rule["source_address_prefix"], rule["protocol"]
            if sources != "*" and not any(source in network(one) for one in sources):
                continue
            if protocol in ("*", transport.capitalize()) and holds(rule["destination_port_range"], port):
                return bool(rule["access"] == "Allow")
        return True

    return allowed


def gcp(rules: Rules) -> Allowed:
    """Any rule permits; nothing else does."""

    def allowed(source: Address, transport: str, port: int) -> bool:
        protocol = "58" if transport == "icmp" and source.version == 6 else transport
        return any(
            any(source in network(one) for one in rule["source_ranges"])
            and any(one["ip_protocol"] == protocol and holds(one.get("ports", "*"), port) for one in rule["allowed"])
            for rule in rules
        )

    return allowed


CLOUDS: dict[str, Callable[[Rules], Allowed]] = {"aws": aws, "azure": azure, "gcp": gcp}


@pytest.mark.parametrize("cloud", CLOUDS)
def test_rules_mean_what_the_plan_means(cloud: str) -> None:
    counts = {True: 0, False: 0}
    for plan in host_plans():
        allowed, meant = CLOUDS[cloud](security_group(plan, cloud)), permitted(plan)
        for source, transport, port in packets(plan):
            if (cloud, transport, source.version) == ("azure", "icmp", 6):
                continue
            want = meant(source, transport, port)
            counts[want] += 1
            assert allowed(source, transport, port) == want, (source, transport, port, plan)
    assert min(counts.values()) > 1000, counts


@pytest.mark.parametrize("cloud", CLOUDS)
def test_management_may_open_ssh(cloud: str) -> None:
    rules = security_group(small_plan(), cloud, management=["198.18.9.0/24", "2001:db8:9::/64"], ssh_ports=[22, 2222])
    allowed = CLOUDS[cloud](rules)
    for address in ("198.18.9.7", "2001:db8:9::7"):
        source = network(address).network_address
        assert [port for port in (21, 22, 23, 2222, 32006) if allowed(source, "tcp", port)] == [22, 2222]
    assert not allowed(network("198.18.10.7").network_address, "tcp", 22)


def test_arguments_are_as_the_modules_document_them() -> None:
    for plan in host_plans():
        of_aws, of_azure, of_gcp = (security_group(plan, cloud) for cloud in CLOUDS)
        group = {"name": "siem", "description": "QRadar", "rules": of_aws}
        assert complaints("amazon.aws.ec2_security_group", group) == []
        group = {"name": "siem", "resource_group": "siem", "rules": of_azure}
        assert complaints("azure.azcollection.azure_rm_securitygroup", group) == []
        for one in of_gcp:
            call = {"project": "siem", "auth_kind": "application", **one}
            assert complaints("google.cloud.gcp_compute_firewall", call) == []
    wrong = {"name": "siem", "description": "QRadar", "rules": [{"protocol": "tcp"}]}
    assert complaints("amazon.aws.ec2_security_group", wrong) != []


def test_limits_that_the_clouds_document() -> None:
    for plan in host_plans():
        for rule in security_group(plan, "aws"):
            assert re.fullmatch(r"[A-Za-z0-9 ._\-:/()#,@\[\]+=&;{}!$*]{1,255}", rule["rule_desc"])
            assert ("ports" in rule) != ("icmp_type" in rule)
            assert ("cidr_ip" in rule) != ("cidr_ipv6" in rule)
        rules = security_group(plan, "azure")
        assert len({rule["name"] for rule in rules}) == len(rules)
        assert [rule["priority"] for rule in rules] == [*range(100, 99 + len(rules)), 4096]
        assert all(re.fullmatch(r"[a-z][a-z0-9-]{0,78}[a-z0-9]", rule["name"]) for rule in rules)
        assert all(len(rule["description"]) <= 140 for rule in rules)
        rules = security_group(plan, "gcp")
        assert len({rule["name"] for rule in rules}) == len(rules)
        assert all(re.fullmatch(r"[a-z]([-a-z0-9]{0,61}[a-z0-9])?", rule["name"]) for rule in rules)
        assert all(len({":" in one for one in rule["source_ranges"]}) == 1 for rule in rules)


def test_no_permission_is_there_twice_on_ec2() -> None:
    for plan in host_plans():
        seen = set()
        for rule in security_group(plan, "aws"):
            for source in rule.get("cidr_ip", []) + rule.get("cidr_ipv6", []):
                for port in rule.get("ports", ["echo"]):
                    assert (rule["proto"], source, port) not in seen
                    seen.add((rule["proto"], source, port))


def test_many_sources_are_several_rules_on_google() -> None:
    plan = small_plan()
    plan["sets"]["component"] = {"ipv4": [f"198.18.{n // 250}.{n % 250}/32" for n in range(600)], "ipv6": []}
    rules = security_group(plan, "gcp")
    assert [len(rule["source_ranges"]) for rule in rules] == [256, 256, 88]
    assert len({rule["name"] for rule in rules}) == 3


def test_refusals() -> None:
    with pytest.raises(PortledgerError) as refused:
        security_group(golden_plan("host"), "oracle")
    assert str(refused.value) == "cloud: 'oracle' is not one of its values. Valid values: aws, azure, gcp."
    with pytest.raises(PortledgerError) as refused:
        security_group(golden_plan("gateway"), "aws")
    assert str(refused.value) == (
        "plan: scope: 'gateway' cannot be expressed by a security group, which is about what enters a host. Take the "
        "plan of a host, or use to_ruleset, iptables_arguments or aerleon_policy."
    )
    with pytest.raises(PortledgerError) as refused:
        security_group(golden_plan("host"), "aws", management=["198.18.9.1/24"])
    assert str(refused.value) == (
        "management: '198.18.9.1/24' has host bits set; the network is 198.18.9.0/24. Write a list of networks such as "
        "198.18.9.0/24, 2001:db8:9::/64, or addresses."
    )
    plan = small_plan()
    flow = plan["flows"][0]
    plan["flows"] = [{**flow, "service": f"service {number}"} for number in range(2000)]
    with pytest.raises(PortledgerError) as refused:
        security_group(plan, "azure")
    assert str(refused.value) == (
        "plan: needs 4000 rules, and a security group of Azure takes 3996. Use networks that cover more hosts, or "
        "another provider."
    )
