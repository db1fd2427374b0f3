# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A host that is a network namespace, with the firewall tools that a test gives it."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.portledger.qradar.plugins.module_utils._host.host import Host
from ansible_collections.portledger.qradar.plugins.module_utils._ruleset import apply_ruleset
from tests.private_etc import KEEP
from tests.unit.plugins.module_utils.support import golden_plan

SEARCH = os.environ.get("PATH", "") + ":/usr/sbin:/sbin"


def tool(name: str) -> str:
    """The machine's own program. Skips the test where it has none."""
    found = shutil.which(name, path=SEARCH)
    if found is None:
        pytest.skip(f"{name} is not installed")
    return found


class NamespaceBox:
    """bin: the programs it has; root: what stands for /; enter: the command that enters it; spawned: programs that were
    run in it so far."""

    provider = "auto"

    def __init__(self, folder: Path) -> None:
        self.bin = folder / "bin"
        self.bin.mkdir()
        self.root = folder / "root"
        (self.root / "proc/net").mkdir(parents=True)
        (self.root / "proc/uptime").symlink_to("/proc/uptime")
        self.environ = {**os.environ, "LC_ALL": "C", "XTABLES_LOCKFILE": str(folder / "lock")}
        rootless = os.geteuid() != 0
        self._join = [*(["--user", "--preserve-credentials"] if rootless else []), "--net", "--mount"]
        self._keepers: list[subprocess.Popen[str]] = []
        self.enter = self._keep(["unshare", *(["--user", "--map-root-user"] if rootless else []), "--net", "--mount"])
        self.spawned = 0

    def _keep(self, command: list[str]) -> list[str]:
        """Start what holds a namespace; the command that enters it."""
        keeper = subprocess.Popen(
            [*command, "sh", "-c", KEEP], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self._keepers.append(keeper)
        assert keeper.stdout is not None
        if keeper.stdout.readline() != "ready\n":
            pytest.skip("network namespaces cannot be made here")
        return ["nsenter", "--target", str(keeper.pid), *self._join]

    def neighbour(self) -> tuple[list[str], int]:
        """Another network namespace: the command that enters it, and the process that holds it."""
        entering = self._keep([*self.enter, "unshare", "--net", "--mount"])
        return entering, self._keepers[-1].pid

    def close(self) -> None:
        for keeper in reversed(self._keepers):
            keeper.communicate()

    def script(self, name: str, text: str) -> None:
        """Have a program that is a script."""
        path = self.bin / name
        path.write_text(f"#!/bin/sh\n{text}\n")
        path.chmod(0o755)

    def run(self, arguments: list[str], data: str | None = None, _seconds: float | None = None) -> tuple[int, str, str]:
        self.spawned += 1
        done = subprocess.run(
            self.enter + arguments, input=data or "", capture_output=True, text=True, env=self.environ, check=False
        )
        return done.returncode, done.stdout, done.stderr

    def host(self) -> Host:
        return Host(self.run, path=[str(self.bin)], environ={}, root=str(self.root))

    def apply(self, *, check: bool = False, scope: str = "host", **changes: Any) -> dict[str, Any]:
        options = {
            "scope": scope,
            "provider": self.provider,
            "state": "present",
            "unlisted": "drop",
            "egress": "log",
            "management": ["198.18.9.0/24", "2001:db8:9::/64"],
            "plan": golden_plan(scope),
            **changes,
        }
        result: dict[str, Any] = apply_ruleset(self.host(), options, check)
        return result

    def everything(self) -> str:
        """All that the kernel holds, of anybody."""
        raise NotImplementedError

    def repaired(self, **changes: Any) -> list[str]:
        """Difference of the next run, which check mode foretells, which repairs, and which is the last."""
        before = self.everything()
        foretold = self.apply(check=True, **changes)
        assert self.everything() == before
        result = self.apply(**changes)
        assert result == foretold
        assert result["changed"]
        again = self.apply(**changes)
        assert (again["changed"], again["difference"]) == (False, [])
        difference: list[str] = result["difference"]
        return difference


def spent() -> float:
    """Seconds of CPU, of this process and of those that it has waited for: what a busy machine does not change."""
    return sum(os.times()[:4])
