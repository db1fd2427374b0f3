# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The timer waits, puts back, and tries again."""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

import io
import sys
import unittest

from ansible_collections.portledger.qradar.plugins.module_utils._base.errors import RulesetError
from tests.unit.plugins.module_utils._safe_apply.case import SafeApplyCase


class WaitTest(SafeApplyCase):
    def test_the_timer_waits_then_puts_back(self):
        self.apply()
        self.assertTrue(self.wait())
        self.assertTrue(1030 <= self.host.now < 1031, self.host.now)
        self.assertEqual(("old", ["outcome.json"]), (self.provider.word, self.files()))

    def test_the_timer_ends_with_the_confirmation(self):
        self.apply()
        self.host.events = [(1010, self.confirm)]
        self.assertTrue(self.wait())
        self.assertTrue(1010 <= self.host.now < 1011, self.host.now)
        self.assertEqual("new", self.provider.word)

    def test_the_timer_sees_a_deadline_that_moves(self):
        self.apply()

        def move():
            self.store.write(self.store.pending()._replace(deadline=1050))

        self.host.events = [(1029, move)]
        self.assertTrue(self.wait())
        self.assertTrue(1050 <= self.host.now < 1051, self.host.now)

    def test_the_timer_tries_again(self):
        self.apply()
        self.provider.failures = [RulesetError("busy")] * 3
        self.assertTrue(self.wait())
        self.assertEqual(("old", ["new", "old", "old", "old", "old"]), (self.provider.word, self.provider.loads))

    def test_the_timer_gives_up_and_may_be_run_again(self):
        self.apply()
        self.provider.failures = [RulesetError("busy")] * 1000
        real, sys.stderr = sys.stderr, io.StringIO() if bytes is not str else io.BytesIO()
        try:
            self.assertFalse(self.wait())
            self.assertEqual("word: busy\n", sys.stderr.getvalue())
        finally:
            sys.stderr = real
        self.assertTrue(1630 < self.host.now < 1640, self.host.now)
        self.assertEqual(["pending.json", "restore-t1"], self.files())
        self.provider.failures = []
        self.assertTrue(self.wait())
        self.assertEqual("old", self.provider.word)

    def test_the_timer_does_not_believe_a_load(self):
        self.apply()
        real = self.provider.load

        def load(*arguments):
            real(*arguments)
            if len(self.provider.loads) < 4:
                self.provider.word = "somebody else's"

        self.provider.load = load
        self.assertTrue(self.wait())
        self.assertEqual(["new", "old", "old", "old"], self.provider.loads)

    def test_the_timer_does_not_wait_for_ever_for_who_holds_the_lock(self):
        self.apply()
        with self.store.lock():
            self.assertTrue(self.wait())
        self.assertTrue(1090 <= self.host.now < 1092, self.host.now)
        self.assertEqual("old", self.provider.word)


if __name__ == "__main__":
    unittest.main()
