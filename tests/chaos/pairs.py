# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Two controllers with different inventories on one host at the same time: one exact state, which both know of.

python -m tests.chaos pairs --runs 40
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any

from tests.chaos.boots import Boots
from tests.chaos.control import Control
from tests.chaos.controller import Told
from tests.chaos.follow import Follow
from tests.chaos.judge import NEW, OLD
from tests.chaos.operations import CONFIRM, Operation, phase_of
from tests.chaos.reference import work_out
from tests.chaos.rounds import play_rounds
from tests.chaos.rules import observed

# How far apart they begin, in real seconds: a call takes about one.
_APART = 2.0


class Pair:
    """One provider: a controller that wants the old state, and one that wants the new."""

    def __init__(self, provider: str, control: Control) -> None:
        self._control = control
        self._reference = work_out(Operation("change", "host", provider, provider), control)
        self._follow = Follow(self._reference, Boots(self._reference.operation.kind, control))

    def run(self, apart: float, first: str) -> tuple[str, list[str]]:
        """The state at the end, and what is not as it should be."""
        operation = self._reference.operation
        assert operation.prior is not None
        wanted: dict[str, dict[str, Any]] = {OLD: operation.prior, NEW: operation.wanted}
        order = [first, NEW if first == OLD else OLD]
        with self._reference.begin(self._control) as world:
            calls = [_call(name, wanted[name], apart * place) for place, name in enumerate(order)]
            answers = world.call_together(calls)
            why = [f"{name}: {answer}" for name, answer in zip(order, answers, strict=True) if not _is_kept(answer)]
            world.wait_for_programs()
            state = OLD if observed(world) == self._reference.old else NEW
            return state, why + self._follow.judge_end(world, Told(answers=answers, confirms=True), (state,))

    def choose(self, chosen: random.Random) -> tuple[str, str, list[str]]:
        """One with either of them first, some moments apart."""
        apart, first = chosen.uniform(0, _APART), chosen.choice((OLD, NEW))
        return (f"{first} first by {apart:.3f} s", *self.run(apart, first))


def _is_kept(answer: dict[str, Any]) -> bool:
    """Whether a controller was told that its state is in force: nothing to do, or confirmed."""
    return answer.get("changed") is False or answer.get("outcome") == "confirmed"


def _call(token: str, options: dict[str, Any], pause: float) -> dict[str, Any]:
    """What the agent of a world makes of a controller's calls: after a pause, the change and its confirmation."""
    return {**options, "change": phase_of("apply", token), "pause": pause, "then": phase_of(CONFIRM, token)}


def main(arguments: Sequence[str] | None = None) -> int:
    usage = ("tests.chaos pairs", __doc__, 40)
    good = "pairs end in one exact state"
    return play_rounds(lambda provider, control: Pair(provider, control).choose, usage, good, arguments)
