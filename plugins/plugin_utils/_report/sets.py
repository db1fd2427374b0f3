# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Address sets of the report, each once, and what of the deployment is in them.

Note that this plugin util is **PRIVATE** to the collection.
"""

from __future__ import annotations

import bisect
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from ansible_collections.portledger.qradar.plugins.plugin_utils._base.intervals import (
    Intervals,
    intersection,
    of_addresses,
)
from ansible_collections.portledger.qradar.plugins.plugin_utils._base.networks import Networks
from ansible_collections.portledger.qradar.plugins.plugin_utils._inventory.deployment import Deployment
from ansible_collections.portledger.qradar.plugins.plugin_utils._plan.sides import Side
from ansible_collections.portledger.qradar.plugins.plugin_utils._plan.sites import Site

MANY: Final = -1
"""More than the own addresses of one host."""


class SetTable:
    """Numbers the sets of one deployment, in the order in which they are asked for.

    ``rows`` are the sets as data: ``label``, ``hosts`` (numbers of the hosts that the side means), ``addresses``,
    ``own`` and ``other`` (numbers of all hosts that have an address in the set; ``other`` where one of these is a
    cluster address or a public one), ``parties`` (of each party that overlaps, the number of the host whose own
    addresses are all that both have, else -1), ``sole`` (the number of the host whose own addresses are the whole set)
    and ``sites``.
    """

    def __init__(self, deployment: Deployment, sites: Sequence[Site]) -> None:
        self._sites = sites
        self._parties = deployment.settings.parties
        self._numbers = {name: number for number, name in enumerate(deployment.hosts)}
        points = sorted(
            (of_addresses([address])[0][0], number, address in host.addresses)
            for number, host in enumerate(deployment.hosts.values())
            for address in dict.fromkeys(host.all_addresses)
        )
        self._points = [point for point, _number, _own in points]
        self._owners = [(number, own) for _point, number, own in points]
        self._seen: dict[tuple[str, int, int], int] = {}
        self._kept: list[object] = []
        self._same: dict[tuple[str, tuple[int, ...], Intervals], int] = {}
        self.rows: list[dict[str, Any]] = []

    def number(self, side: Side, networks: Networks) -> int:
        """The number of a set: what of a side is meant."""
        key = (side.label, id(side), id(networks))
        if key not in self._seen:
            # Both are kept, so that nothing else can get their id.
            self._kept += [side, networks]
            self._seen[key] = self._add(side, networks)
        return self._seen[key]

    def sole(self, number: int) -> int | None:
        """The host whose own addresses are the whole set, if there is one."""
        sole: int | None = self.rows[number]["sole"]
        return sole

    def _add(self, side: Side, networks: Networks) -> int:
        found = self._found(networks.intervals)
        touched = dict.fromkeys(sorted(number for number, _own in found))
        members = {self._numbers[name] for name in side.members}
        hosts = tuple(number for number in touched if number in members)
        same = (side.label, hosts, networks.intervals)
        if same in self._same:
            return self._same[same]
        other = {number for number, own in found if not own}
        self.rows.append(
            {
                "label": side.label,
                "hosts": list(hosts),
                "addresses": networks.ipv4 + networks.ipv6,
                "own": [number for number in touched if number not in other],
                "other": sorted(other),
                "parties": dict(self._overlaps(networks.intervals)),
                "sole": self._sole(networks.intervals),
                "sites": [
                    number for number, site in enumerate(self._sites) if _overlap(networks.intervals, site.addresses)
                ],
            }
        )
        self._same[same] = len(self.rows) - 1
        return self._same[same]

    def _found(self, intervals: Intervals) -> list[tuple[int, bool]]:
        """The hosts whose addresses are in a set, once for each address, and whether it is the host's own."""
        found = []
        for first, last in intervals:
            begin, end = bisect.bisect_left(self._points, first), bisect.bisect_right(self._points, last)
            found += self._owners[begin:end]
        return found

    def _overlaps(self, intervals: Intervals) -> Iterator[tuple[str, int]]:
        for party, networks in self._parties.items():
            if intervals == networks.intervals and intervals:
                both = intervals
            elif not _overlap(intervals, networks.intervals):
                continue
            else:
                both = intersection(intervals, networks.intervals)
            sole = self._sole(both)
            yield party, MANY if sole is None else sole

    def _sole(self, intervals: Intervals) -> int | None:
        """The host whose own addresses are all of a set."""
        if not intervals:
            return None
        begin = bisect.bisect_left(self._points, intervals[0][0])
        found = self._found(intervals)
        size = sum(last - first + 1 for first, last in intervals[: len(found) + 1])
        if begin == len(self._points) or size != len(found) or len(intervals) > len(found):
            return None
        numbers = set(found)
        only = next(iter(numbers))
        return only[0] if len(numbers) == 1 and only[1] else None


def _overlap(one: Intervals, other: Intervals) -> bool:
    few, many = (one, other) if len(one) <= len(other) else (other, one)
    for first, last in few:
        at = bisect.bisect_left(many, first, key=_last)
        if at < len(many) and many[at][0] <= last:
            return True
    return False


def _last(interval: tuple[int, int]) -> int:
    return interval[1]


def by_number(names: Mapping[str, Any]) -> dict[str, int]:
    """The number of each name, in their order."""
    return {name: number for number, name in enumerate(names)}
