# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Comparisons and checks of small random deployments are what their plans say, packet by packet."""

from __future__ import annotations

import dataclasses
import ipaddress
from collections.abc import Iterable, Mapping
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ansible_collections.portledger.qradar.plugins.plugin_utils._base.ports import PortRange
from ansible_collections.portledger.qradar.plugins.plugin_utils._catalog.catalog import load_catalog
from ansible_collections.portledger.qradar.plugins.plugin_utils._inventory.firewalls import Firewalls
from ansible_collections.portledger.qradar.plugins.plugin_utils._plan.planner import Planner
from ansible_collections.portledger.qradar.plugins.plugin_utils._questions.compare import compare
from ansible_collections.portledger.qradar.plugins.plugin_utils._questions.covered_flows import covered_flows
from ansible_collections.portledger.qradar.plugins.plugin_utils._questions.snapshot import Snapshot
from ansible_collections.portledger.qradar.tests.unit.plugins.plugin_utils._plan.test_planner_meaning import (
    SLOW,
    TODAY,
    Packets,
    behind,
    interesting_addresses,
    planner_of,
    some_pairs,
    worlds,
)
from ansible_collections.portledger.qradar.tests.unit.plugins.plugin_utils.naive import Naive, World, mask

FIELDS = ("segments", "parties", "features", "version", "pins", "excluded", "extra")


FEWER = settings(
    SLOW,
    max_examples=25,
    suppress_health_check=[*SLOW.suppress_health_check, HealthCheck.large_base_example],
)


class Allowed:
    """What one deployment allows between two addresses, as its plans and a second reading say."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.planner: Planner = planner_of(world)
        self.state = Snapshot(self.planner, Firewalls({}))
        self._naive = Naive(world, load_catalog(), TODAY)
        self._hosts = {machine.name: Packets(self.planner.plan(machine.name, "host")) for machine in world.machines}
        self._gateway = Packets(self.planner.plan("gw", "gateway"))

    def owners(self, address: str) -> set[str]:
        return {machine.name for machine in self.world.machines if address in machine.everywhere}

    def itself(self, source: str, destination: str) -> bool:
        """A host's way to itself, where an answer may say either."""
        return bool(self.owners(source) & self.owners(destination))

    def ports(self, source: str, destination: str) -> int:
        """All ports as bits."""
        owners = self.owners(destination)
        if not owners:
            return together(self._naive.on_the_wire(source, destination).values())
        return together(bits for name in owners for bits in self._hosts[name].opened(source, None).values())

    def wire(self, source: str, destination: str) -> int:
        """The same with every address that NAT may put into a packet."""
        return self.ports(source, destination) | together(
            self._naive.on_the_wire(source, destination, lax=True).values()
        )

    def through(self, source: str, destination: str) -> int:
        """What the gateway lets through."""
        interfaces = behind(self.world, source), behind(self.world, destination)
        if None in interfaces or interfaces[0] == interfaces[1]:
            return 0
        return together(self._gateway.opened(source, destination).values())


def together(masks: Iterable[int]) -> int:
    found = 0
    for one in masks:
        found |= one
    return found


def told(flows: Iterable[Mapping[str, Any]], source: str, destination: str) -> int:
    """The ports that a comparison names for two addresses."""
    return together(
        mask(PortRange.parse(port) for port in flow["ports"])
        for flow in flows
        if within(source, flow["source"]["addresses"]) and within(destination, flow["destination"]["addresses"])
    )


def within(address: str, networks: Iterable[str]) -> bool:
    return any(ipaddress.ip_address(address) in ipaddress.ip_network(network) for network in networks)


@st.composite
def changes(draw: st.DrawFn) -> tuple[World, World]:
    """A deployment, and what has become of it: other settings, or other hosts, too."""
    one, other = draw(worlds()), draw(worlds())
    fields = draw(st.lists(st.sampled_from(FIELDS), min_size=1, max_size=3, unique=True))
    if draw(st.booleans()):
        return one, dataclasses.replace(one, **{name: getattr(other, name) for name in fields if name != "extra"})
    names = {host.name for host in one.machines} & {host.name for host in other.machines}
    # Extra flows may name hosts that the other deployment lacks.
    return one, (other if names else one)


@FEWER
@given(changes(), st.randoms(use_true_random=False))
def test_comparisons(both: tuple[World, World], chance: Any) -> None:
    before, after = (Allowed(world) for world in both)
    result = compare(before.state, after.state)
    here = result["gateways"].get("gw", {"allowed": [], "denied": []})
    for source, destination in {*some_pairs(both[0], chance, 60), *some_pairs(both[1], chance, 60)}:
        if (":" in source) != (":" in destination):
            continue
        if any(one.itself(source, destination) for one in (before, after)):
            continue
        old, new = before.ports(source, destination), after.ports(source, destination)
        assert told(result["allowed"], source, destination) == new & ~old, (source, destination)
        assert told(result["denied"], source, destination) == old & ~new, (source, destination)
        crossing = before.through(source, destination), after.through(source, destination)
        anywhere = before.wire(source, destination), after.wire(source, destination)
        for flows, (was, now), (listed_was, listed_now) in (
            (here["allowed"], crossing, anywhere),
            (here["denied"], crossing[::-1], anywhere[::-1]),
        ):
            named = told(flows, source, destination)
            assert not named & ~(now & ~was), (source, destination)
            assert not (now & ~was) & ~(listed_now & ~listed_was) & ~named, (source, destination)


@FEWER
@given(worlds())
def test_a_deployment_does_not_differ_from_itself(world: World) -> None:
    state = Allowed(world).state
    assert compare(state, state)["text"] == ["No flow differs."]


@FEWER
@given(worlds(), st.randoms(use_true_random=False))
def test_extra_flows_that_can_go(world: World, chance: Any) -> None:
    """Without those that are told nothing is closed; without any other one something is."""
    state = Allowed(world).state
    covered = covered_flows(*state)
    gone = {int(one.flow.place.partition("[")[2].rstrip("]")) for one in covered}
    rest = tuple(flow for number, flow in enumerate(world.extra) if number not in gone)
    without = Allowed(dataclasses.replace(world, extra=rest))
    pairs = [(s, d) for s in interesting_addresses(world) for d in interesting_addresses(world)]
    chance.shuffle(pairs)
    whole = Allowed(world)
    for source, destination in pairs[:400]:
        if not whole.itself(source, destination) and (":" in source) == (":" in destination):
            assert whole.ports(source, destination) == without.ports(source, destination), (source, destination)
    for number, flow in enumerate(rest):
        less = Snapshot(planner_of(dataclasses.replace(world, extra=rest[:number] + rest[number + 1 :])), Firewalls({}))
        closed = compare(without.state, less)["denied"]
        over = "expires" in flow and flow["expires"] < str(TODAY)
        assert bool(closed) != over, flow
