# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Puts each fault back that the collection had, and shows that points, or the tests named for it, find it.

python -m tests.chaos faults [NUMBER ...]
"""

from __future__ import annotations

import argparse
import os
import shlex
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml

from tests.damaged_code.__main__ import copy_checkout
from tests.results import keep


@dataclass(frozen=True)
class Fault:
    """One entry of faults.yml, or of another such file.

    fault: what was wrong. changes: in files of the code, old in the place of which there is new. run: arguments for
    Python in the damaged copy. finds: part of what that prints.
    """

    fault: str
    changes: tuple[dict[str, str], ...]
    run: str
    finds: str

    def put_back(self, root: Path) -> None:
        """Damage a copy. Raises ValueError where a change does not fit the code any more."""
        for change in self.changes:
            path = root / change["file"]
            text = path.read_text(encoding="utf-8")
            if change["old"] not in text:
                raise ValueError(f"{self.fault}: {change['file']}: '{change['old']}' is not there")
            path.write_text(text.replace(change["old"], change["new"]), encoding="utf-8")

    def found(self) -> tuple[bool, str]:
        """Whether it is found, and by what; else what was printed."""
        with tempfile.TemporaryDirectory(prefix="faults-") as folder:
            copy = Path(folder)
            copy_checkout(copy)
            self.put_back(copy)
            environ = {key: text for key, text in os.environ.items() if key != "PYTHONPATH"}
            environ["PYTHONPATH"] = f"{copy / '.venv/collections'}:{copy}"
            command = [sys.executable, *shlex.split(self.run)]
            done = subprocess.run(command, cwd=copy, env=environ, capture_output=True, text=True, check=False)
        lines = [line.strip() for line in done.stdout.splitlines() if self.finds in line]
        if done.returncode and lines:
            return True, lines[0][:160]
        return False, f"exit code {done.returncode}\n{done.stdout}{done.stderr}"


FAULTS = Path(__file__).with_name("faults.yml")


def read_faults(*paths: Path) -> list[Fault]:
    """Those of some files, in their order; of faults.yml where none is named."""
    texts = [path.read_text(encoding="utf-8") for path in paths or (FAULTS,)]
    data = [one for text in texts for one in yaml.safe_load(text)]
    return [Fault(**{**one, "changes": tuple(one["changes"])}) for one in data]


def main(arguments: Sequence[str] | None = None, paths: Sequence[Path] = (FAULTS,)) -> int:
    """Put back those of some files."""
    parser = argparse.ArgumentParser(
        prog="tests.chaos faults", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("number", nargs="*", type=int, help="of a fault, from 1; all where none is given")
    parser.add_argument("--results", type=Path, help="keep what it came to in this file")
    options = parser.parse_args(arguments)
    found = {}
    for number, fault in enumerate(read_faults(*paths), 1):
        if options.number and number not in options.number:
            continue
        began = time.monotonic()
        found[fault.fault], said = fault.found()
        seconds = time.monotonic() - began
        sign = "ok    " if found[fault.fault] else "MISSED"
        print(f"{sign} {number} {fault.fault}: {said}, {seconds:.0f} s", flush=True)
    keep(options.results, "faults", found)
    print(f"{sum(found.values())} of {len(found)} found")
    return 0 if all(found.values()) else 1
