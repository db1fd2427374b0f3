# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A power cut on a real ext4 file system, and what it has to see."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.chaos.ext4_disk import missing
from tests.chaos.test_points import SEED, chaos, needs_root, without_syncs
from tests.damaged_code.__main__ import copy_checkout

pytestmark = [
    needs_root,
    pytest.mark.skipif(bool(missing()), reason=f"NO POWER CUT WAS TRIED ON A REAL FILE SYSTEM: {missing()}"),
]
ARGUMENTS = ("ext4", "--runs", "1", "--provider", "nftables", "--seed", SEED)


def test_a_first_apply_that_was_confirmed_outlives_a_cut() -> None:
    done = chaos(*ARGUMENTS)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.endswith(f"1 of 1 cuts on ext4 come up with what was confirmed; seed {SEED}\n")


def test_what_is_written_and_not_synced_is_lost(tmp_path: Path) -> None:
    copy_checkout(tmp_path)
    without_syncs(tmp_path)
    done = chaos(*ARGUMENTS, folder=tmp_path)
    assert done.returncode == 1
    assert "nftables, first, host, 5.1 s after the end, confirmed:" in done.stdout, done.stdout + done.stderr
    assert "the boot: old in place of new, and does not say so" in done.stdout
