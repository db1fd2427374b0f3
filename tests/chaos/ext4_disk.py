# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A real ext4 file system for the layers of a world, and what of it is on the disk at a moment.

It is in a sparse file, mounted through a loop device with the default options. The kernel writes to the file what ext4
submits and nothing else, so a copy of it is what a disk holds that loses its power at that moment: one that keeps all
that it has acknowledged. Mounts are those of the worker's namespace, and the loop device goes with its last mount, so
nothing is left of a worker that is killed.
"""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.chaos.disk import LAYERS, Tree, read_tree
from tests.lab.world import kernel

_SIZE = 64 << 20
# All of it at once: else the kernel goes on making it while it is used.
_MAKE = ["mkfs.ext4", "-q", "-F", "-b", "4096", "-E", "lazy_itable_init=0,lazy_journal_init=0"]
_DETACH = 2
_TRIES = 2000
# Fields of /sys/block/*/stat: what was written, discarded and flushed, and what is under way.
_DONE, _UNDER_WAY = (4, 6, 11, 13, 15), 8


def missing() -> str:
    """What the machine lacks; empty where nothing."""
    if not Path("/dev/loop-control").exists():
        return "no /dev/loop-control: the kernel has no loop devices"
    if "\text4\n" not in Path("/proc/filesystems").read_text(encoding="ascii"):
        return "the kernel has no ext4"
    return ""


class Ext4Disk:
    """A file system that is mounted. Get one from :func:`ext4_disk`."""

    def __init__(self, image: Path, folder: Path) -> None:
        self.image = image
        #: where it is mounted
        self.folder = folder

    def sync(self) -> None:
        """Have everything on the disk that was written so far."""
        descriptor = os.open(self.folder, os.O_RDONLY)
        try:
            if kernel.libc.syncfs(descriptor):
                raise OSError(f"{self.folder}: cannot be synced")
        finally:
            os.close(descriptor)

    def copy(self, to: Path) -> None:
        """Copy what is on the disk at one moment: nothing is written from the beginning to the end of it."""
        for _try in range(_TRIES):
            before = self._written()
            subprocess.run(["cp", "--sparse=always", self.image, to], check=True)
            if before is not None and self._written() == before:
                return
            time.sleep(0.002)
        raise RuntimeError(f"{self.image}: is never at rest")

    def _written(self) -> list[str] | None:
        """Differs once anything more was written; None while something is."""
        device = self.folder.stat().st_dev
        path = Path(f"/sys/dev/block/{os.major(device)}:{os.minor(device)}/stat")
        fields = path.read_text(encoding="ascii").split()
        return None if int(fields[_UNDER_WAY]) else [fields[place] for place in _DONE]


@contextmanager
def ext4_disk(folder: Path) -> Iterator[Ext4Disk]:
    """An empty one, in a folder that is made for it."""
    folder.mkdir()
    image = folder / "image"
    with image.open("wb") as stream:
        stream.truncate(_SIZE)
    subprocess.run([*_MAKE, str(image)], check=True)
    with _mounted(image, folder / "mounted") as mounted:
        yield Ext4Disk(image, mounted)


@contextmanager
def _mounted(image: Path, at: Path) -> Iterator[Path]:
    at.mkdir()
    # With this option, the device is released with the mount, whoever unmounts it.
    subprocess.run(["mount", "-t", "ext4", "-o", "loop", str(image), str(at)], check=True)
    try:
        yield at
    finally:
        kernel.libc.umount2(str(at).encode(), _DETACH)


def read_copy(image: Path, layers: str, folder: Path) -> Tree:
    """What a machine finds on a copy when it starts: ext4 replays its journal first.

    :param layers: the folder of the world's layers in the file system
    :param folder: to work in; it is made
    """
    folder.mkdir()
    with _mounted(image, folder / "mounted") as mounted:
        root = folder / "root"
        try:
            for name in LAYERS:
                (root / name).mkdir(parents=True)
                upper, work = mounted / layers / name / "upper", mounted / layers / name / "work"
                for one in (upper, work):
                    one.mkdir(parents=True, exist_ok=True)
                options = f"lowerdir=/{name},upperdir={upper},workdir={work}"
                kernel.mount("overlay", str(root / name), "overlay", kernel.MS_NODEV, options)
            return read_tree(root)
        finally:
            for name in LAYERS:
                kernel.libc.umount2(str(root / name).encode(), _DETACH)
