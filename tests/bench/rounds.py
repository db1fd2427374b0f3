# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Several kinds of runs in turn, so that a machine that slows down slows down all of them."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Mapping, Sequence

PING = "ping"

Seconds = Callable[[], float]
Times = dict[str, list[float]]


def in_turn(kinds: Mapping[str, Seconds], rounds: int, say: Callable[[str], None]) -> Times:
    """Seconds of each kind, a number a round. say gets a line for each round."""
    found: Times = {name: [] for name in kinds}
    for number in range(1, rounds + 1):
        for name, seconds in kinds.items():
            found[name].append(round(seconds(), 3))
        say(f"round {number} of {rounds}: " + ", ".join(f"{name} {times[-1]:.2f}" for name, times in found.items()))
    return found


def ratio(times: Mapping[str, Sequence[float]], name: str, base: str = PING) -> tuple[float, float, float]:
    """Median of the rounds, the smallest and the largest: how many times base this kind took in the same round."""
    found = [one / other for one, other in zip(times[name], times[base], strict=True)]
    return statistics.median(found), min(found), max(found)


def lines(title: str, times: Mapping[str, Sequence[float]]) -> list[str]:
    """A line for each kind: median, spread, and how many pings that is."""
    found = []
    for name, some in times.items():
        pings = f"{ratio(times, name)[0]:8.2f} pings" if PING in times else ""
        found.append(
            f"{title:<12}{name:<50}{statistics.median(some):8.2f} s ({min(some):.2f} to {max(some):.2f}){pings}"
        )
    return found
