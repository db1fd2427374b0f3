# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The mutants fit the code as it is now; that scenarios catch them, `make mutants` shows."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.mutants.__main__ import ROOT, Mutant, MutantError, read_mutants


@pytest.mark.parametrize("mutant", read_mutants(), ids=lambda mutant: mutant.scenario)
def test_each_mutant_can_be_made(mutant: Mutant, tmp_path: Path) -> None:
    copy = tmp_path / mutant.file
    copy.parent.mkdir(parents=True)
    shutil.copy(ROOT / mutant.file, copy)
    mutant.apply(tmp_path)
    mutated = copy.read_text(encoding="utf-8")
    assert mutated != (ROOT / mutant.file).read_text(encoding="utf-8")
    compile(mutated, mutant.file, "exec")


def test_a_mutant_that_does_not_fit_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "code.py").write_text("a = 1\na = 1\n", encoding="utf-8")
    with pytest.raises(MutantError) as raised:
        Mutant("default", "nothing", "code.py", "a = 1", "a = 2").apply(tmp_path)
    assert str(raised.value) == ("default: code.py: 'a = 1' is there 2 times. Write in mutants.yml what is there once")
