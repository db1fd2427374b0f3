# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The folder through which a run and the processes that it stops talk: clock, number of the boot, fault, logs.

The clock runs faster than the real one, where nothing is timed, so that waiting costs little, and can be moved past
every deadline.
"""

from __future__ import annotations

import json
import os
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path

MODULE, TIMER, BOOT = "module", "timer", "boot"

_SPEED = 10.0
_LAUNCHER = Path(__file__).with_name("launch.py")
_WRAPPER = """\
#!/bin/sh
PYTHONHASHSEED=0 PYTHONDONTWRITEBYTECODE=1 exec {python} -S -s {launcher} {folder} "$@"
"""


@dataclass(frozen=True)
class Fault:
    """What goes wrong, and where: at a point of the module, or of the program that puts back."""

    mode: str
    who: str
    point: int


@dataclass(frozen=True)
class Point:
    """Where something may go wrong: kind is open, write, rename, ..., or before and after a command."""

    who: str
    kind: str
    detail: str

    def __str__(self) -> str:
        return f"{self.kind} {self.detail}"


class Control:
    """The folder of one worker."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.python = folder / "python"
        #: where a world finds programs before the machine's
        self.programs = folder / "programs"
        #: whether worlds have the older iptables
        self.legacy = False

    def begin(self, speed: float = _SPEED) -> None:
        """Make what processes need.

        :param speed: virtual seconds in a real one
        """
        self._write("speed", str(speed))
        self.python.write_text(
            _WRAPPER.format(python=os.path.realpath(sys.executable), launcher=_LAUNCHER, folder=self.folder)
        )
        self.python.chmod(0o755)
        self.programs.mkdir(exist_ok=True)
        self.set_offset(0.0)
        self.set_boot("none")
        self.arm(None)

    # ---- the clock, and the boot

    @property
    def speed(self) -> float:
        return float(self._text("speed"))

    def uptime(self) -> float:
        return 1000.0 + time.monotonic() * self.speed + float(self._text("offset") or 0)

    def set_offset(self, seconds: float) -> None:
        self._write("offset", str(seconds))

    def advance(self, seconds: float) -> None:
        self.set_offset(float(self._text("offset")) + seconds)

    def boot(self) -> str:
        return self._text("boot_id")

    def set_boot(self, name: str) -> None:
        self._write("boot_id", name)

    # ---- the fault

    def arm(self, fault: Fault | None) -> None:
        """Set the fault, and forget what happened so far."""
        for name in ("failing", "journal", "times", *(f"points.{who}" for who in (MODULE, TIMER, BOOT))):
            (self.folder / name).unlink(missing_ok=True)
        self._write("fault", json.dumps(asdict(fault)) if fault else "null")

    def disarm(self) -> None:
        """End the fault; what happened is still known."""
        (self.folder / "failing").unlink(missing_ok=True)
        self._write("fault", "null")

    def fault(self) -> Fault | None:
        data = json.loads(self._text("fault") or "null")
        return Fault(**data) if data else None

    def refuses(self) -> bool:
        """Whether a full or read-only disk has refused something, and still does."""
        return (self.folder / "failing").exists()

    def points(self, who: str) -> list[Point]:
        lines = self._text(f"points.{who}").splitlines()
        return [Point(who, *line.split("\t", 1)) for line in lines]

    def times(self) -> list[tuple[float, str, str]]:
        """When commands began and ended, by the real clock that all processes share: before or after, and which."""
        lines = (line.split("\t", 2) for line in self._text("times").splitlines())
        return [(float(moment), kind, detail) for moment, kind, detail in lines]

    def journal(self) -> list[dict[str, str]]:
        return [json.loads(line) for line in self._text("journal").splitlines()]

    def _text(self, name: str) -> str:
        try:
            return (self.folder / name).read_text(encoding="utf-8")
        except FileNotFoundError:
            return ""

    def _write(self, name: str, text: str) -> None:
        unfinished = self.folder / (name + ".unfinished")
        unfinished.write_text(text, encoding="utf-8")
        unfinished.rename(self.folder / name)
