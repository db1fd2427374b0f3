# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A real firewalld inside a node of a running lab."""

from __future__ import annotations

import contextlib
import shutil
import subprocess
import time
from dataclasses import dataclass
from typing import Final

from tests.lab.world.lab import RunningNode, environment
from tests.lab.world.topology import LabError

PROGRAMS = ("firewalld", "firewall-cmd", "firewall-offline-cmd", "dbus-daemon", "nft")
START_BUS: Final = """\
mkdir -p /run/dbus
test -S /run/dbus/system_bus_socket || {
    dbus-daemon --system --fork --nopidfile
    test ! -x /usr/lib/polkit-1/polkitd || setsid /usr/lib/polkit-1/polkitd --no-debug </dev/null >/dev/null 2>&1 &
}
"""
"""For a shell: a message bus, with polkit as on whole systems. The bus fails to start it by itself in a node, and
firewalld asks for it hundreds of times in each reload: 5 s."""

_START_SECONDS = 20.0
_RUNNING_BUT_FAILED = 251


def missing_programs() -> list[str]:
    """What a machine lacks to run firewalld in a node."""
    path = environment()["PATH"]
    return [program for program in PROGRAMS if shutil.which(program, path=path) is None]


@dataclass
class Firewalld:
    """firewalld that runs inside a node, with a message bus of its own."""

    node: RunningNode
    daemon: subprocess.Popen[str]

    def __enter__(self) -> Firewalld:
        return self

    def __exit__(self, *_exception: object) -> None:
        self.stop()

    def cmd(self, *arguments: str) -> str:
        """What firewall-cmd prints. Raises LabError with its words where it fails."""
        return self.node.run(["firewall-cmd", *arguments]).stdout.strip()

    def running(self) -> bool:
        return self._state() == 0

    def failed(self) -> bool:
        """Whether it runs, and could not load what its files say."""
        return self._state() == _RUNNING_BUT_FAILED

    def _state(self) -> int:
        return self.node.run(["firewall-cmd", "--state"], check=False).returncode

    def stop(self) -> None:
        """End firewalld; the message bus ends with the node."""
        # The daemon is a child of nsenter, which passes no signal on: the one inside is asked.
        self.node.run(["sh", "-c", "kill $(cat /run/firewalld.lab.pid)"], check=False)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.daemon.wait(timeout=10)
        if self.daemon.poll() is None:
            self.daemon.kill()
            self.daemon.wait()


def start_firewalld(node: RunningNode, may_fail: bool = False) -> Firewalld:
    """Start a message bus, if the node has none, and firewalld; returns once firewalld is up.

    :param may_fail: whether it may be up and have failed to load its files
    """
    script = (
        f"{START_BUS}echo $$ > /run/firewalld.lab.pid && exec firewalld --nofork --nopid >>/var/log/firewalld.lab 2>&1"
    )
    daemon = node.popen(["sh", "-c", script], stdin=subprocess.DEVNULL, start_new_session=True)
    started = Firewalld(node, daemon)
    end = time.monotonic() + _START_SECONDS
    while not (started.running() or (may_fail and started.failed())):
        if daemon.poll() is not None or time.monotonic() > end:
            words = node.run(["cat", "/var/log/firewalld.lab"], check=False).stdout.strip()
            started.stop()
            raise LabError(f"{node.node.name}: firewalld did not start: {words or 'no words'}")
        time.sleep(0.1)
    return started
