# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The dossier of a first appliance: one archive, nothing changed, and no address in it where that is wished."""

from __future__ import annotations

import tarfile
from pathlib import Path

from tests.lab.hosts.rules import saved
from tests.lab.plays.playbook import run_playbook
from tests.lab.plays.record import record_playbook
from tests.lab.plays.site import SITE
from tests.lab.qradar.hosts import everything
from tests.lab.world.lab import Lab

PLAYBOOK = "playbooks/qradar_first_run.yml"


def collect(lab: Lab, folder: Path, label: str, *more: str) -> dict[str, str]:
    """Files of the archive, by name."""
    before = everything(lab["console"])
    arguments = ["-e", f"first_run_folder={folder}", "-e", f"first_run_label={label}", *more]
    run = run_playbook(lab, PLAYBOOK, *arguments)
    assert run.ok, run.stdout
    assert run.changed == {}
    assert everything(lab["console"]) == before
    with tarfile.open(folder / f"qradar-first-run-{label}.tar.gz") as archive:
        found = {}
        for entry in archive.getmembers():
            stream = archive.extractfile(entry)
            assert stream is not None
            found[entry.name.partition("/")[2]] = stream.read().decode()
    return found


def test_before_and_after(lab: Lab, tmp_path: Path) -> None:
    before = collect(lab, tmp_path, "before")
    assert record_playbook(lab, SITE).run.ok
    after = collect(lab, tmp_path, "after")
    assert set(before) == set(after)
    assert "PORTLEDGER" not in before["console/live_ipv4.txt"]
    jump = next(line for line in saved(lab["console"], "iptables").splitlines() if line.startswith("-A INPUT"))
    assert jump in after["console/live_ipv4.txt"].replace("[0:0] ", "")
    assert "Release name is '7.5.0 UpdatePackage 12'" in before["collector/version.txt"]
    assert "198.19.1.11" in before["console/addresses.txt"]
    assert "- live_ipv4: " in before["questions.md"]


def test_masked(lab: Lab, tmp_path: Path) -> None:
    first = collect(lab, tmp_path, "before", "-e", "first_run_mask=true")
    second = collect(lab, tmp_path, "after", "-e", "first_run_mask=true")
    assert sorted({name.split("/")[0] for name in first}) == ["host1", "host2", "questions.md"]
    for text in first.values():
        for real in ("198.19.1.11", "198.19.2.11", "198.19.9.9", "2001:db8:a1:", "2001:db8:9:", "console"):
            assert real not in text
    # Stable, and everything that is not an address is as it was.
    for name in ("host1/generated.txt", "host1/addresses.txt"):
        assert first[name] == second[name]
    assert "127.0.0.1" in first["host1/version.txt"]
    assert "--dport 10050 -j ACCEPT" in first["host1/generated.txt"]
    assert not next(tmp_path.glob("*.key")).stat().st_mode & 0o077
