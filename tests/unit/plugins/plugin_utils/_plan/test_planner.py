# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Plans of one middle-sized deployment: whole, as golden files, and what matters in them by name.

``pytest --update-golden`` writes the golden files anew.
"""

from __future__ import annotations

import datetime
import json
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from ansible_collections.portledger.qradar.plugins.plugin_utils._base.errors import PortledgerError
from ansible_collections.portledger.qradar.plugins.plugin_utils._base.networks import Networks, parse_network
from ansible_collections.portledger.qradar.plugins.plugin_utils._catalog.catalog import load_catalog
from ansible_collections.portledger.qradar.plugins.plugin_utils._inventory.read import read_deployment
from ansible_collections.portledger.qradar.plugins.plugin_utils._plan.planner import NamedSets, Plan, Planner

SHARED: Mapping[str, Any] = {
    "qradar_parties": {
        "users": ["198.18.60.0/24", "2001:db8:60::/64"],
        "log_sources": ["198.18.50.0/25", "198.18.50.128/25", "198.18.2.64/26"],
        "ntp_servers": ["198.18.1.200"],
        "windows_hosts": ["198.18.2.96/28"],
        "wincollect_agents": ["198.18.1.192/28"],
    },
    "qradar_features": ["snmp_agent"],
    "qradar_dynamic_ports": {"imq_dynamic": ["tcp/40913", "tcp/40920-40922"], "rmi_dynamic": ["tcp/37000-37010"]},
    "qradar_excluded_services": ["portmapper", "portmapper_dynamic"],
    "qradar_extra_flows": [
        {"from": "users", "to": ["console", "app1"], "ports": ["tcp/8443"], "comment": "ticket 4711"},
        {"from": ["198.18.61.5", "ep1"], "to": "ec1", "ports": ["tcp/9100", "udp/9100-9101"], "expires": "2099-12-31"},
        {"from": "users", "to": "console", "ports": ["tcp/1"], "expires": "2026-01-01"},
    ],
}
HOSTS: Mapping[str, Mapping[str, Any]] = {
    "con1": {
        "qradar_roles": ["console"],
        "qradar_addresses": ["198.18.1.1", "2001:db8:1::1"],
        "qradar_ha_peer": "con2",
        "qradar_cluster_addresses": ["198.18.1.3"],
        "qradar_public_addresses": ["198.18.9.3"],
    },
    "con2": {
        "qradar_roles": ["console"],
        "qradar_addresses": ["198.18.1.2", "2001:db8:1::2"],
        "qradar_ha_peer": "con1",
        "qradar_public_addresses": ["198.18.9.3"],
    },
    "ep1": {"qradar_roles": ["event_processor"], "qradar_addresses": ["198.18.1.4"], "qradar_encrypted": True},
    "ep2": {"qradar_roles": ["event_processor", "flow_processor"], "qradar_addresses": ["198.18.1.5", "2001:db8:1::5"]},
    "dn1": {"qradar_roles": ["data_node"], "qradar_addresses": ["198.18.1.6"]},
    "app1": {"qradar_roles": ["app_host"], "qradar_addresses": ["198.18.1.7"], "qradar_encrypted": True},
    "vs1": {
        "qradar_roles": ["vulnerability_processor", "vulnerability_scanner"],
        "qradar_addresses": ["198.18.1.8"],
    },
    "ec1": {
        "qradar_roles": ["event_collector", "flow_collector"],
        "qradar_addresses": ["198.18.2.70"],
        "qradar_nat_group": 1,
        "qradar_public_addresses": ["198.18.9.70"],
        "ansible_port": 2222,
    },
    "gw1": {
        "qradar_gateway_segments": {
            "eth0": ["198.18.1.0/24", "198.18.60.0/23", "2001:db8:1::/64", "2001:db8:60::/64"],
            "eth1": ["198.18.2.0/24", "198.18.9.0/24", "198.18.50.0/24"],
        }
    },
}


@pytest.fixture(scope="module")
def planner() -> Planner:
    return make({})


def make(
    changed: Mapping[str, Mapping[str, Any]], more: Mapping[str, Mapping[str, Any]] | None = None, **shared: Any
) -> Planner:
    hosts = {**HOSTS, **(more or {})}
    inventory = {name: {**SHARED, **shared, **host, **changed.get(name, {})} for name, host in hosts.items()}
    catalog = load_catalog()
    return Planner(read_deployment(inventory, {}, catalog, today=datetime.date(2026, 11, 23)), catalog)


def addresses(plan: Plan, name: str) -> list[str]:
    return [*plan["sets"][name]["ipv4"], *plan["sets"][name]["ipv6"]]


def sources(plan: Plan, service: str) -> dict[str, list[str]]:
    """Who may send to a host for one service: the ports by the source's name."""
    return {flow["source"]: flow["ports"] for flow in plan["flows"] if flow["service"] == service}


def between(plan: Plan, service: str) -> set[tuple[str, str]]:
    return {(flow["source"], flow["destination"]) for flow in plan["flows"] if flow["service"] == service}


def as_text(plan: Plan) -> str:
    """JSON with a line for each set and flow, so that a difference is readable."""
    parts = {**plan, "sets": [f"{json.dumps(name)}: {json.dumps(one)}" for name, one in plan["sets"].items()]}
    parts["flows"] = [json.dumps(flow) for flow in plan["flows"]]
    brackets = {"sets": "{}", "flows": "[]"}
    lines = [
        f' "{key}": {brackets[key][0]}\n  ' + ",\n  ".join(value) + f"\n {brackets[key][1]}"
        if key in brackets
        else f' "{key}": {json.dumps(value)}'
        for key, value in sorted(parts.items())
    ]
    text = "{\n" + ",\n".join(lines) + "\n}\n"
    assert json.loads(text) == plan
    return text


@pytest.mark.parametrize(
    ("name", "scope"), [("con1", "host"), ("ep1", "host"), ("ep2", "host"), ("ec1", "host"), ("gw1", "gateway")]
)
def test_golden(planner: Planner, golden: Callable[[str, str], None], name: str, scope: str) -> None:
    golden(f"plan-{name}.json", as_text(planner.plan(name, scope)))


def test_every_flow_is_of_the_form_that_hosts_read(planner: Planner) -> None:
    for name, scope in ((name, "host") for name in planner.deployment.hosts):
        plan = planner.plan(name, scope)
        assert set(plan) == {"version", "host", "scope", "sets", "flows"}
        for flow in plan["flows"]:
            assert set(flow) - {"interfaces"} == {
                *("service", "row", "supplement", "source", "destination", "ports", "comment")
            }
            assert ("interfaces" in flow) == (flow["source"] is None)
            assert flow["source"] is None or flow["source"] in plan["sets"]
            assert flow["destination"] is None
        assert {flow["source"] for flow in plan["flows"]} - {None} == set(plan["sets"]), "no set is idle"


def test_a_pair_sees_its_other_node_and_the_cluster_address(planner: Planner) -> None:
    first, second = planner.plan("con1", "host"), planner.plan("con2", "host")
    assert sources(first, "ha_icmp") == sources(second, "ha_icmp") == {"ha_peer": ["icmp"]}
    assert addresses(first, "ha_peer") == ["198.18.1.2/31", "2001:db8:1::2/128"]
    assert addresses(second, "ha_peer") == ["198.18.1.1/32", "198.18.1.3/32", "2001:db8:1::1/128"]


def test_hosts_of_another_nat_group_are_seen_by_their_public_address(planner: Planner) -> None:
    at_console, at_collector = planner.plan("con1", "host"), planner.plan("ec1", "host")
    assert "198.18.9.70/32" in addresses(at_console, "component")
    assert "198.18.2.70/32" not in addresses(at_console, "component")
    assert addresses(at_collector, "console") == ["198.18.9.3/32"]


def test_encryption_closes_what_goes_through_the_tunnel(planner: Planner) -> None:
    encrypted, plain = planner.plan("ep1", "host"), planner.plan("ep2", "host")
    assert sources(encrypted, "imq") == {}
    assert sources(encrypted, "ssh_tunnels") == {"console": ["tcp/20000-23000"]}
    assert sources(plain, "imq") == {"console": ["tcp/7676-7677"]}
    assert sources(plain, "ssh_tunnels") == {}


def test_pins_take_the_place_of_the_range(planner: Planner) -> None:
    assert sources(planner.plan("ep2", "host"), "imq_dynamic") == {"console": ["tcp/40913", "tcp/40920-40922"]}
    assert sources(planner.plan("ep2", "host"), "rmi_dynamic") == {"component": ["tcp/37000-37010"]}


def test_excluded_services_are_closed(planner: Planner) -> None:
    for name in HOSTS:
        plan = planner.plan(name, "gateway" if name == "gw1" else "host")
        assert not {"portmapper", "portmapper_dynamic"} & {flow["service"] for flow in plan["flows"]}


def test_a_host_inside_a_party_is_that_party() -> None:
    agents, servers = ["198.18.1.6"], ["198.18.1.8", "198.18.2.96/28"]
    planner = make({}, qradar_parties={"wincollect_agents": agents, "windows_hosts": servers})
    into_scanner = sources(planner.plan("vs1", "host"), "dcom")
    assert into_scanner == {name: ["tcp/135"] for name in ("wincollect_agents", "event_listener")}
    assert sources(planner.plan("dn1", "host"), "dcom") == {}
    assert sources(planner.plan("con1", "host"), "wincollect") == {"wincollect_agents": ["tcp/8413"]}


def test_a_flow_is_in_a_plan_once(planner: Planner) -> None:
    for name, scope in [*((name, "host") for name in planner.deployment.hosts), ("gw1", "gateway")]:
        flows = [str(flow) for flow in planner.plan(name, scope)["flows"]]
        assert len(flows) == len(set(flows))


def test_extra_flows(planner: Planner) -> None:
    assert sources(planner.plan("con1", "host"), "extra_flow") == {"users": ["tcp/8443"]}, "the other is over"
    at_collector = planner.plan("ec1", "host")
    assert sources(at_collector, "extra_flow") == {
        "198.18.61.5": ["tcp/9100", "udp/9100-9101"],
        "ep1": ["tcp/9100", "udp/9100-9101"],
    }
    assert addresses(at_collector, "ep1") == ["198.18.1.4/32"]
    extra = [flow for flow in planner.plan("app1", "host")["flows"] if flow["row"] is flow["supplement"] is None]
    assert {flow["comment"] for flow in extra} == {"ticket 4711"}


def test_local_and_undirected_rows_open_nothing(planner: Planner) -> None:
    closed = {service.service for service in load_catalog().services if service.klass in {"local", "unspecified"}}
    opened = {flow.service for flow in planner.flows}
    assert len(closed) > 10
    assert not closed & opened


def test_retired_rows_open_on_the_versions_that_have_them(planner: Planner) -> None:
    assert sources(planner.plan("dn1", "host"), "web_administration") == {}
    old = make({}, qradar_version="7.2.5").plan("dn1", "host")
    assert sources(old, "web_administration") == {"users": ["tcp/10000", "udp/10000"]}


def test_a_gateway_s_plan(planner: Planner) -> None:
    plan = planner.plan("gw1", "gateway")
    assert plan["interfaces"] == ["eth0", "eth1"]
    assert plan["deployment"] == "deployment"
    assert addresses(plan, "deployment") == [
        "198.18.1.1/32",
        "198.18.1.2/31",
        "198.18.1.4/30",
        "198.18.1.8/32",
        "198.18.2.70/32",
        "198.18.9.3/32",
        "198.18.9.70/32",
        "2001:db8:1::1/128",
        "2001:db8:1::2/128",
        "2001:db8:1::5/128",
    ]
    ssh = {tuple(one["ports"]): addresses(plan, one["destination"]) for one in plan["ssh"]}
    assert ssh[("tcp/2222",)] == ["198.18.2.70/32", "198.18.9.70/32"]
    assert set(ssh) == {("tcp/22",), ("tcp/2222",)}
    assert "198.18.2.70/32" not in ssh[("tcp/22",)]


def test_a_gateway_lets_parties_reach_each_other(planner: Planner) -> None:
    plan = planner.plan("gw1", "gateway")
    assert ("wincollect_agents", "windows_hosts") in between(plan, "dcom")


def test_a_gateway_leaves_alone_what_stays_in_one_segment(planner: Planner) -> None:
    plan = planner.plan("gw1", "gateway")
    assert between(plan, "event_collection_service") == {("event_listener 3", "console")}
    for service in ("ha_icmp", "conman", "event_streaming"):
        assert [flow for flow in planner.flows if flow.service == service], "there is such a flow"
        assert between(plan, service) == set()


def test_ssh_through_a_gateway_on_one_port_is_the_whole_deployment() -> None:
    plan = make({"ec1": {"ansible_port": 22}}).plan("gw1", "gateway")
    assert plan["ssh"] == [{"destination": "deployment", "ports": ["tcp/22"]}]


def test_a_flow_within_a_wider_one_is_left_out_only_where_the_ports_are_the_same() -> None:
    flows = [
        {"from": "component", "to": "ec1", "ports": ["tcp/9100"]},
        {"from": "ep1", "to": "ec1", "ports": ["tcp/9100"]},
        {"from": "ep2", "to": "ec1", "ports": ["tcp/9200"]},
        {"from": "dn1", "to": "ec1", "ports": ["tcp/9100"], "comment": "its own"},
    ]
    plan = make({}, qradar_extra_flows=flows).plan("ec1", "host")
    extra = [(flow["source"], flow["ports"]) for flow in plan["flows"] if flow["service"] == "extra_flow"]
    assert extra == [("component", ["tcp/9100"]), ("ep2", ["tcp/9200"]), ("dn1", ["tcp/9100"])]


def test_a_host_s_way_to_itself_is_no_flow() -> None:
    flows = [{"from": "ep1", "to": ["ep1", "event_processor"], "ports": ["tcp/9100"]}]
    planner = make({}, qradar_extra_flows=flows)
    assert sources(planner.plan("ep1", "host"), "extra_flow") == {}
    assert sources(planner.plan("ep2", "host"), "extra_flow") == {"ep1": ["tcp/9100"]}


def test_the_cluster_address_may_be_at_either_node() -> None:
    flows = [{"from": "users", "to": "con1", "ports": ["tcp/9100"]}]
    planner = make({}, qradar_extra_flows=flows)
    assert sources(planner.plan("con2", "host"), "extra_flow") == {"users": ["tcp/9100"]}
    alone = {name: {"qradar_cluster_addresses": None, "qradar_public_addresses": None} for name in ("con1", "con2")}
    apart = make({**alone, "ec1": {"qradar_nat_group": 0}}, qradar_extra_flows=flows)
    assert sources(apart.plan("con2", "host"), "extra_flow") == {}


def test_a_role_s_name_never_means_a_host() -> None:
    inventory = {
        "forensics": {"ansible_host": "198.18.1.1", "qradar_roles": ["console"]},
        "users": {"ansible_host": "198.18.1.2", "qradar_roles": ["data_node"]},
    }
    catalog = load_catalog()
    planner = Planner(read_deployment(inventory, {}, catalog, today=datetime.date(2026, 11, 23)), catalog)
    assert not [flow for flow in planner.flows if flow.service == "forensics_internal"]
    assert sources(planner.plan("forensics", "host"), "https") == {"component": ["tcp/443"]}


@pytest.mark.parametrize(
    ("name", "scope", "message"),
    [
        (
            "web",
            "host",
            "web: is not a host of the deployment, so no rules can be made for it. Put it into a group named "
            "qradar_<role>, or set qradar_roles.",
        ),
        (
            "con1",
            "gateway",
            "con1: is not a gateway of the deployment. Put it into the group qradar_gateways and set "
            "qradar_gateway_segments.",
        ),
    ],
)
def test_no_plan(planner: Planner, name: str, scope: str, message: str) -> None:
    with pytest.raises(PortledgerError) as refusal:
        planner.plan(name, scope)
    assert str(refusal.value) == message


def test_one_name_never_means_two_sets() -> None:
    one, same, other = (Networks.merged([parse_network(text)]) for text in ("198.18.1.1", "198.18.1.1", "198.18.1.2"))
    sets = NamedSets()
    assert [sets.name("a", networks) for networks in (one, other, same, other, one)] == ["a", "a 2", "a", "a 2", "a"]
    assert sets.name("a 2", one) == "a 2 2"
    assert sets.as_data()["a 2"] == {"ipv4": ["198.18.1.2/32"], "ipv6": []}
