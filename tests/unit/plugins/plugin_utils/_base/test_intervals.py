# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sets of numbers, compared with Python's own sets, and the way to addresses and back."""

from __future__ import annotations

import ipaddress
import itertools

from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.portledger.qradar.plugins.plugin_utils._base.intervals import (
    IPV4,
    IPV6,
    Intervals,
    classes,
    difference,
    intersection,
    merged,
    of_addresses,
    prefixes,
    union,
)
from ansible_collections.portledger.qradar.plugins.plugin_utils._base.networks import Networks, parse_network

SETS = st.frozensets(st.integers(0, 40), max_size=20)


def intervals(numbers: frozenset[int]) -> Intervals:
    return merged((number, number) for number in numbers)


def numbers(one: Intervals) -> set[int]:
    return {number for first, last in one for number in range(first, last + 1)}


def is_canonical(one: Intervals) -> bool:
    return all(before[1] + 1 < after[0] for before, after in itertools.pairwise(one))


@given(SETS, SETS)
def test_algebra(one: frozenset[int], other: frozenset[int]) -> None:
    for operation, expected in (
        (intersection, one & other),
        (difference, one - other),
        (lambda *both: union(both), one | other),
    ):
        found = operation(intervals(one), intervals(other))
        assert numbers(found) == expected
        assert is_canonical(found)


@given(st.lists(SETS, max_size=6))
def test_classes(sets: list[frozenset[int]]) -> None:
    found = classes([intervals(one) for one in sets])
    assert 0 not in found
    for number in range(42):
        key = sum(1 << bit for bit, one in enumerate(sets) if number in one)
        assert [k for k, one in found.items() if number in numbers(one)] == ([key] if key else [])
    assert all(is_canonical(one) for one in found.values())


def test_addresses_and_prefixes() -> None:
    networks = Networks.merged(map(parse_network, ("198.18.0.0/24", "198.18.1.0/25", "2001:db8::/126", "2001:db8::4")))
    assert prefixes(networks.intervals) == ["198.18.0.0/24", "198.18.1.0/25", "2001:db8::/126", "2001:db8::4"]
    assert prefixes(intersection(networks.intervals, IPV4)) == ["198.18.0.0/24", "198.18.1.0/25"]
    assert prefixes(intersection(networks.intervals, IPV6)) == ["2001:db8::/126", "2001:db8::4"]
    ends = of_addresses(map(ipaddress.ip_address, ("255.255.255.255", "::", "0.0.0.0", "ffff::", "198.18.0.1")))
    assert prefixes(ends) == ["0.0.0.0", "198.18.0.1", "255.255.255.255", "::", "ffff::"]
    assert prefixes(IPV4) == ["0.0.0.0/0"]
    assert prefixes(IPV6) == ["::/0"]


def test_networks_of_nothing_but_hosts_are_listed_one_by_one() -> None:
    def hosts(*names: str) -> Intervals:
        return of_addresses(map(ipaddress.ip_address, names))

    known = hosts("198.18.1.2", "198.18.1.3", "198.18.1.5", "2001:db8::2", "2001:db8::3")
    networks = Networks.merged(map(parse_network, ("198.18.1.2/31", "198.18.1.4/31", "2001:db8::2/127")))
    told = ["198.18.1.2", "198.18.1.3", "198.18.1.4/31", "2001:db8::2", "2001:db8::3"]
    assert prefixes(networks.intervals, known) == told
    assert prefixes(networks.intervals) == ["198.18.1.2/31", "198.18.1.4/31", "2001:db8::2/127"]
    four = hosts("198.18.1.0", "198.18.1.1", "198.18.1.2", "198.18.1.3")
    assert prefixes(four, four) == ["198.18.1.0", "198.18.1.1", "198.18.1.2", "198.18.1.3"]


def test_no_interval_has_both_families() -> None:
    assert len(merged((*IPV4, *IPV6))) == 2
