# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Intervals: networks and ports, however they are written."""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

import random
import unittest

from ansible_collections.portledger.qradar.plugins.module_utils._base.intervals import (
    aligned, block, interval_of, merged, networks_of, number_of, outermost,
)


def numbers(intervals):
    """Every number, one by one."""
    return {number for first, last in intervals for number in range(first, last + 1)}


def some_intervals(dice):
    found = []
    for _number in range(dice.randint(0, 6)):
        first = dice.randint(0, 40)
        found.append((first, first + dice.choice([0, 0, 1, 2, 7])))
    return found


class IntervalsTest(unittest.TestCase):
    def test_networks(self):
        self.assertEqual((0xC6120000, 0xC61200FF), interval_of("198.18.0.0/24", "ipv4"))
        self.assertEqual((0, 2 ** 32 - 1), interval_of("0.0.0.0/0", "ipv4"))
        self.assertEqual((0x20010DB8 << 96,) * 2, interval_of("2001:db8::/128", "ipv6"))
        for text, family in (("198.18.0", "ipv4"), ("2001:db8::1", "ipv4"), ("198.18.0.1", "ipv6"), (7, "ipv4")):
            with self.assertRaises(ValueError):
                number_of(text, family)

    def test_an_interval_as_networks(self):
        for networks in (["0.0.0.0/0"], ["198.18.1.0/24"], ["198.18.1.3/32", "198.18.1.4/31", "198.18.1.6/32"],
                         ["255.255.255.255/32"]):
            first = interval_of(networks[0], "ipv4")[0]
            last = interval_of(networks[-1], "ipv4")[1]
            self.assertEqual(networks, networks_of((first, last), "ipv4"))
        self.assertEqual(["::/0"], networks_of((0, 2 ** 128 - 1), "ipv6"))
        self.assertEqual(["2001:db8::1/128", "2001:db8::2/127"], networks_of(
            (number_of("2001:db8::1", "ipv6"), number_of("2001:db8::3", "ipv6")), "ipv6"))

    def test_outermost(self):
        networks = ["198.18.1.0/24", "198.18.0.0/16", "198.18.1.7/32", "198.19.0.0/16", "198.18.0.0/16"]
        networks.append("198.18.0.0/17")
        intervals = [interval_of("198.18.0.0/16", "ipv4"), interval_of("198.19.0.0/16", "ipv4")]
        self.assertEqual((["198.18.0.0/16", "198.19.0.0/16"], intervals), outermost(networks, "ipv4"))
        self.assertEqual(([], []), outermost([], "ipv6"))
        found = outermost(["2001:db8::/32", "::/0", "::/128"], "ipv6")
        self.assertEqual((["::/0"], [(0, 2 ** 128 - 1)]), found)

    def test_block(self):
        for network, family in (("198.18.0.0/15", "ipv4"), ("198.18.0.1/32", "ipv4"), ("0.0.0.0/0", "ipv4"),
                                ("2001:db8::/32", "ipv6"), ("::/0", "ipv6"), ("::1/128", "ipv6")):
            address, _slash, length = network.partition("/")
            self.assertEqual(interval_of(network, family), block(address, int(length), family))
        for address, length, family in (("198.18.0.1", 31, "ipv4"), ("198.18.0.0", 33, "ipv4"),
                                        ("198.18.0.0", -1, "ipv4"), ("2001:db8::", 32, "ipv4"), ("x", 1, "ipv6")):
            with self.assertRaises(ValueError):
                block(address, length, family)

    def test_merged_against_counting(self):
        dice = random.Random(72)
        for _round in range(300):
            some = some_intervals(dice)
            found = merged(some)
            self.assertEqual(numbers(some), numbers(found))
            for position in range(1, len(found)):
                self.assertLess(found[position - 1][1] + 1, found[position][0])

    def test_aligned_against_counting(self):
        dice = random.Random(72)
        for _round in range(1000):
            present, wanted = some_intervals(dice), some_intervals(dice)
            there, rest = aligned(merged(present), wanted)
            every = numbers(present)
            self.assertEqual(sorted(one for one in wanted if numbers([one]) <= every), there)
            self.assertEqual(every - numbers(there), numbers(rest))


if __name__ == "__main__":
    unittest.main()
