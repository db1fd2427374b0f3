# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Limits of the process that the module is, and of what it starts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tests.chaos.world import World

LIMITS = ("FSIZE", "NOFILE", "AS", "NPROC")


@dataclass(frozen=True)
class LimitDamage:
    """One limit: bytes of a file, open files or bytes of memory more than there are now, or processes."""

    name: str
    value: int = 0

    kind = "limits"

    def __str__(self) -> str:
        return f"RLIMIT_{self.name}" + (f" {self.value}" if self.value else "")

    def inflict(self, _world: World) -> dict[str, Any]:
        return {"limit": [self.name, self.value]}

    def mend(self, _world: World) -> None:
        """It is the process's own, and ends with it."""
