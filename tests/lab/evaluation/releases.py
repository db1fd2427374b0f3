# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The programs that load and list the rules: this machine's, or those of another release of Debian.

The root file systems are those of tests/systems/build. Nothing is written there: a node sees one through an overlay of
its own.
"""

from __future__ import annotations

import re
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.lab.world.lab import ROOT, RunningNode
from tests.lab.world.topology import LabError

HERE: Final = "here"
_INSIDE: Final = "/run/release"
_ENTER: Final = (
    "mkdir -p {inside} /run/layers/upper /run/layers/work && "
    "mount -t overlay overlay -o lowerdir={folder},upperdir=/run/layers/upper,workdir=/run/layers/work {inside} && "
    "mount -t proc proc {inside}/proc && mount -t sysfs sysfs {inside}/sys && mount --rbind /dev {inside}/dev && "
    "mount -t tmpfs tmpfs {inside}/run && mkdir {inside}/run/lock"
)
VERSIONS: Final = {
    "nft": ("nft", "--version"),
    "iptables": ("iptables", "--version"),
    "ipset": ("ipset", "--version"),
    "firewalld": ("firewall-offline-cmd", "--version"),
}


@dataclass(frozen=True)
class ReleaseNode(RunningNode):
    """A node whose programs are those of another release."""

    def command(self, arguments: list[str] | tuple[str, ...]) -> list[str]:  # type: ignore[override]
        return super().command(["chroot", _INSIDE, *arguments])


def build(suite: str) -> Path:
    """The root file system of a release.

    Raises:
        LabError: it cannot be built.
    """
    done = subprocess.run([str(ROOT / "tests/systems/build"), suite], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise LabError(f"{suite}: {done.stderr.strip()}")
    return Path(done.stdout.strip())


def with_programs(node: RunningNode, folder: Path | None) -> RunningNode:
    """The same node, with the programs of a root file system. Call it once for each node."""
    if folder is None:
        return node
    node.run(["sh", "-c", _ENTER.format(inside=_INSIDE, folder=folder)])
    return ReleaseNode(node.lab, node.node, node.process)


def inside(node: RunningNode) -> str:
    """The root of the node's programs, as the node itself sees it; nothing for its own."""
    return _INSIDE if isinstance(node, ReleaseNode) else ""


def versions(node: RunningNode) -> dict[str, str]:
    """What the programs call themselves; those that are missing are left out."""
    found = {}
    for name, command in VERSIONS.items():
        number = version_in(node.run(list(command), check=False).stdout)
        if number:
            found[name] = number
    return found


def version_in(said: str) -> str:
    """The first number with points; empty where there is none."""
    number = re.search(r"\d+\.\d+(\.\d+)*", said)
    return number[0] if number else ""
