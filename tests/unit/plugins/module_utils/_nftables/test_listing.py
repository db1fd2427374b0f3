# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What releases of nft print in the place of JSON, before it, and in it."""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

import unittest

from ansible_collections.portledger.qradar.plugins.module_utils._nftables.listing import entries_of

LISTING = '{"nftables": [{"table": {"family": "ip", "name": "a", "handle": 1}}]}\n'
TABLE = [{"table": {"family": "ip", "name": "a", "handle": 1}}]


class ListingTest(unittest.TestCase):
    def test_nothing(self):
        self.assertEqual([], entries_of(" \n"))

    def test_nft_0_9_warns_in_its_output(self):
        # Of a chain within a rule: once for each.
        warning = "warning: stmt ops chain have no json callback\n"
        for number in range(3):
            self.assertEqual(TABLE, entries_of(warning * number + LISTING))
        # Without a listing, nobody knows what there is.
        self.assertRaises(ValueError, entries_of, warning)

    def test_what_is_not_a_listing(self):
        for text in ("Error: x\n" + LISTING, "[]", "{}", '{"nftables": 1}', "warning: x " + LISTING + "x"):
            self.assertRaises(ValueError, entries_of, text)


if __name__ == "__main__":
    unittest.main()
