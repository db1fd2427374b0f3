# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What has to work on a host after a point: the next run converges, the one after changes nothing, remove removes."""

from __future__ import annotations

from collections.abc import Callable

from tests.chaos.boots import Boots
from tests.chaos.controller import Told, change
from tests.chaos.disk import key_of_tree
from tests.chaos.judge import NEW, judge_boot, judge_files, judge_good_boot, judge_remains, judge_rules
from tests.chaos.operations import options
from tests.chaos.reference import Reference
from tests.chaos.rules import key_of, observed
from tests.chaos.world import World
from tests.lab.hosts.state import State, differences


class Follow:
    """The runs after points of one operation. Points that leave the same host behind are followed once."""

    def __init__(self, reference: Reference, boots: Boots, observe: Callable[[World], State] = observed) -> None:
        self._reference = reference
        self._boots = boots
        self._observed = observe
        self._known: dict[str, list[str]] = {}

    def judge_end(self, world: World, told: Told, may: tuple[str, ...]) -> list[str]:
        """Lines about what was made of a host once nothing waits any longer, and about the runs after it."""
        why = [f"what puts back does not end: {left[0]}"] if (left := world.wait_for_programs()) else []
        tree = world.tree()
        why += judge_rules("in force", self._observed(world), may, self._reference)
        why += judge_files("on the disk", tree, self._reference)
        why += judge_boot("a boot", self._boots.of(tree), may, told, self._reference)
        return why + self.judge(world)

    def judge(self, world: World) -> list[str]:
        """Lines about what does not work. The world is used up then."""
        key = key_of_tree(world.tree()) + key_of(self._observed(world)) + world.boot
        if key not in self._known:
            self._known[key] = self._judge(world)
        return self._known[key]

    def _judge(self, world: World) -> list[str]:
        reference, wanted = self._reference, self._reference.operation.wanted
        found = _judge_answers("the next run", change(world, wanted))
        found += judge_rules("after the next run", self._observed(world), (NEW,), reference)
        second = change(world, wanted)
        found += _judge_answers("the run after that", second)
        if any(answer.get("changed") for answer in second.answers):
            found.append(f"the run after that: changes {second.answers[0]['difference']}")
        world.wait_for_programs()
        tree = world.tree()
        found += judge_files("after the next runs", tree, reference)
        found += judge_good_boot("a boot after the next runs", self._boots.of(tree), reference)
        found += _judge_answers("remove", change(world, options(reference.operation.scope, None, 1)))
        world.wait_for_programs()
        if lines := differences(reference.bare, self._observed(world)):
            found.append(f"after remove: {'; '.join(lines[:3])}")
        return found + judge_remains(world.tree(), world.strays(), reference)


def _judge_answers(which: str, told: Told) -> list[str]:
    if told.died:
        return [f"{which}: dies in {told.died}"]
    if told.failed or told.problem:
        return [f"{which}: fails: {' '.join(told.problem.split())[-300:]}"]
    if "timer" in told.answers[0] and told.outcome != "confirmed":
        return [f"{which}: is not confirmed: {told.outcome or told.answers[0]}"]
    return []
