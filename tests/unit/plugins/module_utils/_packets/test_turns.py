# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""In which order the kernel asks chains, and where nobody can know it. What it does is asked in tests/lab."""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

import itertools
import json
import unittest

from ansible_collections.portledger.qradar.plugins.module_utils._packets.evaluate import Chains, Hooked
from ansible_collections.portledger.qradar.plugins.module_utils._packets.path import read_paths
from ansible_collections.portledger.qradar.plugins.module_utils._packets.trace import earlier_doubt, trace
from ansible_collections.portledger.qradar.plugins.module_utils._packets.turns import by_turns, place, turn_of
from tests.unit.plugins.module_utils._packets.asking import EVERYTHING, MODERN, match, ruleset
from tests.unit.plugins.module_utils.support import Folder, Kernel

DROP, ACCEPT = {"drop": None}, {"accept": None}
TO_8080 = {"redirect": {"port": 8080}}
UNTRACKED = {"notrack": None}
HOOKS = ("prerouting", "input")
ORDER = "the order of chains of the same priority: nft inet a input, nft inet b input"


class PathTest(unittest.TestCase):
    """Two tables: a comes before b wherever the kernel leaves it open."""

    def setUp(self):
        self.folder = Folder({"proc/net/ip_tables_names": ""}, EVERYTHING)

    def tearDown(self):
        self.folder.remove()

    def effects(self, one, other):
        """What rules do with packets to port 80: table, verdict, whether it is certain, and why not."""
        entries = []
        for name, (chain, rules) in (("a", one), ("b", other)):
            chain = dict({"hook": "prerouting"}, **chain)
            entries.extend(json.loads(ruleset([("input", rule) for rule in rules], chain, table=name))["nftables"])
        answers = {"iptables": MODERN, "nft": (0, json.dumps({"nftables": entries}), "")}
        paths, _unread = read_paths(self.folder.host(Kernel(answers)), "host")
        path = paths["ipv4"]
        box = [(6, 6), (1, 1), (2, 2), (40000, 40000), (80, 80), (1, 1), (1, 1)]
        _passed, walks = trace(path.hooked, [tuple(box)])
        effects = [effect for walk in walks for effect in walk.effects]
        return [(one.hooked.chains.name[-1], one.verdict, one.sure, earlier_doubt(walks, one)) for one in effects]

    def test_a_chain_that_translates_has_its_own_place(self):
        """A chain of the type nat comes at -100, whatever its priority is."""
        seen, unseen = ("drop", True, None), ("translate", True, None)
        filters = [match("tcp dport", 80), DROP]
        for nat, other, first in ((-50, -80, "nat"), (-150, -120, "filter"), (-50, -99, "nat"), (-150, -101, "filter")):
            chains = [({"type": "nat", "prio": nat}, [[match("tcp dport", 80), TO_8080]]), ({"prio": other}, [filters])]
            for at, name in enumerate("ab"):
                # Whichever table the names put first.
                pair = chains if at == 0 else chains[::-1]
                answer = (name,) + unseen if first == "nat" else ("ba"[at],) + seen
                self.assertEqual([answer], self.effects(*pair), (nat, other, name))

    def test_the_priority_of_chains_that_translate_is_among_these(self):
        rule = [match("tcp dport", 80), TO_8080]
        for pair, answer in (((-50, -60), "b"), ((-60, -50), "a"), ((-150, -90), "a")):
            chains = [({"type": "nat", "prio": priority}, [rule]) for priority in pair]
            self.assertEqual([(answer, "translate", True, None)], self.effects(*chains), pair)

    def test_where_the_order_decides_nothing_is_certain(self):
        nat = {"type": "nat", "prio": -100}
        to_80, drops = [match("tcp dport", 80), TO_8080], [match("tcp dport", 80), DROP]
        both = [("a", "translate", False, ORDER), ("b", "drop", False, ORDER)]
        self.assertEqual(both, self.effects((nat, [to_80]), ({"prio": -100}, [drops])))
        self.assertEqual(both, self.effects((nat, [to_80]), (nat, [drops])))
        self.assertEqual(
            [("a", "drop", False, ORDER), ("b", "translate", False, ORDER)],
            self.effects(({"prio": -100}, [drops]), (nat, [to_80])))
        self.assertEqual(
            [("a", "translate", False, ORDER), ("b", "translate", False, ORDER)],
            self.effects((nat, [to_80]), (nat, [to_80])))
        raw = {"prio": -300}
        invalid = [match("ct state", "invalid"), DROP]
        found = self.effects((raw, [invalid]), (raw, [[match("tcp dport", 80), UNTRACKED]]))
        self.assertEqual(("a", "drop", False, ORDER), found[0])

    def test_where_the_order_decides_nothing_all_is_certain(self):
        nat = {"type": "nat", "prio": -100}
        to_80, drops = [match("tcp dport", 80), TO_8080], [match("tcp dport", 80), DROP]
        sure = [("a", "translate", True, None)]
        # Another chain has no rule, lets it pass, or drops other packets.
        for rules in ([], [[match("tcp dport", 80), ACCEPT]], [[match("tcp dport", 81), DROP]]):
            found = self.effects((nat, [to_80]), ({"prio": -100}, rules))
            self.assertEqual(sure, found[:1], rules)
            self.assertTrue(all(one[2] for one in found), rules)
        # Whichever of two drops it, it is dropped.
        self.assertEqual([("a", "drop", True, None)], self.effects(({}, [drops]), ({}, [drops])))
        # Of another priority, or hook, it is another turn.
        self.assertEqual(sure, self.effects((nat, [to_80]), ({"prio": -99}, [drops])))
        self.assertEqual(sure, self.effects((nat, [to_80]), ({"hook": "input", "prio": -100}, [drops])))


class TurnTest(unittest.TestCase):
    def test_places(self):
        turns = [
            turn_of(HOOKS, "prerouting", -150, False), turn_of(HOOKS, "prerouting", -150, True),
            turn_of(HOOKS, "prerouting", 50, True), turn_of(HOOKS, "prerouting", -99, False),
            turn_of(HOOKS, "input", 0, False), turn_of(HOOKS, "input", -100, True), turn_of(HOOKS, "input", 101, False),
        ]
        for some in itertools.permutations(turns, 3):
            self.assertEqual(sorted(some, key=turns.index), sorted(some, key=place))

    def test_together(self):
        def together(*turns):
            chains = [Hooked(Chains(""), "%d" % at, "ACCEPT", turn) for at, turn in enumerate(turns)]
            return ["".join(one.chain for one in some) for some in by_turns(chains)]

        nat, later = turn_of(HOOKS, "prerouting", -100, True), turn_of(HOOKS, "prerouting", -90, True)
        filters, inside = turn_of(HOOKS, "prerouting", -100, False), turn_of(HOOKS, "input", -100, False)
        self.assertEqual(["01"], together(nat, nat))
        self.assertEqual(["0", "1"], together(nat, later))
        # One that only filters may come between them, before them or behind them.
        self.assertEqual(["012"], together(nat, filters, later))
        self.assertEqual(["0", "1"], together(filters, inside))
        self.assertEqual(["0", "1"], together(None, None))
