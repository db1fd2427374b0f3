# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is damaged fits the code as it is now; that scenarios catch it, `make mutants` shows."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.damaged_code.__main__ import ROOT, Damage, DamageError, read_damages


@pytest.mark.parametrize("damage", read_damages(), ids=lambda damage: damage.scenario)
def test_each_mutant_can_be_made(damage: Damage, tmp_path: Path) -> None:
    copy = tmp_path / damage.file
    copy.parent.mkdir(parents=True)
    shutil.copy(ROOT / damage.file, copy)
    damage.apply(tmp_path)
    mutated = copy.read_text(encoding="utf-8")
    assert mutated != (ROOT / damage.file).read_text(encoding="utf-8")
    compile(mutated, damage.file, "exec")


def test_a_mutant_that_does_not_fit_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "code.py").write_text("a = 1\na = 1\n", encoding="utf-8")
    with pytest.raises(DamageError) as raised:
        Damage("default", "nothing", "code.py", "a = 1", "a = 2").apply(tmp_path)
    assert str(raised.value) == ("default: code.py: 'a = 1' is there 2 times. Write in damages.yml what is there once")
