# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sets of addresses as intervals of numbers: exact, and fast where a set has thousands of networks.

Both families are on one line of numbers, IPv4 first. Between the two is a gap, so that no interval has both.

Note that this plugin util is **PRIVATE** to the collection.
"""

from __future__ import annotations

import bisect
import ipaddress
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, Final, TypeAlias, TypeVar

Interval: TypeAlias = tuple[int, int]
"""First and last number."""
Intervals: TypeAlias = tuple[Interval, ...]
"""A set of numbers as the fewest intervals, sorted."""

T = TypeVar("T")

_IPV6: Final = 1 << 33

IPV4: Final[Intervals] = ((0, (1 << 32) - 1),)
IPV6: Final[Intervals] = ((_IPV6, _IPV6 + (1 << 128) - 1),)


def intervals_of(ranges: Iterable[tuple[int, int, int]]) -> Intervals:
    """The union of ranges of addresses, each as version, first and last address."""
    return merged(interval_of(*one) for one in ranges)


def interval_of(version: int, first: int, last: int) -> Interval:
    """A range of addresses of one family, as numbers of the line."""
    offset = _offset(version)
    return first + offset, last + offset


def summarized(interval: Interval) -> Iterator[ipaddress.IPv4Network | ipaddress.IPv6Network]:
    """The fewest networks that make up an interval."""
    first, last = interval
    if first < _IPV6:
        yield from ipaddress.summarize_address_range(ipaddress.IPv4Address(first), ipaddress.IPv4Address(last))
    else:
        yield from ipaddress.summarize_address_range(
            ipaddress.IPv6Address(first - _IPV6), ipaddress.IPv6Address(last - _IPV6)
        )


def of_addresses(addresses: Iterable[ipaddress.IPv4Address | ipaddress.IPv6Address]) -> Intervals:
    """The union of some addresses."""
    return intervals_of((address.version, int(address), int(address)) for address in addresses)


def _offset(version: int) -> int:
    return 0 if version == 4 else _IPV6


def merged(intervals: Iterable[Interval]) -> Intervals:
    """The same numbers in the fewest intervals."""
    found: list[Interval] = []
    for first, last in sorted(intervals):
        if found and first <= found[-1][1] + 1:
            found[-1] = (found[-1][0], max(found[-1][1], last))
        else:
            found.append((first, last))
    return tuple(found)


def union(sets: Iterable[Intervals]) -> Intervals:
    """What is in any of some sets. One alone is left as it is."""
    some = [one for one in sets if one]
    return some[0] if len(some) == 1 else merged(interval for one in some for interval in one)


def intersection(one: Intervals, other: Intervals) -> Intervals:
    """What is in both. The time grows with the smaller set, and with the result."""
    few, many = (one, other) if len(one) <= len(other) else (other, one)
    found = []
    for first, last in few:
        at = bisect.bisect_left(many, first, key=_last)
        while at < len(many) and many[at][0] <= last:
            found.append((max(first, many[at][0]), min(last, many[at][1])))
            at += 1
    return tuple(found)


def _last(interval: Interval) -> int:
    return interval[1]


def difference(one: Intervals, other: Intervals) -> Intervals:
    """What is in the first set and not in the second."""
    found = []
    for first, last in one:
        at = bisect.bisect_left(other, first, key=_last)
        while at < len(other) and other[at][0] <= last:
            if first < other[at][0]:
                found.append((first, other[at][0] - 1))
            first = other[at][1] + 1
            at += 1
        if first <= last:
            found.append((first, last))
    return tuple(found)


def classes(sets: Sequence[Intervals]) -> dict[int, Intervals]:
    """Cut the line where any set begins or ends, and gather what lies in the same sets.

    Returns:
        What is in some set, by the sets that it is in: bit n stands for ``sets[n]``.
    """
    changes: defaultdict[int, int] = defaultdict(int)
    for number, one in enumerate(sets):
        for first, last in one:
            changes[first] ^= 1 << number
            changes[last + 1] ^= 1 << number
    found: defaultdict[int, list[Interval]] = defaultdict(list)
    inside, begin = 0, 0
    for position in sorted(changes):
        if inside:
            found[inside].append((begin, position - 1))
        inside ^= changes[position]
        begin = position
    return {key: merged(intervals) for key, intervals in found.items()}


class Memo:
    """Remembers what it has worked out, by the very objects that it was given.

    Finding a set of thousands by its value would cost as much as working it out again.
    """

    def __init__(self) -> None:
        self._found: dict[tuple[object, ...], tuple[object, Any]] = {}

    def call(self, function: Callable[..., T], *arguments: Any) -> T:
        """What a function gives; it must depend on its arguments alone."""
        key = (function, *map(id, arguments))
        if key not in self._found:
            # The arguments are kept, so that nothing else can get their id.
            self._found[key] = (arguments, function(*arguments))
        result: T = self._found[key][1]
        return result


def prefixes(intervals: Intervals, hosts: Intervals = ()) -> list[str]:
    """The fewest prefixes, IPv4 before IPv6; an address alone has no length.

    Args:
        intervals: what to list.
        hosts: addresses of known hosts. A prefix that contains nothing else is not a network to a reader: its addresses
            are listed one by one.
    """
    found: list[str] = []
    for interval in intervals:
        for network in summarized(interval):
            first, last = (int(end) + _offset(network.version) for end in (network[0], network[-1]))
            if hosts and first < last and not difference(((first, last),), hosts):
                found += map(str, network)
            else:
                found.append(_shown(network))
    return found


def _shown(network: ipaddress.IPv4Network | ipaddress.IPv6Network) -> str:
    return str(network.network_address) if network.prefixlen == network.max_prefixlen else str(network)
