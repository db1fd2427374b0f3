# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Limits of a process: on what it writes, opens, allocates and starts."""

from __future__ import annotations

import resource
from pathlib import Path


def set_limit(name: str, value: int) -> None:
    """Limit this process, and what it starts.

    :param name: as in RLIMIT_NAME
    :param value: open files and bytes of memory are more than there are now
    """
    if name == "NOFILE":
        value += 1 + max(int(one.name) for one in Path("/proc/self/fd").iterdir())
    elif name == "AS":
        value += int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0]) * resource.getpagesize()
    resource.setrlimit(getattr(resource, f"RLIMIT_{name}"), (value, value))
