# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Live rules, changed at random behind the collection's back: does an audit name each change, and invent none?

    PYTHONPATH=.venv/collections python -m tests.lab.drifts --runs 1000

Each run changes one thing, asks ruleset_info as the playbook audit.yml does, puts things right, and asks again: then
there must be nothing to tell. What has to be told is worked out from what was changed, by code that shares nothing with
what tells it.
"""

from __future__ import annotations

import argparse
import contextlib
import random
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from tests.lab._mutate_iptables import IPTABLES, QRADAR
from tests.lab._mutate_nftables import FIREWALLD, NFTABLES
from tests.lab._mutation import Ground, Mutation
from tests.lab.direct import Inside
from tests.lab.lab import Lab
from tests.lab.providers import PROVIDERS, Provider
from tests.lab.random_plan import random_plan
from tests.lab.test_site import SMALL

MUTATIONS: dict[str, dict[str, Callable[[Ground], Mutation | None]]] = {
    "iptables": IPTABLES,
    "qradar": QRADAR,
    "nftables": NFTABLES,
    "firewalld": FIREWALLD,
}
# The gateway of the provider qradar is one of iptables.
PLACES = [
    (provider, scope)
    for provider in PROVIDERS.values()
    for scope in ("host", "gateway")
    if (provider.name, scope) != ("qradar", "gateway")
]
# A plan for so many runs; then comes another.
_RUNS_OF_A_PLAN = 25


@dataclass
class Told:
    """What came of one mutation. missed: what should have been told; invented: what was told of nothing."""

    number: int
    provider: str
    scope: str
    kind: str
    what: str
    found: list[str] = field(default_factory=list)
    missed: list[str] = field(default_factory=list)
    invented: list[str] = field(default_factory=list)

    @property
    def good(self) -> bool:
        return not (self.missed or self.invented)

    def __str__(self) -> str:
        words = f"{self.number:5} {self.provider} {self.scope} {self.kind}: {self.what}"
        return words if self.good else f"{words}\n  missed: {self.missed}\n  invented: {self.invented}\n  {self.found}"


def lines_of(info: dict[str, Any]) -> list[str]:
    """What an audit tells of one host, a line each."""
    lines = list(info["difference"])
    for one in info["others"]:
        flows = "; ".join(one["flows"])
        lines.append(f"{one['effect']} {flows} ({one['family']}) by {one['place']}: {one['rule']}")
    return lines + [f"cannot be read: {text}" for text in info["unread"]]


@contextlib.contextmanager
def new_ground(provider: Provider, scope: str, chance: random.Random) -> Iterator[Ground]:
    """A lab with rules of a random plan on one node."""
    with Lab.start(SMALL) as lab, provider.prepared(lab):
        node = lab["console" if scope == "host" else "gateway"]
        name = provider.host if scope == "host" else provider.gateway
        with Inside(node) as inside:
            options = {
                "scope": scope,
                "provider": name,
                "state": "present",
                "unlisted": "drop",
                "egress": "leave",
                "management": ["198.18.9.0/24", "2001:db8:9::/64"],
                "confirm_seconds": 0,
                "plan": random_plan(chance, scope, ("core", "remote")),
            }
            yield Ground(node, inside, name, scope, options, chance)


def mutate(ground: Ground, kind: str, number: int) -> Told | None:
    """One run; None where this plan has nothing to change in this way."""
    before = lines_of(ground.info())
    mutation = MUTATIONS[ground.provider][kind](ground)
    if mutation is None:
        return None
    told = Told(number, ground.provider, ground.scope, kind, mutation.what)
    if [line for line in before if line[:1] in "+-~"]:
        told.invented.append(f"before: {before}")
    for command in mutation.commands:
        ground.run(command)
    told.found = [line for line in lines_of(ground.info()) if line not in before]
    for words in mutation.expected:
        if not any(all(word in line for word in words) for line in told.found):
            told.missed.append(" ".join(words))
    if not mutation.expected and told.found:
        told.invented.extend(told.found)
    for command in mutation.undo:
        ground.run(command)
    ground.apply()
    after = lines_of(ground.info())
    told.invented.extend(f"afterwards: {line}" for line in after if line not in before)
    return told


def run(provider: Provider, scope: str, numbers: Sequence[int], seed: int, tell: Callable[[Told], None]) -> list[Told]:
    """Mutations of one provider and scope, one after the other, with another plan now and then."""
    found: list[Told] = []
    for start in range(0, len(numbers), _RUNS_OF_A_PLAN):
        some = numbers[start : start + _RUNS_OF_A_PLAN]
        chance = random.Random(f"{seed} {provider.name} {scope} {some[0]}")
        with new_ground(provider, scope, chance) as ground:
            ground.apply()
            kinds = list(MUTATIONS[ground.provider])
            for number in some:
                told = None
                while told is None:
                    told = mutate(ground, chance.choice(kinds), number)
                tell(told)
                found.append(told)
                if not told.good:
                    ground.start_again()
    return found


def summary(found: Sequence[Told]) -> list[str]:
    """A line for each provider, and one for all."""
    lines = []
    for name in [*sorted({one.provider for one in found}), "all"]:
        some = [one for one in found if name in (one.provider, "all")]
        missed, invented = sum(bool(one.missed) for one in some), sum(bool(one.invented) for one in some)
        lines.append(f"{name:<10}{len(some):5} mutations, {missed} missed, {invented} with something invented")
    kinds = Counter(one.kind for one in found)
    return [*lines, "kinds: " + ", ".join(f"{kind} {count}" for kind, count in sorted(kinds.items()))]


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="tests.lab.drifts", description=__doc__)
    parser.add_argument("--runs", type=int, default=1000, help="how many, over all providers (default: 1000)")
    parser.add_argument("--first", type=int, default=0, help="number of the first run (default: 0)")
    parser.add_argument("--seed", type=int, default=1, help="another seed gives other mutations (default: 1)")
    parser.add_argument("--provider", action="append", choices=list(PROVIDERS), help="only this one; may be repeated")
    parser.add_argument("--jobs", type=int, default=2, help="labs at the same time (default: 2)")
    parser.add_argument("--verbose", action="store_true", help="each mutation, not only those that were missed")
    options = parser.parse_args(arguments)
    places = [place for place in PLACES if place[0].name in (options.provider or PROVIDERS)]
    numbers = range(options.first, options.first + options.runs)
    started = time.monotonic()

    def tell(told: Told) -> None:
        if options.verbose or not told.good:
            print(told, flush=True)

    with ThreadPoolExecutor(options.jobs) as pool:
        jobs = [
            pool.submit(run, *place, numbers[at :: len(places)], options.seed, tell) for at, place in enumerate(places)
        ]
        found = [told for job in jobs for told in job.result()]
    print("\n".join([*summary(found), f"seed {options.seed}; {time.monotonic() - started:.0f} s"]))
    return int(any(not told.good for told in found))


if __name__ == "__main__":
    sys.exit(main())
