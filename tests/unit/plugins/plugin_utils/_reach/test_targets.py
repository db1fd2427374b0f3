# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whom a host asks: judged by the plans of those who are asked, which know nothing of this."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from typing import Any

import pytest

from ansible_collections.portledger.qradar.plugins.plugin_utils._base.errors import InputError, PortledgerError
from ansible_collections.portledger.qradar.plugins.plugin_utils._base.networks import Address
from ansible_collections.portledger.qradar.plugins.plugin_utils._base.ports import PortRange
from ansible_collections.portledger.qradar.plugins.plugin_utils._inventory.deployment import Host
from ansible_collections.portledger.qradar.plugins.plugin_utils._plan.outgoing import Leaving
from ansible_collections.portledger.qradar.plugins.plugin_utils._plan.planner import Planner
from ansible_collections.portledger.qradar.plugins.plugin_utils._reach.targets import (
    Question,
    make_targets,
    read_question,
    unasked,
)
from tests.unit.plugins.plugin_utils._plan.test_planner import HOSTS, make

NAMES = [name for name in HOSTS if name != "gw1"]
MANY = Question(samples=5, negative=10, most=50000)


@pytest.fixture(scope="module")
def planner() -> Planner:
    return make({})


def targets_of(planner: Planner, name: str, question: Question = MANY) -> list[dict[str, Any]]:
    leaving = Leaving(planner)
    sets, plan = leaving.sets_and_flows(name)
    return make_targets({**plan, "sets": sets.as_data()}, leaving.shared(), question)[0]


def asked(planner: Planner, name: str, expected: str, question: Question = MANY) -> dict[tuple[str, str], list[str]]:
    found = targets_of(planner, name, question)
    return {(one["address"], one["port"]): one["services"] for one in found if one["expected"] == expected}


def within(address: object, networks: Mapping[str, list[str]]) -> bool:
    whole = ipaddress.ip_address(str(address))
    return any(whole in ipaddress.ip_network(one) for one in [*networks["ipv4"], *networks["ipv6"]])


def allowed(planner: Planner, source: Host, target: str, version: int) -> dict[PortRange, set[str]]:
    """What a host lets in from all addresses that it sees of another in a family, with the services."""
    plan = planner.plan(target, "host")
    group = planner.deployment.hosts[target].nat_group
    seen = [a for a in source.seen_from(group) if a.version == version and a not in source.cluster_addresses]
    found: dict[PortRange, set[str]] = {}
    for flow in plan["flows"]:
        # By interface, which is nobody on the network.
        if "interfaces" in flow:
            continue
        if seen and all(within(address, plan["sets"][flow["source"]]) for address in seen):
            for port in flow["ports"]:
                found.setdefault(PortRange.parse(port), set()).add(flow["service"])
    return found


def means(planner: Planner, service: str, source: str, target: str, address: Address) -> bool:
    """Whether a flow is for this address: one to a party's network is for its addresses, whoever else lets it in."""
    return any(
        target in flow.destination.hosts or address in flow.destination.networks
        for flow in planner.flows
        if flow.service == service and source in flow.source.members
    )


def owners(planner: Planner, address: str) -> list[str]:
    return [h.name for h in planner.deployment.hosts.values() if address in map(str, h.all_addresses)]


@pytest.mark.parametrize("name", NAMES)
def test_what_must_pass_is_let_in(planner: Planner, name: str) -> None:
    source = planner.deployment.hosts[name]
    found = asked(planner, name, "pass")
    assert found
    for (address, port), services in found.items():
        for owner in owners(planner, address):
            ways = allowed(planner, source, owner, 6 if ":" in address else 4)
            fitting = set().union(*(words for one, words in ways.items() if PortRange.parse(port) in one))
            assert set(services) <= fitting, f"{name} to {owner}: {port} of {services}"


@pytest.mark.parametrize("name", NAMES)
def test_what_is_let_in_is_asked_for(planner: Planner, name: str) -> None:
    source = planner.deployment.hosts[name]
    found = asked(planner, name, "pass")
    for target in planner.deployment.hosts.values():
        if name in (target.name, target.ha_peer):
            continue
        for address in target.seen_from(source.nat_group):
            if not any(own.version == address.version for own in source.addresses):
                continue
            for ports, services in allowed(planner, source, target.name, address.version).items():
                for service in (one for one in services if means(planner, one, name, target.name, address)):
                    asked_for = [
                        port
                        for (where, port), words in found.items()
                        if where == str(address) and service in words and PortRange.parse(port) in ports
                    ]
                    assert asked_for, f"{name} to {target.name} ({address}): {ports} of {service}"


@pytest.mark.parametrize("name", NAMES)
def test_what_must_not_pass_is_let_in_by_nobody(planner: Planner, name: str) -> None:
    source = planner.deployment.hosts[name]
    found = asked(planner, name, "drop")
    assert len(found) >= 10
    for address, port in found:
        assert port not in ("tcp/22", "tcp/2222")
        assert owners(planner, address)
        for owner in owners(planner, address):
            plan = planner.plan(owner, "host")
            for flow in plan["flows"]:
                if "interfaces" in flow:
                    continue
                if any(within(own, plan["sets"][flow["source"]]) for own in source.all_addresses):
                    assert not any(PortRange.parse(port) in PortRange.parse(one) for one in flow["ports"])


@pytest.mark.parametrize("name", NAMES)
def test_nobody_asks_himself_nor_where_he_has_no_address(planner: Planner, name: str) -> None:
    source = planner.deployment.hosts[name]
    families = {address.version for address in source.addresses}
    for one in targets_of(planner, name):
        address = ipaddress.ip_address(one["address"])
        assert address not in source.all_addresses
        assert address.version in families


def test_an_address_behind_nat_is_asked_as_it_is_seen(planner: Planner) -> None:
    addresses = {address for address, _port in asked(planner, "ep2", "pass")}
    assert "198.18.9.70" in addresses
    assert "198.18.2.70" not in addresses
    assert {"198.18.9.3"} == {a for a, _port in asked(planner, "ec1", "pass") if a in ("198.18.9.3", "198.18.1.1")}


def test_parties(planner: Planner) -> None:
    asked_for = [one for one in targets_of(planner, "con1") if one["name"] == "ntp_servers"]
    assert asked_for == [
        {"address": "198.18.1.200", "port": "udp/123", "expected": "pass", "services": ["ntp"], "name": "ntp_servers"}
    ]
    _sets, plan = Leaving(planner).sets_and_flows("con1")
    assert "windows_hosts" in plan["wide"]
    assert "ntp_servers" not in plan["wide"]


def test_two_single_addresses_side_by_side_are_asked_for() -> None:
    parties = {"ntp_servers": ["198.18.1.200", "198.18.1.201"], "users": ["198.18.1.4/30"]}
    found = asked(make({}, qradar_parties=parties), "con1", "pass")
    assert {("198.18.1.200", "udp/123"), ("198.18.1.201", "udp/123")} <= set(found)


def test_a_host_that_is_a_party_by_some_of_its_addresses_is_not_relied_on() -> None:
    flow = {"from": ["198.18.1.4"], "to": "dn1", "ports": ["tcp/9999"]}
    whole = make({}, qradar_extra_flows=[flow])
    assert ("198.18.1.6", "tcp/9999") in asked(whole, "ep1", "pass")
    assert ("198.18.1.6", "tcp/9999") not in asked(whole, "ep2", "pass")
    partly = make({"ep1": {"qradar_addresses": ["198.18.1.4", "198.18.1.14"]}}, qradar_extra_flows=[flow])
    assert ("198.18.1.6", "tcp/9999") not in asked(partly, "ep1", "pass")


def test_samples_of_a_range(planner: Planner) -> None:
    def ports(samples: int) -> list[int]:
        found = asked(planner, "ep1", "pass", Question(samples=samples))
        return sorted(
            int(port.partition("/")[2])
            for (address, port), services in found.items()
            if address == "198.18.1.5" and "rmi_dynamic" in services
        )

    assert ports(2) == [37000, 37010]
    assert ports(11) == ports(100) == list(range(37000, 37011))
    three = ports(3)
    assert three == ports(3), "the same in each run"
    assert three[0] == 37000 < three[1] < three[2] == 37010
    (one,) = ports(1)
    assert 37000 <= one <= 37010


def test_how_many_must_not_pass(planner: Planner) -> None:
    none = asked(planner, "ep1", "drop", Question(negative=0))
    assert none == {}
    one = asked(planner, "ep1", "drop", Question(negative=1))
    assert one == asked(planner, "ep1", "drop", Question(negative=1)), "the same in each run"
    assert len({address for address, _port in one}) == len(one) > 5
    assert len({port for _address, port in one}) > 1, "not the same everywhere"


def test_at_most(planner: Planner) -> None:
    leaving = Leaving(planner)
    sets, plan = leaving.sets_and_flows("ep1")
    plan["sets"] = sets.as_data()
    whole, none_left = make_targets(plan, leaving.shared(), Question())
    some, left = make_targets(plan, leaving.shared(), Question(most=20))
    assert none_left == 0
    assert (len(some), left) == (20, len(whole) - 20)
    assert {one["address"] for one in some} == {one["address"] for one in whole}, "each keeps some"
    assert {one["expected"] for one in some} == {"pass", "drop"}
    assert len({one["port"] for one in some if one["expected"] == "pass"}) > 3, "not the same of each"


def test_a_stranger(planner: Planner) -> None:
    with pytest.raises(PortledgerError) as caught:
        Leaving(planner).sets_and_flows("gw1")
    assert str(caught.value) == (
        "gw1: is not a host of the deployment, so no rules can be made for it. Put it into a group named "
        "qradar_<role>, or set qradar_roles."
    )


def test_how_much_to_ask() -> None:
    assert read_question("ep1", {}) == Question(2, 1, 5000)
    assert read_question("ep1", {"samples": "3", "negative": 0, "most": 7}) == Question(3, 0, 7)


@pytest.mark.parametrize(
    ("option", "value", "bounds"),
    [
        ("samples", 0, "1 to 100"),
        ("negative", -1, "0 to 100"),
        ("most", "many", "1 to 50000"),
        ("most", 0, "1 to 50000"),
    ],
)
def test_numbers_that_are_none(option: str, value: object, bounds: str) -> None:
    with pytest.raises(InputError) as caught:
        read_question("ep1", {option: value})
    assert str(caught.value) == f"ep1: {option}: {value!r} is not a whole number from {bounds}. Write a number."


def test_what_was_not_asked_is_told() -> None:
    assert list(unasked(0, [])) == []
    assert list(unasked(3, ["lan", "users"])) == [
        "not asked: 3 more, see the option most",
        "not asked: hosts in the networks of lan, users",
    ]
