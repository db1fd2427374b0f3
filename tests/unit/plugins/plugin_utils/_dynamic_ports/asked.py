# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Answers of hosts about their dynamic ports, and the deployment that they belong to."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any

from ansible_collections.portledger.qradar.plugins.plugin_utils._catalog.catalog import load_catalog
from ansible_collections.portledger.qradar.plugins.plugin_utils._inventory.read import read_deployment
from ansible_collections.portledger.qradar.plugins.plugin_utils._plan.planner import Planner


def live(service: str, *ports: int, name: str = "admin", certain: bool = True, **changes: Any) -> dict[str, Any]:
    """A service as a host returns it."""
    entries = [
        {
            "port": f"tcp/{port}",
            "name": name,
            "listens": True,
            "addresses": ["::"],
            "processes": ["java"],
            "certain": certain,
            "offered": True,
            "why": None,
        }
        for port in ports
    ]
    return {
        "service": service,
        "running": True,
        "read": "why" not in changes,
        "why": None,
        "lacks": [],
        "ports": entries,
        **changes,
    }


def imq(*ports: int, **changes: Any) -> dict[str, Any]:
    """The message queue."""
    return live("imq_dynamic", *ports, **changes)


def rmi(*ports: int, **changes: Any) -> dict[str, Any]:
    """The web application container."""
    return live("rmi_dynamic", *ports, name="by its process", certain=False, **changes)


def answer(*services: dict[str, Any]) -> dict[str, Any]:
    """What dynamic_ports_info returns."""
    return {"port_mapper": None, "services": list(services), "qradar_dynamic_ports": {}}


def deployment(pins: Mapping[str, list[str]] | None = None, *, pair: bool = False, **settings: Any) -> Planner:
    """A console, two event processors, and on demand an HA pair of flow processors."""
    variables = {"qradar_dynamic_ports": dict(pins or {}), **settings}
    hosts = {"con1": ("console", 11), "ep1": ("event_processor", 21), "ep2": ("event_processor", 22)}
    peers = {"fp1": "fp2", "fp2": "fp1"} if pair else {}
    hosts |= {name: ("flow_processor", 31 + number) for number, name in enumerate(peers)}
    inventory = {name: {"ansible_host": f"198.18.1.{last}", **variables} for name, (_role, last) in hosts.items()}
    for name, peer in peers.items():
        inventory[name] |= {"qradar_ha_peer": peer, "qradar_cluster_addresses": ["198.18.1.30"]}
    groups: dict[str, list[str]] = {}
    for name, (role, _last) in hosts.items():
        groups.setdefault(f"qradar_{role}", []).append(name)
    today = datetime.date(2026, 1, 31)
    return Planner(read_deployment(inventory, groups, load_catalog(), today=today), load_catalog())
