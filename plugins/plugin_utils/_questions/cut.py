# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One side of some packets, cut where the address sets of rules begin and end.

Note that this plugin util is **PRIVATE** to the collection.
"""

from __future__ import annotations

from ansible_collections.portledger.qradar.plugins.plugin_utils._base.intervals import (
    Intervals,
    Memo,
    classes,
    intersection,
)


class Cut:
    """One side of a rectangle, and the sets that it is cut by."""

    def __init__(self, whole: Intervals, memo: Memo) -> None:
        self._whole = whole
        self._memo = memo
        self._sets = [whole]

    def meets(self, networks: Intervals) -> bool:
        """Whether a set has anything of this side."""
        return bool(self._memo.call(intersection, self._whole, networks))

    def bit(self, networks: Intervals) -> int:
        """The bit of a set in the keys of the classes; none where it has nothing of this side."""
        part = self._memo.call(intersection, self._whole, networks)
        if not part:
            return 0
        for number, one in enumerate(self._sets):
            if one is part:
                return 1 << number
        self._sets.append(part)
        return 1 << (len(self._sets) - 1)

    def classes(self) -> list[tuple[int, Intervals]]:
        """What lies in the same sets, by the bits of these. Call it when all sets are known."""
        return self._memo.call(_classes, *self._sets)


def _classes(*sets: Intervals) -> list[tuple[int, Intervals]]:
    return list(classes(sets).items())
