# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Programs that vanish amid a run, and programs that lack a feature: what stands for them in the PATH of the module."""

from __future__ import annotations

import os
import shlex
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.chaos.control import Control
from tests.chaos.world import World

VANISHES, LACKS = "vanishes", "lacks"
_PLACES = ("/usr/sbin", "/usr/bin", "/sbin", "/bin")
_VANISHING = """\
#!/bin/sh
echo >>{count}
[ "$(wc -l <{count})" -ge {times} ] && rm -f "$0"
exec {real} "$@"
"""
_LACKING = """\
#!/bin/sh
input=$(cat; echo .)
if printf '%s' " $* ${{input%.}}" | grep -q -e {feature}; then
    echo {name}: {refusal} >&2
    exit 2
fi
printf '%s' "${{input%.}}" | {real} "$@"
"""


@dataclass(frozen=True)
class ProgramDamage:
    """A program that is gone once it was run so often, or one that refuses a word in its arguments or its input."""

    name: str
    feature: str = ""
    times: int = 0

    @property
    def kind(self) -> str:
        return LACKS if self.feature else VANISHES

    def __str__(self) -> str:
        if self.feature:
            return f"{self.name} {LACKS} {self.feature.strip()}"
        return f"{self.name} {VANISHES}" + (f" after {self.times}" if self.times else "")

    def inflict(self, world: World) -> dict[str, Any]:
        if self.name.startswith("/"):
            _move(world, self.name, self.name + ".gone")
            return {}
        folder = _programs(world.control)
        program, real = folder / self.name, folder / f".{self.name}"
        program.rename(real)
        count = folder / ".count"
        count.unlink(missing_ok=True)
        values = {"real": real.readlink(), "count": count, "times": self.times, "name": self.name}
        # The words of getopt: some programs are asked whether they know an option.
        refusal = f"unrecognized option '{self.feature.strip()}'"
        quoted = {"feature": shlex.quote(self.feature), "refusal": shlex.quote(refusal)}
        text = (_LACKING if self.feature else _VANISHING).format(**quoted, **values)
        if self.feature or self.times:
            program.write_text(text, encoding="utf-8")
            program.chmod(0o755)
        return {"path": [str(folder), str(world.control.programs)]}

    def mend(self, world: World) -> None:
        if self.name.startswith("/"):
            _move(world, self.name + ".gone", self.name)
            return
        folder = _programs(world.control)
        (folder / self.name).unlink(missing_ok=True)
        (folder / f".{self.name}").rename(folder / self.name)


def _move(world: World, old: str, new: str) -> None:
    world.node.run(["mv", old, new])


def _programs(control: Control) -> Path:
    """A folder with all programs of the machine: what is not there is not found."""
    folder = control.folder / "all-programs"
    if not folder.is_dir():
        folder.mkdir()
        for place in _PLACES:
            for program in Path(place).iterdir():
                if os.access(program, os.X_OK) and not (folder / program.name).is_symlink():
                    (folder / program.name).symlink_to(program)
    return folder
