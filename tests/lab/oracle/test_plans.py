# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The collection's own plans beside the oracle's reading, for every pair of addresses of the labs: no packet at all."""

from __future__ import annotations

import datetime
import functools
import ipaddress
from typing import Any

import pytest

from ansible_collections.portledger.qradar.plugins.plugin_utils._catalog.catalog import load_catalog
from ansible_collections.portledger.qradar.plugins.plugin_utils._inventory.read import read_deployment
from ansible_collections.portledger.qradar.plugins.plugin_utils._plan.planner import Planner
from tests.lab.oracle.oracle import NOTHING, Masks, Oracle, documented
from tests.lab.traffic import ports as portsets
from tests.lab.traffic.probe import every_pair
from tests.lab.world.labs import LABS
from tests.lab.world.topology import Address, Node, Topology, load_topology

_network = functools.cache(ipaddress.ip_network)
_SSH = portsets.mask_of(22, 22)


def make_planner(topology: Topology, today: datetime.date) -> Planner:
    """As the collection reads the lab's inventory."""
    hosts = [node for node in topology.nodes.values() if node.managed]
    groups: dict[str, list[str]] = {"all": [node.name for node in hosts]}
    for node in hosts:
        for group in (*node.groups, *(["qradar"] if topology.is_qradar(node) else [])):
            groups.setdefault(group, []).append(node.name)
    addresses = {node.name: {"qradar_addresses": [str(one) for one in node.own_addresses]} for node in hosts}
    inventory = {
        node.name: {**(addresses[node.name] if topology.is_qradar(node) else {}), **topology.variables_of(node)}
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
        if within(source, flow["source"]) and within(destination, flow["destination"]):
            for port in flow["ports"]:
                transport, first, last = documented(port)
                result[transport] |= portsets.mask_of(first, last)
    return result


def managed(topology: Topology, node: Node, source: Address, role: str) -> bool:
    networks = topology.variables_of(node).get(f"{role}_management", ())
    return any(source in network for network in map(_network, networks))


@pytest.mark.parametrize(("name", "into", "through"), [("small", 16, 16), ("demo", 1076, 2924)])
def test_plans_say_what_the_oracle_says(name: str, into: int, through: int) -> None:
    topology = load_topology(LABS / f"{name}.yml")
    oracle = Oracle(topology)
    planner = make_planner(topology, oracle.today)
    plans: dict[tuple[str, str], dict[str, Any]] = {}
    compared = {"host": 0, "gateway": 0}
    opened = 0
    for pair in every_pair(topology):
        source, destination = pair.source_address, pair.destination_address
        judges = [(node, "gateway") for node in topology.gateways(topology.nodes[pair.source], destination)]
        if pair.destination in oracle.hosts:
            judges.append((topology.nodes[pair.destination], "host"))
        for node, scope in judges:
            if (node.name, scope) not in plans:
                plans[node.name, scope] = planner.plan(node.name, scope)
            mine = planned(plans[node.name, scope], source, destination)
            ours = scope == "host" or destination in oracle.deployment
            if ours and managed(topology, node, source, f"{scope}_firewall"):
                mine["tcp"] |= _SSH
            verdict = (
                oracle.into_host(node, source) if scope == "host" else oracle.through_gateway(node, source, destination)
            )
            assert mine == verdict.listed, f"{scope} {node.name}: {pair}"
            compared[scope] += 1
            opened += any(mine.values())
    assert compared == {"host": into, "gateway": through}
    assert opened > into // 2
