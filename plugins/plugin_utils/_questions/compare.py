# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Two inventories compared by meaning: which flows are newly allowed, and which newly denied.

Note that this plugin util is **PRIVATE** to the collection.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final, TypeAlias

from ansible_collections.portledger.qradar.plugins.module_utils._base.contract import ABSENT, GATEWAY, HOST, PRESENT
from ansible_collections.portledger.qradar.plugins.plugin_utils._base.intervals import (
    Intervals,
    difference,
    intersection,
    prefixes,
    union,
)
from ansible_collections.portledger.qradar.plugins.plugin_utils._inventory.firewalls import FirewallOptions
from ansible_collections.portledger.qradar.plugins.plugin_utils._questions.boxes import (
    Box,
    allowed,
    bits,
    on_the_wire,
    overlaps,
    ports_of,
    through,
)
from ansible_collections.portledger.qradar.plugins.plugin_utils._questions.compare_text import text_of
from ansible_collections.portledger.qradar.plugins.plugin_utils._questions.describe import Describer
from ansible_collections.portledger.qradar.plugins.plugin_utils._questions.own_containers import only_after
from ansible_collections.portledger.qradar.plugins.plugin_utils._questions.snapshot import Snapshot

Service: TypeAlias = tuple[str, int | None, str | None, str | None, str | None]
"""Name, row, supplement, comment, variable: what distinguishes one flow from another for people."""

FIELDS: Final = ("service", "row", "supplement", "comment", "variable")
"""What these are called in a flow."""

_OPTIONS: Final = {HOST: ("unlisted", "present"), GATEWAY: ("unlisted", "egress", "present")}


@dataclass(frozen=True)
class _Difference:
    """What one side permits and the other does not, of one service."""

    service: Service
    ports: Intervals
    sources: Intervals
    destinations: Intervals


def compare(before: Snapshot, after: Snapshot) -> dict[str, Any]:
    """Compare all that two deployments permit.

    Returns:
        ``allowed`` and ``denied``: flows that only the second or the first permits, each with ``service``, ``row``,
        ``supplement``, ``comment``, ``ports``, and ``source`` and ``destination`` with ``words``, ``hosts`` and
        ``addresses``; ``gateways``: for each gateway of both, ``allowed`` and ``denied`` there, as far as it comes from
        the gateway's own segments and management; ``only_before`` and ``only_after``: gateways; ``options``: what else
        differs; ``text``: lines for people.
    """
    gateways = [snapshot.planner.deployment.gateways for snapshot in (before, after)]
    old, new = allowed(*before), allowed(*after)

    @cache
    def told() -> tuple[Sequence[Box], Sequence[Box]]:
        """Where the whole deployment differs is reported once, not for each gateway again."""
        return [*on_the_wire(before.planner), *old], [*on_the_wire(after.planner), *new]

    result: dict[str, Any] = {
        **_both_ways(before, after, old, new),
        "gateways": {
            name: found
            for name in gateways[0]
            if name in gateways[1] and any((found := _of_gateway(before, after, name, told)).values())
        },
        "only_before": [name for name in gateways[0] if name not in gateways[1]],
        "only_after": [name for name in gateways[1] if name not in gateways[0]],
        "options": list(_options(before, after)),
    }
    return result | {"text": text_of(result)}


def _both_ways(
    before: Snapshot, after: Snapshot, old: Sequence[Box], new: Sequence[Box]
) -> dict[str, list[dict[str, Any]]]:
    plus, minus = _differences(old, new, ())
    return {
        "allowed": [*_as_data(plus, after), *only_after(before.planner, after.planner)],
        "denied": [*_as_data(minus, before), *only_after(after.planner, before.planner)],
    }


def _of_gateway(
    before: Snapshot, after: Snapshot, name: str, told: Callable[[], tuple[Sequence[Box], Sequence[Box]]]
) -> dict[str, list[dict[str, Any]]]:
    old, new = (
        list(through(snapshot.planner, snapshot.firewalls, snapshot.planner.deployment.gateways[name]))
        for snapshot in (before, after)
    )
    if not any(_differences(old, new, ())):
        return {"allowed": [], "denied": []}
    plus, minus = _differences(old, new, told())
    return {"allowed": _as_data(plus, after), "denied": _as_data(minus, before)}


def _differences(
    old: Sequence[Box], new: Sequence[Box], told: tuple[()] | tuple[Sequence[Box], Sequence[Box]]
) -> tuple[list[_Difference], list[_Difference]]:
    """What only the new boxes permit, and what only the old ones.

    Args:
        old: boxes before.
        new: boxes after.
        told: boxes before and after whose difference has been reported already.
    """
    groups = [old, new, *told]
    boxes = [box for group in groups for box in group]
    masks, begin = [], 0
    for group in groups:
        masks.append(((1 << len(group)) - 1) << begin)
        begin += len(group)

    @cache
    def ports(key: int) -> Intervals:
        return union(boxes[number].ports for number in bits(key))

    @cache
    def only(key: int, newer: bool) -> tuple[tuple[Service, Intervals], ...]:
        """Ports by service that one side has and the other has not."""
        mine, other = (masks[1], masks[0]) if newer else (masks[0], masks[1])
        extra = difference(ports(key & mine), ports(key & other))
        if told and extra:
            mine_told, other_told = (masks[3], masks[2]) if newer else (masks[2], masks[3])
            extra = difference(extra, difference(ports(key & mine_told), ports(key & other_told)))
        by_service: defaultdict[Service, list[Intervals]] = defaultdict(list)
        if extra:
            for number in bits(key & mine):
                if part := intersection(boxes[number].ports, extra):
                    by_service[_service(boxes[number])].append(part)
        return tuple((service, union(parts)) for service, parts in by_service.items())

    found: tuple[list[_Difference], list[_Difference]] = ([], [])
    for overlap in overlaps(boxes):
        for newer in (True, False):
            for service, numbers in only(overlap.boxes, newer):
                found[0 if newer else 1].append(_Difference(service, numbers, overlap.sources, overlap.destinations))
    return _joined(found[0]), _joined(found[1])


def _service(box: Box) -> Service:
    reason = box.reason
    return reason.service, reason.row, reason.supplement, reason.comment, reason.variable


def _joined(differences: Iterable[_Difference]) -> list[_Difference]:
    """Fewer and larger ones of the same meaning: first by what comes from one and the same, then by where it goes."""
    by_source: defaultdict[Any, list[_Difference]] = defaultdict(list)
    for one in differences:
        by_source[one.service, one.ports, one.sources].append(one)
    by_destination: defaultdict[Any, list[Intervals]] = defaultdict(list)
    for (service, ports, sources), same in by_source.items():
        by_destination[service, ports, union(one.destinations for one in same)].append(sources)
    return [
        _Difference(service, ports, union(sources), destinations)
        for (service, ports, destinations), sources in by_destination.items()
    ]


def _as_data(differences: Sequence[_Difference], snapshot: Snapshot) -> list[dict[str, Any]]:
    """In the order of the table; IPv4 and IPv6 of the same in one."""
    if not differences:
        return []
    deployment = snapshot.planner.deployment
    describer = Describer(deployment)
    alike: defaultdict[Any, list[_Difference]] = defaultdict(list)
    for one in differences:
        named = describer.describe_both(one.sources, one.destinations)
        alike[(one.service, one.ports, *((end.words, end.hosts) for end in named))].append(one)
    data = []
    for (service, ports, *ends), same in sorted(alike.items(), key=_order):
        flow: dict[str, Any] = dict(zip(FIELDS, service, strict=True))
        flow["ports"] = [str(one) for one in ports_of(ports)]
        for end, (words, hosts), addresses in zip(
            ("source", "destination"),
            ends,
            (union(one.sources for one in same), union(one.destinations for one in same)),
            strict=True,
        ):
            flow[end] = {
                "words": list(words),
                "hosts": list(hosts),
                "addresses": prefixes(addresses, deployment.addresses),
            }
        data.append(flow)
    return data


def _order(item: tuple[Any, Any]) -> Any:
    (service, ports, *ends), _same = item
    name, row, _supplement, comment, variable = service
    return row is None, row or 0, name, variable or "", comment or "", ports, ends


def _options(before: Snapshot, after: Snapshot) -> Iterator[dict[str, Any]]:
    """Profile, supplements, and options of the roles for unlisted packets of a host of both, where they differ."""
    settings = [snapshot.planner.deployment.settings for snapshot in (before, after)]
    for variable, words in (
        ("qradar_profile", [one.profile for one in settings]),
        ("qradar_supplements", [f"[{', '.join(sorted(one.supplements))}]" for one in settings]),
    ):
        if words[0] != words[1]:
            yield {"variable": variable, "before": words[0], "after": words[1], "hosts": []}
    changed: defaultdict[tuple[str, str, str], list[str]] = defaultdict(list)
    for scope, kind in ((HOST, "hosts"), (GATEWAY, "gateways")):
        names = [getattr(snapshot.planner.deployment, kind) for snapshot in (before, after)]
        for name in names[0]:
            if name not in names[1]:
                continue
            for option in _OPTIONS[scope]:
                old, new = (_word(snapshot.firewalls.options(name, scope), option) for snapshot in (before, after))
                if old != new:
                    variable = f"{scope}_firewall_{'state' if option == 'present' else option}"
                    changed[variable, old, new].append(name)
    for (variable, old, new), hosts in changed.items():
        yield {"variable": variable, "before": old, "after": new, "hosts": hosts}


def _word(options: FirewallOptions, option: str) -> str:
    value = getattr(options, option)
    return (PRESENT if value else ABSENT) if option == "present" else str(value)
