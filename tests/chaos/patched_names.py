# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What folders hold: rename, unlink, mkdir, rmdir and symlink, as points."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

from tests.chaos.injection import Injection
from tests.chaos.patched_files import name_of


def patch_names(injection: Injection) -> None:
    def one(kind: str, real: Callable[..., None], what: str) -> Callable[..., None]:
        def patched(path: Any, *rest: Any, dir_fd: int | None = None, **named: Any) -> None:
            name = name_of(path, dir_fd)
            if injection.ignores(name):
                return real(path, *rest, dir_fd=dir_fd, **named)
            injection.point(kind, name)
            real(path, *rest, dir_fd=dir_fd, **named)
            injection.wrote(what, path=name)
            return None

        return patched

    def two(real: Callable[..., None]) -> Callable[..., None]:
        def patched(old: Any, new: Any, **named: Any) -> None:
            if injection.ignores(name_of(new)):
                return real(old, new, **named)
            injection.point("rename", name_of(new))
            real(old, new, **named)
            injection.wrote("rename", path=name_of(old), to=name_of(new))
            return None

        return patched

    def linked(old: Any, new: Any, *rest: Any, **named: Any) -> None:
        injection.point("symlink", name_of(new))
        real_symlink(old, new, *rest, **named)
        injection.wrote("symlink", path=name_of(new), to=os.fsdecode(old))

    real_symlink = os.symlink
    os.rename, os.replace = two(os.rename), two(os.replace)
    os.unlink = os.remove = one("unlink", os.unlink, "unlink")
    os.mkdir, os.rmdir = one("mkdir", os.mkdir, "mkdir"), one("rmdir", os.rmdir, "unlink")
    os.symlink = linked  # type: ignore[assignment]
