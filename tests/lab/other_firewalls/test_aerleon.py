# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What aerleon makes of flows, loaded on a gateway: it passes what our own ruleset passes, packet by packet."""

from __future__ import annotations

import datetime
import functools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import yaml

from ansible_collections.portledger.qradar.plugins.plugin_utils._other_firewalls.aerleon import aerleon_policy
from ansible_collections.portledger.qradar.plugins.plugin_utils._questions.flows import query_flows
from ansible_collections.portledger.qradar.plugins.plugin_utils._rulesets.offline import to_ruleset
from tests.lab.oracle.oracle import NOTHING, Masks, Oracle
from tests.lab.oracle.plans import make_planner
from tests.lab.oracle.readings import documented
from tests.lab.oracle.tried_ports import choose_ports
from tests.lab.traffic import ports as portsets
from tests.lab.traffic.probe import Pair, Reached, every_pair, probe
from tests.lab.world.lab import Lab, RunningNode
from tests.lab.world.labs import SMALL
from tests.lab.world.topology import Address, Node, Topology, load_topology
from tests.unit.plugins.plugin_utils._other_firewalls.aerleon_itself import generate
from tests.unit.plugins.plugin_utils._other_firewalls.plans import network

FAMILIES = {"ipv4": "iptables-restore", "ipv6": "ip6tables-restore"}
Load = Callable[[RunningNode], None]


def crossing(topology: Topology) -> list[Pair]:
    """Pairs of addresses on either side of the gateway, one of them of the deployment."""

    def place(name: str) -> str:
        node = topology.nodes[name]
        return "gateway" if node.forwards else node.interfaces[0].network.name

    return [
        pair
        for pair in every_pair(topology)
        if "gateway" not in (ends := {place(pair.source), place(pair.destination)})
        and len(ends) == 2
        and any(topology.is_qradar(topology.nodes[name]) for name in (pair.source, pair.destination))
    ]


def meant(flows: list[dict[str, Any]], source: Address, destination: Address) -> Masks:
    """What the flows say, read from their data alone."""
    masks = dict(NOTHING)
    for flow in flows:
        if all(
            any(address in network(one) for one in flow[word]["addresses"])
            for word, address in (("source", source), ("destination", destination))
        ):
            for port in flow["ports"]:
                transport, first, last = documented(port)
                masks[transport] |= portsets.mask_of(first, last)
    return masks


def load_nftables(flows: list[dict[str, Any]], node: RunningNode) -> None:
    text, _warnings = generate(aerleon_policy(flows))
    node.run(["nft", "-f", "-"], stdin=text)


def load_iptables(flows: list[dict[str, Any]], node: RunningNode) -> None:
    for family, program in FAMILIES.items():
        text, _warnings = generate(aerleon_policy(flows, {"speedway": "FORWARD DROP {family}"}, family))
        node.run([program], stdin=text)


def load_ours(plan: dict[str, Any], node: RunningNode) -> None:
    text = to_ruleset(plan, "nftables", egress="drop")
    assert isinstance(text, str)
    node.run(["nft", "-f", "-"], stdin=text)


def with_echo(folder: Path) -> Path:
    """The small lab, and echo requests from log sources to the console."""
    lab = yaml.safe_load(SMALL.read_text(encoding="utf-8"))
    lab["vars"]["qradar_extra_flows"] = [{"from": "log_sources", "to": "console", "ports": ["icmp"], "comment": "ping"}]
    path = folder / "echo.yml"
    path.write_text(yaml.safe_dump(lab), encoding="utf-8")
    return path


def test_it_passes_what_ours_passes(tmp_path: Path) -> None:
    path = with_echo(tmp_path)
    topology = load_topology(path)
    planner = make_planner(topology, datetime.date.today())
    flows = query_flows(planner, gateway="gateway")
    plan = planner.plan("gateway", "gateway")
    ports, _known = choose_ports(Oracle(topology), quick=True)
    pairs = crossing(topology)

    def expected(_from: Node, source: Address, _to: Node, destination: Address, transport: str) -> int:
        return meant(flows, source, destination)[transport]

    def passed(load: Load) -> Reached:
        with Lab.start(path) as lab:
            load(lab["gateway"])
            return probe(lab, ports, expected=expected, pairs=pairs)

    loads: dict[str, Load] = {
        "ours": functools.partial(load_ours, plan),
        "nftables": functools.partial(load_nftables, flows),
        "iptables": functools.partial(load_iptables, flows),
    }
    reached = {name: passed(load) for name, load in loads.items()}
    tried = portsets.mask(ports)
    some, echoes = 0, 0
    for pair in pairs:
        source, destination = pair.source_address, pair.destination_address
        for transport, mask in meant(flows, source, destination).items():
            wanted = mask if transport == "icmp" else mask & tried
            some += wanted != 0
            echoes += transport == "icmp" and wanted != 0
            for name, one in reached.items():
                assert one.mask(source, destination, transport) == wanted, (name, pair, transport)
    assert echoes == 2
    assert some >= 10
    assert some < 3 * len(pairs)
