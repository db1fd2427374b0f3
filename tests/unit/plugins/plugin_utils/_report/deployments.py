# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Deployments that the tests of the report share."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, Final

from ansible_collections.portledger.qradar.plugins.plugin_utils._audit.findings import Finding, count_states, examine
from ansible_collections.portledger.qradar.plugins.plugin_utils._audit.report import VERSION
from ansible_collections.portledger.qradar.plugins.plugin_utils._catalog.catalog import load_catalog
from ansible_collections.portledger.qradar.plugins.plugin_utils._inventory.firewalls import Firewalls
from ansible_collections.portledger.qradar.plugins.plugin_utils._inventory.read import read_deployment
from ansible_collections.portledger.qradar.plugins.plugin_utils._plan.planner import Planner
from ansible_collections.portledger.qradar.plugins.plugin_utils._report.data import collect
from ansible_collections.portledger.qradar.tests.unit.plugins.plugin_utils._plan import test_planner

TODAY: Final = datetime.date(2026, 11, 23)
NOW: Final = datetime.datetime(2026, 11, 23, 10, 20, 30, tzinfo=datetime.UTC)

SITES: Final[Mapping[str, Mapping[str, Any]]] = {
    "con1": {
        "qradar_roles": ["console"],
        "qradar_addresses": ["198.18.1.11", "2001:db8:1::11"],
        "qradar_parties": {
            "users": ["198.18.2.0/24", "198.18.22.0/28", "2001:db8:2::/64"],
            "log_sources": ["198.18.3.0/24", "198.18.22.0/24"],
            "lan": ["198.18.1.0/24"],
            "ntp_servers": ["198.18.3.1"],
            "smtp_gateways": ["198.18.1.11"],
            "windows_hosts": ["198.18.90.0/24"],
        },
        "qradar_extra_flows": [
            {
                "from": "users",
                "to": ["console", "ep2"],
                "ports": ["tcp/8443", "udp/8443-8450"],
                "comment": "ticket 4711",
            },
            {"from": "198.18.22.5", "to": "ec1", "ports": ["tcp/9100", "icmp"], "expires": "2026-12-01"},
            {"from": "log_sources", "to": "console", "ports": ["tcp/9200"], "expires": "2027-12-01"},
            {"from": "users", "to": "console", "ports": ["tcp/1"], "expires": "2026-01-01", "comment": "old"},
            {"from": "forensics", "to": "console", "ports": ["tcp/2"]},
        ],
        "qradar_excluded_services": ["portmapper"],
    },
    "ep1": {"qradar_roles": ["event_processor"], "qradar_addresses": ["198.18.1.21", "2001:db8:1::21"]},
    "ep2": {"qradar_roles": ["event_processor"], "ansible_host": "198.18.1.22", "qradar_encrypted": True},
    "dn1": {"qradar_roles": ["data_node"], "ansible_host": "198.18.1.41"},
    "ec1": {"qradar_roles": ["event_collector"], "ansible_host": "198.18.21.11"},
    "fc1": {"qradar_roles": ["flow_collector", "vulnerability_scanner"], "ansible_host": "198.18.21.21"},
    "gw1": {
        "qradar_gateway_segments": {
            "core": ["198.18.1.0/24", "2001:db8:1::/64"],
            "office": ["198.18.2.0/24", "2001:db8:2::/64"],
            "service": ["198.18.3.0/24"],
            "wan": ["198.18.20.0/22"],
        }
    },
    "gw2": {
        "qradar_gateway_segments": {
            "wan": ["198.18.0.0/20", "2001:db8::/32"],
            "remote": ["198.18.21.0/24"],
            "field": ["198.18.22.0/24"],
        }
    },
}

FORMULA: Final = '=HYPERLINK("http://x.example")'
SCRIPT: Final = "</script><script>window.hostile=1</script>"
IMAGE: Final = "<img src=x onerror='window.hostile=1'>"
HOSTILE: Final[Mapping[str, Mapping[str, Any]]] = {
    FORMULA: {"qradar_roles": ["console"], "qradar_addresses": ["198.18.1.11"]},
    SCRIPT: {"qradar_roles": ["event_processor"], "qradar_addresses": ["198.18.1.21"]},
    "@|a`b*\u202e\x1b[31m": {"qradar_roles": ["event_collector"], "qradar_addresses": ["198.18.1.31"]},
    IMAGE: {
        "qradar_gateway_segments": {"eth0": ["198.18.1.0/24"], "eth1": ["198.18.2.0/24"]},
        "qradar_parties": {"users": ["198.18.2.0/24"], "log_sources": ["198.18.2.0/25"]},
        "qradar_extra_flows": [
            {"from": "users", "to": SCRIPT, "ports": ["tcp/7"], "comment": f"-1+{FORMULA}\n{IMAGE}<!--"},
            {"from": "users", "to": FORMULA, "ports": ["tcp/8"], "comment": SCRIPT, "expires": "2026-12-02"},
        ],
    },
}


def make(inventory: Mapping[str, Mapping[str, Any]]) -> Planner:
    catalog = load_catalog()
    return Planner(read_deployment(inventory, {}, catalog, today=TODAY), catalog)


def report(planner: Planner, audit: Mapping[str, Any] | None = None) -> dict[str, Any]:
    return collect(planner, Firewalls({}), now=NOW, audit=audit)


def audit(*findings: Finding) -> dict[str, Any]:
    """What an audit writes as JSON."""
    return {
        "version": VERSION,
        "states": count_states(findings),
        "findings": [finding.as_data() for finding in findings],
    }


def drifted(name: str, scope: str = "host", **changed: Any) -> Finding:
    result = {
        "in_force": False,
        "loaded": [{"provider": "nftables"}],
        "provider": "nftables",
        "difference": ["+ tcp/514 syslog from log_sources (2 networks)"],
        "others": [],
        "listeners": [],
        **changed,
    }
    return examine(name, scope, result)


def planners() -> dict[str, Planner]:
    """By name: two sites and two gateways; an HA pair with NAT; hostile names."""
    return {"sites": make(SITES), "nat": test_planner.make({}), "hostile": make(HOSTILE)}
