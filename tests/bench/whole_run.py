# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A whole run of a program of Ansible's, as people have it after an installation: its seconds, and its memory."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.lab.world.lab import ROOT

# The memory of the largest process of those that it waited for.
_MEASURED: Final = """
import resource, subprocess, sys
code = subprocess.call(sys.argv[2:])
open(sys.argv[1], "w").write(str(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss))
sys.exit(code)
"""


@dataclass(frozen=True)
class Whole:
    """memory: of its largest process, in MiB."""

    code: int
    seconds: float
    memory: int
    output: str


def whole_run(folder: Path, program: str, *arguments: str, more: Mapping[str, str] | None = None) -> Whole:
    """Run it in a folder of its own. more: of its environment."""
    memory = folder / "memory"
    environment = {
        **{name: text for name, text in os.environ.items() if not name.startswith("ANSIBLE_")},
        "ANSIBLE_COLLECTIONS_PATH": str(ROOT / ".venv/collections"),
        "ANSIBLE_PIPELINING": "1",
        "ANSIBLE_HOME": str(folder / "ansible"),
        "PYTHONDONTWRITEBYTECODE": "",
        **(more or {}),
    }
    command = [sys.executable, "-c", _MEASURED, str(memory), str(Path(sys.executable).with_name(program)), *arguments]
    started = time.monotonic()
    done = subprocess.run(
        command,
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    seconds = time.monotonic() - started
    return Whole(done.returncode, seconds, int(memory.read_text(encoding="ascii")) // 1024, done.stdout)
