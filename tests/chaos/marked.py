# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What somebody adds while a change is made: each rule carries a mark and a number, so that it is known exactly."""

from __future__ import annotations

import re
from collections.abc import Set

from tests.chaos.rules import observed
from tests.chaos.world import World
from tests.lab.hosts.state import State

MARK = "disturber"
#: numbers of what is there, in its order, by place: a chain of a tool, a table of nft, the sets
Marked = dict[str, list[int]]

_NUMBER = re.compile(rf"{MARK}-(\d+)|add {MARK} 203\.0\.113\.(\d+)")


def judge_marked(left: Marked, world: World, unknown: Set[int], anywhere: Set[int]) -> list[str]:
    """Lines about what is not as somebody left it.

    :param unknown: numbers of what may be there or not
    :param anywhere: numbers of what may be at another place of its chain
    """
    found, lines = only_marked(observed(world)), []
    for place in sorted({*left, *found}):
        wanted, there = (some.get(place, [] if place.endswith("INPUT") else None) for some in (left, found))
        if wanted is None or there is None:
            lines.append(f"{place}: is {'not his' if wanted is None else 'gone, which was his'}")
            continue
        wanted, there = ([one for one in some if one not in unknown] for some in (wanted, there))
        if place == "sets":
            wanted, there = sorted(wanted), sorted(there)
        placed = [[one for one in some if one not in anywhere] for some in (wanted, there)]
        if sorted(wanted) != sorted(there) or placed[0] != placed[1]:
            lines.append(f"{place}: {there} in place of {wanted}")
    return lines


def unmarked(world: World) -> State:
    """All rules and sets of the kernel but those with the mark."""
    return without_marked(observed(world))


def without_marked(state: State) -> State:
    left = {key: [line for line in lines if MARK not in line] for key, lines in state.items() if MARK not in key}
    return {key: lines for key, lines in left.items() if lines}


def only_marked(state: State) -> Marked:
    """What there is with the mark."""
    found: Marked = {}
    for key, lines in state.items():
        for line in lines:
            place = key
            if key in ("iptables", "ip6tables"):
                _table, kind, chain, *_rest = line.split()
                place = f"{key} {chain if kind == '-A' else kind.removeprefix(':')}"
            if MARK in line:
                there = found.setdefault(place, [])
                if number := _NUMBER.search(line):
                    there.append(int(number[1] or number[2]))
    return found
