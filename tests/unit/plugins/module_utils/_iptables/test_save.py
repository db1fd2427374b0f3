# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading iptables-save: what is a line, and what is a rule."""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

import unittest

from ansible_collections.portledger.qradar.plugins.module_utils._base.errors import RulesetError
from ansible_collections.portledger.qradar.plugins.module_utils._iptables.save import read_filter, read_save
from ansible_collections.portledger.qradar.plugins.module_utils._iptables.words import lines_of
from ansible_collections.portledger.qradar.plugins.module_utils._iptables.save import save_of
from ansible_collections.portledger.qradar.plugins.module_utils._iptables.tables import Names, read_tables
from tests.unit.plugins.module_utils.support import Folder

# What Python takes for the end of a line, and iptables does not.
NOT_ENDS = [u"\x0b", u"\x0c", u"\r", u"\x1c", u"\x1d", u"\x1e", u"\x85", u"\u2028", u"\u2029"]


def native(text):
    return text if isinstance(text, str) else text.encode("utf-8")


def comment(text):
    """A rule of somebody else with a comment, as iptables-save prints it."""
    return native(u'*filter\n:INPUT ACCEPT [0:0]\n-A INPUT -m comment --comment "%s" -j DROP\nCOMMIT\n' % text)


class LinesTest(unittest.TestCase):
    maxDiff = None

    def test_only_a_line_feed_ends_a_line(self):
        for letter in NOT_ENDS:
            text = native(u"a%sb" % letter)
            self.assertEqual([text, "c"], lines_of(text + "\nc"), repr(letter))

    def test_a_line_feed_inside_quotation_marks_does_not(self):
        self.assertEqual(['-A x "a\nb\nc" d', "e"], lines_of('-A x "a\nb\nc" d\ne'))
        self.assertEqual(['"a\\"\nb"', "c"], lines_of('"a\\"\nb"\nc'))
        self.assertEqual(['"a" "b\n"', '"c\n"'], lines_of('"a" "b\n"\n"c\n"'))

    def test_a_mark_that_is_never_closed_changes_nothing(self):
        self.assertEqual(['# 5" wide', "-A x", '-A "y', "-A z"], lines_of('# 5" wide\n-A x\n-A "y\n-A z'))


class ReadTest(unittest.TestCase):
    maxDiff = None

    def test_tables_chains_and_counters(self):
        save = read_save(
            "# Generated\n*nat\n:PREROUTING ACCEPT [1:2]\n:DOCKER - [0:0]\n[3:4] -A DOCKER -j RETURN\nCOMMIT\n"
            "*filter\n:INPUT DROP [0:0]\n-A INPUT\n-I INPUT 2 -j X\n-A elsewhere -j Y\nCOMMIT\n"
        )
        self.assertEqual(["filter", "nat"], sorted(save))
        self.assertEqual({"PREROUTING": "ACCEPT", "DOCKER": "-"}, save["nat"].policies)
        rule = save["nat"].chains()["DOCKER"][0]
        self.assertEqual((3, 4, ["-j", "RETURN"]), (rule.packets, rule.octets, rule.words()))
        chains = save["filter"].chains()
        self.assertEqual(["", "-j X"], [rule.text for rule in chains["INPUT"]])
        self.assertEqual(["elsewhere", "INPUT"], sorted(chains, key=str.lower))

    def test_what_is_not_a_rule_is_passed_over(self):
        for line in ("-A ", "-A", ":", ": ", "-X chain", "[1:2]", "[x:y] -A INPUT -j X", "garbage", "-P INPUT DROP"):
            table = read_filter("*filter\n%s\n" % line)
            self.assertEqual(({}, []), (table.policies, table.rules), line)
        self.assertEqual({}, read_save("-A INPUT -j X\n:INPUT ACCEPT\n"))

    def test_what_a_foreign_comment_says_is_not_a_rule(self):
        ours = '-A INPUT -j PORTLEDGER-IN'
        for inside in [u"x\n" + ours, u"x\n*nat", u"x\nCOMMIT\n*filter", u"x\n:PORTLEDGER-IN - [0:0]"] + [
            u"x%s%s" % (letter, text) for letter in NOT_ENDS for text in (u"*nat", ours)
        ]:
            tables = read_tables(comment(inside), Names("host"))
            self.assertEqual(({}, []), (tables.chains, tables.jumps), repr(inside))
            self.assertEqual({"INPUT": 1, "FORWARD": 0}, tables.room, repr(inside))

    def test_our_jump_is_found_behind_such_a_comment(self):
        for letter in NOT_ENDS + [u"\n"]:
            save = comment(u"x%s*nat" % letter).replace(
                "COMMIT", ":PORTLEDGER-IN - [0:0]\n-A INPUT -j PORTLEDGER-IN\nCOMMIT"
            )
            tables = read_tables(save, Names("host"))
            self.assertEqual([("INPUT", 2)], [jump[:2] for jump in tables.jumps], repr(letter))


class SaveTest(unittest.TestCase):
    def test_rules_that_only_nft_can_show(self):
        text = "# Table `filter' is incompatible, use 'nft' tool.\n"
        folder = Folder(programs=("ip6tables-save",))
        self.addCleanup(folder.remove)
        with self.assertRaises(RulesetError) as caught:
            save_of(folder.host(lambda arguments, data, seconds: (0, text, "")), "ipv6")
        self.assertEqual(
            "ip6tables-save: cannot read the table filter, for it holds rules that only nft can show. "
            "Move these into a table of their own.",
            str(caught.exception),
        )
        shown = text + "*filter\nCOMMIT\n"
        self.assertEqual(shown, save_of(folder.host(lambda arguments, data, seconds: (0, shown, "")), "ipv6"))


if __name__ == "__main__":
    unittest.main()
