# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What runs on hosts, on a node of a lab, without Ansible and without a process of its own for each call."""

from __future__ import annotations

from pathlib import Path

from ansible_collections.portledger.qradar.plugins.module_utils._host import Host
from tests.lab.lab import RunningNode


class DirectHost(Host):  # type: ignore[misc]
    """A node as a module sees it."""

    def __init__(self, node: RunningNode) -> None:
        def run(arguments: list[str], data: str | None) -> tuple[int, str, str]:
            done = node.run(arguments, check=False, stdin=data)
            return done.returncode, done.stdout, done.stderr

        super().__init__(run, environ={"PATH": "/usr/bin:/bin"}, root=f"/proc/{node.process}/root")
        self._network = f"/proc/{node.process}/net"

    def file(self, *parts: str) -> str:
        # In there, /proc/net leads by way of a process that is none of the node's, and so nowhere.
        path = Path(*parts)
        if path.parts[:2] == ("proc", "net"):
            return str(Path(self._network, *path.parts[2:]))
        return str(super().file(*parts))
