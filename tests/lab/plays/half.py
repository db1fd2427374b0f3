# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A change whose controller dies before it confirms."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

from tests.lab.plays.playbook import playbook_command, playbook_environment
from tests.lab.world.lab import Lab


def half_a_play(folder: Path, provider: str, seconds: int) -> Path:
    """A change of the console. Nothing answers its probe, so its controller is still trying when it dies."""
    play = folder / "half.yml"
    play.write_text(
        "- hosts: console\n  gather_facts: false\n  tasks:\n    - portledger.qradar.ruleset:\n        scope: host\n"
        f"        provider: {provider}\n        confirm_seconds: {seconds}\n        unlisted: log\n"
        "        probes: [tcp/9]\n",
        encoding="utf-8",
    )
    return play


def play_half(lab: Lab, play: Path, changed: Callable[[], bool], seconds: float = 30) -> None:
    """Make the change and kill the controller. What Ansible said is told where nothing changes."""
    said = play.with_suffix(".log")
    # A file of its own: another test's ssh may have made what is inherited non-blocking, which Ansible refuses.
    with said.open("w", encoding="utf-8") as stream:
        playing = subprocess.Popen(
            playbook_command(lab.inventory, play),
            env={**os.environ, **playbook_environment(lab)},
            stdin=subprocess.DEVNULL,
            stdout=stream,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        end = time.monotonic() + seconds
        while not changed():
            assert time.monotonic() < end, said.read_text(encoding="utf-8")
            time.sleep(0.05)
    finally:
        os.killpg(playing.pid, signal.SIGKILL)
        playing.wait()
        # Workers of newer releases of Ansible have a session of their own.
        subprocess.run(["pkill", "-KILL", "-f", str(play)], check=False)
