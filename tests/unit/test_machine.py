# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What tests leave on the machine is seen, and fails their run."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.machine import traces

ROOT = Path(__file__).resolve().parents[2]


def test_rules_and_files_by_name(tmp_path: Path) -> None:
    for name in ("portledger", "others"):
        (tmp_path / name).touch()
    script = "echo ':PORTLEDGER-IN - [0:0]'; echo ':DOCKER - [0:0]'"
    assert traces([["sh", "-c", script], ["no-such-program"]], [tmp_path, tmp_path / "missing"]) == {
        "sh: :PORTLEDGER-IN - [0:0]",
        str(tmp_path / "portledger"),
    }


def run(tmp_path: Path, test: str) -> subprocess.CompletedProcess[str]:
    """A run of tests with the real conftest.py, on a machine that is a folder."""
    folder = tmp_path / "tests"
    folder.mkdir()
    text = (ROOT / "tests/conftest.py").read_text(encoding="utf-8")
    ours = f"traces([], [{str(tmp_path)!r}])"
    (folder / "conftest.py").write_text(text.replace("traces()", ours), encoding="utf-8")
    (folder / "test_it.py").write_text(f"from pathlib import Path\ndef test_it():\n    {test}\n", encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-n", "1", "--rootdir", str(tmp_path)]
    return subprocess.run(
        [*command, str(folder)],
        cwd=ROOT,
        env={"PATH": "/usr/bin:/bin", "PYTHONPATH": str(ROOT), "PY_COLORS": "0"},
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_run_that_leaves_something_fails(tmp_path: Path) -> None:
    done = run(tmp_path, f"Path({str(tmp_path)!r}, 'portledger-left').touch()")
    assert (done.returncode, f"left on this machine: {tmp_path}/portledger-left" in done.stdout) == (1, True)


def test_a_run_that_leaves_nothing_passes(tmp_path: Path) -> None:
    (tmp_path / "portledger-before").touch()
    done = run(tmp_path, "pass")
    assert (done.returncode, "left on this machine" in done.stdout) == (0, False)
