# Copyright: (c) 2026, the portledger.qradar contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Boxes among many that have packets in common with one, found without looking at each."""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

import bisect

from ansible_collections.portledger.qradar.plugins.module_utils._packets.boxes import meets, shared, subtract_boxes


class Meeting:
    """Finds those of some boxes that meet another, by the dimension in which these differ most."""

    def __init__(self, boxes):
        """
        :type boxes: list[tuple]
        """
        kinds = [len(set(box[at] for box in boxes)) for at in range(len(boxes[0]))] if boxes else []
        at = self._dimension = kinds.index(max(kinds)) if kinds else 0
        #: with their place among all, in the order in which their intervals begin
        self._boxes = sorted(enumerate(boxes), key=lambda one: one[1][at])
        self._firsts = [box[at][0] for _number, box in self._boxes]
        # A tree: the root is at 1, what is below a place at twice that and one more. Each has the last end below it.
        self._size = 1
        while self._size < len(self._boxes):
            self._size *= 2
        self._ends = [-1] * (2 * self._size)
        self._ends[self._size:self._size + len(self._boxes)] = [box[at][1] for _number, box in self._boxes]
        for place in range(self._size - 1, 0, -1):
            self._ends[place] = max(self._ends[2 * place], self._ends[2 * place + 1])

    def of(self, box):
        """Those that meet a box, in the order of all.

        :type box: tuple
        :rtype: list[tuple]
        """
        first, last = box[self._dimension]
        count = bisect.bisect_right(self._firsts, last)
        found, waiting = [], [1]
        while waiting:
            place = waiting.pop()
            if self._ends[place] < first:
                continue
            if place < self._size:
                # The lower one is looked at first.
                waiting.extend((2 * place + 1, 2 * place))
            elif place - self._size >= count:
                # All that follow begin later.
                break
            elif meets(self._boxes[place - self._size][1], box):
                found.append(self._boxes[place - self._size])
        return [one for _number, one in sorted(found)]

    def shared(self, boxes):
        """What some boxes have in common with these.

        :type boxes: list[tuple]
        :rtype: list[tuple]
        """
        return [part for box in boxes for part in shared([box], self.of(box))]

    def left(self, boxes):
        """What is left of some boxes without these.

        :type boxes: list[tuple]
        :rtype: list[tuple]
        """
        return [part for box in boxes for part in subtract_boxes([box], self.of(box))]
