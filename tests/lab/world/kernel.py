# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The few kernel calls that Python 3.11 does not offer."""

from __future__ import annotations

import contextlib
import ctypes
import os
from pathlib import Path

CLONE_NEWNS = 0x00020000
CLONE_NEWUTS = 0x04000000
CLONE_NEWUSER = 0x10000000
CLONE_NEWPID = 0x20000000
CLONE_NEWNET = 0x40000000

MS_NOSUID, MS_NODEV, MS_NOEXEC = 2, 4, 8
MS_BIND, MS_REC, MS_PRIVATE = 0x1000, 0x4000, 0x40000

_PR_SET_PDEATHSIG = 1
_PR_SET_NAME = 15
_PR_SET_CHILD_SUBREAPER = 36

libc = ctypes.CDLL(None, use_errno=True)


def _check(result: int, what: str) -> None:
    """Raise OSError with the kernel's words if result says failure."""
    if result != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")


def unshare(flags: int) -> None:
    _check(libc.unshare(flags), "unshare")


def setns(descriptor: int, kind: int = 0) -> None:
    _check(libc.setns(descriptor, kind), "setns")


def enter(path: str | Path) -> None:
    """Enter the namespace that a file of /proc/PID/ns names."""
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        setns(descriptor)
    finally:
        os.close(descriptor)


def mount(source: str, target: str, kind: str = "", flags: int = 0, data: str = "") -> None:
    _check(
        libc.mount(
            source.encode(), target.encode(), kind.encode() or None, ctypes.c_ulong(flags), data.encode() or None
        ),
        f"mount {kind or source} on {target}",
    )


def die_with_parent(signal: int = 9) -> None:
    _check(libc.prctl(_PR_SET_PDEATHSIG, signal, 0, 0, 0), "prctl")


def adopt_orphans() -> None:
    """Be the parent of grandchildren whose parent ends."""
    _check(libc.prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0), "prctl")


def name_process(name: str) -> None:
    """Give this process a name for ps (15 bytes at most)."""
    libc.prctl(_PR_SET_NAME, name.encode()[:15], 0, 0, 0)


def write_sysctl(name: str, value: str) -> bool:
    """Write net.ipv4.ip_forward or the like into the namespace of this process; False where the kernel has none."""
    path = Path("/proc/sys") / name.replace(".", "/")
    with contextlib.suppress(OSError):
        path.write_text(value, encoding="ascii")
        return True
    return False
