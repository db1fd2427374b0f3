# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A little of the damage of `python -m tests.lab.damage.audited_rules`, the same in each run, with each provider."""

from __future__ import annotations

import random

import pytest

from tests.lab.damage.audited_rules.ground import Damage
from tests.lab.damage.audited_rules.runs import DAMAGES, PLACES, damage_rules, new_ground, run
from tests.lab.hosts.providers import PROVIDERS, Provider
from tests.lab.plays.kept import KeptInside

# firewalld takes ten times as long to put things right.
RUNS = {"firewalld": 4}


@pytest.mark.parametrize(("provider", "scope"), PLACES, ids=str)
def test_each_mutation_is_named_and_none_is_invented(provider: Provider, scope: str) -> None:
    numbers = range(RUNS.get(provider.name, 7))
    told = run(provider, scope, numbers, 20261124, print)
    assert [str(one) for one in told if not one.good] == []
    assert len(told) == len(numbers)


def test_nothing_is_overlooked_by_what_a_host_keeps() -> None:
    told = run(PROVIDERS["nftables"], "host", range(7), 20261128, print, KeptInside)
    assert [str(one) for one in told if not one.good] == []
    assert len(told) == 7


def test_what_an_audit_does_not_tell_is_missed(monkeypatch: pytest.MonkeyPatch) -> None:
    """The judge itself: damage that nothing tells of, one that is told of and should not be."""
    port = ["nft", "insert rule inet portledger_host input tcp dport 9 accept"]
    kinds = {
        "untold": lambda ground: Damage("nothing", [["true"]], [("+ ", "tcp/9")]),
        "harmless": lambda ground: Damage("a port", [port], []),
    }
    monkeypatch.setitem(DAMAGES, "nftables", kinds)
    with new_ground(PROVIDERS["nftables"], "host", random.Random(1)) as ground:
        ground.apply()
        untold = damage_rules(ground, "untold", 0)
        assert untold is not None
        assert (untold.missed, untold.invented) == (["+  tcp/9"], [])
        harmless = damage_rules(ground, "harmless", 1)
        assert harmless is not None
        assert harmless.invented == ["- rule without a service: tcp dport 9 accept"]
