# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How far something is that takes long: whoever does it says where it is, and of a whole run one process tells it.

Note that this plugin util is **PRIVATE** to the collection.
"""

from __future__ import annotations

import fcntl
import json
import os
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Final, TextIO

from ansible_collections.portledger.qradar.plugins.plugin_utils._base.shortened import shortened

FIRST_SECONDS: Final = 5.0
"""What takes no longer is not told."""
PAUSE_SECONDS: Final = 10.0
"""Between two lines."""

_TICK: Final = 0.5
_MOST_NAMES: Final = 3
# Of this process: what it does now.
_where = ""


def at(text: str) -> None:
    """Say where this process is, such as ``planning (1,200 of 5,000 hosts)``. Costs next to nothing."""
    global _where
    _where = text


@contextmanager
def telling(
    folder: Path,
    name: str,
    say: Callable[[str], None],
    first_seconds: float = FIRST_SECONDS,
    pause_seconds: float = PAUSE_SECONDS,
) -> Iterator[None]:
    """While this lasts, and where it lasts longer than five seconds, one line for all processes of a run every ten.

    Args:
        folder: the run's own temporary folder, the same for all its processes.
        name: of the host that this is about; empty where it is about none.
        say: prints a line.
        first_seconds: what takes no longer is not told.
        pause_seconds: between two lines.
    """
    over = threading.Event()
    teller = _Teller(folder, name, say, first_seconds, pause_seconds)
    thread = threading.Thread(target=teller.tell, args=(over,), daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


class _Teller:
    """Puts down where its process is; of all processes the one that has the lock tells what each put down."""

    def __init__(
        self, folder: Path, name: str, say: Callable[[str], None], first_seconds: float, pause_seconds: float
    ) -> None:
        self._folder, self._name, self._say = folder / "portledger-progress", name, say
        self._first, self._pause = first_seconds, pause_seconds
        self._began = time.monotonic()
        self._mine = self._folder / f"{os.getpid()}-{id(self)}.json"

    def tell(self, over: threading.Event) -> None:
        if over.wait(self._first):
            return
        # A line may be lost here, and an error must not end the work that it tells of.
        with suppress(Exception):
            self._folder.mkdir(mode=0o700, exist_ok=True)
            try:
                with (self._folder / "lock").open("a+", encoding="utf-8") as lock:
                    self._put_down()
                    while not over.wait(min(_TICK, self._pause)):
                        self._put_down()
                        self._tell_all(lock)
            finally:
                self._mine.unlink(missing_ok=True)

    def _put_down(self) -> None:
        new = self._mine.with_suffix(".new")
        new.write_text(json.dumps({"name": self._name, "where": _where, "began": self._began}), encoding="utf-8")
        new.rename(self._mine)

    def _tell_all(self, lock: TextIO) -> None:
        try:
            # Whoever has it keeps it until its own work is done.
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return
        now = time.monotonic()
        lock.seek(0)
        with suppress(ValueError):
            if now < float(lock.read()) + self._pause:
                return
        lock.seek(0)
        lock.truncate()
        lock.write(str(now))
        lock.flush()
        self._say(summary(list(self._all()), now))

    def _all(self) -> Iterator[Mapping[str, Any]]:
        for path in sorted(self._folder.glob("*.json")):
            with suppress(OSError, ValueError):
                yield json.loads(path.read_text(encoding="utf-8"))


def summary(all_processes: Sequence[Mapping[str, Any]], now: float) -> str:
    """One line about all: what is done at the same place stands together, the longest first, its hosts by name.

    Which of two hosts began first is chance, and no reason for their names to change places.
    """
    together: dict[str, list[Mapping[str, Any]]] = {}
    for one in sorted(all_processes, key=lambda one: float(one["began"])):
        together.setdefault(str(one["where"]), []).append(one)
    parts = []
    for where, ones in together.items():
        names = shortened(sorted({str(one["name"]) for one in ones if one["name"]}), _MOST_NAMES)
        seconds = now - float(ones[0]["began"])
        parts.append(f"{f'{names}: ' if names else ''}{where}, {seconds:.0f} s so far")
    return "; ".join(parts)
