# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Readers only read: whatever an input says, nothing outside a folder of the fuzzer's own is written, moved or removed,
and no program is started. The fuzzer may run as root.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

_PATHS = {
    "os.remove": 1,
    "os.rename": 2,
    "os.link": 2,
    "os.symlink": 2,
    "os.mkdir": 1,
    "os.rmdir": 1,
    "os.chmod": 1,
    "os.chown": 1,
    "os.truncate": 1,
    "os.utime": 1,
    "os.setxattr": 1,
    "shutil.rmtree": 1,
    "shutil.move": 2,
}
"""Events of Python's audit, and how many of their arguments are paths that are changed."""

_STARTS = (
    "subprocess.Popen",
    "os.system",
    "os.exec",
    "os.posix_spawn",
    "os.fork",
    "os.forkpty",
    "os.kill",
    "os.killpg",
)
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
_guarded = False


class OutsideError(BaseException):
    """No reader's own handler takes it."""


@cache
def own_folder() -> Path:
    """The only one that may be changed: of this process."""
    return Path(tempfile.mkdtemp(prefix="portledger-fuzz-"))


@contextmanager
def nothing_outside() -> Iterator[None]:
    """Raise OutsideError before anything else is changed."""
    global _guarded
    _listen()
    own_folder()
    _guarded = True
    try:
        yield
    finally:
        _guarded = False


@cache
def _listen() -> None:
    """A hook stays for the life of the process."""
    sys.addaudithook(_check)


def _check(event: str, arguments: tuple[object, ...]) -> None:
    if not _guarded:
        return
    if event in _STARTS:
        raise OutsideError(f"{event}: a reader starts or ends no process")
    paths = arguments[: _PATHS.get(event, 0)]
    if event == "open" and isinstance(arguments[2], int) and arguments[2] & _WRITING:
        paths = arguments[:1]
    for path in paths:
        if isinstance(path, str | bytes | os.PathLike) and not _is_own(os.fsdecode(path)):
            raise OutsideError(f"{event}: {os.fsdecode(path)!a} is changed, which is outside the fuzzer's folder")


def _is_own(path: str) -> bool:
    folder = os.path.realpath(own_folder())
    return os.path.realpath(path).startswith(folder + os.sep)
