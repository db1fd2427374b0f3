# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A little of `python -m tests.lab.damage.kept_code`, the same in each run."""

from __future__ import annotations

import pytest

from tests.lab.damage.kept_code import runs
from tests.lab.damage.kept_code.change import Change
from tests.lab.damage.kept_code.runs import run
from tests.lab.hosts.providers import PROVIDERS


@pytest.mark.parametrize("provider", ["iptables", "nftables"])
def test_nothing_is_overlooked(provider: str) -> None:
    told: list[str] = []
    counts = run(PROVIDERS[provider], range(10), 20261128, told.append)
    assert not told, "\n".join(told)
    assert sum(counts.values()) == 10


@pytest.mark.parametrize("provider", ["iptables", "nftables"])
def test_nothing_is_overlooked_by_a_seal(provider: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runs, "KINDS", {})
    told: list[str] = []
    counts = run(PROVIDERS[provider], range(8), 20261129, told.append, 6000)
    assert not told, "\n".join(told)
    assert set(counts) == {"damage", "network", "seal"}


def test_what_is_overlooked_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """The judge itself: a change that nothing notices."""
    nothing = Change("nothing", lambda: None)
    monkeypatch.setattr(runs, "KINDS", {"nothing": lambda _ground: nothing})
    told: list[str] = []
    assert run(PROVIDERS["nftables"], range(1), 1, told.append) == {"nothing": 1}
    assert told == ["0 nftables nothing: nothing: overlooked"]
