# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Torn files of ours: empty, half, bytes of zero, or garbage in their place."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from dataclasses import dataclass

from tests.chaos.disk import Tree
from tests.chaos.world import World

_BLOCK = re.compile(rb"(# BEGIN portledger\.qradar[^\n]*\n)(.*?)(# END portledger\.qradar[^\n]*\n?)", re.DOTALL)
_GARBAGE = random.Random(0).randbytes(333)
_HOWS: dict[str, Callable[[bytes], bytes]] = {
    "empty": lambda data: b"",
    "half": lambda data: data[: len(data) // 2],
    "zeros": lambda data: bytes(len(data)),
    "garbage": lambda data: _GARBAGE,
}
HOWS = tuple(_HOWS)
#: when it happens: nothing waits, a change waits for its confirmation, or the machine was just started
CONFIRMED, PENDING, BOOTED = "confirmed", "pending", "booted"

_OURS = r"etc/portledger/host/"
_RUN = r"run/portledger/host/"
_UNITS = r"etc/systemd/system/portledger-host"
#: by what they are called here: what their paths look like
FILES = {
    "rules.json": _OURS + r"rules\.json",
    "rules.last.json": _OURS + r"rules\.last\.json",
    "load": _OURS + "load",
    "program": _OURS + r"program-\w+\.zip",
    "undo.json": _OURS + r"undo\.json",
    "undo": _OURS + "undo",
    "unit": _UNITS + r"\.service",
    "unit again": _UNITS + r"-again\.service",
    "unit undo": _UNITS + r"-undo\.service",
    "unit wait": _UNITS + r"-wait\.service",
    "pending.json": _RUN + r"pending\.json",
    "copy of pending.json": _RUN + r"restore-\w+/pending\.json",
    "restore.py": _RUN + r"restore-\w+/restore\.py",
    "code.zip": _RUN + r"restore-\w+/code\.zip",
    "outcome.json": _RUN + r"outcome\.json",
    "boot.json": _RUN + r"boot\.json",
    "unfinished": _RUN + r"unfinished-\w+\.json",
    "policy": r"etc/firewalld/policies/portledger-.*",
    "ipset": r"etc/firewalld/ipsets/portledger-.*",
    "service": r"etc/firewalld/services/portledger-.*",
    "block": r"opt/qradar/conf/iptables\.pre",
    "block of IPv6": r"opt/qradar/conf/ip6tables\.pre",
}


@dataclass(frozen=True)
class TornFile:
    """One file, at a time."""

    name: str
    how: str
    when: str

    @property
    def kind(self) -> str:
        return f"torn, {self.when}"

    def __str__(self) -> str:
        return f"torn {self.name}, {self.how}, {self.when}"

    def tear(self, world: World, provider: str, chosen: random.Random) -> str:
        """Tear it. Gives its path. Raises RuntimeError where there is none."""
        tree = world.tree()
        if self.name == "unfinished":
            path = f"{_RUN}unfinished-{provider}.json"
            data = b'{"of": "somebody"}'
        else:
            path = chosen.choice(self._paths(tree))
            data = tree[path].data
        _write(world, path, self._torn(data))
        return path

    def _paths(self, tree: Tree) -> list[str]:
        pattern = re.compile(FILES[self.name])
        found = [path for path, entry in tree.items() if entry.kind == "file" and pattern.fullmatch(path)]
        if self.name.startswith("block"):
            found = [path for path in found if _BLOCK.search(tree[path].data)]
        if not found:
            raise RuntimeError(f"{self}: there is no such file")
        return sorted(found)

    def _torn(self, data: bytes) -> bytes:
        torn = _HOWS[self.how]
        if not self.name.startswith("block"):
            return torn(data)
        # The rest of the file is somebody else's, and the lines around the block say that this is ours.
        return _BLOCK.sub(lambda found: found[1] + torn(found[2]).rstrip(b"\n") + b"\n" + found[3], data)


def _write(world: World, path: str, data: bytes) -> None:
    (world.root / path).write_bytes(data)
