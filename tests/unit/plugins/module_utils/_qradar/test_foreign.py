# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rules of others that are in the kernel only, after QRadar's program has loaded whole tables."""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

import unittest

from ansible_collections.portledger.qradar.plugins.module_utils._qradar.foreign import (
    lost_rules, misplaced_rules, same_chains,
)
from ansible_collections.portledger.qradar.plugins.module_utils._qradar.state import names_of


JUMP = "-A INPUT -j PORTLEDGER-QIN"
OURS = ":PORTLEDGER-QIN - [0:0]"


def table(*lines, **options):
    head = ["*" + options.get("name", "filter"), ":INPUT %s [5:10]" % options.get("policy", "ACCEPT")]
    return "\n".join(head + list(lines) + ["COMMIT", ""])


def misplaced(before, now, text):
    return misplaced_rules(names_of("host"), before, table(), now, text).splitlines()


def lost(before, generated, after):
    return lost_rules(names_of("host"), before, generated, after).splitlines()


class LostTest(unittest.TestCase):
    def test_nothing(self):
        one = table("-A INPUT -s 198.19.0.1 -j ACCEPT")
        self.assertEqual([], lost(one, one, one))
        self.assertEqual([], lost(one, "", one))
        self.assertEqual([], lost("", "", one))

    def test_what_a_file_said_stays_gone(self):
        one = table(":QPeers - [0:0]", "-A INPUT -s 198.19.0.1/32 -j ACCEPT", "-A QPeers -j ACCEPT")
        file = table(":QPeers - [0:0]", "-A INPUT -s 198.19.0.1 -j ACCEPT", "-A QPeers -j ACCEPT")
        self.assertEqual([], lost(one, file, table()))

    def test_a_chain(self):
        before = table(":DOCKER - [0:0]", "-A INPUT -j DOCKER", "-A DOCKER -j RETURN", "-A DOCKER -j PORTLEDGER-QIN")
        self.assertEqual(
            ["*filter", ":DOCKER - [0:0]", "-A DOCKER -j RETURN", "-I INPUT 1 -j DOCKER", "COMMIT"],
            lost(before, table(), table()),
        )

    def test_order(self):
        before = table("-A INPUT -s 1.0.0.1/32 -j ACCEPT", "-A INPUT -j QChain", "-A INPUT -s 1.0.0.2/32 -j ACCEPT",
                       "-A INPUT -s 1.0.0.3/32 -j ACCEPT")
        after = table(OURS, JUMP, "-A INPUT -j QChain")
        self.assertEqual(
            ["*filter", "-I INPUT 2 -s 1.0.0.1/32 -j ACCEPT", "-I INPUT 4 -s 1.0.0.2/32 -j ACCEPT",
             "-I INPUT 5 -s 1.0.0.3/32 -j ACCEPT", "COMMIT"],
            lost(before, table("-A INPUT -j QChain"), after),
        )

    def test_what_came_first_and_only_closes_comes_first(self):
        before = table("-A INPUT -s 1.0.0.1/32 -j DROP", "-A INPUT -s 1.0.0.2/32 -j ACCEPT", "-A INPUT -j QChain")
        after = table(OURS, JUMP, "-A INPUT -j QChain")
        self.assertEqual(
            ["*filter", "-I INPUT 1 -s 1.0.0.1/32 -j DROP", "-I INPUT 3 -s 1.0.0.2/32 -j ACCEPT", "COMMIT"],
            lost(before, table("-A INPUT -j QChain"), after),
        )

    def test_ours_are_not_of_others(self):
        before = table(OURS, JUMP, "-A PORTLEDGER-QIN -j DROP")
        self.assertEqual([], lost(before, table(), table()))

    def test_the_other_provider_is(self):
        before = table(":PORTLEDGER-IN - [0:0]", "-A INPUT -j PORTLEDGER-IN", "-A PORTLEDGER-IN -j DROP")
        self.assertEqual(
            ["*filter", ":PORTLEDGER-IN - [0:0]", "-I INPUT 1 -j PORTLEDGER-IN", "-A PORTLEDGER-IN -j DROP", "COMMIT"],
            lost(before, table(), table()),
        )

    def test_a_rule_that_somebody_has_put_back_is_not_put_back_twice(self):
        before = table("-A INPUT -s 1.0.0.1/32 -j DROP", "-A INPUT -j QChain")
        after = table("-A INPUT -j QChain", "-A INPUT -s 1.0.0.1/32 -j DROP")
        self.assertEqual([], lost(before, table("-A INPUT -j QChain"), after))

    def test_what_stands_at_another_place_than_before_is_moved(self):
        a, b, c, new = ("-A INPUT -s 1.0.0.%d/32 -j DROP" % number for number in range(4))
        text = "".join(line + "\n" for line in lost(table(a, b, c), table(), table(a, c)))
        self.assertEqual("*filter\n-I INPUT 2 -s 1.0.0.1/32 -j DROP\nCOMMIT\n", text)
        # Somebody was faster, so the second place was another one.
        self.assertEqual(
            ["*filter", "-D INPUT -s 1.0.0.1/32 -j DROP", "-I INPUT 3 -s 1.0.0.1/32 -j DROP", "COMMIT"],
            misplaced(table(a, b, c), table(new, b, a, c), text),
        )
        for fine in (table(a, b, c), table(new, a, b, c), table(a, new, b, c, new), table(a, c)):
            self.assertEqual([], misplaced(table(a, b, c), fine, text))

    def test_what_was_not_put_back_is_not_moved(self):
        a, b, c = ("-A INPUT -s 1.0.0.%d/32 -j DROP" % number for number in range(3))
        text = "*filter\n-I OUTPUT 1 -j ACCEPT\nCOMMIT\n"
        self.assertEqual([], misplaced(table(a, b, c), table(c, b, a), text))

    def test_policy(self):
        self.assertEqual(["*filter", ":INPUT DROP [0:0]", "COMMIT"], lost(table(policy="DROP"), table(), table()))
        self.assertEqual([], lost(table(policy="DROP"), table(policy="DROP"), table()))

    def test_tables(self):
        before = table("-A INPUT -j ACCEPT", name="nat") + table()
        self.assertEqual(["*nat", "-I INPUT 1 -j ACCEPT", "COMMIT"],
                         lost(before, table(name="nat"), table(name="nat") + table()))


class SameTest(unittest.TestCase):
    def test_same(self):
        one = table(OURS, JUMP)
        self.assertTrue(same_chains(one, "# remark\n" + one.replace("[5:10]", "[9:99]") + table(name="nat")))
        self.assertFalse(same_chains(one, one.replace("ACCEPT [", "DROP [")))
        self.assertFalse(same_chains(one, table(OURS, JUMP, JUMP)))
