# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Some damaged hosts; `python -m tests.chaos damage` tries each kind with each provider. And what it has to see."""

from __future__ import annotations

from pathlib import Path

from tests.chaos.damage_kinds import KINDS, damages
from tests.chaos.operations import PROVIDERS
from tests.chaos.test_points import SEED, chaos, needs_root
from tests.damaged_code.__main__ import copy_checkout

ARGUMENTS = ("damage", "--provider", "nftables")


def test_every_provider_has_damage_of_every_kind_once() -> None:
    for provider in PROVIDERS:
        found = damages(provider)
        assert len({str(one) for one in found}) == len(found)
        assert {one.kind for one in found} >= set(KINDS) - {"torn, booted"}


@needs_root
def test_some_damaged_hosts_hold() -> None:
    done = chaos(*ARGUMENTS, "--runs", "6")
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.endswith(f"6 of 6 damaged hosts held; seed {SEED}\n")


@needs_root
def test_an_undo_that_does_nothing_is_seen_by_the_boot() -> None:
    """With this seed, the machine restarts while the change waits."""
    arguments = ("damage", "--provider", "qradar", "--damage", "torn undo, empty, pending")
    done = chaos(*arguments, seed="2187906563")
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.endswith("1 of 1 damaged hosts held; seed 2187906563\n")


@needs_root
def test_a_script_of_a_boot_that_is_damaged_and_not_repaired_is_seen(tmp_path: Path) -> None:
    copy_checkout(tmp_path)
    path = tmp_path / "plugins/module_utils/_safe_apply/boot_program.py"
    text = path.read_text(encoding="utf-8")
    compared = " and self._text(name) == self.script_text(name)"
    assert text.count(compared) == 1
    path.write_text(text.replace(compared, ""), encoding="utf-8")
    done = chaos(*ARGUMENTS, "--damage", "torn load, garbage, confirmed", folder=tmp_path)
    assert done.returncode == 1
    assert "a boot after the next runs: nothing in place of new" in done.stdout, done.stdout + done.stderr
