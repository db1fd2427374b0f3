# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Ten hosts, one that cannot be reached and one whose module is killed; `make load` has 60 and 300."""

from __future__ import annotations

import os

import pytest

from tests.load.deployment import CUT, FINE, KILLED, UNREACHABLE, Deployment
from tests.load.load import Load

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="what happens to hosts needs root")


@needs_root
def test_a_second_run_finishes_exactly_the_rest() -> None:
    with Load(10, 60) as load:
        first, wrong = load.first()
        assert wrong == []
        assert sorted(first.run.run.changed) == load.deployment.that(FINE)
        second, wrong = load.second()
        assert wrong == []
        assert sorted(second.run.run.changed) == ["host003", "host007"]
        assert min(first.main, second.main) > 10


def test_what_happens_to_whom() -> None:
    hosts = Deployment.of(40)
    assert hosts.that(UNREACHABLE) == ["host003", "host013", "host023", "host033"]
    assert hosts.that(KILLED) == ["host007", "host027"]
    assert hosts.that(CUT) == ["host017", "host037"]
    assert len(hosts.that(FINE)) == 32
