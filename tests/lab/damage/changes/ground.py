# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where mistakes happen: a lab, and the state that its host is in."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.lab.hosts.providers import Provider
from tests.lab.over_ssh.safety import PENDING, SECONDS, Controller, files, rules, ssh_lab, there
from tests.lab.over_ssh.ssh import SshLab
from tests.lab.plays.record import Recorded
from tests.lab.plays.site import REMOVE, SITE

HOST = "console"

# These may take each other's place on one host.
_KERNEL = ("iptables", "nftables")

_PATIENCE = 120.0

# To confirm what has to go well, on a machine that may be busy.
PLENTY = 60

# Python in a node that has nothing to do with a change.
_NOT_OURS = ("tests.lab.world.keeper", "firewalld", "fail2ban")

_NOTHING = """
- hosts: console
  gather_facts: false
  tasks:
    - portledger.qradar.ruleset:
        scope: host
        provider: "{{ host_firewall_provider }}"
        confirm_seconds: "{{ host_firewall_confirm_seconds }}"
        plan: {version: 1, scope: host, host: console, sets: {}, flows: []}
"""


@dataclass(frozen=True)
class State:
    """What a host is to be: rules of a provider with what becomes of the rest, a plan of nothing, or no rules."""

    provider: str
    unlisted: str

    def __str__(self) -> str:
        return "no rules" if self.unlisted == "absent" else f"{self.provider}, {self.unlisted}"

    def play(self, ssh: SshLab, seconds: int) -> tuple[str | Path, ...]:
        """The playbook and its arguments."""
        confirm = ("-e", f"host_firewall_confirm_seconds={seconds}", "--limit", HOST)
        if self.unlisted == "absent":
            return (REMOVE, *confirm)
        chosen = ("-e", f"host_firewall_provider={self.provider}", *confirm)
        if self.unlisted == "nothing":
            playbook = ssh.folder / "nothing.yml"
            playbook.write_text(_NOTHING, encoding="utf-8")
            return (playbook, *chosen)
        return (SITE, *chosen, "-e", f"host_firewall_unlisted={self.unlisted}")


class Ground:
    """A lab, and the state that its host is in."""

    def __init__(self, ssh: SshLab, provider: Provider) -> None:
        self.ssh = ssh
        self.node = ssh.lab[HOST]
        self.providers = _KERNEL if provider.host in _KERNEL else (provider.host,)
        self.state = State(provider.host, "absent")
        # When a machine that was down is up again: before that nobody can get in.
        self.up = 0.0

    def whole(self) -> tuple[dict[str, str], str]:
        return rules(self.node), files(self.node)

    def play(self, state: State, seconds: int = SECONDS, **more: str) -> Recorded:
        playbook, *arguments = state.play(self.ssh, seconds)
        return self.ssh.play(playbook, *map(str, arguments), **more)

    def start(self, state: State, seconds: int = SECONDS, **more: str) -> Controller:
        playbook, *arguments = state.play(self.ssh, seconds)
        return Controller(self.ssh, playbook, *map(str, arguments), **more)

    def wait_until_pending(self, controller: Controller) -> None:
        """Or until the run is over."""
        while not there(self.node, PENDING) and controller.process.poll() is None:
            time.sleep(0.01)

    def running(self) -> dict[int, str]:
        """Processes that have to do with a change: the module, and what waits to put back."""
        found = self.ssh.processes(HOST, ["python"])
        return {number: words for number, words in found.items() if not any(word in words for word in _NOT_OURS)}

    def settle(self, since: float) -> float:
        """Wait until nothing is pending and nothing of ours runs; the seconds since the end of what changes rules."""
        began = time.monotonic()
        while time.monotonic() < began + _PATIENCE:
            running = self.running().values()
            if any("restore.py" not in words for words in running):
                since = time.monotonic()
            elif not running and not there(self.node, PENDING):
                return time.monotonic() - since
            time.sleep(0.1)
        return float("inf")


@contextlib.contextmanager
def new_ground(provider: Provider) -> Iterator[Ground]:
    """A lab of its own, with rules loaded and confirmed."""
    with ssh_lab(provider) as ssh:
        ground = Ground(ssh, provider)
        first = State(provider.host, "drop")
        run = ground.play(first, PLENTY)
        if not run.run.ok:
            raise RuntimeError(run.run.stdout)
        ground.state = first
        yield ground
