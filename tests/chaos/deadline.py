# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Confirmations at the very moment when the time to confirm ends: the answer, the kernel and a boot say the same.

python -m tests.chaos deadline --runs 160
"""

from __future__ import annotations

import random
import time
from collections.abc import Sequence

from tests.chaos.boots import Boots
from tests.chaos.control import Control
from tests.chaos.controller import Told
from tests.chaos.follow import Follow
from tests.chaos.judge import NEW, OLD
from tests.chaos.operations import CONFIRM, Operation, phase_of
from tests.chaos.reference import Reference, work_out
from tests.chaos.rounds import play_rounds
from tests.chaos.world import World

_MAY = {"confirmed": (NEW,), "restored": (OLD,)}
# Real seconds around the deadline: the timer looks every quarter of one, a call takes as long, both need the lock.
_BEFORE, _BEHIND = 0.8, 0.1


class Race:
    """One provider: the timer and the confirmation come at about the same time."""

    def __init__(self, provider: str, control: Control) -> None:
        self._control = control
        self._reference: Reference = work_out(Operation("change", "host", provider, provider), control)
        self._follow = Follow(self._reference, Boots(self._reference.operation.kind, control))

    def run(self, moment: float) -> tuple[str, list[str]]:
        """The answer, and what does not fit it."""
        wanted = self._reference.operation.wanted
        with self._reference.begin(self._control) as world:
            first = world.call({**wanted, "change": phase_of("apply")})
            if "timer" not in first:
                return "none", [f"the change was not made: {first}"]
            self._wait_for(world, moment)
            answer = world.call({**wanted, "change": phase_of(CONFIRM)})
            told = Told(answers=[answer], confirms=True)
            why = [] if told.outcome in _MAY else [f"no outcome: {answer}"]
            return told.outcome, why + self._follow.judge_end(world, told, _MAY.get(told.outcome, ()))

    def _wait_for(self, world: World, moment: float) -> None:
        """Until so many real seconds before the deadline, or behind it."""
        deadline = world.deadline()
        assert deadline is not None
        self._control.advance(deadline - self._control.uptime() - _BEFORE * self._control.speed)
        time.sleep(_BEFORE + moment)

    def choose(self, chosen: random.Random) -> tuple[str, str, list[str]]:
        """One at a moment around the deadline."""
        moment = chosen.uniform(-_BEFORE, _BEHIND)
        return (f"{moment:+.3f} s", *self.run(moment))


def main(arguments: Sequence[str] | None = None) -> int:
    usage = ("tests.chaos deadline", __doc__, 160)
    return play_rounds(lambda provider, control: Race(provider, control).choose, usage, "consistent", arguments)
