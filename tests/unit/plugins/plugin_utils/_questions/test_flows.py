# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Questions to the flows: what is asked for, nothing wider, and a clear word on what is not known."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any

import pytest

from ansible_collections.portledger.qradar.plugins.plugin_utils._base.errors import PortledgerError
from ansible_collections.portledger.qradar.plugins.plugin_utils._catalog.catalog import load_catalog
from ansible_collections.portledger.qradar.plugins.plugin_utils._inventory.read import read_deployment
from ansible_collections.portledger.qradar.plugins.plugin_utils._plan.planner import Planner
from ansible_collections.portledger.qradar.plugins.plugin_utils._questions.flows import query_flows

INVENTORY: Mapping[str, Mapping[str, Any]] = {
    "con1": {
        "qradar_roles": ["console"],
        "qradar_addresses": ["198.18.1.1", "2001:db8:1::1"],
        "qradar_ha_peer": "con2",
        "qradar_cluster_addresses": ["198.18.1.3"],
        "qradar_parties": {"log_sources": ["198.18.50.0/24", "198.18.2.0/24"], "users": ["198.18.60.0/24"]},
        "qradar_extra_flows": [{"from": "users", "to": "ec1", "ports": ["tcp/8443", "icmp"], "comment": "ticket 4711"}],
    },
    "con2": {"qradar_roles": ["console"], "ansible_host": "198.18.1.2", "qradar_ha_peer": "con1"},
    "ep.example.org": {"qradar_roles": ["event_processor"], "ansible_host": "198.18.1.4", "qradar_encrypted": True},
    "ec1": {"qradar_roles": ["event_collector"], "qradar_addresses": ["198.18.2.4", "198.18.1.14"]},
    "gw1": {
        "qradar_gateway_segments": {
            "eth0": ["198.18.1.0/24", "198.18.60.0/24"],
            "eth1": ["198.18.2.0/24", "198.18.50.0/25"],
        }
    },
}


@pytest.fixture(scope="module")
def planner() -> Planner:
    catalog = load_catalog()
    return Planner(read_deployment(INVENTORY, {}, catalog, today=datetime.date(2026, 11, 23)), catalog)


def test_a_whole_answer(planner: Planner) -> None:
    assert query_flows(planner, source="ep.example.org", destination="console", service="syslog_tunnel") == [
        {
            "service": "syslog_tunnel",
            "row": 33,
            "supplement": None,
            "ports": ["tcp/7805"],
            "when": "encrypted",
            "comment": None,
            "source": {
                "label": "encrypted managed_host",
                "hosts": ["ep.example.org"],
                "roles": ["event_processor", "component", "managed_host", "event_listener"],
                "parties": [],
                "addresses": ["198.18.1.4/32"],
            },
            "destination": {
                "label": "console",
                "hosts": ["con1", "con2"],
                "roles": ["console", "component", "event_listener", "flow_listener"],
                "parties": [],
                "addresses": ["198.18.1.1/32", "198.18.1.2/31", "2001:db8:1::1/128"],
            },
        }
    ]


def test_an_extra_flow(planner: Planner) -> None:
    (flow,) = query_flows(planner, service="extra_flow")
    assert (flow["row"], flow["ports"], flow["comment"]) == (None, ["icmp", "tcp/8443"], "ticket 4711")
    assert flow["source"] == {
        "label": "users",
        "hosts": [],
        "roles": [],
        "parties": ["users"],
        "addresses": ["198.18.60.0/24"],
    }
    assert flow["destination"] == {
        "label": "ec1",
        "hosts": ["ec1"],
        "roles": ["event_collector", "component", "managed_host", "event_listener"],
        "parties": ["log_sources"],
        "addresses": ["198.18.1.14/32", "198.18.2.4/32"],
    }


def test_a_port_is_narrowed_to(planner: Planner) -> None:
    assert [flow["ports"] for flow in query_flows(planner, service="syslog", port=514)] == [
        flow["ports"] for flow in query_flows(planner, service="syslog")
    ]
    (flow,) = query_flows(planner, service="extra_flow", port=["tcp/8000-8443", "udp/514"])
    assert flow["ports"] == ["tcp/8443"]
    found = {flow["service"]: flow["ports"] for flow in query_flows(planner, port="tcp/32006")}
    assert found["ariel_query"] == found["imq_dynamic"] == ["tcp/32006"]
    assert "syslog" not in found
    assert {flow["service"] for flow in query_flows(planner, port="icmp")} == {"ha_icmp", "ha_ping", "extra_flow"}
    assert query_flows(planner, port="tcp/1") == query_flows(planner, port=[]) == []


def test_no_question_is_every_flow(planner: Planner) -> None:
    flows = query_flows(planner)
    assert len(flows) == len(planner.flows)
    rows = [flow["row"] for flow in flows]
    listed = [row for row in rows if row is not None]
    assert rows[: len(listed)] == sorted(listed)
    assert flows[-1]["service"] == "extra_flow"
    assert all(flow["supplement"] for flow in flows[len(listed) : -1])


def test_a_network_is_narrowed_to(planner: Planner) -> None:
    flows = query_flows(planner, source="198.18.50.64/26", service="syslog")
    assert {tuple(flow["source"]["addresses"]) for flow in flows} == {("198.18.50.64/26",)}


def test_an_address_is_that_address_alone(planner: Planner) -> None:
    flows = query_flows(planner, source="198.18.1.1", destination="ec1")
    assert {tuple(flow["source"]["addresses"]) for flow in flows} == {("198.18.1.1/32",)}


def test_hosts_inside_a_party_are_named(planner: Planner) -> None:
    flows = query_flows(planner, source="log_sources", destination="console", service="syslog")
    assert [flow["source"] for flow in flows if flow["source"]["label"] == "log_sources"] == [
        {
            "label": "log_sources",
            "hosts": ["ec1"],
            "roles": ["event_collector", "component", "managed_host", "event_listener"],
            "parties": ["log_sources"],
            "addresses": ["198.18.2.0/24", "198.18.50.0/24"],
        }
    ]


def test_what_crosses_a_gateway(planner: Planner) -> None:
    flows = query_flows(planner, gateway="gw1", source="log_sources", service="syslog_tls")
    assert [(flow["source"]["addresses"], flow["destination"]["addresses"]) for flow in flows] == [
        (
            ["198.18.2.0/24", "198.18.50.0/25"],
            ["198.18.1.1/32", "198.18.1.2/31", "198.18.1.4/32", "198.18.1.14/32", "198.18.2.4/32"],
        )
    ]
    assert query_flows(planner, gateway="gw1", service="event_streaming") == []


@pytest.mark.parametrize(
    "question",
    [
        {"source": "ec1", "destination": "ec1"},
        {"source": "198.18.2.4", "destination": "198.18.2.4"},
        {"source": "198.18.1.14", "destination": "198.18.1.14"},
        {"source": "198.18.1.14", "destination": "ec1"},
        {"source": "198.18.1.3", "destination": "198.18.1.3"},
        {"source": "ep.example.org", "destination": "ep.example.org"},
        {"source": "forensics"},
        {"source": "198.18.99.1"},
        {"destination": "ntp_servers"},
    ],
)
def test_nothing(planner: Planner, question: dict[str, Any]) -> None:
    assert query_flows(planner, **question) == []


def test_a_pair_talks_to_itself(planner: Planner) -> None:
    assert "ha_icmp" in {flow["service"] for flow in query_flows(planner, source="con1", destination="con2")}


WORDS = (
    "Valid values: api_clients, app_host, component, con1, con2, console, data_node, ec1, ep.example.org, "
    "event_collector, event_listener, event_processor, external_networks, flow_collector, flow_listener, "
    "flow_processor, flow_sources, forensics, lan, log_sources, managed_host, nfs_servers, ntp_servers, "
    "offsite_sources, risk_manager, smtp_gateways, snmp_managers, srx_devices, users, vulnerability_processor, "
    "vulnerability_scanner, wincollect_agents, windows_hosts."
)


@pytest.mark.parametrize(
    ("question", "message"),
    [
        ({"source": "ec2"}, f"source: 'ec2' is not a role, party or host. {WORDS}"),
        ({"destination": "user"}, f"destination: 'user' is not a role, party or host. Did you mean users? {WORDS}"),
        ({"source": ""}, f"source: '' is not a role, party or host. {WORDS}"),
        (
            {"source": "198.18.1.1/24"},
            "source: '198.18.1.1/24' has host bits set. Write 198.18.1.0/24 for the network or 198.18.1.1/32 for the "
            "one address.",
        ),
        (
            {"destination": "ec1.example.org"},
            "destination: 'ec1.example.org' is neither an address nor a network. Write an address or a network, "
            "such as 198.18.0.0/24 or 2001:db8::/64.",
        ),
        (
            {"port": "tcp/65536"},
            "port: 'tcp/65536' names port 65536, which is outside 1 to 65535. Write a port such as 514 or tcp/514, a "
            "range such as tcp/32000-32010, or icmp.",
        ),
        (
            {"port": [514, "syslog"]},
            "port: 'syslog' is not a transport with a port. Write a port such as 514 or tcp/514, a range such as "
            "tcp/32000-32010, or icmp.",
        ),
        (
            {"gateway": "ec1"},
            "ec1: is not a gateway of the deployment. Put it into the group qradar_gateways and set "
            "qradar_gateway_segments.",
        ),
    ],
)
def test_refused(planner: Planner, question: dict[str, Any], message: str) -> None:
    with pytest.raises(PortledgerError) as refusal:
        query_flows(planner, **question)
    assert str(refusal.value) == message


def test_an_unknown_service(planner: Planner) -> None:
    with pytest.raises(PortledgerError) as refusal:
        query_flows(planner, service="zzzz")
    known = sorted({*load_catalog().names(), "extra_flow"})
    assert str(refusal.value) == (f"service: 'zzzz' is not a service in the catalog. Valid values: {', '.join(known)}.")
