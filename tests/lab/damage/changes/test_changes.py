# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A few random mistakes a run of the tests; `python -m tests.lab.damage.changes` makes more of them."""

from __future__ import annotations

import os
import random

import pytest

from tests.lab.damage.changes.runs import make_mistakes
from tests.lab.hosts.providers import EVERY, Provider

RUNS = 6

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="SSH daemons in a lab need root")


@pytest.mark.parametrize("provider", EVERY, ids=str)
def test_no_mistake_locks_anybody_out(provider: Provider) -> None:
    seed = random.SystemRandom().randrange(1 << 32)
    place = EVERY.index(provider)
    # Shown where it fails: the same seed makes the same mistakes again.
    print(f"python -m tests.lab.damage.changes --runs {RUNS} --seed {seed}")
    verdicts = make_mistakes(provider, range(place, RUNS, len(EVERY)), seed, print)
    assert len(verdicts) > 0
    assert [str(one) for one in verdicts if one.problems] == []
