# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an operation does when nothing goes wrong: where it begins, where it ends, and the points that it passes."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from tests.chaos.boots import come_up
from tests.chaos.control import MODULE, TIMER, Control, Point
from tests.chaos.controller import change, play
from tests.chaos.disk import Tree
from tests.chaos.former import write_former
from tests.chaos.operations import CONFIRM, Operation
from tests.chaos.rules import Dump, dump, observed
from tests.chaos.world import World
from tests.lab.hosts.state import State, differences

_ATTEMPTS = 3


@dataclass(frozen=True)
class Reference:
    """What is the same at each point.

    bare: rules with nothing of ours. old, new: rules before, and after once confirmed. old_boot: what a boot would load
    before.
    """

    operation: Operation
    bare: State
    bare_tree: Tree
    old: State
    old_tree: Tree
    old_rules: Dump
    old_boot: State
    new: State
    points: dict[str, list[Point]]

    def begin(self, control: Control, disk: Path | None = None) -> World:
        """A world where the operation may begin. Raises RuntimeError where none is as the one it was taken from."""
        for _attempt in range(_ATTEMPTS):
            world = self.operation.kind.thaw(control, self.old_tree, self.old_rules, disk)
            lines = differences(self.old, observed(world))
            if not lines:
                return world
            # On a busy machine, firewalld may flush once more when it has said that it runs.
            world.stop()
        raise RuntimeError(f"{self.operation}: a world is not as the one that it was taken from: {lines[:4]}")


def work_out(operation: Operation, control: Control) -> Reference:
    """Run it, and write down what it does. Raises RuntimeError where it does not work by itself."""
    control.arm(None)
    with World(control) as world:
        operation.kind.install(world)
        bare, bare_tree = observed(world), world.tree()
        if operation.prior:
            former = write_former(control.folder / "former") if operation.upgraded else None
            told = change(world, {**operation.prior, **({"former": str(former)} if former else {})})
            if told.outcome != "confirmed" or told.problem:
                raise RuntimeError(f"{operation}: the state before it cannot be had: {told}")
            world.wait_for_programs()
            if operation.drift:
                world.sh(operation.drift)
        old, old_tree, old_rules = observed(world), world.tree(), dump(world)
        told = change(world, operation.wanted)
        if told.outcome != "confirmed" or told.problem:
            raise RuntimeError(f"{operation}: does not work: {told}")
        new = observed(world)
    booted, boot = come_up(operation.kind, control, old_tree)
    booted.stop()
    if boot.failed or not (operation.drift or boot.rules == old):
        raise RuntimeError(f"{operation}: a boot before it: {boot.failed} {differences(old, boot.rules)[:4]}")
    points: dict[str, list[Point]] = {}
    found = Reference(operation, bare, bare_tree, old, old_tree, old_rules, boot.rules, new, points)
    control.arm(None)
    with found.begin(control) as world:
        play(world, operation, retry=False)
        if operation.end == CONFIRM:
            world.wait_for_programs()
        points.update({who: control.points(who) for who in (MODULE, TIMER)})
    return found
