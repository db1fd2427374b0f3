# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The machine that Ansible runs on: what it cannot reach, and how much memory a run takes."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Sequence
from pathlib import Path

from tests.load.faults import unplug

_EVERY_SECONDS = 0.5


class Controller:
    """Gives a run its own view of /proc, where some processes cannot be entered. Measures it in a with statement."""

    def __init__(self, folder: Path, unplugged: Sequence[int] = ()) -> None:
        #: names the process of Ansible
        self.file = folder / "controller"
        self.file.unlink(missing_ok=True)
        self._unplugged = unplugged
        #: in MiB: the most that its main process had in memory, and all its processes at a time, shared pages once
        self.main = self.together = 0.0
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._measure, daemon=True)

    def command(self, arguments: Sequence[str]) -> list[str]:
        script = "\n".join(["set -e", *map(unplug, self._unplugged), f"echo $$ >{self.file}.new", ""])
        script += f'mv {self.file}.new {self.file}\nexec "$@"'
        return ["unshare", "--mount", "sh", "-c", script, "sh", *arguments]

    def __enter__(self) -> Controller:
        self._thread.start()
        return self

    def __exit__(self, *_exception: object) -> None:
        self._end.set()
        self._thread.join()

    def _measure(self) -> None:
        while not self._end.wait(_EVERY_SECONDS):
            with contextlib.suppress(OSError, ValueError):
                main = int(self.file.read_text(encoding="utf-8"))
                space = Path(f"/proc/{main}/ns/mnt").readlink()
                self.main = max(self.main, _kib(Path(f"/proc/{main}/status"), "VmHWM:") / 1024)
                self.together = max(self.together, sum(map(_share, _processes(space))) / 1024)


def _processes(space: Path) -> list[Path]:
    """All that share a view of files: Ansible and its workers, but nothing that runs in a node."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if (folder / "ns" / "mnt").readlink() == space:
                found.append(folder)
    return found


def _share(folder: Path) -> int:
    """KiB of a process; of what it shares, its part."""
    try:
        return _kib(folder / "smaps_rollup", "Pss:")
    except OSError:
        return 0


def _kib(path: Path, word: str) -> int:
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith(word):
            return int(line.split()[1])
    return 0
