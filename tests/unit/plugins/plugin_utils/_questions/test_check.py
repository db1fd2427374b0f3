# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is to be looked at, each kind by its whole text; and what is not."""

from __future__ import annotations

import datetime
from typing import Any

import pytest

from ansible_collections.portledger.qradar.plugins.plugin_utils._catalog.catalog import load_catalog
from ansible_collections.portledger.qradar.plugins.plugin_utils._inventory.firewalls import Firewalls
from ansible_collections.portledger.qradar.plugins.plugin_utils._inventory.read import read_deployment
from ansible_collections.portledger.qradar.plugins.plugin_utils._plan.planner import Planner
from ansible_collections.portledger.qradar.plugins.plugin_utils._questions.check import check
from ansible_collections.portledger.qradar.tests.unit.plugins.plugin_utils._plan.test_planner import SHARED, make


def found(kind: str, **shared: Any) -> list[tuple[str, str]]:
    """Level and text of all findings of a kind."""
    result = check(make({}, **shared), Firewalls({}))
    assert result["warnings"] + result["notes"] == len(result["findings"]) == len(result["text"])
    return [(one["level"], one["text"]) for one in result["findings"] if one["kind"] == kind]


def extra(*flows: dict[str, Any]) -> dict[str, Any]:
    return {"qradar_extra_flows": list(flows)}


def test_the_planners_warnings_are_there() -> None:
    flows = extra({"from": "users", "to": "ep1", "ports": ["tcp/1"], "expires": "2026-12-01"})
    assert (
        "warning",
        "con1: qradar_extra_flows[0].expires: '2026-12-01' is near, and the flow is blocked after it. Give the flow "
        "a later date if it is still needed.",
    ) in found("inventory", **flows)


@pytest.mark.parametrize(
    ("flows", "kind", "text"),
    [
        (
            [{"from": "198.18.60.0/25", "to": "con1", "ports": ["tcp/443"]}],
            "redundant",
            "qradar_extra_flows[0]: ['tcp/443'] is already permitted by https (row 12): users to console. Remove "
            "it. This blocks nothing.",
        ),
        (  # only the union of two rows
            [{"from": ["users", "ep2"], "to": "con1", "ports": ["tcp/443"]}],
            "redundant",
            "qradar_extra_flows[0]: ['tcp/443'] is already permitted by the combination of https (row 12): component "
            "to console, https (row 12): users to console. Remove it. This blocks nothing.",
        ),
        (  # only the union of two others, in addresses
            [
                {"from": "198.18.61.0/25", "to": "ep2", "ports": ["tcp/1-10"]},
                {"from": "198.18.61.128/25", "to": "event_processor", "ports": ["tcp/1-20"]},
                {"from": "198.18.61.0/24", "to": "ep2", "ports": ["tcp/5-10"], "comment": "both"},
            ],
            "shadowed",
            "qradar_extra_flows[2]: ['tcp/5-10'] is already permitted by the combination of extra_flow "
            "(qradar_extra_flows[0]): 198.18.61.0/25 to ep2, extra_flow (qradar_extra_flows[1]): 198.18.61.128/25 to "
            "event_processor. Remove it. This blocks nothing.",
        ),
        (  # only the union of a row and another, in ports
            [
                {"from": "users", "to": "con1", "ports": ["tcp/442"]},
                {"from": "users", "to": "con1", "ports": ["tcp/442-443"]},
            ],
            "shadowed",
            "qradar_extra_flows[1]: ['tcp/442-443'] is already permitted by the combination of https (row 12): users "
            "to console, extra_flow (qradar_extra_flows[0]): users to con1. Remove it. This blocks nothing.",
        ),
        (  # twins: the later one
            [
                {"from": "users", "to": "con1", "ports": ["tcp/1"]},
                {"from": "users", "to": "con1", "ports": ["tcp/1"]},
            ],
            "shadowed",
            "qradar_extra_flows[1]: ['tcp/1'] is already permitted by extra_flow (qradar_extra_flows[0]): users to "
            "con1. Remove it. This blocks nothing.",
        ),
        (
            [{"from": "nfs_servers", "to": ["con1", "forensics"], "ports": ["tcp/1"]}],
            "idle",
            "qradar_extra_flows[0]: ['tcp/1'] permits nothing: its source or destination is empty (from nfs_servers to "
            "con1, forensics). Remove it, or name existing hosts or networks.",
        ),
    ],
)
def test_extra_flows(flows: list[dict[str, Any]], kind: str, text: str) -> None:
    findings = {kind: found(kind, **extra(*flows)) for kind in ("redundant", "shadowed", "idle")}
    assert findings == {one: [("warning", text)] if one == kind else [] for one in findings}


@pytest.mark.parametrize(
    "flow",
    [
        {"from": "198.18.60.0/23", "to": "con1", "ports": ["tcp/443"]},  # one half is of no party
        {"from": "users", "to": "con1", "ports": ["tcp/443-444"]},
        {"from": "users", "to": "con1", "ports": ["udp/443"]},
        {"from": "users", "to": "component", "ports": ["tcp/443"]},
        {"from": "users", "to": "con1", "ports": ["tcp/443"], "expires": "2026-01-01"},
    ],
)
def test_extra_flows_that_are_needed_or_over(flow: dict[str, Any]) -> None:
    assert [found(kind, **extra(flow)) for kind in ("redundant", "shadowed", "idle")] == [[], [], []]


def test_a_host_needs_no_flow_to_itself() -> None:
    others = ["con1", "con2", "ep1", "dn1", "app1", "vs1", "ec1"]
    flows = [{"from": others, "to": "ep2", "ports": ["tcp/1"]}, {"from": "component", "to": "ep2", "ports": ["tcp/1"]}]
    ((level, text),) = found("shadowed", **extra(*flows))
    assert level == "warning"
    assert text.startswith("qradar_extra_flows[1]: ['tcp/1'] is already permitted by the combination of ")


def test_parties() -> None:
    parties = {
        "users": ["198.18.60.0/24"],
        "srx_devices": ["198.18.70.1"],
        "windows_hosts": ["198.18.2.96/28"],
        "nfs_servers": [],
        "lan": ["198.18.1.0/29"],
        "log_sources": ["198.18.2.64/26"],
    }
    settings: dict[str, Any] = {
        "qradar_parties": parties,
        "qradar_excluded_services": ["packet_capture", "portmapper", "portmapper_dynamic"],
        **extra(),
    }
    assert found("unused_party", **settings) == [
        (
            "warning",
            "qradar_parties.srx_devices: ['198.18.70.1/32'] permits nothing: packet_capture (row 71) is excluded. "
            "Remove it, or add what is missing.",
        ),
        (
            "warning",
            "qradar_parties.lan: ['198.18.1.0/29'] permits nothing: slp (row 11) is needed only when imm. Remove it, "
            "or add what is missing.",
        ),
    ]
    assert found("inside_party", **settings) == [
        (
            "warning",
            "qradar_parties.log_sources: ['198.18.2.64/26'] contains hosts of the deployment, which then are this "
            "party too: ec1. List smaller networks if this is not intended.",
        ),
        (
            "note",
            "qradar_parties.lan: ['198.18.1.0/29'] contains hosts of the deployment, which then are this party too: "
            "app1, con1, con2, dn1, ep1, ep2. List smaller networks if this is not intended.",
        ),
    ]
    empty = found("empty_party", **settings)
    assert empty[0] == (
        "warning",
        "qradar_parties.nfs_servers: [] lists no network, so these are blocked: nfs_mountd (row 15), nfs (row 17). "
        "List its networks if there is such a party.",
    )
    assert {level for level, _text in empty[1:]} == {"note"}
    assert not any("srx_devices" in text for _level, text in empty)


def test_what_an_empty_party_lacks_is_told_from_what_others_may_use() -> None:
    empty = found("empty_party", qradar_parties={"users": ["198.18.2.0/24"]})
    assert empty[0] == (
        "note",
        "qradar_parties.api_clients: [] lists no network, so these are blocked: https (row 12; permitted to users). "
        "List its networks if there is such a party.",
    )


def test_wide_ports() -> None:
    settings = {"qradar_dynamic_ports": {"imq_dynamic": ["tcp/40913"]}, "qradar_excluded_services": []}
    wide = dict.fromkeys(text.partition(":")[0] for _level, text in found("wide", **settings))
    assert list(wide) == [f"qradar_dynamic_ports.{name}_dynamic" for name in ("portmapper", "dcom", "rmi")]
    assert found("wide", **settings)[2] == (
        "note",
        "qradar_dynamic_ports.rmi_dynamic: ['tcp/32768-60999'] permits 28,232 ports, row 47, from component to "
        "component. Pin the ports that it really uses. The playbook portledger.qradar.pins reads them from the hosts.",
    )
    assert SHARED["qradar_excluded_services"]
    assert len(found("wide")) == 1


def test_rows_without_a_direction() -> None:
    assert found("unspecified") == [
        (
            "note",
            f"{service} (row {row}), {port}: the table gives no direction, so it permits nothing. Where it is used, "
            "add it to qradar_extra_flows.",
        )
        for service, row, port in (("redirect", 22, "tcp/4333"), ("soap", 58, "tcp/23111"))
    ]


AT_TWO_SITES: dict[str, dict[str, Any]] = {
    "con1": {
        "qradar_roles": ["console"],
        "ansible_host": "198.18.1.1",
        "qradar_parties": {"log_sources": ["198.18.2.128/25", "198.18.3.0/24"], "flow_sources": ["198.18.2.7"]},
    },
    "fp1": {"qradar_roles": ["flow_processor"], "ansible_host": "198.18.2.1"},
    "vs1": {"qradar_roles": ["vulnerability_scanner"], "ansible_host": "198.18.1.2"},
    "gw1": {
        "qradar_gateway_segments": {"eth0": ["198.18.1.0/24"], "eth1": ["198.18.2.0/24"], "eth2": ["198.18.3.0/24"]}
    },
}


@pytest.mark.parametrize(
    ("changed", "texts"),
    [
        (
            {},
            [
                "qradar_roles: ['flow_processor'] of fp1 listen to no log_sources, which are at the same site, so "
                "what these send crosses gw1. If a host there collects it, give this host the role "
                "event_processor or event_collector too.",
                "qradar_roles: 'vulnerability_processor' is not the role of any host, but scanners report to one: vs1. "
                "Give it to the host that processes the scans, which may be the console.",
            ],
        ),
        (
            {
                "con1": {"qradar_roles": ["console", "vulnerability_processor"]},
                "fp1": {"qradar_roles": ["event_processor"]},
            },
            [
                "qradar_roles: ['event_processor'] of fp1 listen to no flow_sources, which are at the same site, so "
                "what these send crosses gw1. If a host there collects it, give this host the role "
                "flow_processor or flow_collector too.",
            ],
        ),
        (
            {
                "con1": {"qradar_roles": ["console", "vulnerability_processor"]},
                "fp1": {"qradar_roles": ["event_collector", "flow_collector"]},
            },
            [],
        ),
        # Without a gateway, nobody knows what lies together.
        ({"con1": {"qradar_roles": ["console", "vulnerability_processor"]}, "gw1": None}, []),
    ],
)
def test_absent_roles(changed: dict[str, Any], texts: list[str]) -> None:
    inventory = {name: {**hosts, **(changed.get(name) or {})} for name, hosts in AT_TWO_SITES.items()}
    inventory = {name: hosts for name, hosts in inventory.items() if changed.get(name, {}) is not None}
    catalog = load_catalog()
    planner = Planner(read_deployment(inventory, {}, catalog, today=datetime.date(2026, 11, 23)), catalog)
    findings = [one for one in check(planner, Firewalls({}))["findings"] if one["kind"] == "absent_role"]
    assert [one["text"] for one in findings] == texts
    assert {one["level"] for one in findings} <= {"note"}
