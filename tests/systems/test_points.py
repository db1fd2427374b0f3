# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whole systems, stopped at the moments that matter most: the module or the timer is killed, or the power is lost.

Losing the power ends all processes at once; that files which nobody synced are lost with it is for tests/chaos to show.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.systems.points.ground import SECONDS, Ground
from tests.systems.points.spot import KILL, Spot
from tests.systems.points.spots import OTHERS, spots
from tests.systems.points.trying import try_spot
from tests.systems.system import build

# From the deadline on: what systemd, the timer's program and the load take, on a machine that may be busy.
_LATE = 10


class Grounds:
    """One for the provider that is tried, and a new one after a point where something was wrong."""

    def __init__(self, suite: str) -> None:
        self._suite = suite
        self._ground: Ground | None = None

    def of(self, provider: str) -> Ground:
        if self._ground and self._ground.provider != provider:
            self.drop()
        if self._ground is None:
            self._ground = Ground(build(self._suite), provider)
        return self._ground

    def drop(self) -> None:
        if self._ground:
            self._ground.site.stop()
        self._ground = None


@pytest.fixture(scope="module")
def grounds(suite: str) -> Iterator[Grounds]:
    found = Grounds(suite)
    yield found
    found.drop()


@pytest.mark.parametrize("spot", [spot for one in OTHERS for spot in spots(one)], ids=str)
def test_stopped(grounds: Grounds, spot: Spot, times: dict[str, list[tuple[float, str]]]) -> None:
    tried = None
    try:
        tried = try_spot(grounds.of(spot.provider), spot)
        assert tried.why == []
    finally:
        if tried is None or tried.why:
            grounds.drop()
    if tried.seconds is not None:
        times.setdefault(f"{spot.provider}, {spot.how}", []).append((tried.seconds, str(spot)))
        if spot.how == KILL:
            assert tried.seconds < SECONDS + _LATE
