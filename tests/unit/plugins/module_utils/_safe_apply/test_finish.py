# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whoever confirms a change dies, or its files are damaged: what was answered holds, and the way back stays open."""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

import os
import unittest

from ansible_collections.portledger.qradar.plugins.module_utils._base.errors import RulesetError
from ansible_collections.portledger.qradar.plugins.module_utils._safe_apply import confirm as _confirm
from ansible_collections.portledger.qradar.plugins.module_utils._safe_apply.confirm import restore
from ansible_collections.portledger.qradar.plugins.module_utils._safe_apply.persistence import Persistence
from ansible_collections.portledger.qradar.plugins.module_utils._safe_apply.saved import AtBoot, Saved
from tests.unit.plugins.module_utils._safe_apply.case import SafeApplyCase

CONFIRMED = {"outcome": "confirmed", "why": "over a new connection"}
NEW = AtBoot([Saved("word", "new")])


class Killed(BaseException):
    """The process ends here."""


class FinishTest(SafeApplyCase):
    def die_in_confirm(self):
        """It is marked as confirmed, and nothing more."""
        def die(store, pending):
            raise Killed

        real = _confirm.finish
        _confirm.finish = die
        try:
            self.assertRaises(Killed, self.confirm)
        finally:
            _confirm.finish = real
        self.assertTrue(self.store.pending().confirmed)
        self.assertIsNone(self.there().rules())

    def there(self):
        return Persistence(self.host, "host")

    def assert_it_stays(self):
        self.assertEqual("new", self.provider.word)
        self.assertEqual(["outcome.json"], self.files())
        self.assertEqual([], self.there().drift(NEW))

    def test_the_confirmation_is_repeated(self):
        self.apply()
        self.die_in_confirm()
        self.assertEqual(CONFIRMED, self.confirm())
        self.assert_it_stays()
        self.assertEqual(CONFIRMED, self.confirm())

    def test_it_is_repeated_late(self):
        self.apply()
        self.die_in_confirm()
        self.host.now += 1000
        self.assertEqual(CONFIRMED, self.confirm())
        self.assert_it_stays()

    def test_its_timer_ends_it(self):
        self.apply()
        self.die_in_confirm()
        before = self.host.now
        self.assertTrue(self.wait())
        self.assertEqual(before, self.host.now)
        self.assert_it_stays()
        self.assertEqual(CONFIRMED, self.confirm())

    def test_the_next_run_ends_it(self):
        self.apply()
        self.die_in_confirm()
        applied = self.apply("t2")
        self.assertEqual([], applied.prepared.lines)
        self.assertEqual(
            ["A change of another run was waiting for its confirmation. Waited 0 s, and it was confirmed."],
            applied.warnings)
        self.assert_it_stays()

    def test_check_mode_leaves_it_to_the_next_run(self):
        self.apply()
        self.die_in_confirm()
        self.assertEqual([], self.apply("t2", check=True).prepared.lines)
        self.assertTrue(self.store.pending().confirmed)

    def test_it_is_not_taken_back(self):
        self.apply()
        self.die_in_confirm()
        self.assertEqual(CONFIRMED, restore(self.host, "host", self.providers, "t1"))
        self.assert_it_stays()

    def test_a_problem_is_told_again(self):
        self.apply()
        real = Persistence.write

        def full(persistence, wanted):
            raise RulesetError("/etc/portledger/host: cannot be written: No space left on device.")

        Persistence.write = full
        self.addCleanup(setattr, Persistence, "write", real)
        expected = dict(CONFIRMED, problem="/etc/portledger/host: cannot be written: No space left on device.")
        self.assertEqual(expected, self.confirm())
        # The answer was lost on its way.
        self.assertEqual(expected, self.confirm())


class DamagedTest(SafeApplyCase):
    TEXTS = ("", "{", "true", "[]", "{}", '{"token": "t1"}', '{"token": 5, "boot": "one"}', "\0\0\0\0")

    def damage(self, text, name="pending.json"):
        with open(os.path.join(self.store.folder, name), "w") as stream:
            stream.write(text)

    def test_the_timer_puts_back_whatever_has_become_of_the_file(self):
        for text in self.TEXTS:
            self.provider.word = "old"
            self.apply()
            self.damage(text)
            self.host.now += 31
            self.assertTrue(self.wait(), text)
            self.assertEqual(("old", None), (self.provider.word, self.store.pending()), text)
            self.assertEqual("nobody confirmed it within 30 s", self.store.outcome().why)

    def test_it_is_confirmed_whatever_has_become_of_the_file(self):
        for text in self.TEXTS:
            self.provider.word = "old"
            self.apply()
            self.damage(text)
            self.assertEqual(CONFIRMED, self.confirm(new=False), text)
            self.assertEqual(("new", None), (self.provider.word, self.store.pending()), text)

    def test_without_a_copy_it_is_named(self):
        path = os.path.join(self.store.folder, "pending.json")
        with self.store.lock():
            pass
        for text in self.TEXTS:
            self.damage(text)
            with self.assertRaises(RulesetError) as caught:
                self.apply()
            self.assertEqual(
                "%s: damaged, and there is no copy of it, so what waits for its confirmation is not known. Remove the "
                "file, then run the playbook again. Nothing was changed." % path,
                str(caught.exception),
            )
        os.unlink(path)
        self.assertEqual(["old to new"], self.apply().prepared.lines)

    def test_what_became_of_the_last_change_is_not_needed(self):
        with self.store.lock():
            pass
        for text in self.TEXTS:
            self.damage(text, "outcome.json")
            self.damage(text, "boot.json")
            self.assertEqual((None, None), (self.store.outcome(), self.store.boot_outcome()), text)
            self.provider.word = "old"
            self.assertEqual(["old to new"], self.apply().prepared.lines)
            self.assertEqual(CONFIRMED, self.confirm(new=False))


if __name__ == "__main__":
    unittest.main()
