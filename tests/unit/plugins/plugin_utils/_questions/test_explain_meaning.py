# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Answers about small random deployments are what the plans of their hosts and gateways say, packet by packet.

What an answer says would open a port is done to the inventory, and the plans made anew have to open it.
"""

from __future__ import annotations

import copy
import ipaddress
from collections.abc import Iterable, Mapping
from typing import Any

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from ansible_collections.portledger.qradar.plugins.plugin_utils._base.ports import PortRange
from ansible_collections.portledger.qradar.plugins.plugin_utils._catalog.catalog import load_catalog
from ansible_collections.portledger.qradar.plugins.plugin_utils._inventory.firewalls import Firewalls
from ansible_collections.portledger.qradar.plugins.plugin_utils._inventory.read import read_deployment
from ansible_collections.portledger.qradar.plugins.plugin_utils._plan.planner import Planner
from ansible_collections.portledger.qradar.plugins.plugin_utils._questions.explain import explain
from ansible_collections.portledger.qradar.tests.unit.plugins.plugin_utils._plan.test_planner_meaning import (
    GROUPS,
    NETWORKS,
    PARTIES,
    SLOW,
    TODAY,
    Packets,
    behind,
    interesting_addresses,
    some_pairs,
    whole,
    worlds,
)
from ansible_collections.portledger.qradar.tests.unit.plugins.plugin_utils.naive import World, mask

PORTS = (
    *("icmp", "tcp/22", "tcp/443", "tcp/514", "udp/514", "tcp/32006", "tcp/7676", "tcp/8443", "udp/8443", "tcp/1"),
    *("tcp/40913", "tcp/40000", "tcp/36000", "udp/5", "tcp/33005", "tcp/26000", "tcp/7805", "udp/7789", "tcp/135"),
    *("tcp/12500", "tcp/15433", "udp/162", "tcp/10000", "tcp/2049", "tcp/4333", "tcp/8080", "tcp/32100", "udp/9"),
)
FEWER = settings(
    SLOW,
    max_examples=25,
    suppress_health_check=[*SLOW.suppress_health_check, HealthCheck.large_base_example],
)
POLICIES = ("drop", "log", "leave")


class Judges:
    """Hosts and the gateway, each with its plan, asked packet by packet."""

    def __init__(self, world: World, planner: Planner, options: Mapping[str, Mapping[str, str]]) -> None:
        self._world = world
        self._options = options
        self._hosts = {machine.name: Packets(planner.plan(machine.name, "host")) for machine in world.machines}
        self._gateway = Packets(planner.plan("gw", "gateway"))

    def owners(self, address: str) -> set[str]:
        return {machine.name for machine in self._world.machines if address in machine.everywhere}

    def services(self, flows: Mapping[Any, int], port: str) -> set[tuple[str, int | None]]:
        return {name[:2] for name, ports in flows.items() if ports & mask([PortRange.parse(port)])}

    def verdict_at(self, name: str, source: str, port: str) -> tuple[str, str, frozenset[Any]]:
        """What a host does with a packet."""
        accepting = self.services(self._hosts[name].opened(source, None), port)
        verdict = "accept" if accepting else self._options.get(name, {}).get("host_firewall_unlisted", "drop")
        return name, verdict, frozenset(accepting)

    def verdicts(self, source: str, destination: str, port: str) -> set[tuple[str, str, frozenset[Any]]]:
        """Name, verdict and accepting services of everybody who judges a packet, a host's way to itself left out."""
        senders, receivers = self.owners(source), self.owners(destination)
        found = set()
        for name in receivers - senders or receivers:
            found.add(self.verdict_at(name, source, port))
        interfaces = behind(self._world, source), behind(self._world, destination)
        if interfaces[0] != interfaces[1] and None not in interfaces:
            accepting = self.services(self._gateway.opened(source, destination), port)
            word, default = ("unlisted", "drop") if receivers else ("egress", "leave")
            verdict = "accept" if accepting else self._options["gw"].get(f"gateway_firewall_{word}", default)
            if not accepting and not senders and not receivers:
                verdict = "leave"
            found.add(("gw", verdict, frozenset(accepting)))
        return found

    def dropped_on_the_way(self, source: str, destination: str) -> bool:
        """Whether the gateway knows only one end, and drops what it does not know."""
        interfaces = behind(self._world, source), behind(self._world, destination)
        if interfaces[0] == interfaces[1] or None not in interfaces:
            return False
        if self.owners(destination):
            return self._options["gw"].get("gateway_firewall_unlisted", "drop") == "drop"
        return bool(self.owners(source)) and self._options["gw"].get("gateway_firewall_egress", "leave") == "drop"

    def overall(self, source: str, destination: str, port: str) -> str:
        found = overall(verdict for _name, verdict, _services in self.verdicts(source, destination, port))
        return "denied" if found != "unjudged" and self.dropped_on_the_way(source, destination) else found


def overall(verdicts: Iterable[str]) -> str:
    found = set(verdicts)
    if "drop" in found:
        return "denied"
    if found & {"log", "leave"}:
        return "left"
    return "allowed" if found else "unjudged"


def planner_of(inventory: Mapping[str, Mapping[str, Any]]) -> Planner:
    catalog = load_catalog()
    return Planner(read_deployment(inventory, GROUPS, catalog, today=TODAY), catalog)


def contains(end: Mapping[str, Any], address: str) -> bool:
    return any(ipaddress.ip_address(address) in ipaddress.ip_network(network) for network in end["addresses"])


@st.composite
def options(draw: st.DrawFn, world: World) -> dict[str, dict[str, str]]:
    words = st.sampled_from(POLICIES)
    of_hosts = {machine.name: {"host_firewall_unlisted": draw(words)} for machine in world.machines}
    return of_hosts | {"gw": {"gateway_firewall_unlisted": draw(words), "gateway_firewall_egress": draw(words)}}


@FEWER
@given(worlds(), st.data(), st.randoms(use_true_random=False))
def test_between_two_addresses(world: World, data: st.DataObject, chance: Any) -> None:
    policies = data.draw(options(world))
    planner = planner_of(world.inventory())
    judges, firewalls = Judges(world, planner, policies), Firewalls(policies)
    for source, destination in some_pairs(world, chance, 30):
        port = chance.choice(PORTS)
        answer = explain(planner, firewalls, source=whole(source), destination=whole(destination), port=port)
        if (":" in source) != (":" in destination):
            itself = judges.owners(source) and judges.owners(source) == judges.owners(destination)
            assert answer["verdict"] == ("allowed" if itself else "nobody")
            continue
        (only,) = answer["answers"]
        if judges.owners(source) and judges.owners(source) == judges.owners(destination):
            assert {one["why"] for one in only["judgements"]} == {"loopback"}
            continue
        told = {(one["name"], one["verdict"]) for one in only["judgements"]}
        expected = judges.verdicts(source, destination, port)
        assert told == {(name, verdict) for name, verdict, _accepting in expected}, (source, destination, port)
        assert only["verdict"] == answer["verdict"] == judges.overall(source, destination, port)
        for name, _verdict, accepting in expected:
            here = [flow for flow in only["flows"] if name in flow["hosts"] + flow["gateways"]]
            assert {(flow["service"], flow["row"]) for flow in here} == accepting, (source, destination, port)


@FEWER
@given(worlds(), st.data(), st.randoms(use_true_random=False))
def test_parts_of_an_answer_are_alike_and_complete(world: World, data: st.DataObject, chance: Any) -> None:
    """Between networks, parties and roles: each packet is in one answer, and that says what holds for it alone."""
    policies = data.draw(options(world))
    planner = planner_of(world.inventory())
    judges, firewalls = Judges(world, planner, policies), Firewalls(policies)
    networks = [*NETWORKS, *(party for party, listed in world.parties.items() if listed)]
    addresses = interesting_addresses(world)
    for _number in range(4):
        source, destination, port = chance.choice(networks), chance.choice(networks), chance.choice(PORTS)
        answers = explain(planner, firewalls, source=source, destination=destination, port=port)["answers"]
        for _packet in range(20):
            from_, to = chance.choice(addresses), chance.choice(addresses)
            if (":" in from_) != (":" in to) or not asked(world, from_, source) or not asked(world, to, destination):
                continue
            same = judges.owners(from_) and judges.owners(from_) == judges.owners(to)
            told = [one for one in answers if contains(one["source"], from_) and contains(one["destination"], to)]
            assert len(told) == 1, (source, destination, port, from_, to)
            assert told[0]["verdict"] == ("allowed" if same else judges.overall(from_, to, port))


def asked(world: World, address: str, word: str) -> bool:
    """Whether an address is what a network or a party means; of a party, a cluster address is both nodes."""
    listed, same = world.parties.get(word, [word]), {address}
    if word in PARTIES:
        same.update(*(machine.everywhere for machine in world.machines if address in machine.cluster))
    within = [ipaddress.ip_network(network) for network in listed]
    return any(ipaddress.ip_address(one) in network for one in same for network in within)


@FEWER
@given(worlds(), st.randoms(use_true_random=False))
def test_between_two_hosts(world: World, chance: Any) -> None:
    """By name: a host of another NAT group is seen by its public addresses."""
    planner = planner_of(world.inventory())
    judges, firewalls = Judges(world, planner, {"gw": {}}), Firewalls({})
    hosts = [machine for machine in world.machines if machine.name not in PARTIES and not machine.name[0].isdigit()]
    for _number in range(20):
        one, other, port = chance.choice(hosts), chance.choice(hosts), chance.choice(PORTS)
        if one is other or one.name in ("forensics", "risk_manager") or other.name in ("forensics", "risk_manager"):
            continue
        answer = explain(planner, firewalls, source=one.name, destination=other.name, port=port)
        packets = {
            (from_, to)
            for from_ in one.seen_from(other.nat)
            for to in other.own + other.cluster
            if (":" in from_) == (":" in to)
        }
        if not packets:
            assert answer["verdict"] in ("nobody", "unjudged") or not any(
                flow["hosts"] for part in answer["answers"] for flow in part["flows"]
            )
            continue
        told = {
            (judgement["verdict"], address)
            for part in answer["answers"]
            for judgement in part["judgements"]
            for address, _to in packets
            if judgement["name"] == other.name and contains(part["source"], address)
        }
        expected = {(judges.verdict_at(other.name, from_, port)[1], from_) for from_, _to in packets}
        assert told == expected, (one, other, port)


@FEWER
@given(worlds(), st.randoms(use_true_random=False))
def test_what_would_open_it_does(world: World, chance: Any) -> None:
    inventory = world.inventory()
    planner, firewalls = planner_of(inventory), Firewalls({})
    tried = 0
    for source, destination in some_pairs(world, chance, 12):
        port = chance.choice(PORTS)
        asked_for = {"source": whole(source), "destination": whole(destination), "port": port}
        answer = explain(planner, firewalls, **asked_for)
        for part in answer["answers"]:
            for remedy in part["remedies"]:
                changed = after(inventory, remedy["changes"], world)
                if changed is None:
                    continue
                tried += 1
                now = explain(planner_of(changed), Firewalls(changed), **asked_for)
                assert now["verdict"] == "allowed" or elsewhere(now) or unknown(now), (asked_for, remedy)
    assume(tried)


def elsewhere(answer: Mapping[str, Any]) -> bool:
    """Whether nobody judges it any more that did: what was opened is a host's way to itself, or no gateway's."""
    return answer["verdict"] == "unjudged"


def unknown(answer: Mapping[str, Any]) -> bool:
    """Whether all permit it now, and only a gateway that does not know one end is in the way, as the notes say."""
    parts = [part for part in answer["answers"] if part["verdict"] != "allowed"]
    accepted = all(one["verdict"] == "accept" for part in parts for one in part["judgements"])
    note = "List its network behind the interface that leads to it."
    return accepted and all(any(text.endswith(note) for text in part["notes"]) for part in parts)


def after(
    inventory: Mapping[str, Mapping[str, Any]], changes: Iterable[Mapping[str, Any]], world: World
) -> dict[str, dict[str, Any]] | None:
    """The inventory with changes made as a reader of the answer would; None for what he would not do here."""
    changed = copy.deepcopy({name: dict(variables) for name, variables in inventory.items()})
    for change in changes:
        variable, value, action = change["variable"], change["value"], change["action"]
        owners = change["hosts"] or list(changed)
        name, _dot, key = variable.partition(".")
        if "[" in name:  # qradar_extra_flows[2].expires
            number = int(name.partition("[")[2].rstrip("]"))
            for owner in owners:
                changed[owner]["qradar_extra_flows"][number][key] = "2099-12-31"
        elif name == "qradar_addresses":
            host = next((one for one in world.machines if one.is_a(change["role"]) and one.name in changed), None)
            if host is None:
                return None
            changed[host.name][name] = [*changed[host.name][name], *value]
        elif change["role"]:  # a host with a role that nobody has
            new = {**changed[world.machines[0].name], "qradar_roles": value, "qradar_addresses": ["198.18.200.1"]}
            for other in ("qradar_ha_peer", "qradar_cluster_addresses", "qradar_nat_group", "qradar_encrypted"):
                new.pop(other, None)
            changed["new"] = new | {"qradar_public_addresses": ["198.18.200.2"]}
        elif name == "qradar_ha_peer":
            changed[owners[0]][name], changed[owners[1]][name] = value
        elif action == "set":
            for owner in owners:
                changed[owner][name] = "7.2.5" if name == "qradar_version" else value
        elif action == "remove":
            for owner in owners:
                changed[owner][name] = [one for one in changed[owner][name] if one not in value]
        else:
            for owner in owners:
                held = changed[owner].get(name)
                if key:
                    held = dict(held or {})
                    held[key] = [*held.get(key, []), *value]
                else:
                    held = [*(held or []), *([value] if isinstance(value, Mapping) else value)]
                changed[owner][name] = held
    return changed
