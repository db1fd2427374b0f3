# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A small inventory for tests of bad input, and short forms of what they change in it."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from _pytest.mark.structures import ParameterSet

from ansible_collections.portledger.qradar.plugins.plugin_utils._catalog.catalog import load_catalog
from ansible_collections.portledger.qradar.plugins.plugin_utils._inventory.deployment import Deployment
from ansible_collections.portledger.qradar.plugins.plugin_utils._inventory.read import read_deployment

TODAY = datetime.date(2026, 11, 23)

Hosts = Mapping[str, Mapping[str, Any] | None]
"""What is changed in the small inventory: variables of each host; None takes the host out."""

Groups = Mapping[str, Sequence[str]]

SMALL: Mapping[str, Mapping[str, Any]] = {
    "con1": {"ansible_host": "198.18.1.1"},
    "ep1": {"ansible_host": "198.18.1.4"},
    "gw1": {"qradar_gateway_segments": {"eth0": ["198.18.1.0/24"], "eth1": ["198.18.50.0/24"]}},
}


def small(hosts: Hosts, groups: Groups | None = None) -> Deployment:
    """Read the small inventory with some variables changed."""
    inventory = {name: {**SMALL.get(name, {}), **(hosts.get(name) or {})} for name in (*SMALL, *hosts)}
    inventory = {name: inventory[name] for name in inventory if hosts.get(name, {}) is not None}
    named: dict[str, Sequence[str]] = {
        "qradar_console": [name for name in ("con1",) if name in inventory],
        "qradar_event_processor": [name for name in ("ep1", "ep2") if name in inventory],
        "qradar_gateways": ["gw1"],
        **(groups or {}),
    }
    return read_deployment(inventory, named, load_catalog(), today=TODAY, resolver=resolver)


def resolver(name: str) -> list[str]:
    known = {
        "con1.example.org": ["198.18.1.1", "2001:db8:1::1"],
        "debian": ["127.0.1.1"],
        "scoped": ["198.18.1.8", "fe80::8%2"],
        "nothing": [],
    }
    if name not in known:
        raise OSError(f"no such name: {name}")
    return known[name]


def con1(**variables: Any) -> Hosts:
    return {"con1": variables}


def ep1(**variables: Any) -> Hosts:
    return {"ep1": variables}


def gw1(segments: object) -> Hosts:
    return {"gw1": {"qradar_gateway_segments": segments}}


def users(networks: object) -> Hosts:
    return con1(qradar_parties={"users": networks})


def extra(**changed: object) -> Hosts:
    flow = {"from": "users", "to": "console", "ports": ["tcp/8443"], **changed}
    return con1(qradar_extra_flows=[{key: value for key, value in flow.items() if value != "left out"}])


def both(one: Hosts, other: Hosts) -> Hosts:
    return {name: {**(one.get(name) or {}), **(other.get(name) or {})} for name in (*one, *other)}


def titled(groups: Mapping[str, Mapping[str, tuple[Hosts, str]]]) -> list[ParameterSet]:
    """Cases of several groups as parameters of a test, each with its group's title."""
    return [
        pytest.param(hosts, message, id=f"{title}: {name}")
        for title, cases in groups.items()
        for name, (hosts, message) in cases.items()
    ]
