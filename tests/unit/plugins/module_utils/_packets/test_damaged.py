# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whatever nft, iptables-save and ipset say: no reader fails. listing.json is what nft 1.0.6 lists."""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

import copy
import json
import os
import random
import unittest

from tests.unit.plugins.module_utils._packets.asking import MAY, Asking

LISTING = os.path.join(os.path.dirname(os.path.abspath(__file__)), "listing.json")
ODD = (
    None, True, False, 0, 1, -1, 70000, 10**400, 1.5, "", "*", "@", "@m", "@none", "lo", "x", [], [[]], {}, {"set": []},
    {"set": [["*"]]}, {"elem": {}}, {"elem": 7}, {"concat": []}, {"prefix": {}}, {"range": [1]}, {"range": [9, 1]},
    {"map": {}}, {"payload": {}}, {"&": []}, {"|": [1, "syn"]}, {"jump": None}, {"jump": {"target": 7}},
    {"fib": {"flags": 1, "result": {}}},
)
SAVE = """*filter
:INPUT ACCEPT [0:0]
:mine - [0:0]
-A INPUT ! -s 198.18.1.0/24 -i eth+ -p tcp -m tcp --dport 22:23 -m set ! --match-set blk src -j mine
-A INPUT -m rpfilter --invert -m comment --comment "a \\"b" -j DROP
-A INPUT -p tcp -m multiport --dports 1,2:3 -m conntrack --ctstate NEW,ESTABLISHED -j LOG --log-prefix "x "
-A mine -m addrtype --dst-type LOCAL -m iprange --src-range 1.1.1.1-2.2.2.2 -g mine
-A mine -m limit --limit 1/sec -j TTL --ttl-set 64
COMMIT
"""
SETS = "create blk hash:ip family inet hashsize 1024 netmask 24 timeout 60\nadd blk 198.18.1.0 timeout 5\n"


def places(value, found):
    """Every place in a value where something stands: container and key."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, one in items:
        found.append((value, key))
        places(one, found)
    return found


def damaged(chance, value):
    """A value with some of its places changed."""
    changed = copy.deepcopy(value)
    for _number in range(chance.randrange(1, 4)):
        some = places(changed, [])
        container, key = chance.choice(some)
        other = chance.choice(some)
        container[key] = copy.deepcopy(chance.choice([chance.choice(ODD), other[0][other[1]]]))
    return changed


class DamagedTest(Asking):
    RUNS = 300

    def setUp(self):
        Asking.setUp(self)
        with open(LISTING) as stream:
            self.listing = json.load(stream)["nftables"]

    def test_as_it_is(self):
        self.answers["nft"] = (0, json.dumps({"nftables": self.listing}), "")
        self.assertEqual(MAY, self.asked(port="icmp/8"))
        self.assertEqual([], self.unread)

    def test_every_rule_alone(self):
        rules = [one for one in self.listing if "rule" in one and one["rule"]["chain"] == "i"]
        others = [one for one in self.listing if "rule" not in one]
        self.assertTrue(len(rules) > 100)
        for rule in rules:
            self.answers["nft"] = (0, json.dumps({"nftables": others + [rule]}), "")
            self.asked()
            self.asked(family="ipv6", port="udp/53")

    def test_listings_at_random(self):
        chance = random.Random(13)
        rules = [one for one in self.listing if "rule" in one]
        others = [one for one in self.listing if "rule" not in one]
        for _number in range(self.RUNS):
            some = damaged(chance, others + chance.sample(rules, 3)) if chance.random() < 0.3 else others + damaged(
                chance, chance.sample(rules, 3))
            self.answers["nft"] = (0, json.dumps({"nftables": some}), "")
            self.asked(scope=chance.choice(["host", "gateway"]))

    def test_texts_at_random(self):
        chance = random.Random(14)
        for _number in range(self.RUNS):
            texts = []
            for text in (SAVE, SETS):
                for _change in range(chance.randrange(0, 4)):
                    first = chance.randrange(len(text))
                    last = min(len(text), first + chance.choice([1, 2, 9]))
                    words = ["", " ", "!", "-", "--", "\n", '"', "9", "-A ", "-j ", ":", u"\u2028", "x", ",", "/"]
                    text = text[:first] + chance.choice(words) + text[last:]
                texts.append(text)
            self.answers["iptables-save"], self.answers["ipset"] = [(0, text, "") for text in texts]
            self.asked()

    def test_what_is_no_listing(self):
        lists = ["{}", "[]", "7", '{"nftables": 7}', '{"nftables": [7]}', '{"nftables": [{}]}']
        for text in ["[" * 100000, "\x00"] + lists:
            self.answers["nft"] = (0, text, "")
            self.asked()
            self.assertEqual(1, len(self.unread), text[:20])
        self.answers["nft"] = (0, '{"nftables": [{"rule": 7}, {"chain": {"family": []}}, {"table": {"name": {}}}]}', "")
        self.asked()
        self.assertEqual(3, len(self.unread))


if __name__ == "__main__":
    unittest.main()
