# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Foreign rules on a host whose iptables-save or iptables-restore is gone, or fails."""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

import unittest

from ansible_collections.portledger.qradar.plugins.module_utils._base.errors import RulesetError
from ansible_collections.portledger.qradar.plugins.module_utils._iptables.put_back import (
    can_read, put_back_rules, read_rules,
)
from tests.unit.plugins.module_utils.support import Folder, Kernel

LISTED = '-P INPUT DROP\n-N theirs\n-A INPUT -m comment --comment "a b" -j theirs\n'
AS_SAVED = '*filter\n:INPUT DROP [0:0]\n:theirs - [0:0]\n-A INPUT -m comment --comment "a b" -j theirs\nCOMMIT\n'
LOST = (
    "*filter\n:theirs - [0:0]\n-A theirs -j ACCEPT\nCOMMIT\n"
    '*nat\n:OUTPUT ACCEPT [0:0]\n-I OUTPUT 1 -m comment --comment "a b" -j RETURN\n-A OUTPUT -j nowhere\nCOMMIT\n'
)


LOCKED = "Another app is currently holding the xtables lock. Stopped waiting after 60s.\n"


class Tables(Kernel):
    """Answers iptables by the table that is asked for; rules that lead nowhere fail."""

    def __call__(self, command, data=None, seconds=None):
        if command[0].endswith("/iptables"):
            self.calls.append((["iptables"] + command[1:], data))
            if command[-1] == "-S":
                return (0, LISTED, "") if "filter" in command else (3, "", "no such table")
            if "locked" in command:
                return 4, "", LOCKED
            return (1, "", "No chain/target/match by that name.") if "nowhere" in command else (0, "", "")
        return Kernel.__call__(self, command, data, seconds)


class PutBackTest(unittest.TestCase):
    maxDiff = None

    def host(self, programs, answers):
        folder = Folder(programs=programs)
        self.addCleanup(folder.remove)
        self.kernel = Tables(answers)
        return folder.host(self.kernel)

    def ran(self):
        return [" ".join(call[3:]) for call, _data in self.kernel.calls if call[0] == "iptables"]

    def test_rules_are_read_without_iptables_save(self):
        host = self.host(("iptables",), {"iptables-save": (1, "", "gone")})
        self.assertTrue(can_read(host, "iptables"))
        self.assertEqual(read_rules(host, "iptables"), AS_SAVED)

    def test_nothing_that_shows_rules(self):
        self.assertFalse(can_read(self.host((), {}), "iptables"))

    def test_a_program_that_fails_is_no_empty_answer(self):
        host = self.host(("iptables-save",), {"iptables-save": (1, "", "gone")})
        with self.assertRaises(RulesetError):
            read_rules(host, "iptables")

    def test_a_table_that_fails_goes_rule_by_rule(self):
        host = self.host(("iptables", "iptables-restore"), {"iptables-restore": (2, "", "unknown option")})
        with self.assertRaises(RulesetError) as caught:
            put_back_rules(host, "iptables", LOST, lambda: LOST)
        self.assertEqual(
            self.ran(),
            [
                "-t filter -N theirs",
                "-t filter -A theirs -j ACCEPT",
                "-t nat -P OUTPUT ACCEPT",
                "-t nat -I OUTPUT 1 -m comment --comment a b -j RETURN",
                "-t nat -A OUTPUT -j nowhere",
            ],
        )
        self.assertEqual(
            str(caught.exception),
            "iptables-restore: failed: unknown option. iptables -w 60 -t nat -A OUTPUT -j nowhere: failed: No "
            "chain/target/match by that name.",
        )

    def test_a_rule_that_fails_moves_no_other(self):
        host = self.host(("iptables", "iptables-restore"), {"iptables-restore": (2, "", "unknown option")})
        lost = (
            "*filter\n-I INPUT 2 -j nowhere\n-I INPUT 3 -s 198.18.1.1 -j nowhere\n-I INPUT 5 -j LOG\n"
            "-I OUTPUT 7 -j LOG\nCOMMIT\n"
        )
        with self.assertRaises(RulesetError):
            put_back_rules(host, "iptables", lost, lambda: lost)
        self.assertEqual(
            self.ran(),
            [
                "-t filter -I INPUT 2 -j nowhere",
                "-t filter -I INPUT 2 -s 198.18.1.1 -j nowhere",
                "-t filter -I INPUT 3 -j LOG",
                "-t filter -I OUTPUT 7 -j LOG",
            ],
        )

    def test_who_is_locked_out_does_not_try_rule_by_rule(self):
        # Each of them would wait as long again, and those behind the first that gets the lock stand elsewhere.
        host = self.host(("iptables", "iptables-restore"), {"iptables-restore": (4, "", LOCKED)})
        with self.assertRaises(RulesetError) as caught:
            put_back_rules(host, "iptables", LOST, self.fail)
        self.assertEqual(len(self.kernel.calls), 1)
        self.assertEqual(
            str(caught.exception),
            "iptables-restore: failed: Another app is currently holding the xtables lock. Stopped waiting after 60s. "
            "Whoever held it has let go meanwhile: run this again.",
        )

    def test_who_is_locked_out_of_a_rule_stops(self):
        host = self.host(("iptables", "iptables-restore"), {"iptables-restore": (2, "", "unknown option")})
        lost = "*filter\n-A INPUT -j LOG\n-A INPUT -j locked\n-A INPUT -j RETURN\nCOMMIT\n" + LOST
        with self.assertRaises(RulesetError) as caught:
            put_back_rules(host, "iptables", lost, lambda: lost)
        self.assertEqual(self.ran(), ["-t filter -A INPUT -j LOG", "-t filter -A INPUT -j locked"])
        self.assertEqual(
            str(caught.exception),
            "iptables-restore: failed: unknown option. iptables -w 60 -t filter -A INPUT -j locked: failed: Another "
            "app is currently holding the xtables lock. Stopped waiting after 60s. Whoever held it has let go "
            "meanwhile: run this again.",
        )

    def test_tables_that_load_are_not_put_back_twice(self):
        host = self.host(("iptables", "iptables-restore"), {"iptables-restore": (0, "", "")})
        put_back_rules(host, "iptables", LOST, self.fail)
        self.assertEqual(self.ran(), [])
        loaded = [data.split("\n")[0] for _call, data in self.kernel.calls]
        self.assertEqual(loaded, ["*filter", "*nat"])

    def test_a_program_that_fails_may_have_worked(self):
        host = self.host(("iptables", "iptables-restore"), {"iptables-restore": (2, "", "killed")})
        put_back_rules(host, "iptables", LOST, lambda: "")
        self.assertEqual(self.ran(), [])
        put_back_rules(host, "iptables", LOST, lambda: "*nat\n-A OUTPUT -j RETURN\nCOMMIT\n")
        self.assertEqual(self.ran(), ["-t nat -A OUTPUT -j RETURN"])

    def test_what_is_left_cannot_be_told(self):
        def left():
            raise RulesetError("iptables-save: failed: gone.")

        host = self.host(("iptables", "iptables-restore"), {"iptables-restore": (2, "", "killed")})
        with self.assertRaises(RulesetError) as caught:
            put_back_rules(host, "iptables", "*nat\n-A OUTPUT -j RETURN\nCOMMIT\n", left)
        self.assertEqual(self.ran(), [])
        self.assertEqual(str(caught.exception), "iptables-restore: failed: killed. iptables-save: failed: gone.")
