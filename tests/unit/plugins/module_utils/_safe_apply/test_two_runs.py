# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A change of another run is pending, or was made in between."""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

import unittest

from ansible_collections.portledger.qradar.plugins.module_utils._base.errors import RulesetError
from ansible_collections.portledger.qradar.plugins.module_utils._safe_apply.saved import Saved
from tests.unit.plugins.module_utils._safe_apply.case import SafeApplyCase


class TwoRunsTest(SafeApplyCase):
    def fail_to_read(self, *causes):
        """Have readings fail, each after what its cause does."""
        real, left = self.provider.read, list(causes)

        def read(host, scope):
            if not left:
                return real(host, scope)
            left.pop(0)()
            raise RulesetError("no such set")

        self.provider.read = read

    def test_what_another_run_changes_is_read_again(self):
        self.fail_to_read(self.another_run)
        self.assertEqual(self.apply().timer, "systemd")

    def test_what_nobody_changes_is_not_read_again(self):
        self.fail_to_read(lambda: None)
        with self.assertRaises(RulesetError) as caught:
            self.apply()
        self.assertEqual(str(caught.exception), "no such set")
        self.assertEqual(self.prepared, 1)

    def test_another_run_in_between(self):
        """It has read, another run changes and confirms, and only then it has the lock."""
        real, words = self.prepare, ["other"]

        def prepare():
            found = real()
            if words:
                self.provider.word = words.pop()
                self.another_run()
            return found

        self.prepare = prepare
        self.assertEqual(["other to new"], self.apply().prepared.lines)
        self.assertEqual(2, self.prepared)
        self.assertEqual((Saved("word", {"word": "other"}),), self.store.pending().saved)

    def test_waits_for_the_confirmation_of_another(self):
        self.apply("t0")
        self.provider.word = "new0"
        self.host.events = [(1012, lambda: self.confirm("t0"))]
        applied = self.apply("t1")
        self.assertEqual(
            ["A change of another run was waiting for its confirmation. Waited 12 s, and it was confirmed."],
            applied.warnings)
        self.assertEqual(["new0 to new"], applied.prepared.lines)

    def test_waits_for_the_timer_of_another(self):
        self.apply("t0")
        self.host.events = [(1031, lambda: self.wait("t0"))]
        applied = self.apply("t1")
        self.assertEqual(
            ["A change of another run was waiting for its confirmation. Waited 31 s, and it was restored."],
            applied.warnings)
        self.assertEqual(["old to new"], applied.prepared.lines)

    def test_puts_back_where_the_timer_of_another_is_gone(self):
        self.apply("t0")
        applied = self.apply("t1")
        self.assertEqual(
            ["A change of another run was waiting for its confirmation. Waited 45 s, and it was restored."],
            applied.warnings)
        self.assertEqual(["new", "old", "new"], self.provider.loads)

    def test_check_mode_does_not_put_back(self):
        self.apply("t0")
        applied = self.apply("t1", check=True)
        self.assertEqual(
            ["A change of another run was never confirmed, and its timer is gone. A real run puts back first."],
            applied.warnings)
        self.assertEqual(("new", "t0"), (self.provider.word, self.store.pending().token))


if __name__ == "__main__":
    unittest.main()
