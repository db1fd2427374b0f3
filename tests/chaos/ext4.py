# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Power cuts on a real ext4 file system: amid an operation, or some seconds after it was confirmed.

python -m tests.chaos ext4 --runs 92
"""

from __future__ import annotations

import random
import shutil
import time
from collections.abc import Sequence
from itertools import count, cycle
from pathlib import Path

from tests.chaos.boots import Boots
from tests.chaos.control import MODULE, Control, Fault
from tests.chaos.controller import Told, play
from tests.chaos.ext4_disk import ext4_disk, missing, read_copy
from tests.chaos.follow import Follow
from tests.chaos.operations import Operation, operations
from tests.chaos.reference import Reference, work_out
from tests.chaos.restarts import Restarts
from tests.chaos.rounds import play_rounds

_NAMES = ("first", "change", "remove")
_AFTER, _AMID = "after", "amid"
# ext4 writes its journal each 5 s, and what was written to new files after 30 s.
_SECONDS = 7.0
_COUNT = count()


class Cuts:
    """The cuts of one operation."""

    def __init__(self, operation: Operation, control: Control) -> None:
        self._control = control
        self._reference: Reference = work_out(operation, control)
        follow = Follow(self._reference, Boots(operation.kind, control))
        self._restarts = Restarts(self._reference, control, follow)

    def run(self, where: str, chosen: random.Random) -> tuple[str, str, list[str]]:
        """One cut: where it was, what the controller was told before, and what is wrong after it."""
        points = self._reference.points[MODULE]
        seconds = chosen.uniform(0, _SECONDS)
        if where == _AFTER:
            self._control.arm(None)
            what = f"{seconds:.1f} s after the end"
        else:
            # What was written may be on the disk when the power goes, or not yet.
            number, seconds = chosen.randint(1, len(points)), chosen.choice((0.0, seconds))
            self._control.arm(Fault("cut-data", MODULE, number))
            what = f"{seconds:.1f} s after {MODULE}:{number} ({points[number - 1]})"
        folder = self._control.folder / f"ext4-{next(_COUNT)}"
        try:
            told, copy, layers = self._cut(folder, seconds)
            tree = read_copy(copy, layers, folder / "copied")
        finally:
            shutil.rmtree(folder, ignore_errors=True)
        why = self._restarts.judge(tree, told)
        if where == _AFTER and told.outcome != "confirmed":
            why.insert(0, f"not confirmed: {told}")
        operation = self._reference.operation
        return f"{operation.name}, {operation.scope}, {what}", told.outcome or "no outcome", why

    def _cut(self, folder: Path, seconds: float) -> tuple[Told, Path, str]:
        """What the controller was told, a copy of the disk when the power goes, and the folder of the layers on it."""
        copy = folder / "copy"
        with ext4_disk(folder) as disk, self._reference.begin(self._control, disk.folder) as world:
            disk.sync()
            told = play(world, self._reference.operation, retry=False)
            time.sleep(seconds)
            disk.copy(copy)
            return told, copy, world.layers.name


class Operations:
    """The operations of one provider, one after the other."""

    def __init__(self, provider: str, control: Control) -> None:
        self._control = control
        self._known: dict[Operation, Cuts] = {}
        self._next = cycle(
            (one, where)
            for one in operations()
            if one.provider == provider and (one.name in _NAMES or one.name.startswith("to "))
            for where in (_AFTER, _AMID)
        )

    def choose(self, chosen: random.Random) -> tuple[str, str, list[str]]:
        operation, where = next(self._next)
        if operation not in self._known:
            self._known[operation] = Cuts(operation, self._control)
        return self._known[operation].run(where, chosen)


def main(arguments: Sequence[str] | None = None) -> int:
    if why := missing():
        print(f"tests.chaos ext4: {why}")
        return 1
    usage = ("tests.chaos ext4", __doc__, 92)
    good = "cuts on ext4 come up with what was confirmed"
    return play_rounds(lambda provider, control: Operations(provider, control).choose, usage, good, arguments)
