# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Stands for Python in a world: runs a program of the collection with the faults that the control folder names.

launch.py FOLDER [-E -s -B] PROGRAM ARGUMENTS
"""

from __future__ import annotations

import hashlib
import importlib.machinery
import marshal
import os
import runpy
import sys
from pathlib import Path
from typing import Any


def _remember_compiled(folder: Path) -> None:
    """Each world compiles the same text again: what it is compiled to is kept for the next one."""
    real = importlib.machinery.SourceFileLoader.source_to_code

    def compiled(self: Any, data: Any, path: Any, **named: Any) -> Any:
        raw = data if isinstance(data, bytes) else str(data).encode()
        kept = folder / hashlib.sha1(os.fsencode(path) + b"\0" + raw).hexdigest()
        if kept.exists():
            return marshal.loads(kept.read_bytes())
        code = real(self, data, path, **named)
        unfinished = kept.with_suffix(f".{os.getpid()}")
        unfinished.write_bytes(marshal.dumps(code))
        unfinished.rename(kept)
        return code

    importlib.machinery.SourceFileLoader.source_to_code = compiled  # type: ignore[method-assign]


def main() -> None:
    folder, arguments = Path(sys.argv[1]), sys.argv[2:]
    while arguments and arguments[0].startswith("-") and arguments[0] != "-c":
        arguments.pop(0)
    usual = sys.path[1:]
    sys.path[:] = [str(Path(__file__).resolve().parents[2]), *usual]
    from tests.chaos.control import BOOT, TIMER, Control
    from tests.chaos.injection import Injection
    from tests.chaos.install import install

    _remember_compiled(folder / "compiled")
    control = Control(folder)
    sys.executable = str(control.python)
    sys.path[:] = usual
    who = TIMER if "/run/" in arguments[0] else BOOT
    install(Injection(control, who))
    if arguments[0] == "-c":
        sys.argv = ["-c", *arguments[2:]]
        exec(arguments[1], {"__name__": "__main__"})
        return
    sys.argv = arguments
    if Path(arguments[0]).suffix == ".py":
        sys.path.insert(0, str(Path(arguments[0]).parent))
    runpy.run_path(arguments[0], run_name="__main__")


if __name__ == "__main__":
    main()
