# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What runs on hosts passes its tests under every Python that hosts have."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[4]
# The oldest of RHEL 7 and 8, one in between, the newest.
VERSIONS = ["2.7", "3.6", "3.8", "3.13"]


def interpreter(version: str) -> str | None:
    """A Python of this version from PATH or pyenv that really starts."""
    candidates = [shutil.which(f"python{version}")]
    candidates += [str(path) for path in sorted((Path.home() / ".pyenv/versions").glob(f"{version}.*/bin/python"))]
    for candidate in filter(None, candidates):
        started = subprocess.run([candidate, "-c", "import sys; print('%d.%d' % sys.version_info[:2])"],
                                 capture_output=True, text=True, check=False)
        if started.stdout.strip() == version:
            return candidate
    return None


@pytest.mark.parametrize("version", VERSIONS)
def test_under_python(version: str) -> None:
    python = interpreter(version)
    if python is None:
        pytest.skip(f"Python {version} is not installed: what runs on hosts is not tested under it")
    run = subprocess.run([python, str(ROOT / "tests/unit/host_python.py")], capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    assert "\nOK" in run.stderr
    assert "skipped" not in run.stderr
