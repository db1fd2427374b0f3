# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whatever a run reads is changed at random, and a run by what the host keeps says what a run of the module says.

What audits are tested with is in audited_rules; here are files, units, rivals, the clock, changes that wait, options,
plans, releases, interpreters, and what is kept itself. Where plans have many networks, the host keeps a seal of what it
has compared: then what audits are tested with is here, too, and changes of one network, and of the seal. Each change
that means something has to be noticed: what is said differs from what was said before it.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

from tests.lab.damage.kept_code.change import Change, Ground
from tests.lab.damage.kept_code.kinds import KINDS
from tests.lab.damage.kept_code.many import KINDS as MANY
from tests.lab.damage.kept_code.many import new_plan
from tests.lab.hosts.providers import Provider
from tests.lab.plays.direct import Inside
from tests.lab.plays.kept import KeptInside
from tests.lab.world.lab import Lab
from tests.lab.world.labs import SMALL


def run(provider: Provider, numbers: range, seed: int, tell: Callable[[str], None], many: int = 0) -> dict[str, int]:
    """Changes one after the other; counts by kind. Tells what was overlooked, or said otherwise.

    many: networks that one source of each plan has, beside a few.
    """
    chance = random.Random(f"{seed} {provider.name}")
    kinds = KINDS | MANY if many else KINDS
    counts: dict[str, int] = {}
    with Lab.start(SMALL) as lab, provider.prepared(lab):
        node = lab["console"]
        with Inside(node) as inside, KeptInside(node) as kept:
            options: dict[str, Any] = {
                "scope": "host",
                "provider": provider.host,
                "state": "present",
                "unlisted": "drop",
                "egress": "leave",
                "management": ["198.18.9.0/24", "2001:db8:9::/64"],
                "confirm_seconds": 0,
                "plan": new_plan(chance, many),
            }
            ground = Ground(node, inside, kept, options, chance, provider.host, many)
            ground.put_right()
            for number in numbers:
                kind = chance.choice(list(kinds))
                counts[kind] = counts.get(kind, 0) + 1
                for words in compare(ground, kinds[kind]):
                    tell(f"{number} {provider.name} {kind}: {words}")
    return counts


def compare(ground: Ground, make: Callable[[Ground], Change]) -> list[str]:
    """One change. What is wrong with what was said of it."""
    before = ground.said(ground.kept)
    found = (
        [f"{before} in place of {ground.said(ground.inside)} before"] if before != ground.said(ground.inside) else []
    )
    ground.kept.sent.clear()
    change = make(ground)
    by_kept, by_module = ground.said(ground.kept), ground.said(change.module or ground.inside)
    if by_kept != by_module:
        found.append(f"{change.what}: {by_kept} in place of {by_module}")
    if change.noticed and by_kept == before:
        found.append(f"{change.what}: overlooked")
    if change.sent != bool(ground.kept.sent):
        found.append(f"{change.what}: sent: {ground.kept.sent}")
    change.undo()
    ground.put_right()
    if (after := ground.said(ground.kept)) != before:
        found.append(f"{change.what}: {after} in place of {before} afterwards")
    return found
