# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""File systems that are full, read-only or out of inodes, and files that nobody may change: real ones, in a world."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tests.chaos.world import World

FULL, READ_ONLY, NO_INODES, IMMUTABLE = "full", "read-only", "no inodes", "immutable"

# A file system of its own with what is there; /run is one already.
_OWN = """
[ "$1" = /run ] || { mount -t tmpfs -o mode=755 damage /mnt && cp -a "$1/." /mnt/ && mount --move /mnt "$1"; }
"""
_INFLICT = {
    FULL: _OWN
    + """
used=$(df -k --output=used "$1" | tail -1)
mount -o remount,size=$((used + 4))k "$1"
dd if=/dev/zero of="$1/.full" bs=4k 2>/dev/null
! dd if=/dev/zero of="$1/.more" bs=4k count=1 2>/dev/null
""",
    NO_INODES: _OWN
    + """
used=$(df --output=iused "$1" | tail -1)
mount -o remount,nr_inodes=$((used + 4)) "$1"
number=0
while [ $number -lt 1000 ] && touch "$1/.full-$number"; do number=$((number + 1)); done 2>/dev/null
[ $number -lt 1000 ]
""",
    READ_ONLY: 'mount --bind "$1" "$1" && mount -o remount,bind,ro "$1"',
    # What lies in the lower layer has flags that the upper one does not know.
    IMMUTABLE: '! [ -d "$1" ] || { touch "$1/.up" && rm "$1/.up"; } && chattr +i "$1"',
}
_ROOM = 'rm -f "$1"/.full* "$1"/.more; mount -o remount,size=1g,nr_inodes=1000000 "$1"'
_MEND = {
    FULL: _ROOM,
    NO_INODES: _ROOM,
    READ_ONLY: 'mount -o remount,bind,rw "$1"',
    # Another name may have taken its place.
    IMMUTABLE: 'chattr -i "$1" 2>/dev/null || true',
}


@dataclass(frozen=True)
class DiskDamage:
    """What is so of a place: a folder that has a file system of its own, or a path that is immutable."""

    how: str
    place: str

    @property
    def kind(self) -> str:
        return self.how

    def __str__(self) -> str:
        return f"{self.how} {self.place}"

    def inflict(self, world: World) -> dict[str, Any]:
        _do(world, _INFLICT[self.how], self.place)
        return {}

    def mend(self, world: World) -> None:
        _do(world, _MEND[self.how], self.place)


def _do(world: World, script: str, place: str) -> None:
    done = world.node.run(["sh", "-c", script, "sh", place], check=False)
    if done.returncode:
        raise RuntimeError(f"{place}: cannot be damaged or mended: {done.stderr.strip() or done.stdout.strip()}")
