# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A deployment with an HA pair, hosts of two families, a host inside a party, and a gateway."""

from __future__ import annotations

import datetime
import functools
from collections.abc import Mapping
from typing import Any, Final

from ansible_collections.portledger.qradar.plugins.plugin_utils._catalog.catalog import load_catalog
from ansible_collections.portledger.qradar.plugins.plugin_utils._inventory.read import read_deployment
from ansible_collections.portledger.qradar.plugins.plugin_utils._plan.planner import Planner

INVENTORY: Final[Mapping[str, Mapping[str, Any]]] = {
    "con1": {
        "qradar_roles": ["console"],
        "qradar_addresses": ["198.18.1.1", "2001:db8:1::1"],
        "qradar_ha_peer": "con2",
        "qradar_cluster_addresses": ["198.18.1.3"],
        "qradar_parties": {
            "log_sources": ["198.18.50.0/24", "198.18.2.0/24", "2001:db8:50::/64"],
            "users": ["198.18.60.0/24", "198.18.50.128/25"],
        },
        "qradar_extra_flows": [
            {"from": "users", "to": "ec1", "ports": ["tcp/8443", "icmp"], "comment": "ticket 4711"},
            {"from": "198.18.70.0/24", "to": "console", "ports": ["udp/53", "tcp/54"]},
        ],
    },
    "con2": {"qradar_roles": ["console"], "ansible_host": "198.18.1.2", "qradar_ha_peer": "con1"},
    "ep.example.org": {"qradar_roles": ["event_processor"], "ansible_host": "198.18.1.4", "qradar_encrypted": True},
    "ec1": {"qradar_roles": ["event_collector"], "qradar_addresses": ["198.18.2.4", "198.18.1.14"]},
    # Of two of a role each may send to the other: what is selected by a role is not a host's way to itself.
    "ep2": {"qradar_roles": ["event_processor"], "ansible_host": "198.18.1.32"},
    "ec3": {"qradar_roles": ["event_collector"], "ansible_host": "198.18.1.31"},
    "198.18.1.30": {"qradar_roles": ["app_host"], "ansible_host": "198.18.1.30"},
    "gw1": {
        "qradar_gateway_segments": {
            "eth0": ["198.18.1.0/24", "198.18.60.0/24"],
            "eth1": ["198.18.2.0/24", "198.18.50.0/25"],
        }
    },
}


@functools.cache
def make_planner() -> Planner:
    catalog = load_catalog()
    return Planner(read_deployment(INVENTORY, {}, catalog, today=datetime.date(2026, 11, 23)), catalog)
