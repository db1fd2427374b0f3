# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What runs on hosts passes its tests under every Python that hosts have."""

from __future__ import annotations

import subprocess

import pytest

from tests.pythons import ROOT, interpreter_or_skip

# The oldest of RHEL 7 and 8, one in between, the newest.
VERSIONS = ["2.7", "3.6", "3.8", "3.13"]


@pytest.mark.parametrize("version", VERSIONS)
def test_under_python(version: str) -> None:
    python = interpreter_or_skip(version)
    run = subprocess.run([python, str(ROOT / "tests/unit/host_python.py")], capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    assert "\nOK" in run.stderr
    assert "skipped" not in run.stderr
