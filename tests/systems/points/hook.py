# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs in a system at each start of its Python: stops the module, or the timer's program, where the fault file says.

/opt/lab/lab.pth imports it. Files, names and commands are observed as in tests/chaos; clock and boot are real here.
"""

from __future__ import annotations

import builtins
import fnmatch
import json
import os
import signal
import time
from pathlib import Path
from typing import Any, NoReturn

from tests.chaos.injection import Injection
from tests.chaos.patched_commands import patch_commands
from tests.chaos.patched_files import patch_files
from tests.chaos.patched_names import patch_names

FOLDER = "/run/lab"
FAULT, STRUCK, POINTS = f"{FOLDER}/fault", f"{FOLDER}/struck", f"{FOLDER}/points."
_real_open, _write = builtins.open, os.write


class Stopping(Injection):
    """Installed in one process: the module in one of its phases, or the timer's program."""

    def __init__(self, who: str, fault: dict[str, Any]) -> None:
        self._who = who
        self._spot = fault
        self._left = fault["nth"]
        self._log = os.open(POINTS + who, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)

    def ignores(self, path: str) -> bool:
        return path.startswith((FOLDER, "/proc/", "/sys/", "/dev/", "pipe:", "socket:", "anon_inode:"))

    def point(self, kind: str, detail: str) -> str | None:
        _write(self._log, f"{kind} {detail}\n".encode(errors="surrogateescape"))
        if self._spot["who"] == self._who and fnmatch.fnmatchcase(f"{kind} {detail}", self._spot["what"]):
            self._left -= 1
            if not self._left:
                if kind == "write":
                    # Half of it is written first.
                    return "torn"
                self.die()
        return None

    def die(self) -> NoReturn:
        # Once: whoever comes after this process goes on.
        Path(FAULT).unlink()
        with _real_open(STRUCK, "w") as stream:
            stream.write(str(time.monotonic()))
        if self._spot["how"] == "kill":
            os.kill(os.getpid(), signal.SIGKILL)
        while True:
            # The machine loses its power.
            time.sleep(1)

    def wrote(self, what: str, **values: str) -> None:
        pass

    def uptime(self) -> bytes:
        with _real_open("/proc/uptime", "rb") as stream:
            return stream.read()

    def boot(self) -> bytes:
        with _real_open("/proc/sys/kernel/random/boot_id", "rb") as stream:
            return stream.read()


def _who() -> str | None:
    """Which of ours this process is, as its command line says."""
    words = Path("/proc/self/cmdline").read_bytes().decode(errors="replace").split("\0")
    if any(word.endswith("/restore.py") for word in words):
        return None if "--try" in words else "timer"
    return words[-2] if any(word.endswith("/call.py") for word in words) else None


def hook() -> None:
    try:
        fault = json.loads(Path(FAULT).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return
    who = _who()
    if who:
        stopping = Stopping(who, fault)
        patch_files(stopping)
        patch_names(stopping)
        patch_commands(stopping)


hook()
