# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Damage to live rules at random, one thing at a time, and what an audit tells of it."""

from __future__ import annotations

import contextlib
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.lab.damage.audited_rules.ground import Damage, Ground
from tests.lab.damage.audited_rules.iptables import IPTABLES, QRADAR
from tests.lab.damage.audited_rules.nftables import FIREWALLD, NFTABLES
from tests.lab.damage.audited_rules.random_plan import random_plan
from tests.lab.hosts.providers import PROVIDERS, Provider
from tests.lab.plays.direct import Inside
from tests.lab.plays.kept import KeptInside
from tests.lab.world.lab import Lab
from tests.lab.world.labs import SMALL
from tests.lab.world.topology import LabError

DAMAGES: dict[str, dict[str, Callable[[Ground], Damage | None]]] = {
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
    """What came of damage to one thing. missed: what should have been told; invented: what was told of nothing."""

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
def new_ground(provider: Provider, scope: str, chance: random.Random, asker: type[Inside] = Inside) -> Iterator[Ground]:
    """A lab with rules of a random plan on one node."""
    with Lab.start(SMALL) as lab, provider.prepared(lab):
        node = lab["console" if scope == "host" else "gateway"]
        name = provider.host if scope == "host" else provider.gateway
        with asker(node) as inside:
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


def damage_rules(ground: Ground, kind: str, number: int) -> Told | None:
    """One run; None where this plan has nothing to change in this way."""
    before = lines_of(ground.info())
    damage = DAMAGES[ground.provider][kind](ground)
    if damage is None:
        return None
    told = Told(number, ground.provider, ground.scope, kind, damage.what)
    if [line for line in before if line[:1] in "+-~"]:
        told.invented.append(f"before: {before}")
    for command in damage.commands:
        ground.run(command)
    told.found = [line for line in lines_of(ground.info()) if line not in before]
    for words in damage.expected:
        if not any(all(word in line for word in words) for line in told.found):
            told.missed.append(" ".join(words))
    if not damage.expected and told.found:
        told.invented.extend(told.found)
    for command in damage.undo:
        ground.run(command)
    ground.apply()
    after = lines_of(ground.info())
    told.invented.extend(f"afterwards: {line}" for line in after if line not in before)
    return told


def run(
    provider: Provider,
    scope: str,
    numbers: Sequence[int],
    seed: int,
    tell: Callable[[Told], None],
    asker: type[Inside] = Inside,
) -> list[Told]:
    """Damage of one provider and scope, one after the other, with another plan now and then."""
    found: list[Told] = []
    for start in range(0, len(numbers), _RUNS_OF_A_PLAN):
        some = numbers[start : start + _RUNS_OF_A_PLAN]
        chance = random.Random(f"{seed} {provider.name} {scope} {some[0]}")
        with new_ground(provider, scope, chance, asker) as ground:
            ground.apply()
            kinds = list(DAMAGES[ground.provider])
            for number in some:
                told = None
                while told is None:
                    told = damage_rules(ground, chance.choice(kinds), number)
                tell(told)
                found.append(told)
                if not told.good:
                    ground.start_again()
            if isinstance(ground.inside, KeptInside) and len(ground.inside.sent) > 2 and all(one.good for one in found):
                raise LabError(f"sent more than the two modules: {ground.inside.sent}")
    return found
