# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is put back fits the code as it is now; that it is found, `make faults` shows."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.chaos.faults import Fault, read_faults
from tests.damaged_code.__main__ import ROOT
from tests.damaged_code.inputs import INPUTS


@pytest.mark.parametrize("fault", [*read_faults(), *read_faults(*INPUTS)], ids=lambda fault: fault.fault)
def test_each_fault_can_be_put_back(fault: Fault, tmp_path: Path) -> None:
    files = {change["file"] for change in fault.changes}
    for file in files:
        (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / file, tmp_path / file)
    fault.put_back(tmp_path)
    for file in files:
        damaged = (tmp_path / file).read_text(encoding="utf-8")
        assert damaged != (ROOT / file).read_text(encoding="utf-8")
        compile(damaged, file, "exec")
