# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filters iptables_arguments and firewalld_arguments: what the modules would be told, and their documentation."""

from __future__ import annotations

import random
import re
from typing import Any

import pytest

from ansible_collections.portledger.qradar.plugins.plugin_utils._base.errors import PortledgerError
from ansible_collections.portledger.qradar.plugins.plugin_utils._other_firewalls.firewalld_arguments import (
    firewalld_arguments,
)
from ansible_collections.portledger.qradar.plugins.plugin_utils._other_firewalls.iptables_arguments import (
    iptables_arguments,
)
from tests.lab.damage.audited_rules.random_plan import random_plan
from tests.unit.plugins.module_utils.support import golden_plan
from tests.unit.plugins.plugin_utils._other_firewalls.documented import complaints
from tests.unit.plugins.plugin_utils._other_firewalls.plans import (
    Address,
    Allowed,
    host_plans,
    network,
    packets,
    permitted,
)

ECHO = {4: ("ipv4", "icmp", "8"), 6: ("ipv6", "ipv6-icmp", "128")}
RICH = re.compile(
    r'rule family="(ipv4|ipv6)"(?: source address="([0-9a-f.:/]+)")? '
    r'(?:port port="(\d+)(?:-(\d+))?" protocol="(tcp|udp)"|icmp-type name="(echo-request)") accept'
)


def of_iptables(arguments: list[dict[str, Any]]) -> Allowed:
    def allowed(source: Address, transport: str, port: int) -> bool:
        for one in arguments:
            if one["ip_version"] != f"ipv{source.version}" or (
                "source" in one and source not in network(one["source"])
            ):
                continue
            if (
                transport == "icmp"
                and (one["ip_version"], one["protocol"], one.get("icmp_type")) == ECHO[source.version]
            ):
                return True
            ports = one.get("destination_ports") or [one.get("destination_port", "0")]
            bounds = [value.partition(":") for value in ports]
            if one["protocol"] == transport and any(int(a) <= port <= int(b or a) for a, _colon, b in bounds):
                return True
        return False

    return allowed


def of_firewalld(arguments: list[dict[str, Any]]) -> Allowed:
    def allowed(source: Address, transport: str, port: int) -> bool:
        for one in arguments:
            match = RICH.fullmatch(one["rich_rule"])
            assert match is not None, one
            family, address, first, last, of, echo = match.groups()
            if family != f"ipv{source.version}" or (address and source not in network(address)):
                continue
            if echo and transport == "icmp":
                return True
            if of == transport and int(first) <= port <= int(last or first):
                return True
        return False

    return allowed


@pytest.mark.parametrize("kind", ["iptables", "firewalld"])
def test_arguments_mean_what_the_plan_means(kind: str) -> None:
    counts = {True: 0, False: 0}
    for plan in host_plans(25):
        made = iptables_arguments(plan) if kind == "iptables" else firewalld_arguments(plan)
        allowed = of_iptables(made) if kind == "iptables" else of_firewalld(made)
        meant = permitted(plan)
        for source, transport, port in packets(plan):
            want = meant(source, transport, port)
            counts[want] += 1
            assert allowed(source, transport, port) == want, (source, transport, port, plan)
    assert min(counts.values()) > 500, counts


def test_arguments_are_as_the_modules_document_them() -> None:
    for plan in host_plans():
        for one in iptables_arguments(plan):
            assert complaints("ansible.builtin.iptables", one) == []
            assert len(one.get("destination_ports", ())) <= 15
            assert ("destination_ports" in one) + ("destination_port" in one) + ("icmp_type" in one) == 1
        for one in firewalld_arguments(plan, zone="internal"):
            assert complaints("ansible.posix.firewalld", one) == []
    assert complaints("ansible.posix.firewalld", {"rich_rule": "rule accept"}) != []


def test_nothing_is_asked_for_twice() -> None:
    for plan in host_plans():
        for made in (iptables_arguments(plan), firewalld_arguments(plan)):
            assert len({str(one) for one in made}) == len(made)


def test_both_ends_on_a_gateway() -> None:
    chance = random.Random(5)
    for plan in (golden_plan("gateway"), *(random_plan(chance, "gateway", ("eth0",)) for _number in range(20))):
        found = {
            (one["chain"], one["source"], one["destination"], one["protocol"], port)
            for one in iptables_arguments(plan)
            for port in one.get("destination_ports") or [one["destination_port"]]
        }
        wanted = {
            ("FORWARD", source, destination, port.partition("/")[0], port.partition("/")[2].replace("-", ":"))
            for flow in plan["flows"]
            for family in ("ipv4", "ipv6")
            for source in plan["sets"][flow["source"]][family]
            for destination in plan["sets"][flow["destination"]][family]
            for port in flow["ports"]
        }
        assert found == wanted


def test_form() -> None:
    plan = golden_plan("host")
    assert iptables_arguments(plan, "QRADAR")[0] == {
        "chain": "QRADAR",
        "ip_version": "ipv6",
        "source": "2001:db8:77::/64",
        "protocol": "tcp",
        "destination_port": "8443",
        "comment": "extra_flow (nightly backup)",
        "jump": "ACCEPT",
    }
    assert firewalld_arguments(plan, "internal")[0] == {
        "zone": "internal",
        "rich_rule": 'rule family="ipv6" source address="2001:db8:77::/64" port port="8443" protocol="tcp" accept',
        "permanent": True,
        "immediate": True,
        "state": "enabled",
    }
    assert all("zone" not in one for one in firewalld_arguments(plan))


def test_containers_on_the_host_go_by_interface() -> None:
    plan = golden_plan("host")
    before = iptables_arguments(plan), firewalld_arguments(plan)
    plan["flows"].append(
        {
            "service": "app_https",
            "row": None,
            "supplement": "console_apps",
            "comment": None,
            "source": None,
            "destination": None,
            "ports": ["tcp/443"],
            "interfaces": ["docker0", "podman0"],
        }
    )
    match = {"protocol": "tcp", "destination_port": "443", "comment": "app_https", "jump": "ACCEPT"}
    assert iptables_arguments(plan)[len(before[0]) :] == [
        {"chain": "INPUT", "ip_version": family, "in_interface": interface, **match}
        for interface in ("docker0", "podman0")
        for family in ("ipv4", "ipv6")
    ]
    # A rich rule cannot say it, and never says more.
    assert firewalld_arguments(plan) == before[1]


def test_refusals() -> None:
    for value in ("", "-A", "x" * 29, 7):
        with pytest.raises(PortledgerError) as refused:
            iptables_arguments(golden_plan("host"), chain=value)
        assert str(refused.value) == f"chain: {value!r} is not the name of a chain. Write up to 28 characters."
    with pytest.raises(PortledgerError) as refused:
        firewalld_arguments(golden_plan("host"), zone='x" accept')
    assert str(refused.value) == (
        "zone: 'x\" accept' is not the name of a zone. Write up to 17 letters, digits, underscores, slashes and dashes."
    )
    with pytest.raises(PortledgerError) as refused:
        firewalld_arguments(golden_plan("gateway"))
    assert str(refused.value) == (
        "plan: scope: 'gateway' cannot be expressed by ansible.posix.firewalld, which knows no policies. Take the plan "
        "of a host, or use to_ruleset, iptables_arguments or aerleon_policy."
    )
    with pytest.raises(PortledgerError) as refused:
        iptables_arguments([1])
    assert str(refused.value) == (
        "plan: [1] is not a plan. Take the plan from lookup('portledger.qradar.plan', host, scope=)."
    )
