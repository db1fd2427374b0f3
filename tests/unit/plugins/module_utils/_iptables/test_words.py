# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whatever a foreign comment or name holds, each line and word is read as it was written, and put back as one line."""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

import random
import unittest

from ansible_collections.portledger.qradar.plugins.module_utils._base.text import native
from ansible_collections.portledger.qradar.plugins.module_utils._firewalld.reload import lost_rules as lost_by_reload
from ansible_collections.portledger.qradar.plugins.module_utils._iptables.ipset import parse_sets
from ansible_collections.portledger.qradar.plugins.module_utils._iptables.rule import Rule
from ansible_collections.portledger.qradar.plugins.module_utils._iptables.save import read_filter
from ansible_collections.portledger.qradar.plugins.module_utils._iptables.state import former_state, save_state
from ansible_collections.portledger.qradar.plugins.module_utils._iptables.state import IptablesState
from ansible_collections.portledger.qradar.plugins.module_utils._iptables.tables import Names, read_tables, same_tables
from ansible_collections.portledger.qradar.plugins.module_utils._iptables.tables import transaction
from ansible_collections.portledger.qradar.plugins.module_utils._iptables.words import ipset_lines, lines_of, split
from ansible_collections.portledger.qradar.plugins.module_utils._iptables.words import split_input
from ansible_collections.portledger.qradar.plugins.module_utils._packets.iptables import Sets
from ansible_collections.portledger.qradar.plugins.module_utils._qradar.foreign import lost_rules
from ansible_collections.portledger.qradar.plugins.module_utils._qradar.state import names_of, unrecognised_lines

ODD = [
    u"\u2028", u"\u2029", u"\x85", u"\xa0", u"\u3000", u"\x0b", u"\x0c", u"\x1c", u"\x1e", u"\u202e", u"\xe9",
    u"\U0001f525",
]
COMMENT = ODD + [u"\n", u'"', u"\\", u"'", u" ", u"-A", u"*nat", u"COMMIT", u":INPUT", u" -j ", u"#", u"x"]
NAME = ODD[2:5] + [u'"', u"a", u"b", u"-", u"#", u"\\"]
# What iptables takes for white space cannot be in a name.
BLANK = u" \t\r\n\x0b\x0c"
ADD = "-A INPUT -j ACCEPT"


def quote(text):
    """As iptables-save does."""
    return '"%s"' % text.replace("\\", "\\\\").replace('"', '\\"').replace("'", "\\'")


class RandomTest(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        self.random = random.Random(13)

    def text(self, letters, least, most):
        some = u"".join(self.random.choice(letters) for _number in range(self.random.randint(least, most)))
        return native(some)

    def name(self):
        return "n" + self.text([letter for letter in NAME if letter not in BLANK], 0, 4)

    def test_lines_and_words(self):
        for _round in range(2000):
            lines, words = ["*filter"], [["*filter"]]
            for _number in range(self.random.randint(1, 4)):
                chain, target, comment = self.name(), self.name(), self.text(COMMENT, 0, 6)
                interface = self.random.choice(['"', ""]) + self.name()
                lines.append(":%s - [0:0]" % chain)
                words.append([":" + chain, "-", "[0:0]"])
                rest = ["-i", interface, "-m", "comment", "--comment", comment, "-j", target]
                lines.append("-A %s -i %s -m comment --comment %s -j %s" % (chain, interface, quote(comment), target))
                words.append(["-A", chain] + rest)
            text = "\n".join(lines)
            self.assertEqual(lines, lines_of(text))
            self.assertEqual(words, [split(line) for line in lines])

    def test_sets(self):
        for _round in range(2000):
            comment = self.text([letter for letter in COMMENT if letter != u'"'], 0, 6)
            name = self.name()
            lines = ["create %s hash:net family inet hashsize 1024 maxelem 65536 comment" % name,
                     'add %s 198.18.1.1 timeout 0 comment "%s"' % (name, comment),
                     "create portledger-h4-a hash:net family inet hashsize 64 maxelem 65536",
                     "add portledger-h4-a 198.18.1.0/24", ""]
            save = "\n".join(lines)
            self.assertEqual(lines, ipset_lines(save)[: len(lines)])
            state = parse_sets(save, "portledger-h")
            self.assertEqual({"portledger-h4-a": {"198.18.1.0/24"}}, state.members)
            self.assertEqual({"portledger-h4-a": "hash:net family inet"}, state.kinds)


class CommentTest(unittest.TestCase):
    maxDiff = None

    def test_a_line_feed_in_a_comment_of_a_set_adds_nothing(self):
        save = (
            'create x hash:ip family inet hashsize 64 maxelem 9 comment\nadd x 198.18.1.1 comment "x\n'
            'add portledger-h4-zzz 0.0.0.0/1"\n'
            "create portledger-h4-a hash:net family inet hashsize 64 maxelem 9 comment\n"
            'add portledger-h4-a 198.18.2.2 comment "y\nadd portledger-h4-a 0.0.0.0/1"\n'
        )
        self.assertEqual({"portledger-h4-a": {"198.18.2.2/32"}}, parse_sets(save, "portledger-h").members)
        self.assertEqual([(3323068930, 3323068930)], Sets(save).intervals("portledger-h4-a", "ipv4"))
        self.assertEqual({}, parse_sets("add portledger-h4-zzz 0.0.0.0/1\n", "portledger-h").members)

    def test_names_of_sets_with_marks(self):
        save = 'create a"b hash:net family inet\n%s\ncreate c"d hash:net family inet\n' % (
            "create portledger-h4-a hash:net family inet hashsize 64\nadd portledger-h4-a 198.18.2.0/24")
        self.assertEqual({"portledger-h4-a": {"198.18.2.0/24"}}, parse_sets(save, "portledger-h").members)

    def test_names_of_chains_with_marks(self):
        save = (
            '*filter\n:a"b - [0:0]\n:PORTLEDGER-IN - [0:0]\n:c"d - [0:0]\n'
            '-A INPUT -i "x -j PORTLEDGER-IN\n-A INPUT -i "y -j c"d\n'
        )
        self.assertEqual(["PORTLEDGER-IN", 'a"b', 'c"d'], sorted(read_filter(save).policies))
        tables = read_tables(save, Names("host"))
        self.assertEqual((["PORTLEDGER-IN"], 1), (list(tables.chains), len(tables.jumps)))

    def test_what_is_written_is_one_line(self):
        """A comment of somebody else must not become a command when it is put back."""
        save = '*filter\n:INPUT ACCEPT [0:0]\n:%s - [0:0]\n-A %s -m comment --comment "x\n%s" -j DROP\nCOMMIT\n'
        harmless = '-m comment --comment "x %s" -j DROP' % ADD
        # In our own chain, on the way back.
        there = read_tables(save % ("PORTLEDGER-IN", "PORTLEDGER-IN", ADD), Names("host"))
        none = read_tables("*filter\nCOMMIT\n", Names("host"))
        self.assertEqual(["*filter", ":PORTLEDGER-IN - [0:0]", "-A PORTLEDGER-IN " + harmless, "COMMIT", ""],
                         transaction(none, there).split("\n"))
        saved = save_state(IptablesState({"ipv4": there}, None))
        former = former_state(saved, IptablesState({"ipv4": there}, None))
        self.assertEqual([rule.key for rule in there.chains["PORTLEDGER-IN"]],
                         [rule.key for rule in former.tables["ipv4"].chains["PORTLEDGER-IN"]])
        # Foreign rules that iptables_update.pl or a reload of firewalld has lost.
        foreign = save % ("f", "f", ADD)
        empty = "*filter\n:INPUT ACCEPT [0:0]\n:f - [0:0]\nCOMMIT\n"
        self.assertEqual("*filter\n-I f 1 %s\nCOMMIT\n" % harmless, lost_rules(names_of("host"), foreign, "", empty))
        self.assertEqual("*filter\n-A f %s\nCOMMIT\n" % harmless, lost_by_reload(foreign, empty))

    def test_names_that_have_to_be_quoted_are_the_same_once_they_were_saved(self):
        """iptables-save never quotes a name; what we write may, as iptables-restore reads it."""
        for name in ("wg@home", "a b", 'a"b', '"', "x#y", "\\", "e(1)"):
            rule = Rule(["-i", name, "-j", name, "--match-set", name, "src"])
            self.assertEqual(rule.tokens, split_input(rule.text()))
        save = "*filter\n:PORTLEDGER-FWD - [0:0]\n-A PORTLEDGER-FWD -i wg@home -o wg@home -j RETURN\nCOMMIT\n"
        state = IptablesState({"ipv4": read_tables(save, Names("gateway"))}, None)
        former = former_state(save_state(state), state).tables["ipv4"]
        self.assertTrue(same_tables(state.tables["ipv4"], former))

    def test_a_line_that_ipset_does_not_print_is_passed_over(self):
        save = "create portledger-h4-a\ncreate portledger-h4-b hash:net\nadd portledger-h4-b\nadd portledger-h4-b\n"
        self.assertEqual({"portledger-h4-b": set()}, parse_sets(save, "portledger-h").members)

    def test_a_rule_with_a_line_feed_is_the_same_once_it_was_put_back(self):
        self.assertEqual(Rule(["--comment", "x\ny", "-j", "DROP"]).key, Rule(["--comment", "x y", "-j", "DROP"]).key)

    def test_lines_of_a_block(self):
        begin, end = "# BEGIN portledger.qradar host\n", "# END portledger.qradar host\n"
        block = begin + u'-A \n:\n:\u2028\n-A\u2028x\n-A x "a\nb" -j y\n' + end
        found = unrecognised_lines(block.encode("utf-8"), (begin + end).encode("utf-8"))
        self.assertEqual(["line in our block: " + native(line) for line in (
            u"-A", u":", u":\u2028", u"-A\u2028x", u'-A x "a\nb" -j y')], found)

    def test_bytes_that_are_not_utf_8_stay_as_they_are(self):
        odd = b"caf\xe9"
        odd = odd if bytes is str else odd.decode("utf-8", "surrogateescape")
        save = '*filter\n:PORTLEDGER-IN - [0:0]\n-A PORTLEDGER-IN -m comment --comment "%s" -j DROP\nCOMMIT\n' % odd
        there = read_tables(save, Names("host"))
        none = read_tables("*filter\nCOMMIT\n", Names("host"))
        self.assertIn('"%s"' % odd, transaction(none, there))


if __name__ == "__main__":
    unittest.main()
