# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A change ends: confirmed or taken back, and by whom."""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

import os
import unittest

from ansible_collections.portledger.qradar.plugins.module_utils._safe_apply.confirm import restore
from ansible_collections.portledger.qradar.plugins.module_utils._safe_apply.store import Store
from tests.unit.plugins.module_utils._safe_apply.case import SSH, SafeApplyCase


class ConfirmTest(SafeApplyCase):
    def test_confirmed(self):
        self.apply()
        expected = {"outcome": "confirmed", "why": "over a new connection"}
        self.assertEqual(expected, self.confirm())
        self.assertEqual([["systemctl", "stop", "portledger-restore-host-t1.timer"]], self.host.asked)
        self.assertEqual(["outcome.json"], self.files())
        # The answer was lost on its way, so it is asked again.
        self.assertEqual(expected, self.confirm())
        self.host.now += 100
        self.assertTrue(self.wait())
        self.assertEqual("new", self.provider.word)

    def test_removing_everything_leaves_nothing(self):
        self.apply(forget=True)
        self.assertEqual("confirmed", self.confirm()["outcome"])
        self.assertFalse(os.path.exists(os.path.dirname(self.store.folder)))

    def test_a_removal_that_was_killed_is_completed_where_nothing_is_to_do(self):
        self.provider.word = "new"
        run = "run/portledger/host"
        for left in (run + "/restore-t0/log", run + "/outcome.json", run, "etc/portledger"):
            if "." not in left and not left.endswith("log"):
                os.makedirs(os.path.join(self.folder.root, left))
            else:
                self.folder.write(left, "{}")
            self.apply(check=True, forget=True)
            self.assertTrue(os.path.exists(os.path.join(self.folder.root, left)))
            self.assertEqual([], self.apply(forget=True).prepared.lines)
            for above in ("run/portledger", "etc/portledger"):
                self.assertFalse(os.path.exists(os.path.join(self.folder.root, above)), left)

    def test_the_other_scopes_folder_stays(self):
        other = Store(self.host, "gateway")
        with other.lock():
            pass
        self.apply(forget=True)
        self.confirm()
        self.assertEqual(["gateway"], os.listdir(os.path.dirname(self.store.folder)))

    def test_the_same_connection_proves_nothing(self):
        self.apply()
        self.assertEqual({"outcome": "same connection", "why": SSH}, self.confirm(connection=SSH))
        self.assertEqual("t1", self.store.pending().token)
        self.assertEqual("confirmed", self.confirm(connection=SSH, new=False)["outcome"])

    def test_too_late(self):
        self.apply()
        self.host.now += 30.1
        expected = {"outcome": "restored", "why": "nobody confirmed it within 30 s"}
        self.assertEqual(expected, self.confirm())
        self.assertEqual("old", self.provider.word)
        self.assertEqual(expected, self.confirm())

    def test_somebody_elses_token(self):
        self.apply()
        for call in (self.confirm, lambda token: restore(self.host, "host", self.providers, token)):
            self.assertEqual({"outcome": "unknown", "why": "the host does not know this change"}, call("t2"))
        self.assertEqual(("new", "t1"), (self.provider.word, self.store.pending().token))

    def test_taken_back(self):
        self.apply()
        expected = {"outcome": "restored", "why": "the controller asked for it"}
        self.assertEqual(expected, restore(self.host, "host", self.providers, "t1"))
        self.assertEqual(("old", ["outcome.json"]), (self.provider.word, self.files()))
        self.assertEqual(expected, restore(self.host, "host", self.providers, "t1"))

    def test_a_machine_started_anew_knows_nothing(self):
        self.apply()
        self.folder.write("proc/sys/kernel/random/boot_id", "two\n")
        self.assertEqual("unknown", self.confirm()["outcome"])
        self.assertEqual(None, self.store.pending())


if __name__ == "__main__":
    unittest.main()
