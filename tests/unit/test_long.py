# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What `make test` leaves to `make test-all`, and what it never leaves."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.lab.hosts.providers import EVERY
from tests.lab.world.lab import ROOT
from tests.long_tests import patterns

# With each provider: exact over a change, a restart and a removal; nobody locked out; a restart half-way.
ALWAYS = (
    "lab/roles/test_lasting.py::test_exact_all_along[{}]",
    "lab/safe_apply/test_lock_out.py::test_a_wrong_rule_shuts_ssh[{}-new]",
    "lab/safe_apply/test_lock_out.py::test_a_restart_before_the_confirmation[{}]",
)
# Of the units, what long.txt has something of.
UNITS = (
    "tests/unit/test_host_python.py",
    "tests/unit/kernel/iptables",
    "tests/unit/docs/test_examples.py",
    "tests/unit/examples",
    "tests/unit/tools/test_build.py",
)


def collected(*arguments: str) -> tuple[set[str], str]:
    """The tests that a run would have, and all that it says."""
    command = [sys.executable, "-m", "pytest", "tests/lab", *UNITS, "--collect-only", "-q", *arguments]
    said = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True, timeout=120).stdout
    return {line.removeprefix("tests/") for line in said.splitlines() if "::" in line}, said


def test_what_is_left_is_listed_counted_and_no_proof_of_its_own() -> None:
    every, _said = collected()
    short, said = collected("-m", "not long")
    left = every - short
    assert f"long: {len(left)} tests that repeat a proof were left for make test-all" in said
    for line, meaning in patterns().items():
        assert any(meaning.fullmatch(name) for name in left), f"long.txt: {line}: there is no such test"
    assert {name.format(provider) for name in ALWAYS for provider in EVERY} <= short
    # Of no test is every variant left.
    functions = {name.partition("[")[0] for name in left}
    alone = functions - {name.partition("[")[0] for name in short}
    assert alone == {
        "lab/qradar/test_confirmation.py::test_the_timer_needs_no_good_markers_to_let_people_in_again",
        "lab/safe_apply/test_interrupted.py::test_the_controller_dies_before_it_confirms",
    }


@pytest.mark.parametrize(
    ("line", "name", "matches"),
    [
        ("test_a.py::test_b[*-all]", "test_a.py::test_b[x-all]", True),
        ("test_a.py::test_b[*-all]", "test_a.py::test_b[x-all-y]", False),
        ("test_a.py::test_b", "test_a.py::test_b[x]", False),
        (r"test_a.py::test_b[\*]", r"test_a.py::test_b[\r\n]", True),
        (r"test_a.py::test_b[\*]", "test_a.py::test_b[]", False),
    ],
)
def test_patterns(line: str, name: str, matches: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "long.txt"
    path.write_text(f"# a remark\n\n{line}  # why\n", encoding="utf-8")
    monkeypatch.setattr("tests.long_tests.LIST", path)
    ((found, meaning),) = patterns().items()
    assert found == line
    assert bool(re.fullmatch(meaning, name)) == matches
