# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A change is made: in what order things happen, and what is left where one of them fails."""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

import os
import unittest

from ansible_collections.portledger.qradar.plugins.module_utils._base.errors import RulesetError
from ansible_collections.portledger.qradar.plugins.module_utils._safe_apply import apply as _apply
from ansible_collections.portledger.qradar.plugins.module_utils._safe_apply.saved import Saved
from ansible_collections.portledger.qradar.plugins.module_utils._safe_apply.store import Store
from tests.unit.plugins.module_utils._safe_apply.case import SafeApplyCase


class ApplyTest(SafeApplyCase):
    def fill_disk(self, *names):
        """Have no room for these files of the store."""
        real = Store._write

        def write(store, name, entry):
            if name in names:
                raise RulesetError("%s: cannot be written: No space left on device." % name)
            real(store, name, entry)

        Store._write = write
        self.addCleanup(setattr, Store, "_write", real)

    def test_a_full_disk_leaves_nothing_pending(self):
        self.apply()
        self.fill_disk("outcome.json", "pending.json")
        with self.assertRaises(RulesetError) as caught:
            self.confirm()
        self.assertEqual(str(caught.exception), "pending.json: cannot be written: No space left on device.")
        self.assertEqual((self.provider.word, self.store.pending().token), ("new", "t1"))
        self.assertFalse(self.store.pending().confirmed)
        self.host.now += 31
        self.assertTrue(self.wait())
        self.assertEqual((self.provider.word, self.store.pending(), self.store.outcome()), ("old", None, None))

    def test_no_room_for_the_outcome_of_what_is_confirmed(self):
        self.apply()
        self.fill_disk("outcome.json")
        self.assertEqual({"outcome": "confirmed", "why": "over a new connection"}, self.confirm())
        self.host.now += 31
        self.assertTrue(self.wait())
        self.assertEqual((self.provider.word, self.store.pending(), self.store.outcome()), ("new", None, None))

    def test_no_room_for_the_deadline_of_what_is_loaded(self):
        self.provider.on_load = lambda: self.fill_disk("pending.json") if self.provider.word == "old" else None
        with self.assertRaises(RulesetError) as caught:
            self.apply()
        expected = "pending.json: cannot be written: No space left on device. Nothing was changed."
        self.assertEqual(str(caught.exception), expected)
        self.assertEqual((self.provider.word, self.store.pending()), ("old", None))

    def test_the_former_state_is_saved_and_the_timer_runs_before_anything_is_loaded(self):
        seen = []
        self.provider.on_load = lambda: seen.append((self.armed[:], self.store.pending().saved))
        applied = self.apply()
        self.assertEqual([([("t1", 30, "old")], (Saved("word", {"word": "old"}),))], seen)
        self.assertEqual(("systemd", []), (applied.timer, applied.warnings))
        self.assertEqual(["pending.json", "restore-t1"], self.files())

    def test_the_time_begins_once_it_is_loaded(self):
        self.provider.on_load = lambda: self.host.sleep(100)
        self.apply()
        self.assertEqual(1000 + 100 + 30, self.store.pending().deadline)

    def test_nothing_to_do_and_check_mode_touch_nothing(self):
        self.assertEqual(None, self.apply(check=True).timer)
        self.provider.word = "new"
        self.assertEqual(None, self.apply().timer)
        self.assertEqual((None, [], []), (self.files(), self.armed, self.provider.loads))

    def test_without_confirmation(self):
        self.assertEqual(None, self.apply(token=None).timer)
        self.assertEqual(("new", []), (self.provider.word, self.armed))
        self.assertEqual([], self.files())

    def test_the_folder_cannot_be_made(self):
        os.rename(os.path.join(self.folder.root, "run"), os.path.join(self.folder.root, "gone"))
        self.folder.write("run", "")
        with self.assertRaises(RulesetError) as caught:
            self.apply()
        self.assertEqual("%s: cannot be made: Not a directory. Nothing was changed." % self.store.folder,
                         str(caught.exception))
        self.assertEqual([], self.provider.loads)

    def test_the_timer_cannot_be_started(self):
        def arm(host, store, token, seconds):
            raise RulesetError("python: cannot be started: No such file or directory.")

        _apply.arm = arm
        with self.assertRaises(RulesetError) as caught:
            self.apply()
        self.assertEqual("python: cannot be started: No such file or directory. Nothing was changed.",
                         str(caught.exception))
        self.assertEqual(([], [], None), (self.provider.loads, self.files(), self.store.pending()))

    def test_a_failing_load_leaves_nothing_pending(self):
        self.provider.failures = [RulesetError("no room.", changed=False)]
        with self.assertRaises(RulesetError) as caught:
            self.apply()
        self.assertEqual("no room. Nothing was changed.", str(caught.exception))
        self.assertEqual(["outcome.json"], self.files())

    def test_what_half_a_load_left_is_put_back(self):
        def half():
            self.provider.word = "half"
            self.provider.on_load = None
            raise RulesetError("killed.")

        self.provider.on_load = half
        with self.assertRaises(RulesetError) as caught:
            self.apply()
        self.assertEqual("killed.", str(caught.exception))
        self.assertEqual(("old", ["new", "old"]), (self.provider.word, self.provider.loads))

    def test_what_a_provider_could_not_put_back_is_put_back(self):
        self.provider.failures = [RulesetError("swapping sets failed.", changed=True)]
        with self.assertRaises(RulesetError) as caught:
            self.apply()
        self.assertEqual(
            "swapping sets failed. Putting back was tried once more, and worked. Nothing was changed.",
            str(caught.exception),
        )
        self.assertEqual("old", self.provider.word)

    def test_putting_back_fails_and_the_timer_goes_on(self):
        def half():
            self.provider.word = "half"
            self.provider.on_load = None
            self.provider.failures = [RulesetError("still no room.", changed=False)]
            raise RulesetError("no room.", changed=False)

        self.provider.on_load = half
        with self.assertRaises(RulesetError) as caught:
            self.apply()
        message = "no room. Putting back failed: word: still no room. The timer tries again."
        self.assertEqual((message, True), (str(caught.exception), caught.exception.changed))
        self.assertTrue(self.wait())
        self.assertEqual("old", self.provider.word)

    def test_a_load_that_is_stuck_until_the_timer_has_enough(self):
        def stuck():
            pending = self.store.pending()
            self.provider.on_load = None
            self.store.end(pending, "restored", "nobody confirmed it within 30 s")

        self.provider.on_load = stuck
        with self.assertRaises(RulesetError) as caught:
            self.apply()
        self.assertEqual(
            "Loading took so long that the former rules were put back meanwhile. Nothing was changed.",
            str(caught.exception))
        self.assertEqual("old", self.provider.word)


if __name__ == "__main__":
    unittest.main()
