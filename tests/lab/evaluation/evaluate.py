# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Loads rulesets, and compares what the collection's evaluator says of packets with what becomes of them."""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from ansible_collections.portledger.qradar.plugins.module_utils._packets.boxes import TCP, UDP, bounds
from ansible_collections.portledger.qradar.plugins.module_utils._packets.evaluate import SURE, TRANSLATE
from ansible_collections.portledger.qradar.plugins.module_utils._packets.path import Gathered
from ansible_collections.portledger.qradar.plugins.module_utils._packets.trace import trace
from tests.lab.evaluation.makers import MAKERS
from tests.lab.evaluation.random_rules import PORTS, Ruleset
from tests.lab.evaluation.releases import inside, versions, with_programs
from tests.lab.plays.direct import DirectHost
from tests.lab.traffic import ports as portsets
from tests.lab.traffic.forget import forget_connections
from tests.lab.traffic.jobs import Result
from tests.lab.traffic.packets import ICMP, ICMPV6, source_port
from tests.lab.traffic.probe import probe, start_workers
from tests.lab.traffic.workers import Workers
from tests.lab.world.kernel_log import silent_namespaces
from tests.lab.world.lab import Lab, RunningNode
from tests.lab.world.labs import RULES
from tests.lab.world.topology import Address, LabError, Node

TARGET: Final = "target"
_ATTEMPTS: Final = 30
_SECONDS: Final = 300

# What rules name, and what lies beside it.
_BESIDE: Final = {port for one in PORTS for port in (one - 1, one, one + 1, one + 601)}

PROBED: Final = tuple(sorted(port for port in _BESIDE if 0 < port < 65536))
_MASK: Final = portsets.mask(PROBED)

_CLEAN: Final = (
    *(
        ("sh", "-c", f"{tool} -t {table} -F; {tool} -t {table} -X")
        for tool in ("iptables", "ip6tables")
        for table in ("raw", "mangle", "filter", "security")
    ),
    ("nft", "flush", "ruleset"),
    ("sh", "-c", "ipset destroy || { sleep 0.2; ipset destroy; }"),
)

_OLDER: Final = "".join(
    f"*{table}\n" + "".join(f":{chain} ACCEPT [0:0]\n" for chain in chains) + "COMMIT\n"
    for table, chains in {
        "raw": ("PREROUTING", "OUTPUT"),
        "mangle": ("PREROUTING", "INPUT", "FORWARD", "OUTPUT", "POSTROUTING"),
        "filter": ("INPUT", "FORWARD", "OUTPUT"),
        "security": ("INPUT", "FORWARD", "OUTPUT"),
    }.items()
)


@dataclass
class Verdict:
    """What a ruleset showed.

    wrong: for people; unsure: rules whose outcome the evaluator leaves open, and why; why: of how many packets, by
    reason; refused: what the programs say that do not take it.
    """

    number: int
    packets: int = 0
    passed: int = 0
    false_opens: int = 0
    false_closes: int = 0
    maybe: int = 0
    wrong: list[str] = field(default_factory=list)
    unsure: list[tuple[str, str]] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)
    why: Counter[str] = field(default_factory=Counter)
    refused: str = ""

    @property
    def good(self) -> bool:
        return not (self.false_opens or self.false_closes)


def know_neighbours(lab: Lab) -> None:
    """Rules at random drop what finds neighbours, too; what is asked about is what passes FORWARD, not what follows."""
    for node in lab.nodes():
        for interface in node.node.interfaces if node.node.name != TARGET else ():
            for address in interface.addresses:
                device = interface.network.name
                lab[TARGET].run(["ip", "neigh", "replace", str(address), "lladdr", interface.mac, "dev", device])


def load(node: RunningNode, ruleset: Ruleset) -> Ruleset:
    """Put a ruleset in the place of whatever there is, and return it.

    Raises:
        LabError: the programs refuse it.
    """
    programs = {command[0] for command, _text in ruleset.commands}
    if programs == {"sh"}:
        # firewalld replaces its own.
        forget_connections(node.lab[TARGET])
        for command, text in ruleset.commands:
            node.run(list(command), stdin=text, timeout=_SECONDS)
        return ruleset
    # What nft alone has loaded, it takes away alone: all rulesets of a kind are loaded by the same programs.
    some = _CLEAN if programs != {"nft"} else (("nft", "flush", "ruleset"),)
    clean = [" ".join(f"'{part}'" for part in one) for one in some]
    if any("legacy" in program for program in programs):
        older = [f"printf '%s' '{_OLDER}' | {tool}-legacy-restore" for tool in ("iptables", "ip6tables")]
        # Sets stay as long as rules have them.
        clean = [*older, *clean]
    node.run(["sh", "-c", "; ".join(clean)], check=False)
    forget_connections(node.lab[TARGET])
    for command, text in ruleset.commands:
        node.run(list(command), stdin=text)
    return ruleset


def load_known(node: RunningNode, ruleset: Ruleset) -> Ruleset:
    """The same without the lines that a release of nft refuses, as it names them.

    Raises:
        LabError: the programs refuse it all the same.
    """
    for _attempt in range(_ATTEMPTS):
        try:
            return load(node, ruleset)
        except LabError as error:
            numbers = {int(number) for number in re.findall(r"/dev/stdin:(\d+):", str(error))}
            (command, text), *others = ruleset.commands
            lines = text.split("\n")
            if not numbers and "BUG: " in str(error):
                # It names no line when it ends itself: intervals in concatenations, in 0.9.8.
                numbers = {number for number, line in enumerate(lines, 1) if " . " in line}
            dropped = {number for number in numbers if lines[number - 1][-1:] not in ("", "{")}
            if others or not dropped:
                raise
            kept = [line for number, line in enumerate(lines, 1) if number not in dropped]
            ruleset = Ruleset(((command, "\n".join(kept)),))
    return load(node, ruleset)


class Evaluated:
    """The evaluator's answers about the rules that are loaded now."""

    def __init__(self, node: RunningNode) -> None:
        host = DirectHost(node, inside(node))
        self.paths = {}
        gathered = Gathered(host)
        for scope in ("host", "gateway"):
            self.paths[scope], self.unread = gathered.paths(scope)
        self.unsure: set[tuple[str, str]] = set()
        self.why: dict[tuple[str, str, str], Counter[str]] = {}
        self._known: dict[tuple[str, str, str], tuple[int, int]] = {}

    def mask(
        self, source: Node, source_address: Address, destination: Node, destination_address: Address, transport: str
    ) -> int:
        """Ports that pass for certain, as probe() wants to know it."""
        return self.masks(source, source_address, destination, destination_address, transport)[0]

    def masks(
        self, source: Node, source_address: Address, destination: Node, destination_address: Address, transport: str
    ) -> tuple[int, int]:
        """Ports that pass for certain, and those that may pass."""
        scope = "host" if destination.name == TARGET else "gateway"
        key = (str(source_address), str(destination_address), transport)
        if key not in self._known:
            came = "far" if source.name == "behind" else "near"
            goes = "far" if destination.name == "behind" else "near"
            self._known[key] = self._ask(scope, source_address, destination_address, transport, (came, goes))
        return self._known[key]

    def _ask(
        self, scope: str, source: Address, destination: Address, transport: str, ways: tuple[str, str]
    ) -> tuple[int, int]:
        family = f"ipv{source.version}"
        path = self.paths[scope][family]
        echo = (ICMP, 8) if source.version == 4 else (ICMPV6, 128)
        protocol = {"tcp": TCP, "udp": UDP}.get(transport, echo[0])
        asked = [(0, echo[1])] if transport == "icmp" else [(port, port) for port in PROBED]
        box: list[Any] = list(bounds(family, len(path.interfaces)))
        box[0] = (protocol, protocol)
        box[1], box[2] = ((int(one), int(one)) for one in (source, destination))
        box[5], box[6] = ((path.interfaces.number(name),) * 2 for name in ways)
        certain = maybe = 0
        why = self.why[str(source), str(destination), transport] = Counter()
        together: dict[int, list[tuple[int, int]]] = {}
        for port, number in asked:
            together.setdefault(0 if transport == "icmp" else source_port(port), []).append((port, number))
        for source_number, some in together.items():
            box[3] = (source_number, source_number)
            box[4] = (min(number for _port, number in some), max(number for _port, number in some))
            passed, walks = trace(path.hooked, [tuple(box)])
            effects = [one for walk in walks for one in walk.effects]
            for port, number in some:
                through = [known for one, known in passed if one[4][0] <= number <= one[4][1]]
                here = [one for one in effects if any(low[4][0] <= number <= low[4][1] for low in one.boxes)]
                if through and all(known == SURE for known in through):
                    certain |= 1 << port
                elif through or any(one.verdict == TRANSLATE and not one.sure for one in here):
                    # What is translated goes to nobody here.
                    maybe |= 1 << port
                    doubts = [
                        (str(rule.text), str(rule.unsure or "what becomes of packets"))
                        for walk in walks
                        for rule, boxes in walk.doubts
                        if any(low[4][0] <= number <= low[4][1] for low in boxes)
                    ]
                    self.unsure.update(doubts)
                    why.update({reason for _text, reason in doubts} or {"no reason"})
        return certain, maybe


def compare(node: RunningNode, number: int, workers: Workers[Result] | None = None) -> Verdict:
    """The rules that are loaded now."""
    lab = node.lab
    evaluated = Evaluated(node)
    verdict = Verdict(number)
    found = probe(lab, PROBED, expected=evaluated.mask, workers=workers)
    nodes = lab.topology.nodes
    for pair in found.pairs:
        if TARGET not in (pair.destination,) and pair.source == TARGET:
            # It goes out of the target, and never comes in.
            continue
        for transport in ("tcp", "udp", "icmp"):
            ends = (nodes[pair.source], pair.source_address, nodes[pair.destination], pair.destination_address)
            certain, maybe = evaluated.masks(*ends, transport)
            real = found.mask(pair.source_address, pair.destination_address, transport)
            # A rule may write a port that no packet was sent to.
            real &= 1 if transport == "icmp" else _MASK
            verdict.packets += 1 if transport == "icmp" else len(PROBED)
            verdict.passed += real.bit_count()
            verdict.maybe += maybe.bit_count()
            verdict.why.update(evaluated.why[str(pair.source_address), str(pair.destination_address), transport])
            wrong = {"open": certain & ~real, "close": real & ~certain & ~maybe}
            verdict.false_opens += wrong["open"].bit_count()
            verdict.false_closes += wrong["close"].bit_count()
            for word, bits in wrong.items():
                if bits:
                    ports = portsets.members(bits)[:5]
                    verdict.wrong.append(
                        f"false {word}: {pair.source_address} to {pair.destination_address} {transport} {ports}"
                    )
    verdict.unsure, verdict.unread = sorted(evaluated.unsure), evaluated.unread
    return verdict


def evaluate(
    kind: str, numbers: Sequence[int], seed: int, folder: Path | None = None, told: dict[str, str] | None = None
) -> Iterator[tuple[Verdict, Ruleset]]:
    """Judge rulesets of one kind.

    Args:
        kind: its name.
        numbers: of the rulesets.
        seed: another one gives other rulesets.
        folder: root file system whose programs load and list the rules; None: this machine's.
        told: is given the versions of these programs.
    """
    with Lab.start(RULES) as lab, start_workers(lab, PROBED) as workers:
        know_neighbours(lab)
        node = with_programs(lab[TARGET], folder)
        if told is not None:
            told.update(versions(node))
        for number in numbers:
            ruleset = MAKERS[kind](random.Random(f"{seed} {kind} {number}")).ruleset()
            try:
                ruleset = load(node, ruleset) if folder is None else load_known(node, ruleset)
            except LabError as error:
                if folder is None:
                    # Rulesets are written for this machine's programs.
                    raise
                yield Verdict(number, refused=str(error)), ruleset
                continue
            with silent_namespaces():
                verdict = compare(node, number, workers)
            yield verdict, ruleset
