# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Workers: each tries points of one operation at a time, with worlds of its own."""

from __future__ import annotations

import random
import re
import shutil
import signal
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.queues import Queue
from pathlib import Path

from tests.chaos.control import Control
from tests.chaos.operations import Operation
from tests.chaos.records import Record
from tests.chaos.reference import work_out
from tests.chaos.stopped import Stopping
from tests.lab.world import kernel

_MANY = re.compile(r"(?<=/)(program|restore)-[^/]*/.*")


@dataclass(frozen=True)
class Choice:
    """Which points are tried: some that are named, every n-th, or so many of each operation and mode at random."""

    modes: tuple[str, ...]
    names: tuple[str, ...] = ()
    #: only where this is part of what happens there
    at: str = ""
    every: int = 1
    sample: int = 0
    seed: int = 0
    #: places that were tried before
    known: frozenset[tuple[str, ...]] = frozenset()
    #: no point is begun later, in seconds of the machine's clock
    end: float = float("inf")

    def of(self, operation: Operation, mode: str, points: Mapping[str, str]) -> list[str]:
        """Names of the points to try, of all that there are by name."""
        tried = (operation.provider, operation.name, operation.scope, mode)
        return [name for name in self._chosen(operation, mode, points) if (*tried, name) not in self.known]

    def _chosen(self, operation: Operation, mode: str, points: Mapping[str, str]) -> list[str]:
        if self.names:
            return list(self.names)
        points = {name: what for name, what in points.items() if self.at in what}
        names = list(points)
        chosen = random.Random(f"{self.seed} {operation} {mode}")
        if not self.sample:
            return names[chosen.randrange(self.every) :: self.every]
        # The many files of a program are no more than one of everything else.
        alike: dict[str, list[str]] = {}
        for name, what in points.items():
            alike.setdefault(_MANY.sub("", what), []).append(name)
        kinds = chosen.sample(list(alike), min(self.sample, len(alike)))
        return sorted((chosen.choice(alike[kind]) for kind in kinds), key=names.index)


@contextmanager
def worker_folder(speed: float | None = None) -> Iterator[Control]:
    """A folder of a worker, which nobody else sees and which goes with it.

    :param speed: of its clock; None: fast
    """
    kernel.unshare(kernel.CLONE_NEWNS)
    kernel.mount("none", "/", flags=kernel.MS_REC | kernel.MS_PRIVATE)
    folder = Path(tempfile.mkdtemp(prefix="chaos-"))
    try:
        kernel.mount("tmpfs", str(folder), "tmpfs", data="mode=755")
        (folder / "compiled").mkdir()
        control = Control(folder)
        control.begin(*([speed] if speed else []))
        yield control
    finally:
        kernel.libc.umount2(str(folder).encode(), 2)
        shutil.rmtree(folder, ignore_errors=True)


def try_operation(operation: Operation, choice: Choice, control: Control) -> Iterator[Record]:
    """Records of the chosen points of an operation."""
    if time.time() > choice.end:
        return
    try:
        stopping = Stopping(operation, control)
    except RuntimeError as error:
        why = (" ".join(str(error).split()),)
        yield Record(operation.provider, operation.name, operation.scope, "none", "none", "no fault at all", why)
        return
    for mode in choice.modes:
        for name in choice.of(operation, mode, stopping.points(mode)):
            if time.time() > choice.end:
                return
            yield stopping.try_point(mode, name)


def list_points(operations: Sequence[Operation]) -> Iterator[str]:
    """A line for each point, as --point takes it, and one for each operation."""
    with worker_folder() as control:
        for operation in operations:
            yield f"{operation.provider}, {operation.name}, {operation.scope}"
            try:
                found = work_out(operation, control).points
            except RuntimeError as error:
                yield f"  {error}"
                continue
            for who, points in found.items():
                yield from (f"  {who}:{number} {point}" for number, point in enumerate(points, 1))


def try_all(operations: Sequence[Operation], choice: Choice, jobs: int) -> Iterator[Record]:
    """Records of all operations, from workers side by side."""
    context = get_context("spawn")
    todo: Queue[Operation | None] = context.Queue()
    done: Queue[Record | None] = context.Queue()
    for operation in [*operations, *[None] * jobs]:
        todo.put(operation)
    workers = [context.Process(target=_work, args=(todo, done, choice), daemon=True) for _number in range(jobs)]
    for worker in workers:
        worker.start()
    left = jobs
    while left:
        record = done.get()
        if record is None:
            left -= 1
        else:
            yield record
    for worker in workers:
        worker.join()


def _untried(operation: Operation, error: Exception) -> Record:
    """An operation whose points were not all tried is wrong, never left out without a word."""
    why = f"the harness ended here: {type(error).__name__}: {' '.join(str(error).split())}"
    return Record(operation.provider, operation.name, operation.scope, "none", "none", "the rest of its points", (why,))


def _work(todo: Queue[Operation | None], done: Queue[Record | None], choice: Choice) -> None:
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    kernel.die_with_parent()
    try:
        with worker_folder() as control:
            while (operation := todo.get()) is not None:
                try:
                    for record in try_operation(operation, choice, control):
                        done.put(record)
                except Exception as error:  # whatever it was, the other operations go on
                    done.put(_untried(operation, error))
    finally:
        done.put(None)
