# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sets of packets as boxes: sources, destinations and ports, each of intervals. A host's have any destination.

Note that this plugin util is **PRIVATE** to the collection.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, NamedTuple

from ansible_collections.portledger.qradar.plugins.plugin_utils._base.intervals import (
    IPV4,
    IPV6,
    Intervals,
    difference,
    intersection,
    prefixes,
    union,
)
from ansible_collections.portledger.qradar.plugins.plugin_utils._base.networks import Networks, parse_network

ANYWHERE: Final = union([IPV4, IPV6])


class Packets(NamedTuple):
    """From each source to each destination, on these ports (as ``_questions.boxes.numbers_of`` gives them)."""

    sources: Intervals
    destinations: Intervals
    ports: Intervals

    def __bool__(self) -> bool:
        return bool(self.sources and self.destinations and self.ports)

    def minus(self, other: Packets) -> list[Packets]:
        """What is left without another one, in boxes that have nothing in common."""
        common = self.common(other)
        if not common:
            return [self]
        found = (
            Packets(difference(self.sources, other.sources), self.destinations, self.ports),
            Packets(common.sources, difference(self.destinations, other.destinations), self.ports),
            Packets(common.sources, common.destinations, difference(self.ports, other.ports)),
        )
        return [box for box in found if box]

    def common(self, other: Packets) -> Packets:
        """What is in both; it is false where nothing is."""
        return Packets(
            intersection(self.sources, other.sources),
            intersection(self.destinations, other.destinations),
            intersection(self.ports, other.ports),
        )


def without(boxes: Iterable[Packets], others: Iterable[Packets]) -> list[Packets]:
    """What is left of boxes without others."""
    left = list(boxes)
    for other in others:
        left = [part for box in left for part in box.minus(other)]
        if not left:
            break
    return left


def sources_of(boxes: Iterable[Packets]) -> Intervals:
    """All sources of some boxes."""
    return union(box.sources for box in boxes)


def ports_of(boxes: Iterable[Packets]) -> Intervals:
    """All ports of some boxes."""
    return union(box.ports for box in boxes)


def networks_of(addresses: Intervals) -> Networks:
    """Addresses as the fewest networks."""
    return Networks.merged(map(parse_network, prefixes(addresses)))
