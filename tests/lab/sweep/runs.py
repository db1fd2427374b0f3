# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sweeps of a lab with each provider, hosts and gateways each alone, too; and of rules that were damaged before."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from tests.lab.damage.swept_rules.damages import PORTS, SIDES, damages
from tests.lab.demo.screen import Screen
from tests.lab.hosts.providers import Provider
from tests.lab.oracle.guard import Guard, guards_of, put_in_force
from tests.lab.oracle.oracle import Oracle
from tests.lab.sweep.sweep import one_of_each_kind, sweep
from tests.lab.sweep.swept import Swept
from tests.lab.traffic.probe import every_pair
from tests.lab.world.lab import Lab
from tests.lab.world.labs import LABS

_SHOWN = 20
_FORM = "{:<11}{:<20}{:>5}{:>13}{:>11}{:>13}{:>13}{:>7}{:>8}{:>6}{:>5}{:>7}"

_HEAD = (
    "provider",
    "in force",
    "pairs",
    "packets",
    "listed",
    "dropped",
    "others",
    "opens",
    "closes",
    "lost",
    "s",
    "cpu s",
)

_MUTATED = "{:<11}{:<38}{:>14}{:>14}{:>8}  {}"


class Counted:
    """Sweeps said line by line, and whether all were as they have to be."""

    def __init__(self, screen: Screen) -> None:
        self._screen = screen
        self.wrong = 0

    def swept(self, lab: Lab, provider: Provider, guard: Guard, swept: Swept) -> None:
        counts = (swept.listed, swept.dropped, swept.untouched, swept.false_opens, swept.false_closes, swept.lost)
        numbers = [f"{number:,}" for number in (swept.pairs, swept.sent, *counts)]
        line = _FORM.format(str(provider), str(guard), *numbers, f"{swept.seconds:.0f}", f"{swept.processor:.0f}")
        self._screen.say(line, style="" if swept.exact else "red")
        for mistake in swept.mistakes(lab.topology)[:_SHOWN]:
            self._screen.say(f"    {mistake}", style="red")
        self.wrong += not swept.exact

    def mutated(self, provider: Provider, name: str, swept: Swept, found: bool) -> None:
        counts = [f"{number:,}" for number in (swept.false_opens, swept.false_closes)]
        words = "found, and nothing else" if found else "NOT FOUND, OR SOMETHING ELSE"
        line = _MUTATED.format(str(provider), name, *counts, f"{swept.seconds:.1f}", words)
        self._screen.say(line, style="" if found else "red")
        self.wrong += not found


def sweep_all(
    screen: Screen,
    path: Path,
    providers: Sequence[Provider],
    guards: Sequence[Guard],
    ports: Callable[[Oracle], Sequence[int]],
    each_kind: bool,
) -> bool:
    """Whether nothing was wrong, with any provider and guard. each_kind: one pair of addresses of each kind only."""
    counted = Counted(screen)
    screen.say(_FORM.format(*_HEAD))
    for provider in providers:
        with Lab.start(path, extra_variables=provider.variables) as lab, provider.prepared(lab):
            for guard in guards_of(provider):
                if guard not in guards:
                    continue
                put_in_force(lab, provider, guard)
                oracle = guard.oracle(lab.topology)
                pairs = every_pair(lab.topology)
                if each_kind:
                    pairs = one_of_each_kind(lab.topology, oracle, pairs)
                with screen.step(f"{provider}, {guard}") as progress:
                    swept = sweep(lab, oracle, pairs, ports(oracle), progress)
                counted.swept(lab, provider, guard, swept)
    return not counted.wrong


def find_damages(screen: Screen, providers: Sequence[Provider], ports: Sequence[int]) -> bool:
    """Whether each mistake was found exactly. Pairs are those whose packets pass the node where it was made."""
    counted = Counted(screen)
    screen.say(_MUTATED.format("provider", "mistake", "false opens", "false closes", "s", ""))
    for provider in providers:
        with Lab.start(LABS / "small.yml", extra_variables=provider.variables) as lab, provider.prepared(lab):
            for guard in SIDES:
                if guard not in guards_of(provider):
                    continue
                put_in_force(lab, provider, guard)
                oracle = guard.oracle(lab.topology)
                for damage in damages(guard):
                    with damage.made(lab, provider):
                        swept = sweep(lab, oracle, damage.pairs(lab), ports)
                    found = (swept.opens, swept.closes) == damage.expected(lab, oracle, ports) and not swept.lost
                    counted.mutated(provider, str(damage), swept, found)
                after = sweep(lab, oracle, every_pair(lab.topology), PORTS)
                counted.mutated(provider, f"none, {guard}", after, after.exact)
    return not counted.wrong
