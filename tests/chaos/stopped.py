# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One point of one operation: stopped there, and looked at."""

from __future__ import annotations

from tests.chaos.boots import Boots
from tests.chaos.control import MODULE, TIMER, Control, Fault, Point
from tests.chaos.controller import Told, play
from tests.chaos.durable import Disk
from tests.chaos.follow import Follow
from tests.chaos.injection import REFUSED
from tests.chaos.judge import allowed, judge_boot, judge_files, judge_rules, may_wait, name_of, narrowed
from tests.chaos.operations import SECONDS, Operation
from tests.chaos.records import CUTS, Record
from tests.chaos.reference import work_out
from tests.chaos.restarts import Restarts
from tests.chaos.rules import observed
from tests.chaos.world import World

_DOWN = ("restart", *CUTS)
_END = "end"


class Stopping:
    """All points of one operation, on worlds of one worker."""

    def __init__(self, operation: Operation, control: Control) -> None:
        self.operation = operation
        self._control = control
        self._reference = work_out(operation, control)
        self._boots = Boots(operation.kind, control)
        self._follow = Follow(self._reference, self._boots)
        self._restarts = Restarts(self._reference, control, self._follow)

    def points(self, mode: str) -> dict[str, str]:
        """The points where this may go wrong, by name: what happens there."""
        if mode == "none":
            return {_END: "the end"}
        found = {}
        for who in (TIMER,) if mode == "kill-timer" else (MODULE,) if mode == "kill-retry" else (MODULE, TIMER):
            if mode == "kill" and who == TIMER:
                continue
            for number, point in enumerate(self._reference.points[who], 1):
                if _applies(mode, point):
                    found[f"{who}:{number}"] = str(point)
        return {**found, _END: "the end"} if mode in _DOWN else found

    def try_point(self, mode: str, name: str) -> Record:
        """Stop it there, and look."""
        who, _colon, number = name.partition(":")
        fault = Fault("kill" if mode == "kill-timer" else mode, who, int(number or 0))
        try:
            why = self._try(mode, None if name == _END else fault)
        except Exception as error:
            why = [f"the harness: {type(error).__name__}: {error}"]
        what = "the end" if name == _END else str(self._reference.points[who][int(number) - 1])
        operation = self.operation
        return Record(operation.provider, operation.name, operation.scope, mode, name, what, tuple(dict.fromkeys(why)))

    def _try(self, mode: str, fault: Fault | None) -> list[str]:
        with self._reference.begin(self._control) as world:
            self._control.arm(fault)
            told = play(world, self.operation, retry=mode == "kill-retry")
            why = [
                "a traceback: " + " ".join(one["msg"].split())[-300:] for one in told.answers if one.get("traceback")
            ]
            return why + (self._down(world, mode, told) if mode in _DOWN else self._up(world, mode, told))

    def _up(self, world: World, mode: str, told: Told) -> list[str]:
        """The host lives on: what is in force, what the timer does, what a boot would load, what runs do."""
        reference, control = self._reference, self._control
        now = observed(world)
        why = []
        if not may_wait(now, reference):
            why.append(f"at once: {name_of(now, reference)}")
        if not told.waited:
            # Else the time has passed already, and the timer tries again for ten minutes only.
            control.advance(2 * SECONDS)
        if mode in REFUSED:
            # The disk is still full when the time has passed.
            world.wait_for_fault()
            world.wait_for_programs(1)
        control.disarm()
        if left := world.wait_for_programs():
            why.append(f"what puts back does not end: {left[0]}")
        after, tree = observed(world), world.tree()
        may = allowed(told, reference)
        why += judge_files("on the disk", tree, reference)
        if mode == "kill-timer":
            # Whoever killed the timer waits for the next run or the next boot.
            if not may_wait(after, reference):
                why.append(f"after the timer: {name_of(after, reference)}")
        else:
            why += judge_rules("after the timer", after, may, reference)
            may = narrowed(may, after, reference)
        why += judge_boot("a boot", self._boots.of(tree), may, told, reference)
        return why + self._follow.judge(world)

    def _down(self, world: World, mode: str, told: Told) -> list[str]:
        """The host goes down at this point, and comes up again."""
        world.end_programs()
        tree = world.tree()
        if mode in CUTS:
            disk = Disk(self._reference.old_tree)
            disk.follow(self._control.journal())
            tree = disk.after_cut(mode, tree)
        return self._restarts.judge(tree, told)


def _applies(mode: str, point: Point) -> bool:
    if mode.startswith("command-"):
        return point.kind == "before"
    if mode in REFUSED:
        return point.kind in REFUSED[mode]
    return True
