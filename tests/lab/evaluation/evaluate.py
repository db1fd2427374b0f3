# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Loads rulesets, and compares what the collection's evaluator says of packets with what becomes of them."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from ansible_collections.portledger.qradar.plugins.module_utils._packets.boxes import TCP, UDP, bounds
from ansible_collections.portledger.qradar.plugins.module_utils._packets.evaluate import trace
from ansible_collections.portledger.qradar.plugins.module_utils._packets.path import read_paths
from tests.lab.evaluation.random_rules import MAKERS, PORTS, Ruleset
from tests.lab.plays.direct import DirectHost
from tests.lab.traffic import ports as portsets
from tests.lab.traffic.packets import ICMP, ICMPV6, source_port
from tests.lab.traffic.probe import probe
from tests.lab.world.lab import Lab
from tests.lab.world.labs import RULES
from tests.lab.world.topology import Address, Node

TARGET: Final = "target"

# What rules name, and what lies beside it.
_BESIDE: Final = {port for one in PORTS for port in (one - 1, one, one + 1, one + 601)}

PROBED: Final = tuple(sorted(port for port in _BESIDE if 0 < port < 65536))

_CLEAN: Final = (
    *(
        ("sh", "-c", f"{tool} -t {table} -F; {tool} -t {table} -X")
        for tool in ("iptables", "ip6tables")
        for table in ("raw", "mangle", "filter", "security")
    ),
    ("nft", "flush", "ruleset"),
    ("sh", "-c", "ipset destroy || { sleep 0.2; ipset destroy; }"),
)


@dataclass
class Verdict:
    """What a ruleset showed. wrong: for people; unsure: rules whose outcome the evaluator leaves open."""

    number: int
    packets: int = 0
    passed: int = 0
    false_opens: int = 0
    false_closes: int = 0
    wrong: list[str] = field(default_factory=list)
    unsure: list[str] = field(default_factory=list)

    @property
    def good(self) -> bool:
        return not (self.false_opens or self.false_closes or self.unsure)


def know_neighbours(lab: Lab) -> None:
    """Rules at random drop what finds neighbours, too; what is asked about is what passes FORWARD, not what follows."""
    for node in lab.nodes():
        for interface in node.node.interfaces if node.node.name != TARGET else ():
            for address in interface.addresses:
                device = interface.network.name
                lab[TARGET].run(["ip", "neigh", "replace", str(address), "lladdr", interface.mac, "dev", device])


def load(lab: Lab, ruleset: Ruleset) -> None:
    """Put a ruleset in the place of whatever there is."""
    node = lab[TARGET]
    node.run(["sh", "-c", "; ".join(" ".join(f"'{part}'" for part in one) for one in _CLEAN)], check=False)
    for command, text in ruleset.commands:
        node.run(list(command), stdin=text)


class Evaluated:
    """The evaluator's answers about the rules that are loaded now."""

    def __init__(self, lab: Lab) -> None:
        host = DirectHost(lab[TARGET])
        self.paths = {}
        for scope in ("host", "gateway"):
            self.paths[scope], self.unread = read_paths(host, scope)
        self.unsure: set[str] = set()
        self._known: dict[tuple[str, str, str], int] = {}

    def mask(
        self, source: Node, source_address: Address, destination: Node, destination_address: Address, transport: str
    ) -> int:
        """Ports that pass, as probe() wants to know it."""
        scope = "host" if destination.name == TARGET else "gateway"
        key = (str(source_address), str(destination_address), transport)
        if key not in self._known:
            came = "far" if source.name == "behind" else "near"
            goes = "far" if destination.name == "behind" else "near"
            self._known[key] = self._ask(scope, source_address, destination_address, transport, (came, goes))
        return self._known[key]

    def _ask(self, scope: str, source: Address, destination: Address, transport: str, ways: tuple[str, str]) -> int:
        family = f"ipv{source.version}"
        path = self.paths[scope][family]
        echo = (ICMP, 8) if source.version == 4 else (ICMPV6, 128)
        protocol = {"tcp": TCP, "udp": UDP}.get(transport, echo[0])
        asked = [(0, echo[1])] if transport == "icmp" else [(port, port) for port in PROBED]
        box: list[Any] = list(bounds(family, len(path.interfaces)))
        box[0] = (protocol, protocol)
        box[1], box[2] = ((int(one), int(one)) for one in (source, destination))
        box[5], box[6] = ((path.interfaces.number(name),) * 2 for name in ways)
        bits = 0
        for port, number in asked:
            box[3] = (0, 0) if transport == "icmp" else (source_port(port),) * 2
            box[4] = (number, number)
            passed, walks = trace(path.hooked, [tuple(box)])
            self.unsure.update(str(one.rule.text) for walk in walks for one in walk.effects if not one.sure)
            if passed:
                bits |= 1 << port
        return bits


def compare(lab: Lab, number: int) -> Verdict:
    """The rules that are loaded now."""
    evaluated = Evaluated(lab)
    verdict = Verdict(number)
    found = probe(lab, PROBED, expected=evaluated.mask)
    nodes = lab.topology.nodes
    for pair in found.pairs:
        if TARGET not in (pair.destination,) and pair.source == TARGET:
            # It goes out of the target, and never comes in.
            continue
        for transport in ("tcp", "udp", "icmp"):
            ends = (nodes[pair.source], pair.source_address, nodes[pair.destination], pair.destination_address)
            said = evaluated.mask(*ends, transport)
            real = found.mask(pair.source_address, pair.destination_address, transport)
            verdict.packets += 1 if transport == "icmp" else len(PROBED)
            verdict.passed += real.bit_count()
            verdict.false_opens += (said & ~real).bit_count()
            verdict.false_closes += (real & ~said).bit_count()
            for word, bits in (("open", said & ~real), ("close", real & ~said)):
                if bits:
                    ports = portsets.members(bits)[:5]
                    verdict.wrong.append(
                        f"false {word}: {pair.source_address} to {pair.destination_address} {transport} {ports}"
                    )
    verdict.unsure = sorted(evaluated.unsure) + evaluated.unread
    return verdict


def evaluate(kind: str, numbers: Sequence[int], seed: int) -> Iterator[tuple[Verdict, Ruleset]]:
    """Judge rulesets of one kind."""
    with Lab.start(RULES) as lab:
        know_neighbours(lab)
        for number in numbers:
            ruleset = MAKERS[kind](random.Random(f"{seed} {kind} {number}")).ruleset()
            load(lab, ruleset)
            yield compare(lab, number), ruleset
