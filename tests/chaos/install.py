# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Puts an injection between Python and the system, in this process and in its copies."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable

from tests.chaos.injection import Injection
from tests.chaos.patched_commands import patch_commands
from tests.chaos.patched_files import patch_files
from tests.chaos.patched_names import patch_names

_DAY = 86400.0


def install(injection: Injection) -> None:
    """From here on, this process and its copies are observed and stopped."""
    speed = injection.speed
    patch_files(injection)
    patch_names(injection)
    patch_commands(injection)
    time.time = jumping(time.time)
    real = time.sleep

    def sleep(seconds: float) -> None:
        real(seconds / speed)

    time.sleep = sleep  # type: ignore[assignment]


def jumping(real: Callable[[], float]) -> Callable[[], float]:
    """A time of day that somebody sets ahead and back by a day, between any two looks at it: nothing may rely on it."""
    steps = itertools.cycle((_DAY, -_DAY))
    return lambda: real() + next(steps)
