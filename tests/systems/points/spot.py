# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A spot: a moment, named by what happens then, at which the module or the timer's program is stopped."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

# Who is stopped: the module in its first call, in its second call, or the timer's program.
APPLY, CONFIRM, TIMER = "apply", "confirm", "timer"
# How: killed, or the whole machine loses its power.
KILL, POWER = "kill", "power"
OLD, NEW = "old", "new"


@dataclass(frozen=True)
class Spot:
    """
    operation: change, first, remove, or "to" another provider.
    what: a pattern of what happens there: before or after a command; open, write, fsync, rename, unlink, ... a path.
    then: what has to be in force in the end.
    nth: which of those that fit.
    """

    provider: str
    operation: str
    who: str
    how: str
    what: str
    then: str
    nth: int = 1

    def __str__(self) -> str:
        nth = f" ({self.nth})" if self.nth > 1 else ""
        return f"{self.provider}, {self.operation}, {self.how} in {self.who}: {self.what}{nth}"

    def fault(self) -> dict[str, Any]:
        """For the fault file: see hook.py."""
        return {key: value for key, value in asdict(self).items() if key in {"who", "how", "what", "nth"}}
