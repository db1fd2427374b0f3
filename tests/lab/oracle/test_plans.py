# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The collection's own plans beside the oracle's reading, for every pair of addresses of the labs: no packet at all."""

from __future__ import annotations

import functools
import ipaddress
from typing import Any

import pytest

from tests.lab.oracle.oracle import Oracle
from tests.lab.oracle.plans import make_planner, planned
from tests.lab.traffic import ports as portsets
from tests.lab.traffic.probe import every_pair
from tests.lab.world.labs import LABS
from tests.lab.world.topology import Address, Node, Topology, load_topology

_network = functools.cache(ipaddress.ip_network)
_SSH = portsets.mask_of(22, 22)


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
