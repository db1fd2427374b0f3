# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Other Pythons and other releases of ansible-core, as this machine has them or can make them."""

from __future__ import annotations

import functools
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
# What tools/environment ends with where no Python of this machine fits a release.
NO_PYTHON = 3


def interpreter(version: str) -> Path | None:
    """A Python of this version ("2.7") from PATH or pyenv that really starts."""
    candidates = [shutil.which(f"python{version}")]
    candidates += [str(path) for path in sorted((Path.home() / ".pyenv/versions").glob(f"{version}.*/bin/python"))]
    for candidate in filter(None, candidates):
        started = subprocess.run(
            [candidate, "-c", "import sys; print('%d.%d' % sys.version_info[:2])"],
            capture_output=True,
            text=True,
            check=False,
        )
        if started.stdout.strip() == version:
            return Path(candidate)
    return None


def interpreter_or_skip(version: str) -> Path:
    """As interpreter; without one, the test that asks is skipped and says so."""
    found = interpreter(version)
    if found is None:
        pytest.skip(f"Python {version} is not installed: what runs on hosts is not tested under it")
    return found


@functools.cache
def environment(release: str) -> Path:
    """The environment of a release of ansible-core ("2.16", "newest"), made where it is not there yet.

    Where the machine has no Python that fits, the test that asks is skipped and says so; anything else fails it.
    """
    made = subprocess.run([ROOT / "tools" / "environment", release], capture_output=True, text=True, check=False)
    if made.returncode == NO_PYTHON:
        pytest.skip(made.stderr.strip())
    assert made.returncode == 0, made.stderr
    return Path(made.stdout.strip())
