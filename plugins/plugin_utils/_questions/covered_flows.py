# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Redundant extra flows: other flows, alone or together, permit everything that they permit.

Note that this plugin util is **PRIVATE** to the collection.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ansible_collections.portledger.qradar.plugins.plugin_utils._base.intervals import (
    Intervals,
    difference,
    intersection,
    merged,
    of_addresses,
    union,
)
from ansible_collections.portledger.qradar.plugins.plugin_utils._inventory.deployment import ExtraFlow
from ansible_collections.portledger.qradar.plugins.plugin_utils._inventory.firewalls import Firewalls
from ansible_collections.portledger.qradar.plugins.plugin_utils._plan.flows import EXTRA_SERVICE
from ansible_collections.portledger.qradar.plugins.plugin_utils._plan.planner import Planner
from ansible_collections.portledger.qradar.plugins.plugin_utils._questions.boxes import Box, allowed, bits, overlaps
from ansible_collections.portledger.qradar.plugins.plugin_utils._questions.judge import LOOPBACK
from ansible_collections.portledger.qradar.plugins.plugin_utils._questions.judgement import MANAGEMENT, Reason

_EVERY_PORT: Intervals = ((0, (1 << 19) - 1),)


@dataclass(frozen=True)
class Covered:
    """An extra flow and the flows that permit all of it; none where it permits nothing at all.

    Attributes:
        flow: the extra flow.
        by: the fewest that were found, in the order of the table.
    """

    flow: ExtraFlow
    by: tuple[Reason, ...]


def covered_flows(planner: Planner, firewalls: Firewalls) -> list[Covered]:
    """Extra flows that can all be removed without a change of what is permitted.

    Of two that cover each other, the later one is reported.
    """
    boxes = [box for box in allowed(planner, firewalls) if box.reason.service != MANAGEMENT]
    found: list[Covered] = []
    for flow in reversed(planner.deployment.settings.extra_flows):
        mine = [box for box in boxes if _is_of(box, flow)]
        others = [box for box in boxes if not _is_of(box, flow)]
        if not mine:
            found.append(Covered(flow, ()))
            continue
        by = _cover(mine, [*others, *_loopback(planner, mine)])
        if by is not None:
            found.append(Covered(flow, by))
            boxes = others
    return found[::-1]


def _is_of(box: Box, flow: ExtraFlow) -> bool:
    return box.reason.service == EXTRA_SERVICE and box.reason.variable == flow.place


def _loopback(planner: Planner, boxes: Iterable[Box]) -> list[Box]:
    """A host needs no flow to itself."""
    destinations = union(box.destinations for box in boxes)
    reason = Reason(LOOPBACK, None, "", "")
    own = [of_addresses(host.all_addresses) for host in planner.deployment.hosts.values()]
    return [Box(reason, one, one, _EVERY_PORT) for one in own if intersection(one, destinations)]


def _cover(mine: Sequence[Box], others: Sequence[Box]) -> tuple[Reason, ...] | None:
    """Which of the other boxes permit all that mine do; None where they do not."""
    whole = union(box.sources for box in mine), union(box.destinations for box in mine)
    ports = union(box.ports for box in mine)
    near = [
        Box(box.reason, here, there, both)
        for box in others
        if (here := intersection(box.sources, whole[0]))
        and (there := intersection(box.destinations, whole[1]))
        and (both := intersection(box.ports, ports))
    ]
    boxes = [*mine, *near]
    own = (1 << len(mine)) - 1
    keys = {overlap.boxes for overlap in overlaps(boxes) if overlap.boxes & own}
    needs: list[tuple[Intervals, dict[Reason, Intervals]]] = []
    for key in keys:
        needed = union(boxes[number].ports for number in bits(key & own))
        by: dict[Reason, Intervals] = {}
        for number in bits(key & ~own):
            box = boxes[number]
            if part := intersection(box.ports, needed):
                by[box.reason] = union((by.get(box.reason, ()), part))
        if difference(needed, union(by.values())):
            return None
        if LOOPBACK not in {reason.service for reason in by}:
            needs.append((needed, by))
    return _fewest(needs)


def _fewest(needs: Sequence[tuple[Intervals, dict[Reason, Intervals]]]) -> tuple[Reason, ...]:
    """The fewest flows that still cover it; extra flows are left out first."""
    reasons = sorted({reason for _needed, by in needs for reason in by}, key=_order)
    for one in reasons:
        if all(not difference(needed, by.get(one, ())) for needed, by in needs):
            return (one,)
    for one in reversed(reasons):
        rest = [reason for reason in reasons if reason != one]
        if all(
            not difference(needed, merged(i for reason in rest for i in by.get(reason, ()))) for needed, by in needs
        ):
            reasons = rest
    return tuple(reasons)


def _order(reason: Reason) -> tuple[object, ...]:
    return reason.row is None, reason.row or 0, reason.variable or "", reason.service, reason.source, reason.destination
