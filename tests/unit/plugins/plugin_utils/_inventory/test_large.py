# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Many segments take time in their number, not in its square; too many pairs of an extra flow are refused."""

from __future__ import annotations

import random
import time

import pytest

from ansible_collections.portledger.qradar.plugins.plugin_utils._base.errors import InputError
from ansible_collections.portledger.qradar.plugins.plugin_utils._base.networks import parse_network
from ansible_collections.portledger.qradar.plugins.plugin_utils._catalog.catalog import load_catalog
from ansible_collections.portledger.qradar.plugins.plugin_utils._inventory.hosts import read_gateway
from ansible_collections.portledger.qradar.plugins.plugin_utils._plan.planner import Planner
from tests.unit.plugins.plugin_utils._inventory.small_inventory import extra, gw1, small

SECONDS = 10


def test_two_thousand_segments() -> None:
    segments = {f"e{number}": [f"10.{number // 250}.{number % 250}.0/24"] for number in range(2000)}
    began = time.process_time()
    planner = Planner(small({**gw1({**segments, "eth0": ["198.18.1.0/30"], "eth1": ["198.18.1.4"]})}), load_catalog())
    assert planner.plan("gw1", "gateway")["flows"]
    assert time.process_time() - began < SECONDS


def test_overlaps_are_those_of_each_pair() -> None:
    chance = random.Random(5)
    refused = 0
    for _round in range(300):
        segments = {
            f"e{number}": [f"10.0.{chance.randrange(64) & -(1 << (24 - length))}.0/{length}" for length in lengths]
            for number, lengths in enumerate(
                [[chance.choice((20, 22, 23, 24)) for _network in range(2)] for _segment in range(4)]
            )
        }
        networks = {name: [parse_network(one) for one in found] for name, found in segments.items()}
        shared = {
            (one, other)
            for one in networks
            for other in networks
            if one < other
            and any(here in there or there in here for here in networks[one] for there in networks[other])
        }
        if not shared:
            read_gateway("gw", {"qradar_gateway_segments": segments})
            continue
        refused += 1
        with pytest.raises(InputError) as refusal:
            read_gateway("gw", {"qradar_gateway_segments": segments})
        one, other = refusal.value.problem.removeprefix("is behind both ").split(" and ")
        assert (one, other) in shared
        network = parse_network(refusal.value.value)
        for name in (one, other):
            assert any(network in there or there in network for there in networks[name])
    assert 50 < refused < 300


def test_pairs_of_an_extra_flow() -> None:
    many = [f"10.0.{number // 256}.{number % 256}" for number in range(101)]
    assert small(extra(**{"from": many[:100], "to": many[:100]}))
    with pytest.raises(InputError) as refusal:
        small(extra(**{"from": many, "to": many[:100]}))
    assert str(refusal.value) == (
        "con1: qradar_extra_flows[0]: ['from', 'to', 'ports'] is 10,100 pairs of ends, more than 10,000. "
        "Write networks, roles or parties in the place of addresses."
    )
