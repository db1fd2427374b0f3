# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""On a terminal, a task that takes longer than five seconds says what it does. Elsewhere, nothing is said."""

from __future__ import annotations

import os
import pty
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.unit.roles.test_roles import ROOT

SECONDS = 7
PLAY = """\
- hosts: all
  gather_facts: false
  tasks:
    - portledger.qradar.reachability:
        targets: []
"""


@pytest.fixture
def command(tmp_path: Path) -> list[str]:
    """Runs a task on two hosts whose Python begins late."""
    python = tmp_path / "python"
    python.write_text(f'#!/bin/sh\nsleep {SECONDS}\nexec {sys.executable} "$@"\n', encoding="utf-8")
    python.chmod(0o755)
    play = tmp_path / "play.yml"
    play.write_text(PLAY, encoding="utf-8")
    program = Path(sys.executable).with_name("ansible-playbook")
    more = ["-c", "local", "-e", f"ansible_python_interpreter={python}", str(play)]
    return [str(program), "-i", "ep1,ep2,", *more]


def told(output: str) -> list[str]:
    """Lines of ours, without colours; seconds as they happen to be left out."""
    lines = [re.sub(r"\x1b\[[0-9;]*m", "", line) for line in output.splitlines()]
    return [re.sub(r"\d+ s so far$", "... s so far", line) for line in lines if "so far" in line]


def environment() -> dict[str, str]:
    return {**os.environ, "ANSIBLE_CONFIG": str(ROOT / "ansible.cfg")}


def test_on_a_terminal(command: list[str]) -> None:
    ours, theirs = pty.openpty()
    with subprocess.Popen(command, cwd=ROOT, env=environment(), stdin=theirs, stdout=theirs, stderr=theirs) as run:
        os.close(theirs)
        parts = []
        while True:
            try:
                part = os.read(ours, 4096)
            except OSError:  # how a terminal says that nobody is left
                break
            parts.append(part)
    os.close(ours)
    output = b"".join(parts).decode()
    assert run.returncode == 0, output
    assert told(output)[0] == "portledger.qradar: ep1, ep2: probing 0 targets, ... s so far", output


def test_elsewhere(command: list[str]) -> None:
    run = subprocess.run(command, cwd=ROOT, env=environment(), capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout + run.stderr
    assert told(run.stdout + run.stderr) == []
