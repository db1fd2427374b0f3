# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What becomes of a host that went down in an operation and comes up again: what it loads, and what works on it."""

from __future__ import annotations

from tests.chaos.boots import Boot, come_up
from tests.chaos.control import Control
from tests.chaos.controller import Told
from tests.chaos.disk import Tree, key_of_tree, without_run
from tests.chaos.follow import Follow
from tests.chaos.judge import allowed, judge_boot, judge_files
from tests.chaos.reference import Reference


class Restarts:
    """The restarts of one operation. Each disk is booted once."""

    def __init__(self, reference: Reference, control: Control, follow: Follow) -> None:
        self._reference = reference
        self._control = control
        self._follow = follow
        self._booted: dict[str, tuple[Boot, list[str]]] = {}

    def judge(self, tree: Tree, told: Told) -> list[str]:
        """Lines about what is wrong.

        :param tree: what is on the disk
        :param told: what the controller was told before the host went down
        """
        self._control.disarm()
        key = key_of_tree(without_run(tree))
        if key not in self._booted:
            self._booted[key] = self._boot(tree)
        boot, why = self._booted[key]
        return judge_boot("the boot", boot, allowed(told, self._reference), told, self._reference) + why

    def _boot(self, tree: Tree) -> tuple[Boot, list[str]]:
        """What becomes of a disk: the boot, and what is wrong after it."""
        world, boot = come_up(self._reference.operation.kind, self._control, tree)
        with world:
            return boot, judge_files("after the boot", world.tree(), self._reference) + self._follow.judge(world)
