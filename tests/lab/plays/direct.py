# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What runs on hosts, on a node of a lab, without Ansible and without a process of its own for each call."""

from __future__ import annotations

import json
import site
import subprocess
import sys
from pathlib import Path
from typing import Any, Self

from ansible_collections.portledger.qradar.plugins.module_utils._host.host import Host
from tests.lab.world.lab import ROOT, RunningNode, environment
from tests.lab.world.topology import LabError


class DirectHost(Host):  # type: ignore[misc]
    """A node as a module sees it. below: the root of its files and programs, where it is not the node's own."""

    def __init__(self, node: RunningNode, below: str = "") -> None:
        def run(arguments: list[str], data: str | None, _seconds: float | None) -> tuple[int, str, str]:
            done = node.run(arguments, check=False, stdin=data)
            return done.returncode, done.stdout, done.stderr

        super().__init__(run, environ={"PATH": "/usr/bin:/bin"}, root=f"/proc/{node.process}/root{below}")
        self._network = f"/proc/{node.process}/net"

    def file(self, *parts: str) -> str:
        # In there, /proc/net leads by way of a process that is none of the node's, and so nowhere.
        path = Path(*parts)
        if path.parts[:2] == ("proc", "net"):
            return str(Path(self._network, *path.parts[2:]))
        return str(super().file(*parts))


class Inside:
    """The modules inside a node, as they see it themselves. Close it when done. python: the one that runs them."""

    def __init__(self, node: RunningNode, python: str = sys.executable) -> None:
        # By another path, it would not find what this one has installed.
        path = ":".join(map(str, (ROOT / ".venv" / "collections", ROOT, *site.getsitepackages())))
        self._running = node.popen(
            [python, "-m", "tests.lab.plays.inside"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**environment(), "PYTHONPATH": path},
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exception: object) -> None:
        self._running.communicate(timeout=30)

    def call(self, module: str, *, check: bool = False, **options: Any) -> dict[str, Any]:
        """The result of ruleset or ruleset_info. Raises LabError with its words where it fails."""
        assert self._running.stdin is not None
        assert self._running.stdout is not None
        self._running.stdin.write(json.dumps({"module": module, "options": options, "check": check}) + "\n")
        self._running.stdin.flush()
        result: dict[str, Any] = json.loads(self._running.stdout.readline() or '{"failed": true, "msg": "it died"}')
        if result.get("failed"):
            raise LabError(f"{module}: {result['msg']}")
        return result
