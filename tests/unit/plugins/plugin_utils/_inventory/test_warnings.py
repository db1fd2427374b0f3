# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Input that is usable and probably not meant: each case with its whole warning."""

from __future__ import annotations

import datetime

import pytest

from ansible_collections.portledger.qradar.plugins.plugin_utils._catalog.catalog import load_catalog
from ansible_collections.portledger.qradar.plugins.plugin_utils._plan.planner import Planner
from tests.unit.plugins.plugin_utils._inventory.small_inventory import Hosts, both, con1, ep1, extra, gw1, small, users

WARNED: dict[str, tuple[Hosts, list[str]]] = {
    "the whole of IPv4": (
        users(["0.0.0.0/0"]),
        [
            "con1: qradar_parties.users: '0.0.0.0/0' contains every address, so the ports of this party are open to "
            "the world. List the networks of the party."
        ],
    ),
    "the whole of IPv6": (
        users(["198.18.60.0/24", "::/0"]),
        [
            "con1: qradar_parties.users: '::/0' contains every address, so the ports of this party are open to the "
            "world. List the networks of the party."
        ],
    ),
    "halves of everything": (
        users(["0.0.0.0/1", "128.0.0.0/1"]),
        [
            "con1: qradar_parties.users: '0.0.0.0/0' contains every address, so the ports of this party are open to "
            "the world. List the networks of the party."
        ],
    ),
    "said twice": (
        both(users(["0.0.0.0/0"]), ep1(qradar_parties={"users": ["0.0.0.0/0"]})),
        [
            "con1: qradar_parties.users: '0.0.0.0/0' contains every address, so the ports of this party are open to "
            "the world. List the networks of the party."
        ],
    ),
    "over": (
        extra(expires="2026-11-22"),
        [
            "con1: qradar_extra_flows[0].expires: '2026-11-22' has passed, so the flow is blocked. Remove the flow, or "
            "give it a later date."
        ],
    ),
    "last day": (
        extra(expires="2026-11-23"),
        [
            "con1: qradar_extra_flows[0].expires: '2026-11-23' is near, and the flow is blocked after it. Give the "
            "flow a later date if it is still needed."
        ],
    ),
    "30 days": (
        extra(expires=datetime.date(2026, 12, 23)),
        [
            "con1: qradar_extra_flows[0].expires: '2026-12-23' is near, and the flow is blocked after it. Give the "
            "flow a later date if it is still needed."
        ],
    ),
    "31 days": (extra(expires="2026-12-24"), []),
    "pin below": (
        con1(qradar_dynamic_ports={"imq_dynamic": ["tcp/40000", "tcp/31999-32001"]}),
        [
            "con1: qradar_dynamic_ports.imq_dynamic: 'tcp/31999-32001' is outside what the table documents "
            "(tcp/32001-65535). Check the port. It is permitted as written."
        ],
    ),
    "pin of another transport": (
        con1(qradar_dynamic_ports={"imq_dynamic": ["udp/40000"]}),
        [
            "con1: qradar_dynamic_ports.imq_dynamic: 'udp/40000' is outside what the table documents "
            "(tcp/32001-65535). Check the port. It is permitted as written."
        ],
    ),
    "misspelt variable": (
        con1(qradar_adresses=["198.18.1.1"]),
        [
            "con1: qradar_adresses: is not a variable of this collection and is ignored. Did you mean "
            "qradar_addresses?",
        ],
    ),
    "somebody else's variable": (con1(qradar_license="x"), []),
    "what a task has registered": (con1(qradar_adresses={"failed": False, "changed": False, "stdout": "x"}), []),
    "gateway that leads nowhere": (
        gw1({"eth0": ["198.18.1.4"], "eth1": ["198.18.2.0/24"]}),
        [
            "gw1: qradar_gateway_segments: ['eth0', 'eth1'] do not contain con1 (198.18.1.1), so "
            "nothing passes to or from them. List their networks behind the interface that leads to them."
        ],
    ),
}


@pytest.mark.parametrize(("hosts", "warnings"), WARNED.values(), ids=WARNED)
def test_warned(hosts: Hosts, warnings: list[str]) -> None:
    assert list(Planner(small(hosts), load_catalog()).warnings("gateway")) == warnings


def test_host_plans_say_nothing_of_gateways() -> None:
    deployment = small(gw1({"eth0": ["198.18.1.4"], "eth1": ["198.18.2.0/24"]}))
    assert Planner(deployment, load_catalog()).warnings("host") == ()


def test_the_whole_of_ipv4_works() -> None:
    planner = Planner(small(users(["0.0.0.0/0"])), load_catalog())
    https = [flow for flow in planner.plan("con1", "host")["flows"] if flow["service"] == "https"]
    assert {
        "service": "https",
        "row": 12,
        "source": "users",
        "destination": None,
        "ports": ["tcp/443"],
    }.items() <= next(flow for flow in https if flow["source"] == "users").items()
    assert planner.plan("con1", "host")["sets"]["users"] == {"ipv4": ["0.0.0.0/0"], "ipv6": []}


@pytest.mark.parametrize(("expires", "is_open"), [("2026-11-22", False), ("2026-11-23", True), (None, True)])
def test_an_extra_flow_is_open_up_to_its_last_day(expires: str | None, is_open: bool) -> None:
    assert bool(small(extra(expires=expires)).settings.extra_flows) is is_open


def test_a_pin_outside_is_opened() -> None:
    planner = Planner(small(con1(qradar_dynamic_ports={"imq_dynamic": ["udp/500"]})), load_catalog())
    flows = planner.plan("ep1", "host")["flows"]
    assert [flow["ports"] for flow in flows if flow["service"] == "imq_dynamic"] == [["udp/500"]]
