# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the collection's own plans of a lab say, without the lab."""

from __future__ import annotations

import datetime
import functools
import ipaddress
from typing import Any

from ansible_collections.portledger.qradar.plugins.plugin_utils._catalog.catalog import load_catalog
from ansible_collections.portledger.qradar.plugins.plugin_utils._inventory.read import read_deployment
from ansible_collections.portledger.qradar.plugins.plugin_utils._plan.planner import Planner
from tests.lab.oracle.oracle import NOTHING, Masks
from tests.lab.oracle.readings import documented
from tests.lab.traffic import ports as portsets
from tests.lab.world.topology import Address, Topology

_network = functools.cache(ipaddress.ip_network)


def make_planner(topology: Topology, today: datetime.date, **variables: object) -> Planner:
    """As the collection reads the lab's inventory; more variables are for the deployment as a whole."""
    hosts = [node for node in topology.nodes.values() if node.managed]
    groups: dict[str, list[str]] = {"all": [node.name for node in hosts]}
    for node in hosts:
        for group in (*node.groups, *(["qradar"] if topology.is_qradar(node) else [])):
            groups.setdefault(group, []).append(node.name)
    addresses = {node.name: {"qradar_addresses": [str(one) for one in node.own_addresses]} for node in hosts}
    inventory = {
        node.name: {
            **(addresses[node.name] if topology.is_qradar(node) else {}),
            **topology.variables_of(node),
            **variables,
        }
        for node in hosts
    }
    catalog = load_catalog()
    return Planner(read_deployment(inventory, groups, catalog, today=today), catalog)


def planned(plan: dict[str, Any], source: Address, destination: Address) -> Masks:
    """What the flows of a plan open from one address to another."""
    family = f"ipv{source.version}"

    def within(address: Address, name: str | None) -> bool:
        return name is None or any(address in _network(one) for one in plan["sets"][name][family])

    result = dict(NOTHING)
    for flow in plan["flows"]:
        if "interfaces" in flow:
            # Of containers on the host itself: nobody in the network is one.
            continue
        if within(source, flow["source"]) and within(destination, flow["destination"]):
            for port in flow["ports"]:
                transport, first, last = documented(port)
                result[transport] |= portsets.mask_of(first, last)
    return result
