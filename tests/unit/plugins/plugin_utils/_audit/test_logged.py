# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which services a logged flow could be, by who is at its ends."""

from __future__ import annotations

import datetime
import json
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.portledger.qradar.plugins.plugin_utils._audit.logged import add_services
from ansible_collections.portledger.qradar.plugins.plugin_utils._catalog.catalog import load_catalog
from ansible_collections.portledger.qradar.plugins.plugin_utils._inventory.read import read_deployment
from ansible_collections.portledger.qradar.plugins.plugin_utils._plan.folder import PlanFolder
from ansible_collections.portledger.qradar.plugins.plugin_utils._plan.planner import Planner
from ansible_collections.portledger.qradar.plugins.plugin_utils._plan.who import Who

CONSOLE, COLLECTOR, NODE = "198.18.1.1", "2001:db8:0::2", "198.18.1.3"
UNKNOWN = "198.18.9.9"


def planner() -> Planner:
    inventory: dict[str, dict[str, Any]] = {
        "con1": {"qradar_addresses": [CONSOLE], "qradar_roles": ["console"]},
        "ec1": {
            "qradar_addresses": [COLLECTOR],
            "qradar_public_addresses": ["198.18.7.2"],
            "qradar_nat_group": 1,
            "qradar_roles": ["event_collector"],
        },
        "dn1": {"qradar_addresses": [NODE], "qradar_roles": ["data_node"]},
        "gw1": {"qradar_gateway_segments": {"eth0": ["198.18.1.0/24"], "eth1": ["198.18.9.0/24"]}},
    }
    catalog = load_catalog()
    return Planner(read_deployment(inventory, {}, catalog, today=datetime.date(2026, 11, 24)), catalog)


@pytest.fixture
def who(tmp_path: Path) -> Who:
    """As a worker of a run reads it."""
    folder = PlanFolder(tmp_path, "task", "host")
    folder.plan("con1", planner)
    return folder.who()


def test_who_is_who(who: Who) -> None:
    roles = {"con1": frozenset({"console"}), "ec1": frozenset({"event_collector"}), "dn1": frozenset({"data_node"})}
    assert who == Who(
        roles,
        {CONSOLE: roles["con1"], "2001:db8::2": roles["ec1"], "198.18.7.2": roles["ec1"], NODE: roles["dn1"]},
    )
    assert Who.from_data(json.loads(json.dumps(who.as_data()))) == who


def services(who: Who, scope: str, name: str, source: str, destination: str, port: str, **more: Any) -> list[str]:
    transport, _slash, number = port.partition("/")
    flow: dict[str, Any] = {
        "source": source,
        "destination": destination,
        "transport": transport,
        "port": int(number) if number else None,
        "icmp_type": None,
        "published": False,
        **more,
    }
    add_services([flow], name, scope, who, load_catalog())
    found: list[str] = flow["services"]
    return found


@pytest.mark.parametrize(
    ("name", "source", "port", "expected"),
    [
        # An address that nobody knows may be a log source that was forgotten, or a host of the deployment.
        ("con1", UNKNOWN, "udp/514", ["syslog"]),
        ("con1", UNKNOWN, "tcp/32006", ["ariel_query", "data_flow_range"]),
        ("con1", NODE, "tcp/32006", ["ariel_query", "data_flow_range"]),
        ("con1", UNKNOWN, "udp/123", ["ntp"]),
        # Listed for a console only, or for none of these at all.
        ("dn1", UNKNOWN, "udp/123", []),
        ("con1", UNKNOWN, "tcp/7", []),
        ("con1", UNKNOWN, "sctp/514", []),
        ("con1", UNKNOWN, "udp/", []),
    ],
)
def test_into_a_host(who: Who, name: str, source: str, port: str, expected: list[str]) -> None:
    # Whatever address of its own it was sent to.
    for destination in (CONSOLE, "198.18.200.200", "ff02::1"):
        assert services(who, "host", name, source, destination, port) == expected


def test_echo_is_a_service_and_other_icmp_is_none(who: Who) -> None:
    found = {kind: services(who, "host", "con1", UNKNOWN, CONSOLE, "icmp", icmp_type=kind) for kind in (8, 128, 13)}
    assert found == {8: ["ha_icmp", "ha_ping"], 128: ["ha_icmp", "ha_ping"], 13: []}


def test_what_a_container_publishes_has_another_port(who: Who) -> None:
    assert services(who, "host", "con1", UNKNOWN, "198.18.240.2", "udp/514", published=True) == []


@pytest.mark.parametrize(
    ("source", "destination", "port", "expected"),
    [
        (UNKNOWN, "2001:db8::2", "udp/514", ["syslog"]),
        (UNKNOWN, "198.18.7.2", "udp/514", ["syslog"]),
        (UNKNOWN, NODE, "udp/514", []),
        # A console asks NTP servers, and managed hosts ask the console.
        (CONSOLE, UNKNOWN, "udp/123", ["ntp"]),
        (NODE, CONSOLE, "udp/123", ["ntp"]),
        (CONSOLE, NODE, "udp/123", []),
        ("2001:db8::2", "2001:db8:9::9", "tcp/445", ["microsoft_ds"]),
    ],
)
def test_through_a_gateway(who: Who, source: str, destination: str, port: str, expected: list[str]) -> None:
    assert services(who, "gateway", "gw1", source, destination, port) == expected


def test_without_knowledge_of_roles() -> None:
    assert services(Who(), "host", "con1", UNKNOWN, NODE, "udp/514") == ["syslog"]
