# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Answers: packets that are treated alike, and what would permit them.

Note that this plugin util is **PRIVATE** to the collection.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass, replace

from ansible_collections.portledger.qradar.plugins.module_utils._base.contract import ABSENT, HOST
from ansible_collections.portledger.qradar.plugins.plugin_utils._base.intervals import (
    IPV4,
    Intervals,
    intersection,
    union,
)
from ansible_collections.portledger.qradar.plugins.plugin_utils._questions.changes import Endpoint, Remedy
from ansible_collections.portledger.qradar.plugins.plugin_utils._questions.ends import End
from ansible_collections.portledger.qradar.plugins.plugin_utils._questions.judgement import ACCEPT, DENIED, LEFT, Cell
from ansible_collections.portledger.qradar.plugins.plugin_utils._questions.remedies import Remedies


@dataclass(frozen=True)
class Answer:
    """Cells that are alike."""

    cells: tuple[Cell, ...]
    sources: Intervals
    destinations: Intervals
    alike: Hashable

    @property
    def family(self) -> bool:
        """Whether it is IPv4."""
        return bool(intersection(self.sources, IPV4))


def merged_answers(cells: Iterable[Cell], remedies: Remedies) -> list[Answer]:
    """As few answers as possible."""
    answers = [
        Answer((cell,), cell.sources, cell.destinations, _alike(cell, remedies_of(cell, remedies))) for cell in cells
    ]
    # First what goes to several from one and the same, then what comes from several to one and the same.
    answers = _grouped(answers, lambda answer: (answer.alike, answer.sources))
    answers = _grouped(answers, lambda answer: (answer.alike, answer.destinations))
    return _families_joined(answers)


def _families_joined(answers: list[Answer]) -> list[Answer]:
    """IPv4 and IPv6 between the same ends are one answer: no packet goes from one to the other."""
    numbers: Counter[Hashable] = Counter()
    keys: dict[int, Hashable] = {}
    for answer in answers:
        ends = frozenset(cell.source for cell in answer.cells), frozenset(cell.destination for cell in answer.cells)
        same = (answer.alike, ends)
        numbers[same, answer.family] += 1
        keys[id(answer)] = (same, numbers[same, answer.family])
    return _grouped(answers, lambda answer: keys[id(answer)])


def _grouped(answers: list[Answer], key: Callable[[Answer], Hashable]) -> list[Answer]:
    groups: dict[Hashable, list[Answer]] = {}
    for answer in answers:
        groups.setdefault(key(answer), []).append(answer)
    return [
        group[0]
        if len(group) == 1
        else Answer(
            tuple(cell for answer in group for cell in answer.cells),
            union(answer.sources for answer in group),
            union(answer.destinations for answer in group),
            group[0].alike,
        )
        for group in groups.values()
    ]


def _alike(cell: Cell, remedies: tuple[Remedy, ...]) -> Hashable:
    """What two cells must share to be one answer. Hosts may differ in name, gateways may not."""
    judgements = tuple(replace(one, name="") if one.scope == HOST else one for one in cell.judgements)
    return judgements, cell.listed, cell.off_path, tuple(remedy.shape for remedy in remedies)


def remedies_of(cell: Cell, remedies: Remedies) -> tuple[Remedy, ...]:
    """What would permit a cell; nothing where it is permitted, or filtered by no host of the deployment."""
    if cell.verdict not in (DENIED, LEFT) or not (cell.source.hosts or cell.destination.hosts):
        return ()
    if all(one.verdict == ACCEPT or one.why == ABSENT for one in cell.judgements):
        return ()
    return remedies.between(
        endpoint_of([cell.source], cell.sources), endpoint_of([cell.destination], cell.destinations), cell.judgements
    )


def endpoint_of(ends: Iterable[End], addresses: Intervals) -> Endpoint:
    """Some ends as one endpoint of a blocked flow."""
    all_ends = list(ends)
    return Endpoint(
        hosts=frozenset().union(*(end.hosts for end in all_ends)),
        addresses=addresses,
        named=all(end.addresses is None for end in all_ends),
        outside=any(not end.hosts for end in all_ends),
        word=all_ends[0].word,
    )
