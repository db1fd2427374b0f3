# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Stops the process that it is installed in at a point, and writes down each point and each change of the disk.

It stands between Python and the system: files, commands, clock. Nothing of it is in the collection.
"""

from __future__ import annotations

import builtins
import errno
import json
import os
import signal
import time
from typing import NoReturn

from tests.chaos.control import Control

#: processes of the system, and what is no file
_NOT_FILES = ("/proc/", "/sys/", "/dev/", "pipe:", "socket:", "anon_inode:")
KILLS = ("kill", "kill-retry", "restart", "cut-entries", "cut-data")
#: what a full or read-only file system refuses
REFUSED = {
    "ENOSPC": ("open", "write", "mkdir", "symlink"),
    "EROFS": ("open", "write", "mkdir", "symlink", "rename", "unlink", "rmdir"),
}


class Injection:
    """What is installed in one process, and in those that it forks."""

    def __init__(self, control: Control, who: str) -> None:
        self._control = control
        self._fault = control.fault()
        self._who = who
        #: virtual seconds in a real one
        self.speed = control.speed
        self._count = len(control.points(who))
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT
        self._log = os.open(control.folder / f"points.{who}", flags, 0o600)
        self._journal = os.open(control.folder / "journal", flags, 0o600)
        self._times = os.open(control.folder / "times", flags, 0o600)
        self._failing = str(control.folder / "failing")
        self._own = str(control.folder)
        self._append = os.write

    # ---- what the patches call

    def ignores(self, path: str) -> bool:
        return path.startswith(_NOT_FILES) or path.startswith(self._own)

    def point(self, kind: str, detail: str) -> str | None:
        """Count a point. Gives the mode of the fault that strikes here and that the caller has to bring about."""
        self._count += 1
        self._append(self._log, f"{kind}\t{detail}\n".encode(errors="surrogateescape"))
        if kind in ("before", "after"):
            self._append(self._times, f"{time.monotonic()}\t{kind}\t{detail}\n".encode(errors="surrogateescape"))
        fault = self._fault
        # Whoever is late finds that the fault is over.
        if fault and (fault.who, fault.point) == (self._who, self._count) and self._control.fault():
            if fault.mode in KILLS:
                if kind == "write":
                    return "torn"
                self.die()
            if fault.mode in REFUSED:
                # Until the fault ends, the whole file system is so.
                with builtins_open(self._failing, "w") as stream:
                    stream.write(f"{fault.mode} {_file_system(detail)}")
            else:
                return fault.mode
        if kind in REFUSED["EROFS"]:
            self._refuse(kind, detail)
        return None

    def die(self) -> NoReturn:
        os.kill(os.getpid(), signal.SIGKILL)
        while True:
            time.sleep(1)

    def wrote(self, what: str, **values: str) -> None:
        self._append(self._journal, (json.dumps({"what": what, **values}) + "\n").encode())

    def uptime(self) -> bytes:
        return f"{self._control.uptime():.2f} 0.00\n".encode()

    def boot(self) -> bytes:
        return (self._control.boot() + "\n").encode()

    def _refuse(self, kind: str, path: str) -> None:
        try:
            with builtins_open(self._failing) as stream:
                mode, where = stream.read().split()
        except (FileNotFoundError, ValueError):
            return
        if kind in REFUSED[mode] and where == _file_system(path):
            number = getattr(errno, mode)
            raise OSError(number, os.strerror(number), path)


builtins_open = builtins.open


def _file_system(path: str) -> str:
    return "run" if path.startswith("/run") else "disk"
