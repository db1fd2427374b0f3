# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How networks are held: which get hashes, what a mask makes of them, what is read and saved."""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

import json
import unittest

from ansible_collections.portledger.qradar.plugins.module_utils._base.intervals import length_of_mask, mask_of
from ansible_collections.portledger.qradar.plugins.module_utils._nftables.rule import read_rule
from ansible_collections.portledger.qradar.plugins.module_utils._nftables.sets import (
    MANY, masked, read_set, set_from, set_of, sets_of, unmasked,
)

NETWORKS = ["10.%d.%d.0/24" % (number // 256, number % 256) for number in range(MANY)]
HOSTS = ["11.0.%d.%d/32" % (number // 256, number % 256) for number in range(0, 2 * MANY, 2)]


def shape(found):
    return [(length, one.hashed, len(one.networks), one.networks[0]) for length, one in found]


class SplitTest(unittest.TestCase):
    def test_few_are_a_tree(self):
        self.assertEqual([(None, False, MANY - 1, "10.0.0.0/24")], shape(sets_of("ipv4", NETWORKS[:-1])))
        self.assertEqual([(None, False, 1, "0.0.0.0/0")], shape(sets_of("ipv4", ["0.0.0.0/0"])))

    def test_single_addresses_alone_are_hashes_however_few(self):
        self.assertEqual([(32, True, 2, "11.0.0.0/32")], shape(sets_of("ipv4", HOSTS[:2])))
        self.assertEqual([(128, True, 1, "2001:db8::1/128")], shape(sets_of("ipv6", ["2001:db8::1/128"])))
        self.assertEqual([(None, False, 3, "11.0.0.0/32")], shape(sets_of("ipv4", HOSTS[:2] + ["12.0.0.0/31"])))

    def test_nothing(self):
        (length, found), = sets_of("ipv4", [])
        self.assertEqual((None, False, []), (length, found.hashed, found.networks))

    def test_lengths_with_many_are_hashes(self):
        self.assertEqual([(24, True, MANY, "10.0.0.0/32")], shape(sets_of("ipv4", NETWORKS)))
        self.assertEqual(
            [(24, True, MANY, "10.0.0.0/32"), (32, True, MANY, "11.0.0.0/32"), (None, False, 2, "12.0.0.0/9")],
            shape(sets_of("ipv4", ["13.0.0.0/8", "12.0.0.0/9"] + HOSTS + NETWORKS)),
        )
        some = ["2001:db8:%x::/48" % number for number in range(1, MANY + 1)]
        self.assertEqual([(48, True, MANY, "2001:db8:1::/128")], shape(sets_of("ipv6", some)))

    def test_what_lies_in_another_is_left_out(self):
        self.assertEqual([(None, False, 1, "10.0.0.0/8")], shape(sets_of("ipv4", NETWORKS + ["10.0.0.0/8"])))

    def test_all_networks_are_there(self):
        found = []
        for length, one in sets_of("ipv4", ["13.0.0.0/8", "12.0.0.0/9"] + HOSTS + NETWORKS):
            mask = unmasked(masked("ip saddr", "ipv4", length))[1]
            found.extend(one.seen_through(mask))
        self.assertEqual(sorted(["13.0.0.0/8", "12.0.0.0/9"] + HOSTS + NETWORKS), sorted(found))


class MaskTest(unittest.TestCase):
    def test_there_and_back(self):
        for family, bits in (("ipv4", 32), ("ipv6", 128)):
            for length in range(bits + 1):
                self.assertEqual(length, length_of_mask(mask_of(length, family), family))

    def test_other_bits(self):
        for family, mask in (("ipv4", "255.0.255.0"), ("ipv4", "0.0.0.255"), ("ipv4", "ffff::"), ("ipv4", ""),
                             ("ipv6", "255.0.0.0"), ("ipv6", "ffff:0:ffff::"), ("ipv4", "24")):
            self.assertEqual(None, length_of_mask(mask, family), mask)

    def test_words(self):
        self.assertEqual("ip saddr & 255.255.255.192", masked("ip saddr", "ipv4", 26))
        self.assertEqual("ip6 daddr & ffff:ffff:ffff::", masked("ip6 daddr", "ipv6", 48))
        self.assertEqual(["ip saddr"] * 2, [masked("ip saddr", "ipv4", length) for length in (32, None)])
        self.assertEqual(("ip6 daddr", "ffff:ffff:ffff::"), unmasked("ip6 daddr & ffff:ffff:ffff::"))
        self.assertEqual(("ip saddr", ""), unmasked("ip saddr"))

    def test_what_a_mask_shows(self):
        hashed = set_of("ipv4", ["10.0.0.0/32", "10.0.0.64/32", "10.0.1.1/32"], hashed=True)
        self.assertEqual(["10.0.0.0/32", "10.0.0.64/32", "10.0.1.1/32"], hashed.seen_through(""))
        self.assertEqual(["10.0.0.0/26", "10.0.0.64/26"], hashed.seen_through("255.255.255.192"))
        self.assertEqual(["10.0.0.0/24"], hashed.seen_through("255.255.255.0"))
        self.assertEqual(None, hashed.seen_through("0.0.0.255"))
        # Of a tree, it would be another one: no rule of ours looks at it so.
        self.assertEqual(None, set_of("ipv4", ["10.0.0.0/24"]).seen_through("255.255.255.0"))


class ReadTest(unittest.TestCase):
    def test_a_set_without_intervals(self):
        plain = {"name": "s", "type": "ipv4_addr", "elem": ["10.0.0.64", "10.0.0.0"]}
        found = read_set(plain)
        self.assertEqual((True, False, ["10.0.0.0/32", "10.0.0.64/32"]), (found.hashed, found.odd, found.networks))
        self.assertTrue(found.same(set_of("ipv4", ["10.0.0.0/32", "10.0.0.64/32"], hashed=True)))
        self.assertFalse(found.same(set_of("ipv4", ["10.0.0.0/32", "10.0.0.64/32"])))
        for more in ({"size": 7}, {"timeout": 60}, {"flags": ["timeout"]}, {"flags": []}, {"elem": ["x"]},
                     {"elem": [{"elem": {"val": "10.0.0.0", "comment": "x"}}]}):
            self.assertTrue(read_set(dict(plain, **more)).odd, more)

    def test_saved(self):
        for found in (set_of("ipv4", ["10.0.0.0/26"]), set_of("ipv6", ["2001:db8::1/128"], hashed=True)):
            again = set_from(json.loads(json.dumps(found.as_data())))
            self.assertTrue(again.same(found))
            self.assertEqual(found.networks, again.networks)

    def test_saved_by_an_earlier_release(self):
        self.assertTrue(set_from(["ipv4", ["10.0.0.0/26"], False]).same(set_of("ipv4", ["10.0.0.0/26"])))

    def test_rules(self):
        payload = {"payload": {"protocol": "ip", "field": "saddr"}}
        for left, text in (
            ({"&": [payload, "255.255.255.192"]}, "ip saddr & 255.255.255.192 @s accept"),
            ({"&": [payload, "255.255.255.255"]}, "ip saddr @s accept"),
            ({"&": [payload, "255.0.0.255"]}, None),
            ({"&": [payload, 255]}, None),
            ({"&": [payload, "ffff::"]}, None),
            ({"&": [payload]}, None),
            ({"&": [{"payload": {"protocol": "tcp", "field": "dport"}}, "255.255.255.192"]}, None),
            ({"&": [{"&": [payload, "255.255.255.192"]}, "255.255.255.0"]}, None),
            ({"&": {"x": 1}}, None),
            ({"&": ["x", "y"]}, None),
        ):
            rule = read_rule({"expr": [{"match": {"op": "==", "left": left, "right": "@s"}}, {"accept": None}]})
            self.assertEqual((text is not None, text), (rule.known(), rule.text() if rule.known() else None), left)
            if text:
                self.assertEqual("ipv4", rule.family)
