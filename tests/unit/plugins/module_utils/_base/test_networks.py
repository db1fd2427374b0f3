# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Networks and text."""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

import unittest

from ansible_collections.portledger.qradar.plugins.module_utils._base.networks import Search, count_text, parse_network
from ansible_collections.portledger.qradar.plugins.module_utils._base.networks import shown, sort_key, within
from ansible_collections.portledger.qradar.plugins.module_utils._base.text import as_comment, native


class NetworkTest(unittest.TestCase):
    def test_canonical(self):
        for text, expected in (
            ("198.18.1.0/24", ("ipv4", "198.18.1.0/24")),
            ("198.18.1.1", ("ipv4", "198.18.1.1/32")),
            ("0.0.0.0/0", ("ipv4", "0.0.0.0/0")),
            ("2001:DB8:0:0::1", ("ipv6", "2001:db8::1/128")),
            ("::/0", ("ipv6", "::/0")),
            (u"2001:db8::/32", ("ipv6", "2001:db8::/32")),
        ):
            self.assertEqual(expected, parse_network(text))

    def test_refused(self):
        for text, expected in (
            ("198.18.1.1/24", "has host bits set; the network is 198.18.1.0/24"),
            ("2001:db8::1/64", "has host bits set; the network is 2001:db8::/64"),
            ("198.18.1.0/33", "has a length above 32"),
            ("2001:db8::/129", "has a length above 128"),
            ("198.18.1", "is neither an address nor a network"),
            ("198.18.1.0/", "is neither an address nor a network"),
            ("198.18.1.0/255.255.255.0", "is neither an address nor a network"),
            ("fe80::1%eth0", "is neither an address nor a network"),
            ("ep1", "is neither an address nor a network"),
            ("", "is neither an address nor a network"),
            (7, "is neither an address nor a network"),
            (None, "is neither an address nor a network"),
        ):
            with self.assertRaises(ValueError) as caught:
                parse_network(text)
            self.assertEqual(expected, str(caught.exception))

    def test_within(self):
        whole = ["198.18.1.0/25", "198.18.1.128/25", "198.18.3.0/24"]
        self.assertTrue(within(["198.18.1.0/24", "198.18.3.7/32"], whole))
        self.assertTrue(within(["198.18.1.64/26", "198.18.1.64/32", "198.18.1.0/24"], whole))
        self.assertTrue(within([], whole))
        self.assertFalse(within(["198.18.1.0/24", "198.18.2.7/32"], whole))
        self.assertFalse(within(["198.18.0.0/16"], whole))
        self.assertFalse(within(["198.18.1.0/24"], []))
        self.assertFalse(within(["198.18.4.0/24"], whole))
        self.assertTrue(within(["2001:db8::1/128"], ["2001:db8::/32"]))

    def test_search(self):
        search = Search(["2001:db8::/32", "198.18.10.0/24", "198.18.9.0/24", "198.18.9.0/25", "198.18.12.7/32"])
        for inside in ("198.18.9.0", "198.18.10.255", "198.18.12.7", "198.18.9.128/25", "2001:db8::1", "2001:db8::/33"):
            self.assertTrue(search.holds(inside), inside)
        for outside in ("198.18.8.255", "198.18.11.0", "198.18.12.6", "198.18.12.8", "198.18.8.0/22", "2001:db9::1",
                        "2001:db8::/31"):
            self.assertFalse(search.holds(outside), outside)
        self.assertFalse(Search([]).holds("::1"))
        self.assertTrue(Search(["0.0.0.0/0"]).holds("255.255.255.255"))

    def test_for_people(self):
        self.assertEqual("198.18.1.1", shown("198.18.1.1/32"))
        self.assertEqual("2001:db8::1", shown("2001:db8::1/128"))
        self.assertEqual("2001:db8::/32", shown("2001:db8::/32"))
        self.assertEqual("1 address", count_text(["198.18.1.1/32"]))
        self.assertEqual("2 networks", count_text(["198.18.1.0/24", "2001:db8::/32"]))
        self.assertEqual("2 addresses, 1 network", count_text(["198.18.1.1/32", "::1/128", "198.18.2.0/24"]))
        self.assertEqual("0 addresses", count_text([]))

    def test_order(self):
        networks = ["2001:db8::/32", "198.18.10.0/24", "198.18.9.0/24", "198.18.9.0/25"]
        self.assertEqual(
            ["198.18.9.0/25", "198.18.9.0/24", "198.18.10.0/24", "2001:db8::/32"], sorted(networks, key=sort_key)
        )


class TextTest(unittest.TestCase):
    def test_comment_is_one_line(self):
        self.assertEqual("a b c", as_comment("a\nb\t\x00c\n"))

    def test_comment_fits_whatever_the_script(self):
        text = as_comment(u"\u65e5" * 120)
        raw = text if isinstance(text, bytes) else text.encode("utf-8")
        self.assertEqual(240, len(raw))
        self.assertEqual(u"\u65e5" * 80, raw.decode("utf-8"))
        self.assertEqual(text, as_comment(text))
        self.assertEqual(native(u"\u65e5"), as_comment(u"\u65e5"))


if __name__ == "__main__":
    unittest.main()
