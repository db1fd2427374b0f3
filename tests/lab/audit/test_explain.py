# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is explained is what packets do, and what a second reading of the rules says."""

from __future__ import annotations

import ipaddress
import random
from collections.abc import Iterator
from typing import Any

import pytest
from ansible.inventory.manager import InventoryManager
from ansible.parsing.dataloader import DataLoader
from ansible.vars.hostvars import HostVars
from ansible.vars.manager import VariableManager

from ansible_collections.portledger.qradar.plugins.plugin_utils._inventory.firewalls import Firewalls
from ansible_collections.portledger.qradar.plugins.plugin_utils._inventory.view import inventory_view
from ansible_collections.portledger.qradar.plugins.plugin_utils._plan.planner import Planner
from ansible_collections.portledger.qradar.plugins.plugin_utils._plan.planning import make_planner
from ansible_collections.portledger.qradar.plugins.plugin_utils._questions.explain import explain
from tests.lab.oracle.oracle import Oracle
from tests.lab.plays.playbook import run_playbook
from tests.lab.traffic import ports as portsets
from tests.lab.traffic.probe import Reached, probe
from tests.lab.world.lab import Lab
from tests.lab.world.labs import DEMO

PORTS = [22, 135, 162, 199, 427, 443, 514, 4333, 5432, 7676, 7789, 7805, 8000, 8080, 8443, 9995, 10000, 10514, 12500]
PORTS += [15432, 26000, 26001, 32006, 32100, 40901, 40912, 40914, 61000]
SEED = 5

AWKWARD = (
    # a pair, and the address that is both its nodes
    ("con2", "198.18.1.10", "tcp/7789", "allowed"),
    ("con1", "con2", "icmp", "allowed"),
    ("con1", "ep1", "icmp", "allowed"),
    ("ep1", "ep2", "icmp", "denied"),
    ("ep1", "198.18.1.10", "tcp/443", "allowed"),
    # encrypted, and not
    ("con1", "ep2", "tcp/7676", "denied"),
    ("con1", "ep1", "tcp/7676", "allowed"),
    ("ep2", "con1", "tcp/12500", "allowed"),
    ("ep1", "con1", "tcp/12500", "denied"),
    # the App Host
    ("con1", "app1", "tcp/26001", "allowed"),
    ("con1", "app1", "tcp/443", "denied"),
    ("dn1", "app1", "tcp/26000", "allowed"),
    ("dn1", "ep1", "tcp/26000", "denied"),
    # a party that overlaps the deployment
    ("ep1", "dn1", "udp/427", "allowed"),
    ("ec1", "dn1", "udp/427", "denied"),
    # local, unspecified, retired, left out, pinned elsewhere
    ("ep1", "con1", "tcp/8080", "denied"),
    ("198.18.2.11", "con1", "tcp/4333", "denied"),
    ("198.18.2.11", "con1", "tcp/10000", "denied"),
    ("198.18.22.71", "fc1", "udp/9995", "denied"),
    ("con1", "ep1", "tcp/40914", "denied"),
    ("con1", "ep1", "tcp/40912", "allowed"),
    # through gateways: strict about what leaves, listed between parties, nobody's business, extra flows of one family
    ("con1", "198.18.2.250", "tcp/443", "denied"),
    ("198.18.4.131", "198.18.22.151", "tcp/135", "allowed"),
    ("198.18.2.250", "198.18.4.151", "tcp/135", "left"),
    ("198.18.100.250", "ec1", "tcp/10514", "allowed"),
    ("2001:db8:100::250", "ec1", "tcp/10514", "denied"),
    # management
    ("198.18.3.11", "ec1", "tcp/22", "allowed"),
    ("198.18.3.25", "ec1", "tcp/22", "denied"),
)


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    with Lab.start(DEMO) as running:
        run = run_playbook(running, "playbooks/site.yml")
        assert run.ok, run.stdout
        yield running


@pytest.fixture(scope="module")
def reached(lab: Lab) -> Reached:
    oracle = Oracle(lab.topology)
    return probe(
        lab,
        PORTS,
        # What is lost on the way and should not be is sent again.
        expected=lambda _from, source, _to, destination, transport: oracle.verdict(source, destination).allowed[
            transport
        ],
        sources=ends(lab),
        destinations=ends(lab),
    )


@pytest.fixture(scope="module")
def state(lab: Lab) -> tuple[Planner, Firewalls]:
    loader = DataLoader()
    inventory = InventoryManager(loader=loader, sources=[str(lab.inventory)])
    hostvars = HostVars(inventory, VariableManager(loader=loader, inventory=inventory), loader)
    return make_planner(hostvars, inventory.get_groups_dict()), Firewalls(inventory_view(hostvars))


def ends(lab: Lab) -> list[str]:
    """Nodes but gateways: what they get and send themselves crosses nobody."""
    return [node.node.name for node in lab.nodes() if not node.node.forwards]


def arrived(reached: Reached, source: Any, destination: Any, port: str) -> bool:
    transport, _slash, number = port.partition("/")
    return number in ("", *map(str, portsets.members(reached.mask(source, destination, transport)))) and bool(
        reached.mask(source, destination, transport)
    )


@pytest.mark.parametrize(("source", "destination", "port", "verdict"), AWKWARD)
def test_awkward_questions(
    reached: Reached, state: tuple[Planner, Firewalls], source: str, destination: str, port: str, verdict: str
) -> None:
    answer = explain(*state, source=source, destination=destination, port=port)
    assert answer["verdict"] == verdict, answer["text"]
    pairs = [
        (pair.source_address, pair.destination_address)
        for pair in reached.pairs
        if source in (pair.source, str(pair.source_address))
        if destination in (pair.destination, str(pair.destination_address))
    ]
    assert pairs
    for one, other in pairs:
        assert arrived(reached, one, other, port) == (verdict != "denied"), (one, other)


def test_random_questions(lab: Lab, reached: Reached, state: tuple[Planner, Firewalls]) -> None:
    """Packets and the oracle: three ways to the same answer."""
    chance, oracle = random.Random(SEED), Oracle(lab.topology)
    counts = {"allowed": 0, "denied": 0, "left": 0, "unjudged": 0}
    for _number in range(500):
        pair = chance.choice(reached.pairs)
        port = chance.choice(("icmp", *(f"{t}/{p}" for t in ("tcp", "udp") for p in PORTS)))
        source, destination = pair.source_address, pair.destination_address
        answer = explain(
            *state,
            source=str(ipaddress.ip_network(source)),
            destination=str(ipaddress.ip_network(destination)),
            port=port,
        )
        counts[answer["verdict"]] += 1
        assert arrived(reached, source, destination, port) == (answer["verdict"] != "denied"), answer["text"]
        transport, _slash, number = port.partition("/")
        listed = oracle.verdict(source, destination).listed[transport] >> int(number or 0) & 1
        assert bool(listed) == (answer["verdict"] == "allowed"), answer["text"]
    assert all(counts.values())
