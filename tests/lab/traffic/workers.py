# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Processes that work inside a lab's namespaces, one a processor of this machine."""

from __future__ import annotations

import contextlib
import os
import pickle
import selectors
import subprocess
import sys
from collections.abc import Callable, Sequence
from typing import IO, Generic, TypeVar

from tests.lab.traffic.jobs import Begin
from tests.lab.world.lab import ROOT, Lab
from tests.lab.world.topology import LabError

Answer = TypeVar("Answer")


class Workers(Generic[Answer]):
    """Workers of one run. Close them when done."""

    def __init__(self, lab: Lab, begin: Begin) -> None:
        enter = (
            ["nsenter", "--target", str(lab.keeper), "--user", "--preserve-credentials", "--"] if lab.rootless else []
        )
        self._selector = selectors.DefaultSelector()
        self._running: list[subprocess.Popen[bytes]] = []
        for _core in range(max(1, len(os.sched_getaffinity(0)))):
            worker = subprocess.Popen(
                [*enter, sys.executable, "-m", "tests.lab.traffic.prober"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                cwd=ROOT,
            )
            self._running.append(worker)
            self._say(worker, begin)
            self._selector.register(self._stream(worker.stdout), selectors.EVENT_READ, worker)

    @staticmethod
    def _stream(stream: IO[bytes] | None) -> IO[bytes]:
        assert stream is not None
        return stream

    def _say(self, worker: subprocess.Popen[bytes], what: object) -> None:
        stream = self._stream(worker.stdin)
        try:
            pickle.dump(what, stream)
            stream.flush()
        except BrokenPipeError:
            raise LabError("a prober died; its message is above") from None

    def run(self, jobs: Sequence[object], done: Callable[[Answer], None]) -> None:
        """Have all jobs done; done gets each answer as it comes."""
        waiting = list(reversed(jobs))
        busy = 0
        for worker in self._running:
            if waiting:
                self._say(worker, waiting.pop())
                busy += 1
        while busy:
            for key, _events in self._selector.select():
                worker = key.data
                try:
                    result: Answer = pickle.load(self._stream(worker.stdout))
                except EOFError:
                    raise LabError("a prober died; its message is above") from None
                if waiting:
                    self._say(worker, waiting.pop())
                else:
                    busy -= 1
                done(result)

    def close(self) -> None:
        self._selector.close()
        for worker in self._running:
            worker.kill()
            worker.wait()
            with contextlib.suppress(BrokenPipeError):
                self._stream(worker.stdin).close()
            self._stream(worker.stdout).close()
