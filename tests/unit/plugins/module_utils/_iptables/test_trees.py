# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Trees of chains: the same packets as one long list, by few rules."""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

import random
import unittest

from ansible_collections.portledger.qradar.plugins.module_utils._base.intervals import networks_of
from ansible_collections.portledger.qradar.plugins.module_utils._iptables.rule import Rule
from ansible_collections.portledger.qradar.plugins.module_utils._iptables.tables import Names
from ansible_collections.portledger.qradar.plugins.module_utils._iptables.trees import branches, flattened

NAMES = Names("host")
ENDS = ["-m", "comment", "--comment", "x"]
BITS = {"ipv4": 32, "ipv6": 128}


def some_networks(family, dice):
    bits, found = BITS[family], set()
    spread = dice.choice((8, 16, bits))
    for _one in range(dice.choice((1, 24, 25, 300, 2000))):
        length = dice.choice((bits, bits, bits - 1, bits - 4, bits - 8, bits // 2, 1, 0))
        first = dice.getrandbits(spread) << dice.choice((0, bits - spread)) >> (bits - length) << (bits - length)
        found.add(networks_of((first, first + (1 << (bits - length)) - 1), family)[0])
    return found


def chains_of(found, name, target, chains):
    """As render makes them."""
    rules = chains.setdefault(name, [])
    for at, one in enumerate(found):
        end = target
        if one.branches is not None:
            end = NAMES.tree(name, "%d" % at)
            chains_of(one.branches, end, target, chains)
        rules.append(Rule(["-s", one.network] + ENDS + ["-j", end]))
    return chains


def flat(chains, family):
    found = {}
    for name, rules in flattened(chains, NAMES, family).items():
        found[name] = [" ".join(rule.tokens) for rule in rules]
    return found


class TreesTest(unittest.TestCase):
    def test_at_random(self):
        """Each network has its rule, once; a chain has as many as a step of bits allows."""
        for seed in range(60):
            dice = random.Random(seed)
            family = dice.choice(("ipv4", "ipv6"))
            networks = some_networks(family, dice)
            chains = chains_of(branches(networks, family), NAMES.main, "REST", {})
            found = flat(chains, family)
            self.assertEqual([NAMES.main], list(found))
            want = sorted("-s %s %s -j REST" % (network, " ".join(ENDS)) for network in networks)
            self.assertEqual(want, sorted(found[NAMES.main]), seed)
            # 32 chains, and networks that are shorter than what their chain leads on by.
            self.assertLessEqual(max(len(rules) for rules in chains.values()), 32 + 31, seed)

    def test_no_tree(self):
        chains = {NAMES.main: [Rule(["-j", "ACCEPT"])]}
        self.assertIs(chains, flattened(chains, NAMES, "ipv4"))

    def check(self, expected, tree, lead="-s 10.0.0.0/8 -m comment --comment x -j {}", left=()):
        name = NAMES.tree("a")
        rules = [Rule(text.format(name).split()) for text in tree]
        found = flat({NAMES.main: [Rule(lead.format(name).split())], name: rules}, "ipv4")
        self.assertEqual(list(left), found.pop(name, []))
        self.assertEqual({NAMES.main: [text.format(name) for text in expected]}, found)

    def test_what_the_chain_above_does_not_lead_there(self):
        self.check(
            ["-s 10.1.0.0/16 -j x", "-s 10.0.0.0/8 -j x", "-s 10.0.0.0/8 -p tcp -j x",
             "-s 10.0.0.0/8 -d 10.1.0.0/16 -j x", "-s 10.0.0.0/8 ! -s 10.1.0.0/16 -j x"],
            ["-s 10.1.0.0/16 -j x", "-s 11.1.0.0/16 -j x", "-s 0.0.0.0/1 -j x", "-p tcp -j x",
             "-d 10.1.0.0/16 -j x", "! -s 10.1.0.0/16 -j x"],
        )

    def test_what_leads_there_and_matches_more(self):
        for lead in ("-s 10.0.0.0/8 -p tcp -j {}", "-j {}", "! -s 10.0.0.0/8 -j {}", "-s 10.0.0.0/8 -g {}",
                     "-s 10.0.0.0/8 -d 10.0.0.0/8 -j {}", "-s 10.0.0.0/255.0.0.255 -j {}"):
            self.check([lead], ["-s 10.1.0.0/16 -j x"], lead, ["-s 10.1.0.0/16 -j x"])

    def test_a_circle(self):
        self.check(["-s 10.1.0.0/16 -j x", "-s 10.2.0.0/16 -j {}"], ["-s 10.1.0.0/16 -j x", "-s 10.2.0.0/16 -j {}"])

    def test_trees_that_lead_to_one_another_again_and_again(self):
        """Nobody writes that but somebody who wants it to take for ever."""
        names = [NAMES.tree("%d" % at) for at in range(60)]
        lead = "-s 10.0.0.0/8 -m comment --comment x -j %s"
        chains = {NAMES.main: [Rule((lead % names[0]).split())]}
        for at, name in enumerate(names):
            chains[name] = [Rule((lead % (names + ["x"])[at + 1]).split()) for _twice in range(2)]
        found = flat(chains, "ipv4")
        self.assertEqual([NAMES.main], list(found))
        # The last leads out twice; of each of the others, one rule is left as it is.
        self.assertEqual(["x"] * 2 + list(reversed(names[1:])), [text.split()[-1] for text in found[NAMES.main]])

    def test_a_tree_that_is_deeper_than_any_of_ours(self):
        names = [NAMES.tree("%d" % at) for at in range(2000)]
        lead = "-s 10.0.0.0/8 -m comment --comment x -j %s"
        chains = {NAMES.main: [Rule((lead % names[0]).split())]}
        for at, name in enumerate(names):
            chains[name] = [Rule((lead % (names + ["x"])[at + 1]).split())]
        found = flat(chains, "ipv4")
        (left,) = found[NAMES.main]
        self.assertIn(left.split()[-1], names)
        self.assertIn(names[-1], found)
