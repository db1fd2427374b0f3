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
import zipimport
from collections.abc import Callable
from pathlib import Path
from typing import Any


def _remember_compiled(folder: Path) -> None:
    """Each world compiles the same text again, of files and of archives: what comes of it is kept for the next one."""

    def remembering(compiled: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
        def found(path: Any, source: Any) -> Any:
            kept = folder / hashlib.sha1(os.fsencode(path) + b"\0" + bytes(source)).hexdigest()
            if kept.exists():
                return marshal.loads(kept.read_bytes())
            code = compiled(path, source)
            unfinished = kept.with_suffix(f".{os.getpid()}")
            unfinished.write_bytes(marshal.dumps(code))
            unfinished.rename(kept)
            return code

        return found

    def of_file(self: Any, data: Any, path: Any, **_named: Any) -> Any:
        return remembering(lambda where, source: real(self, source, where))(path, data)

    real = importlib.machinery.SourceFileLoader.source_to_code
    importlib.machinery.SourceFileLoader.source_to_code = of_file  # type: ignore[method-assign]
    zipimport._compile_source = remembering(zipimport._compile_source)  # type: ignore[attr-defined]


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
