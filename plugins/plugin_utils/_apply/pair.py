# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the workers of one run tell each other about the two nodes of an HA pair.

Each host of a run has a worker, a process of its own, so they share files in the run's own temporary folder. The lock
is of the kernel: a worker that is killed gives it back, and leaves a change that was begun and has no end.

Note that this plugin util is **PRIVATE** to the collection.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

DONE: Final = "done"
FAILED: Final = "failed"
"""Something was changed, or may have been."""
UNREACHED: Final = "unreached"
"""Nothing was changed: the node did not answer."""
BEGUN: Final = "begun"


@dataclass(frozen=True)
class Node:
    """What is known of one node in this run.

    holds: whether it has a cluster address; None where it was not asked. state: of its last change, if any.
    number: of that state, in the order of the run. why: of a failure.
    """

    holds: bool | None = None
    state: str | None = None
    number: int = 0
    why: str = ""


class Pair:
    """One node's view of its pair.

    Args:
        parent: the run's own temporary folder, the same in all its workers.
        name: this node, as the inventory names it.
        peer: the other one.
    """

    def __init__(self, parent: Path, name: str, peer: str) -> None:
        names = json.dumps(sorted((name, peer)))
        self.name, self.peer = name, peer
        self._stem = f"portledger-pair-{hashlib.sha256(names.encode('utf-8', 'surrogatepass')).hexdigest()}"
        self._parent = parent

    def node(self, name: str) -> Node:
        """What is known of a node now."""
        with self._locked("records"):
            return Node(**self._read().get(name, {}))

    def say(self, *, holds: bool | None) -> None:
        """Tell whether this node has a cluster address."""
        with self._locked("records"):
            records = self._read()
            records[self.name] = {**records.get(self.name, {}), "holds": holds}
            self._write(records)

    def mark(self, state: str, why: str = "") -> None:
        """Tell the state of this node's change."""
        with self._locked("records"):
            records = self._read()
            number = 1 + max((record.get("number", 0) for record in records.values()), default=0)
            new = {"state": state, "number": number, "why": why}
            records[self.name] = {**records.get(self.name, {}), **new}
            self._write(records)

    @contextlib.contextmanager
    def alone(self, wait: Callable[[], None]) -> Iterator[None]:
        """While this lasts, the other node is not changed. ``wait`` is called while the other one is."""
        with (self._parent / f"{self._stem}.turn").open("w", encoding="utf-8") as lock:
            while not _try(lock):
                wait()
            yield

    def is_changing(self) -> bool:
        """Whether a node is being changed now."""
        with (self._parent / f"{self._stem}.turn").open("w", encoding="utf-8") as lock:
            return not _try(lock)

    @contextlib.contextmanager
    def _locked(self, what: str) -> Iterator[None]:
        with (self._parent / f"{self._stem}.{what}").open("w", encoding="utf-8") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _read(self) -> dict[str, dict[str, Any]]:
        try:
            records: dict[str, dict[str, Any]] = json.loads(self._file.read_text(encoding="utf-8"))
        except FileNotFoundError:
            records = {}
        return records

    def _write(self, records: dict[str, dict[str, Any]]) -> None:
        # A worker that is killed leaves the former records whole.
        unfinished = self._file.with_suffix(".new")
        unfinished.write_text(json.dumps(records), encoding="utf-8")
        unfinished.rename(self._file)

    @property
    def _file(self) -> Path:
        return self._parent / f"{self._stem}.json"


@contextlib.contextmanager
def waiting_place(parent: Path, places: int) -> Iterator[bool]:
    """Take one of some places for workers that wait for others; gives whether there was one.

    A worker that waits is one that does nothing else. Were all of them waiting, nobody would do what they wait for.
    """
    with contextlib.ExitStack() as stack:
        for number in range(places):
            lock = stack.enter_context((parent / f"portledger-waiting-{number}").open("w", encoding="utf-8"))
            if _try(lock):
                yield True
                return
        yield False


def _try(lock: Any) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
