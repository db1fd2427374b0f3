# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rules of nft that look at a part of something: what becomes of packets, and how people are told."""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

from ansible_collections.portledger.qradar.plugins.module_utils._packets.nft_keys import shown
from tests.unit.plugins.module_utils._packets.asking import DROPPED, MAY, PASSES, Asking, field, match

DROP = {"drop": None}
IPV6 = {"family": "ipv6"}
SADDR = field("ip saddr")


class MaskTest(Asking):
    def test_a_part_of_an_address(self):
        hashes = [{"name": "s", "type": "ipv4_addr", "elem": ["198.18.1.0", "198.18.2.1"]}]
        tree = [dict(hashes[0], flags=["interval"], elem=[{"prefix": {"addr": "198.18.1.0", "len": 24}}])]
        for mask, right, verdict, some in (
            ("255.255.255.0", "198.18.1.0", DROPPED, []),
            ("255.255.255.0", "198.18.2.0", PASSES, []),
            # What the mask takes away, no packet has.
            ("255.255.255.0", "198.18.1.1", PASSES, []),
            ("255.255.255.255", "198.18.1.1", DROPPED, []),
            ("0.0.0.0", "0.0.0.0", DROPPED, []),
            ("255.255.255.0", {"set": ["198.18.2.0", "198.18.1.0"]}, DROPPED, []),
            ("255.255.255.0", "@s", DROPPED, hashes),
            ("255.255.0.0", "@s", PASSES, hashes),
            ("255.255.255.0", "@s", MAY, tree),
            ("255.255.255.0", {"range": ["198.18.1.0", "198.18.2.0"]}, MAY, []),
            ("255.255.255.0", "no address", MAY, []),
            ("ffff::", "198.18.1.0", MAY, []),
            (255, "198.18.1.0", MAY, []),
        ):
            rule = [match({"&": [SADDR, mask]}, right), DROP]
            self.assertEqual(verdict, self.nft([rule], sets=some), (mask, right))
            self.assertEqual(PASSES, self.nft([rule], IPV6, sets=some), (mask, right))
            rule = [match({"&": [SADDR, mask]}, right, "!="), DROP]
            opposite = {DROPPED: PASSES, PASSES: DROPPED, MAY: MAY}[verdict]
            self.assertEqual(opposite, self.nft([rule], sets=some), (mask, right))

    def test_words(self):
        for about, words in (
            ([SADDR, "0.0.0.255"], "ip saddr & 0.0.0.255"),
            ([{"meta": {"key": "mark"}}, 255], "meta mark & 255"),
            ([{"ct": {"key": "status"}}, ["snat", "dnat"]], "ct status & snat|dnat"),
            ([SADDR, {"x": 1}], 'ip saddr & {"x": 1}'),
            ([SADDR], '{"&": [{"payload": {"field": "saddr", "protocol": "ip"}}]}'),
        ):
            self.assertEqual(words, shown({"&": about}))
