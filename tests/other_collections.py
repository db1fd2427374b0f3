# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Other people's collections, whose modules take what our filters make, and stand beside ours in benchmarks."""

from __future__ import annotations

import subprocess
from pathlib import Path

from tests.pythons import ROOT


def other_collections() -> Path:
    """The folder with them, which is made where it is not there yet."""
    told = subprocess.run([ROOT / "tools/other_collections"], capture_output=True, text=True, check=True)
    return Path(told.stdout.strip())


def collections_path() -> str:
    """The value of ANSIBLE_COLLECTIONS_PATH with theirs behind ours."""
    return f"{ROOT / '.venv/collections'}:{other_collections()}"
