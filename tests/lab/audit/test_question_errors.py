# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What explain, compare and check say of a mistake, with each release of ansible-core: one sentence, once, first."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from tests.lab.world.lab import ROOT
from tests.pythons import environment

INVENTORY = """
[qradar_console]
con1 ansible_host=198.18.1.1

[qradar_event_processor]
ep1 ansible_host=198.18.1.2 qradar_encrypted=perhaps
"""
MISTAKE = "ep1: qradar_encrypted: 'perhaps' is neither true nor false. Write true or false."
QUESTIONS = {
    "explain": ("source=con1", "destination=ep1", "to_port=tcp/22"),
    "compare": ("before=inventory.ini",),
    "check": (),
}


@pytest.mark.parametrize("release", ["2.16", "2.19", "newest"])
@pytest.mark.parametrize("question", QUESTIONS)
def test_a_mistake_in_the_inventory(release: str, question: str, tmp_path: Path) -> None:
    (tmp_path / "inventory.ini").write_text(INVENTORY, encoding="utf-8")
    program = environment(release) / "bin" / "ansible-playbook"
    options = [word for one in QUESTIONS[question] for word in ("-e", one)]
    run = subprocess.run(
        [str(program), "-i", "inventory.ini", f"portledger.qradar.{question}", *options],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "ANSIBLE_CONFIG": str(ROOT / "ansible.cfg"), "ANSIBLE_NOCOLOR": "1"},
        timeout=120,
    )
    printed = run.stdout + run.stderr
    assert run.returncode == 2, printed
    assert printed.count("qradar_encrypted: 'perhaps'") == 1, printed
    before, _sentence, after = printed.partition(MISTAKE)
    assert after.startswith('"\n'), printed
    assert "ERROR" not in before
    assert "FAILED" not in before
    assert '"msg": "There is no answer, see above."' in after
