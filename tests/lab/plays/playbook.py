# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run a playbook of the checkout against a running lab."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from tests.lab.world.lab import ROOT

_RECAP = re.compile(r"^(?P<host>\S+)\s+: (?P<counts>ok=\d+.*)$")


class Place(Protocol):
    """A lab, or what else a playbook is run against."""

    folder: Path
    inventory: Path


class Inside(Protocol):
    """A node, or where else a playbook is run."""

    def command(self, arguments: Sequence[str]) -> list[str]:
        """The command line that runs arguments there, from outside."""


@dataclass(frozen=True)
class PlaybookRun:
    """recap: host -> ok, changed, unreachable, failed, skipped, rescued, ignored."""

    status: int
    seconds: float
    stdout: str
    recap: dict[str, dict[str, int]]

    @property
    def ok(self) -> bool:
        return self.status == 0

    @property
    def changed(self) -> dict[str, int]:
        return {host: counts["changed"] for host, counts in self.recap.items() if counts["changed"]}


def parse_recap(output: str) -> dict[str, dict[str, int]]:
    """The counts of each host below PLAY RECAP."""
    recap: dict[str, dict[str, int]] = {}
    _before, _found, after = output.rpartition("PLAY RECAP")
    for line in after.splitlines():
        if match := _RECAP.match(line):
            pairs = (one.split("=") for one in match["counts"].split())
            recap[match["host"]] = {key: int(count) for key, count in pairs}
    return recap


def playbook_command(
    inventory: Path, playbook: str | Path, *arguments: str, forks: int = 20, program: str | Path | None = None
) -> list[str]:
    """The command line for a playbook, whatever the working directory."""
    beside = Path(sys.executable).parent / "ansible-playbook"
    command = str(program or (beside if beside.exists() else ROOT / ".venv" / "bin" / "ansible-playbook"))
    return [command, "-i", str(inventory), "--forks", str(forks), str(ROOT / playbook), *arguments]


def playbook_environment(lab: Place) -> dict[str, str]:
    """Settings for Ansible, as environment variables."""
    return {
        "ANSIBLE_CONFIG": str(ROOT / "ansible.cfg"),
        "ANSIBLE_CONNECTION_PLUGINS": str(Path(__file__).parent / "connection_plugins"),
        "ANSIBLE_LOCAL_TEMP": str(lab.folder / "ansible"),
        "ANSIBLE_NOCOLOR": "1",
        "ANSIBLE_FORCE_COLOR": "0",
        "ANSIBLE_RETRY_FILES_ENABLED": "0",
        "PYTHONUNBUFFERED": "1",
    }


def run_playbook(
    lab: Place,
    playbook: str | Path,
    *arguments: str,
    forks: int = 20,
    on_line: Callable[[str], None] | None = None,
    environment: dict[str, str] | None = None,
    program: str | Path | None = None,
    inside: Inside | None = None,
    inventory: Path | None = None,
) -> PlaybookRun:
    """Run ansible-playbook with the lab's inventory, or another.

    playbook: a path, relative to the checkout or absolute.
    on_line gets each line of output as it comes. program: another ansible-playbook than the one beside this Python.
    inside: the node that is the controller; else it is this machine, which has no network in common with any node.
    Never raises for a playbook that fails: see status.
    """
    whole = playbook_command(inventory or lab.inventory, playbook, *arguments, forks=forks, program=program)
    settings = {**playbook_environment(lab), **(environment or {})}
    started = time.monotonic()
    running = subprocess.Popen(
        inside.command(whole) if inside else whole,
        cwd=ROOT,
        env={**os.environ, **settings},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    lines = []
    assert running.stdout is not None
    for line in running.stdout:
        lines.append(line)
        if on_line:
            on_line(line.rstrip("\n"))
    status = running.wait()
    running.stdout.close()
    output = "".join(lines)
    return PlaybookRun(status, time.monotonic() - started, output, parse_recap(output))
