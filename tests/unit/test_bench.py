# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What benchmarks make of their numbers; that they run at all, `make bench` shows."""

from __future__ import annotations

import ipaddress

import pytest

from tests.bench.four_hosts import networks
from tests.bench.rounds import in_turn, lines, ratio


def test_kinds_take_turns() -> None:
    order: list[str] = []
    said: list[str] = []

    def kind(name: str, seconds: float) -> float:
        order.append(name)
        return seconds * len(order)

    times = in_turn({"ping": lambda: kind("ping", 1), "site": lambda: kind("site", 2)}, 2, said.append)
    assert order == ["ping", "site", "ping", "site"]
    assert times == {"ping": [1, 3], "site": [4, 8]}
    assert said == ["round 1 of 2: ping 1.00, site 4.00", "round 2 of 2: ping 3.00, site 8.00"]


def test_a_round_is_compared_with_itself() -> None:
    # The machine was three times slower in the second round.
    times = {"ping": [1.0, 3.0, 1.0], "site": [2.0, 6.0, 3.0]}
    assert ratio(times, "site") == (2.0, 2.0, 3.0)
    assert lines("x", times)[1].split() == ["x", "site", "3.00", "s", "(2.00", "to", "6.00)", "2.00", "pings"]


@pytest.mark.parametrize("count", [10, 10_000, 100_000])
def test_networks_do_not_touch(count: int) -> None:
    found = [ipaddress.IPv4Network(one) for one in networks(count)]
    assert len(found) == count
    assert all(one.subnet_of(ipaddress.IPv4Network("10.0.0.0/8")) for one in found)
    assert len(list(ipaddress.collapse_addresses(found))) == count
