# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which of two chains the kernel asks first, whatever their priorities say, and what the evaluator says of it."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from typing import Any, Final

import pytest

from ansible_collections.portledger.qradar.plugins.module_utils._packets.boxes import bounds
from ansible_collections.portledger.qradar.plugins.module_utils._packets.path import Gathered
from ansible_collections.portledger.qradar.plugins.module_utils._packets.trace import earlier_doubt, trace
from tests.lab.evaluation.evaluate import TARGET
from tests.lab.evaluation.releases import inside
from tests.lab.plays.direct import DirectHost
from tests.lab.world.lab import Lab, RunningNode
from tests.lab.world.labs import RULES

ADDRESS: Final = "198.19.1.11"
RULES_OF: Final = {"nat": "tcp dport 80 counter redirect to :8080", "filter": "tcp dport 80 counter drop"}
PRIORITIES: Final = (-199, -150, -101, -100, -99, -50, 0)
ASKED: Final = 60
SEND: Final = f"""
import socket
with socket.socket() as one:
    one.settimeout(0.05)
    try:
        one.connect(("{ADDRESS}", 80))
    except OSError:
        pass
"""


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    with Lab.start(RULES) as lab:
        yield lab


def asked_first(lab: Lab) -> set[str]:
    """Tables whose rule a packet to port 80 comes to: behind that one, it goes no further as it was."""
    lab["sender"].run(["python3", "-c", SEND])
    entries = json.loads(lab[TARGET].run(["nft", "-j", "list", "ruleset"]).stdout)["nftables"]
    found = set()
    for entry in entries:
        for one in entry.get("rule", {}).get("expr", []):
            if one.get("counter", {}).get("packets"):
                found.add(entry["rule"]["table"])
    return found


def said(node: RunningNode) -> tuple[set[str], set[str]]:
    """Tables of which it is said for certain that their rule is come to, and of which it is said why that is unsure."""
    host = DirectHost(node, inside(node))
    paths, _unread = Gathered(host).paths("host")
    path = paths["ipv4"]
    box: list[Any] = list(bounds("ipv4", len(path.interfaces)))
    box[0], box[4] = (6, 6), (80, 80)
    box[5] = (path.interfaces.number("near"),) * 2
    _passed, walks = trace(path.hooked, [tuple(box)])
    effects = [effect for walk in walks for effect in walk.effects]
    unsure = {one.hooked.chains.name.split()[-1] for one in effects if earlier_doubt(walks, one)}
    return {one.hooked.chains.name.split()[-1] for one in effects if one.sure}, unsure


def test_what_is_certain_is_what_the_kernel_does(lab: Lab) -> None:
    chance, node, certain, open_ = random.Random(20261129), lab[TARGET], 0, 0
    for _number in range(ASKED):
        kinds = [chance.choice(("nat", "filter")), "nat"]
        chance.shuffle(kinds)
        names = chance.sample("ab", 2)
        priorities = [chance.choice(PRIORITIES), chance.choice(PRIORITIES)]
        if chance.random() < 0.4:
            priorities[0] = priorities[1] = -100
        text = "flush ruleset\n"
        for name, kind, priority in zip(names, kinds, priorities, strict=True):
            chain = f"type {kind} hook prerouting priority {priority};"
            text += f"table ip {name} {{ chain c {{ {chain} {RULES_OF[kind]}; }}; }}\n"
        node.run(["nft", "-f", "-"], stdin=text)
        sure, unsure = said(node)
        first = asked_first(lab)
        assert len(first) == 1, text
        if sure:
            assert (sure, unsure) == (first, set()), text
            certain += 1
        else:
            # Nobody can see which of the two was made last.
            assert unsure == {"a", "b"}, text
            open_ += 1
    assert certain > ASKED // 3
    assert open_ > ASKED // 6
