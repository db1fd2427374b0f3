# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One numbered inventory: made, damaged as its kind asks for, judged."""

from __future__ import annotations

import datetime
import random
from typing import Final

from tests.inventories.damage import damage
from tests.inventories.inventory import Inventory
from tests.inventories.judge import Judgement, judge
from tests.inventories.valid import Maker

KINDS: Final = ("valid", "nearly", "hostile")
"""Without damage, with one, with up to four."""


def today() -> datetime.date:
    return datetime.date.today()


def make(seed: int, number: int) -> tuple[str, Inventory]:
    chance = random.Random(f"{seed} {number}")
    kind = KINDS[number % len(KINDS)]
    inventory = Maker(chance, today()).inventory()
    for _time in range({"valid": 0, "nearly": 1, "hostile": chance.randint(2, 4)}[kind]):
        damage(chance, inventory)
    return kind, inventory


def run(seed: int, number: int) -> tuple[str, Inventory, Judgement]:
    kind, inventory = make(seed, number)
    return kind, inventory, judge(inventory, random.Random(f"{seed} {number} asked"), today())
