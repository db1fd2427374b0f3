# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every port between every two addresses of a lab, for each provider, with hosts and gateways each alone, too.

With --mutated: mistakes of each kind in the loaded rules of the small lab, and whether a sweep finds exactly those.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from tests.lab.demo import Screen, choose_ports
from tests.lab.guard import GUARDS, Guard, guards_of, put_in_force
from tests.lab.lab import Lab
from tests.lab.mutations import PORTS, SIDES, mutations
from tests.lab.oracle import Oracle
from tests.lab.probe import every_pair
from tests.lab.providers import PROVIDERS, Provider
from tests.lab.swept import ALL_PORTS, Swept, one_of_each_kind, sweep
from tests.lab.topology import LabError

LABS = Path(__file__).parent / "labs"
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


def find_mutations(screen: Screen, providers: Sequence[Provider], ports: Sequence[int]) -> bool:
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
                for mutation in mutations(guard):
                    with mutation.made(lab, provider):
                        swept = sweep(lab, oracle, mutation.pairs(lab), ports)
                    found = (swept.opens, swept.closes) == mutation.expected(lab, oracle, ports) and not swept.lost
                    counted.mutated(provider, str(mutation), swept, found)
                after = sweep(lab, oracle, every_pair(lab.topology), PORTS)
                counted.mutated(provider, f"none, {guard}", after, after.exact)
    return not counted.wrong


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="tests.lab.sweep", description=__doc__)
    parser.add_argument("--lab", default="small", help="small, demo, or a lab's file (default: small)")
    parser.add_argument("--provider", action="append", choices=PROVIDERS, help="may be repeated (default: all)")
    parser.add_argument(
        "--guard", action="append", choices=list(map(str, GUARDS)), help="what is in force (default: all)"
    )
    parser.add_argument("--ports", choices=["all", "few"], default="all", help="few: as the demo's --quick")
    parser.add_argument("--pairs", choices=["all", "kinds"], default="all", help="kinds: one of each kind")
    parser.add_argument(
        "--mutated", action="store_true", help="make mistakes in the rules of the small lab, and find them"
    )
    options = parser.parse_args(arguments)
    screen = Screen()
    started = time.monotonic()
    providers = [PROVIDERS[name] for name in options.provider or PROVIDERS]
    few = options.ports == "few"
    try:
        if options.mutated:
            fine = find_mutations(screen, providers, PORTS if few else ALL_PORTS)
        else:
            named = LABS / f"{options.lab}.yml"
            fine = sweep_all(
                screen,
                named if named.exists() else Path(options.lab),
                providers,
                [guard for guard in GUARDS if not options.guard or str(guard) in options.guard],
                lambda oracle: choose_ports(oracle, quick=True)[0] if few else ALL_PORTS,
                options.pairs == "kinds",
            )
    except (LabError, OSError) as error:
        screen.say(str(error), style="red")
        return 2
    verdict = ("every mistake found" if options.mutated else "exact") if fine else "not as it has to be"
    screen.say(f"{verdict}; {time.monotonic() - started:.0f} s in all", style="bold green" if fine else "bold red")
    return 0 if fine else 1


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
