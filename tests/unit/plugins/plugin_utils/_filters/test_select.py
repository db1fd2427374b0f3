# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the filter selects is what the lookup answers, without the narrowing."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.portledger.qradar.plugins.plugin_utils._base import networks
from ansible_collections.portledger.qradar.plugins.plugin_utils._base.errors import PortledgerError
from ansible_collections.portledger.qradar.plugins.plugin_utils._base.ports import PortRange
from ansible_collections.portledger.qradar.plugins.plugin_utils._catalog.catalog import load_catalog
from ansible_collections.portledger.qradar.plugins.plugin_utils._filters.select import select_flows
from ansible_collections.portledger.qradar.plugins.plugin_utils._inventory.extra_flows import SIDE_WORDS
from ansible_collections.portledger.qradar.plugins.plugin_utils._questions.flows import query_flows
from tests.unit.plugins.plugin_utils._filters.deployment import INVENTORY, make_planner

FLOWS = query_flows(make_planner())
HOSTS = [name for name in INVENTORY if name != "gw1"]
ADDRESSES = [
    *("198.18.1.1", "198.18.1.3/32", "2001:db8:1::1", "198.18.2.4", "198.18.50.1", "198.18.60.0/26", "198.18.1.0/30"),
    *("198.18.0.0/16", "0.0.0.0/0", "::/0", "203.0.113.1", "198.18.70.0/23"),
]
TERMS = [*SIDE_WORDS, *HOSTS, *ADDRESSES]
SIDES = ("source", "destination")
SERVICES = [*load_catalog().names(), "extra_flow"]


def names(flows: list[dict[str, Any]]) -> list[tuple[object, ...]]:
    """What tells flows from one another, whatever they are narrowed to."""
    return [
        (f["service"], f["row"], f["when"], f["comment"], f["source"]["label"], f["destination"]["label"])
        for f in flows
    ]


@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize("term", TERMS)
def test_one_end_is_as_for_the_lookup(side: str, term: str) -> None:
    assert names(select_flows(FLOWS, **{side: term})) == names(query_flows(make_planner(), **{side: term}))


def test_the_terms_find_something() -> None:
    found = [term for term in TERMS if select_flows(FLOWS, source=term) or select_flows(FLOWS, destination=term)]
    assert len(found) > 15


@settings(max_examples=200)
@given(st.sampled_from(TERMS), st.sampled_from(TERMS))
def test_both_ends_are_as_for_the_lookup(source: str, destination: str) -> None:
    """But for what flows do not tell: that a role has one host, the same at both ends, or whose an address is."""
    wanted = names(query_flows(make_planner(), source=source, destination=destination))
    found = names(select_flows(FLOWS, source=source, destination=destination))
    if source == destination and source in ("con1", "con2"):
        wanted = []
    assert [one for one in found if one in wanted] == wanted


@pytest.mark.parametrize("source", HOSTS)
@pytest.mark.parametrize("destination", HOSTS)
def test_hosts_at_both_ends_are_exactly_as_for_the_lookup(source: str, destination: str) -> None:
    wanted = names(query_flows(make_planner(), source=source, destination=destination))
    # To the lookup, the cluster address in a node's place is also the other node.
    assert names(select_flows(FLOWS, source=source, destination=destination)) == (
        [] if source == destination else wanted
    )


@pytest.mark.parametrize("host", HOSTS)
def test_a_host_needs_no_flow_to_itself(host: str) -> None:
    assert select_flows(FLOWS, source=host, destination=host) == []
    assert select_flows(FLOWS, source="198.18.1.1", destination="198.18.1.1") == []


def test_nodes_of_a_pair_need_flows() -> None:
    services = {flow["service"] for flow in select_flows(FLOWS, source="con1", destination="con2")}
    assert "ha_icmp" in services
    assert select_flows(FLOWS, source="198.18.1.1", destination="198.18.1.2")


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_is_as_for_the_lookup(service: str) -> None:
    assert select_flows(FLOWS, service=service) == query_flows(make_planner(), service=service)


PORTS = st.one_of(
    st.sampled_from([514, "514", "tcp/514", "udp/514", "icmp", "tcp/32006", "tcp/8443", "20-30", [514, "icmp"], []]),
    st.integers(1, 65535),
    st.integers(1, 65000).map(lambda first: f"tcp/{first}-{first + 500}"),
)


@given(PORTS)
def test_a_port_is_as_for_the_lookup(port: object) -> None:
    found = query_flows(make_planner(), port=port)
    assert names(select_flows(FLOWS, port=port)) == names(found)
    assert all(flow in FLOWS for flow in select_flows(FLOWS, port=port))


@pytest.mark.parametrize("transport", ["tcp", "udp", "icmp"])
def test_transport(transport: str) -> None:
    wanted = [f for f in FLOWS if any(PortRange.parse(port).transport == transport for port in f["ports"])]
    assert select_flows(FLOWS, transport=transport) == wanted
    assert 0 < len(wanted) < len(FLOWS)


def test_port_and_transport_are_of_one_port() -> None:
    """A flow of udp/53 and tcp/54 has neither tcp/53 nor udp/54."""
    (both,) = [flow for flow in FLOWS if set(flow["ports"]) == {"udp/53", "tcp/54"}]
    assert select_flows([both], port=53, transport="udp") == [both]
    assert select_flows([both], port=53, transport="tcp") == []
    assert select_flows([both], port=54, transport="udp") == []
    assert select_flows([both], port="54", transport="tcp") == [both]
    assert select_flows(FLOWS, port=["tcp/22", "icmp"], transport="icmp") == select_flows(FLOWS, port="icmp")


def test_all_options_hold_together() -> None:
    found = select_flows(FLOWS, "log_sources", "console", ["syslog", "https"], 514, "udp")
    # One of the components is in a network of log sources, and it is an event collector.
    assert names(found) == [
        ("syslog", 14, None, None, "log_sources", "event_listener"),
        ("syslog", 14, None, None, "component", "console"),
        ("syslog", 14, None, None, "event_collector", "event_listener"),
    ]
    assert found[0]["ports"] == ["tcp/514", "udp/514"]


def test_nothing_is_changed() -> None:
    before = copy.deepcopy(FLOWS)
    assert select_flows(FLOWS) == before
    found = select_flows(FLOWS, source="198.18.50.0/26", port="tcp/514")
    assert before == FLOWS
    assert found
    assert all(flow in FLOWS for flow in found)
    found[0]["source"]["hosts"].append("con9")
    assert before == FLOWS


def test_a_single_flow_and_other_kinds_of_lists() -> None:
    assert select_flows(FLOWS[0]) == FLOWS[:1]
    assert select_flows(iter(FLOWS), service="ssh") == select_flows(tuple(FLOWS), service="ssh") != []
    assert select_flows([], source="ec2", service="ssh", port=22) == []


def test_flows_of_a_gateway() -> None:
    flows = query_flows(make_planner(), gateway="gw1")
    found = select_flows(flows, source="log_sources", service="syslog")
    assert names(found) == names(query_flows(make_planner(), gateway="gw1", source="log_sources", service="syslog"))
    assert len(found) == 3
    assert select_flows(flows, destination="ep99") == []


def test_flows_written_by_hand() -> None:
    """Labels and hosts are enough; a service may be one that only these flows have."""
    side = {"label": "backup", "hosts": [], "addresses": ["198.18.90.0/24"]}
    flow = {"service": "backup", "ports": ["tcp/873"], "source": side, "destination": {**side, "hosts": ["con1"]}}
    assert select_flows([flow], "backup", "con1", "backup", 873, "tcp") == [flow]
    assert select_flows([flow], destination="con2") == []


REMEDY = "Give flows as query('portledger.qradar.flows') returns them."
FLOW = FLOWS[0]


@pytest.mark.parametrize(
    ("flows", "options", "message"),
    [
        (
            FLOWS,
            {"source": "log_source"},
            "source: 'log_source' is not a role or a party, and no host of these flows "
            "has this name. Did you mean log_sources?",
        ),
        (
            FLOWS,
            {"destination": "consle"},
            "destination: 'consle' is not a role or a party, and no host of these flows "
            "has this name. Did you mean console?",
        ),
        (
            FLOWS,
            {"source": ""},
            "source: '' is not a role, party, host, address or network. Write one of these, such as "
            "console or 198.18.0.0/24.",
        ),
        (
            FLOWS,
            {"source": ["con1"]},
            "source: ['con1'] is not a role, party, host, address or network. Write one of "
            "these, such as console or 198.18.0.0/24.",
        ),
        (
            FLOWS,
            {"source": "198.18.1.1/24"},
            "source: '198.18.1.1/24' has host bits set. Write 198.18.1.0/24 for the "
            "network or 198.18.1.1/32 for the one address.",
        ),
        (
            FLOWS,
            {"destination": "198.18.1"},
            "destination: '198.18.1' is neither an address nor a network. Write an "
            "address or a network, such as 198.18.0.0/24 or 2001:db8::/64.",
        ),
        (
            FLOWS,
            {"port": "tcp/0"},
            "port: 'tcp/0' names port 0, which is outside 1 to 65535. Write a port such as 514 or "
            "tcp/514, a range such as tcp/32000-32010, or icmp.",
        ),
        (FLOWS, {"transport": "TCP"}, "transport: 'TCP' is not a transport. Valid values: icmp, tcp, udp."),
        (FLOWS, {"transport": ["tcp"]}, "transport: ['tcp'] is not a transport. Valid values: icmp, tcp, udp."),
        (None, {}, f"flows: None is not a list of flows. {REMEDY}"),
        ("flows", {}, f"flows: 'flows' is not a list of flows. {REMEDY}"),
        (["ssh"], {}, f"flows[0]: 'ssh' is not a flow. {REMEDY}"),
        ([FLOW, {}], {}, f"flows[1].service: None is not a string. {REMEDY}"),
        ([{**FLOW, "ports": "tcp/22"}], {}, f"flows[0].ports: 'tcp/22' is not a list of strings. {REMEDY}"),
        ([{**FLOW, "ports": ["22"]}], {}, f"flows[0].ports: '22' is not a transport with a port. {REMEDY}"),
        ([{**FLOW, "source": "component"}], {}, f"flows[0].source: 'component' is not one side of a flow. {REMEDY}"),
        (
            [{**FLOW, "source": {"label": "x", "hosts": []}}],
            {},
            f"flows[0].source.addresses: None is not a list of strings. {REMEDY}",
        ),
        ([{**FLOW, "row": "1"}], {}, f"flows[0].row: '1' is not a line of the vendor's table. {REMEDY}"),
        ([{**FLOW, "comment": 1}], {}, f"flows[0].comment: 1 is not a string. {REMEDY}"),
        (
            [{**FLOW, "source": {"label": "x", "hosts": [], "addresses": ["web"]}}],
            {"source": "198.18.0.0/16"},
            f"addresses: ['web'] is neither an address nor a network. {REMEDY}",
        ),
    ],
)
def test_refused(flows: object, options: dict[str, Any], message: str) -> None:
    with pytest.raises(PortledgerError) as refusal:
        select_flows(flows, **options)
    assert str(refusal.value) == message


def test_an_unknown_service() -> None:
    with pytest.raises(PortledgerError) as refusal:
        select_flows(FLOWS, service=["ssh", "sysog"])
    assert str(refusal.value).startswith(
        "service: 'sysog' is not a service in the catalog. Did you mean syslog or syslog_ng? Valid values: "
    )


def test_only_networks_need_netaddr(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(networks, "HAS_NETADDR", False)
    assert select_flows(FLOWS, source="con1", port=22)
    with pytest.raises(
        PortledgerError, match=r"^The Python library netaddr is missing on the controller\. Install it "
    ):
        select_flows(FLOWS, source="198.18.0.0/16")
