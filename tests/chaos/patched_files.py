# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is written: open, write and fsync, as points."""

from __future__ import annotations

import base64
import builtins
import io
import os
from pathlib import Path
from typing import Any

from tests.chaos.injection import Injection


class Stream:
    """A file that is written."""

    def __init__(self, injection: Injection, raw: Any, path: str) -> None:
        self._injection, self._raw, self._path = injection, raw, path

    def write(self, data: Any) -> Any:
        if self._injection.point("write", self._path) == "torn":
            self._raw.write(data[: len(data) // 2])
            self._raw.flush()
            self._injection.die()
        self._injection.wrote("write", path=self._path)
        return self._raw.write(data)

    def __enter__(self) -> Stream:
        return self

    def __exit__(self, *exception: object) -> None:
        self._raw.close()

    def __iter__(self) -> Any:
        return iter(self._raw)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._raw, name)


def name_of(path: Any, folder: int | None = None) -> str:
    """The full name of a file, as whoever writes it names it: a path, beneath an open folder perhaps, or a number."""
    if isinstance(path, int):
        return str(Path(f"/proc/self/fd/{path}").readlink())
    found = Path(os.fsdecode(path))
    if folder is not None and not found.is_absolute():
        return str(Path(f"/proc/self/fd/{folder}").readlink() / found)
    return str(found.absolute())


def patch_files(injection: Injection) -> None:
    real_open, real_os_open, real_write, real_fsync = builtins.open, os.open, os.write, os.fsync

    def opened(path: Any, mode: str = "r", *rest: Any, **named: Any) -> Any:
        name = name_of(path)
        if name == "/proc/uptime":
            return _read_only(injection.uptime(), mode)
        if name == "/proc/sys/kernel/random/boot_id":
            return _read_only(injection.boot(), mode)
        if not set(mode) & set("wax+") or injection.ignores(name):
            return real_open(path, mode, *rest, **named)
        if not isinstance(path, int):
            injection.point("open", name)
            injection.wrote("open", path=name, truncated=str("w" in mode))
        return Stream(injection, real_open(path, mode, *rest, **named), name)

    def os_opened(path: Any, flags: int, mode: int = 0o777, *, dir_fd: int | None = None) -> int:
        name = name_of(path, dir_fd)
        writing = flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT)
        if writing and not injection.ignores(name):
            injection.point("open", name)
            injection.wrote("open", path=name, truncated=str(bool(flags & os.O_TRUNC)))
        return real_os_open(path, flags, mode, dir_fd=dir_fd)

    def written(number: int, data: bytes) -> int:
        name = name_of(number)
        if not name.startswith("/") or injection.ignores(name):
            return real_write(number, data)
        if injection.point("write", name) == "torn":
            real_write(number, data[: len(data) // 2])
            injection.die()
        injection.wrote("write", path=name)
        return real_write(number, data)

    def synced(number: Any) -> None:
        number = number if isinstance(number, int) else number.fileno()
        name = name_of(number)
        injection.point("fsync", name)
        real_fsync(number)
        if Path(name).is_dir():
            injection.wrote("fsync folder", path=name)
        elif Path(name).is_file():
            with real_open(name, "rb") as stream:
                injection.wrote("fsync", path=name, data=base64.b64encode(stream.read()).decode())

    builtins.open = io.open = opened  # type: ignore[assignment]
    os.open, os.write = os_opened, written  # type: ignore[assignment]
    os.fsync = os.fdatasync = synced  # type: ignore[assignment]


def _read_only(data: bytes, mode: str) -> Any:
    return io.BytesIO(data) if "b" in mode else io.StringIO(data.decode())
