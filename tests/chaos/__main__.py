# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Starts cli.py where the collection is found and every run hashes alike, so that points keep their numbers."""

from __future__ import annotations

import importlib
import os
import sys
from pathlib import Path

_ROOT = Path(__file__).resolve().parents[2]

# Others than points, which are there without a name.
_COMMANDS = ("access", "damage", "deadline", "disturbed", "ext4", "faults", "pairs")


def main() -> int:
    if os.geteuid() != 0:
        sys.exit("tests.chaos: run as root: it needs namespaces with layers over /etc")
    wanted = {"PYTHONHASHSEED": "0", "PYTHONPATH": f"{_ROOT / '.venv' / 'collections'}:{_ROOT}"}
    if any(os.environ.get(key) != value for key, value in wanted.items()):
        os.execve(sys.executable, [sys.executable, "-m", "tests.chaos", *sys.argv[1:]], {**os.environ, **wanted})
    if sys.argv[1:2] and sys.argv[1] in _COMMANDS:
        command = importlib.import_module(f"tests.chaos.{sys.argv[1]}")
        return int(command.main(sys.argv[2:]))
    from tests.chaos.cli import main as cli

    return cli()


if __name__ == "__main__":
    sys.exit(main())
