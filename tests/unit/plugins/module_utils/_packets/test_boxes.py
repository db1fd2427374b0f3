# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Boxes against the plain sets of packets that they stand for."""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

import itertools
import random
import unittest

from ansible_collections.portledger.qradar.plugins.module_utils._base.intervals import merged
from ansible_collections.portledger.qradar.plugins.module_utils._packets.boxes import common, complement, meet, narrowed
from ansible_collections.portledger.qradar.plugins.module_utils._packets.boxes import shadow, split, subtract

SIZE = 4


def packets(boxes):
    """Every packet of some boxes; each once, or the boxes overlap."""
    found = [one for box in boxes for one in itertools.product(*[range(first, last + 1) for first, last in box])]
    assert len(found) == len(set(found)), boxes
    return set(found)


def asks(product, packet):
    return all(any(low <= packet[one] <= high for low, high in product[one]) for one in product)


def random_intervals(chance):
    ends = [sorted(chance.randrange(SIZE) for _end in range(2)) for _number in range(chance.randrange(1, 3))]
    return merged((first, last) for first, last in ends)


class RegionTest(unittest.TestCase):
    def test_split_at_random(self):
        chance = random.Random(5)
        for _number in range(400):
            box = tuple(random_intervals(chance)[0] for _dimension in range(4))
            product = {one: random_intervals(chance) for one in range(4) if chance.random() < 0.6}
            inside, outside = split(box, product)
            whole = packets([box])
            self.assertEqual({one for one in whole if asks(product, one)}, packets(inside))
            self.assertEqual({one for one in whole if not asks(product, one)}, packets(outside))
            self.assertEqual(inside, meet([box], product))
            self.assertEqual(outside, subtract([box], product))

    def test_what_nothing_asks_for_is_all(self):
        self.assertEqual(([((1, 2),)], []), split(((1, 2),), {}))

    def test_intervals_at_random(self):
        chance = random.Random(6)

        def numbers(intervals):
            return {one for first, last in intervals for one in range(first, last + 1)}

        for _number in range(200):
            one, other = random_intervals(chance), random_intervals(chance)
            self.assertEqual(numbers(one) & numbers(other), numbers(common(one, other)))
            self.assertEqual(set(range(SIZE)) - numbers(one), numbers(complement(one, (0, SIZE - 1))))

    def test_narrowed(self):
        self.assertEqual({0: [(2, 3)], 1: [(5, 5)]}, narrowed({0: [(1, 3)], 1: [(5, 5)]}, 0, [(2, 9)]))
        self.assertEqual({0: [(1, 3)], 1: [(5, 5)]}, narrowed({0: [(1, 3)]}, 1, [(5, 5)]))

    def test_shadow(self):
        self.assertEqual([(1, 4), (9, 9)], shadow([((1, 2), (0, 0)), ((3, 4), (7, 7)), ((9, 9), (0, 0))], 0))


if __name__ == "__main__":
    unittest.main()
