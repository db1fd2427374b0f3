# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A few points of each kind of fault; `make chaos` tries more, `make chaos-all` all. And what it has to see."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.chaos.records import MODES, Record, classes, table
from tests.damaged_code.__main__ import ROOT, copy_checkout

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="layers over /etc need root")
SEED = "12"


def chaos(*arguments: str, seed: str = SEED, folder: Path = ROOT) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "tests.chaos", *arguments, "--seed", seed]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def without_syncs(checkout: Path) -> None:
    """Damage a copy: nothing of ours is on the disk for certain."""
    for path in (checkout / "plugins" / "module_utils").rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        path.write_text(text.replace("os.fsync(", "(lambda number: None)("), encoding="utf-8")


@needs_root
def test_a_few_points_of_each_fault() -> None:
    arguments = ["--provider", "nftables", "--provider", "iptables", "--scope", "host", "--operation", "change"]
    done = chaos(*arguments, "--sample", "1")
    assert done.returncode == 0, done.stdout + done.stderr
    assert [line.split()[0] for line in done.stdout.splitlines() if line.startswith(MODES)] == list(MODES)


@needs_root
def test_what_is_written_and_not_synced_is_seen(tmp_path: Path) -> None:
    copy_checkout(tmp_path)
    without_syncs(tmp_path)
    arguments = ["--provider", "nftables", "--scope", "host", "--operation", "first", "--mode", "cut-data"]
    done = chaos(*arguments, "--point", "end", folder=tmp_path)
    assert done.returncode == 1
    assert "the boot: old in place of new" in done.stdout


@needs_root
def test_an_operation_that_cannot_be_tried_is_wrong(tmp_path: Path) -> None:
    copy_checkout(tmp_path)
    hosts = tmp_path / "tests/chaos/hosts.py"
    broken = "raise ValueError('no firewalld here')"
    hosts.write_text(hosts.read_text(encoding="utf-8").replace("start_firewalld(world.node)", broken), encoding="utf-8")
    arguments = ["--provider", "firewalld", "--scope", "host", "--operation", "first", "--mode", "none"]
    done = chaos(*arguments, folder=tmp_path)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "the harness ended here: ValueError: no firewalld here" in done.stdout


@needs_root
def test_an_interrupted_run_goes_on(tmp_path: Path) -> None:
    file = tmp_path / "records"
    arguments = ["--provider", "nftables", "--scope", "host", "--operation", "first", "--mode", "kill", "--sample", "2"]
    arguments += ["--records", str(file)]
    whole = chaos(*arguments)
    assert whole.returncode == 0, whole.stdout + whole.stderr
    lines = file.read_text(encoding="utf-8").splitlines()
    assert len(lines) == 3
    # What was tried stays as it was found to be.
    wrong = json.dumps({**json.loads(lines[1]), "why": ["found before"], "wrong": True})
    file.write_text(f"{lines[0]}\n{wrong}\n", encoding="utf-8")
    rest = chaos(*arguments, "--go-on")
    assert rest.returncode == 1
    assert rest.stdout.splitlines()[-1].startswith("2 points in ")
    assert file.read_text(encoding="utf-8").splitlines() == [lines[0], wrong, lines[2]]
    file.write_text(f'{{"code": "other"}}\n{lines[1]}\n', encoding="utf-8")
    other = chaos(*arguments, "--go-on")
    assert other.returncode == 2
    assert other.stderr == f"{file}: its records are of other code. Begin anew, without --go-on.\n"


def test_records_are_counted() -> None:
    good = Record("nftables", "change", "host", "kill", "module:3", "before nft")
    why = ("a boot: old in place of new",)
    bad = Record("iptables", "remove", "host", "EROFS", "module:4", "open /etc/x", why)
    again = "python -m tests.chaos --provider iptables --operation 'remove' --scope host --mode EROFS --point module:4"
    assert str(bad) == (
        f"iptables, remove, host, EROFS, at module:4 (open /etc/x)\n    a boot: old in place of new\n    {again}"
    )
    assert classes([good, bad]) == ["1 x a boot: old in place of new", "    iptables; EROFS", f"    {again}"]
    assert [line.split() for line in table([good, bad])] == [
        ["points", "(wrong)", "nftables", "iptables", "all"],
        ["kill", "1", "(0)", "0", "(0)", "1", "(0)"],
        ["EROFS", "0", "(0)", "1", "(1)", "1", "(1)"],
        ["all", "1", "(0)", "1", "(1)", "2", "(1)"],
    ]
