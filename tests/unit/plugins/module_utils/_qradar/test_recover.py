# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Foreign rules that were noted, and cannot be put back: the note stays as long as somebody else holds the lock."""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

import unittest

from ansible_collections.portledger.qradar.plugins.module_utils._base.errors import RulesetError
from ansible_collections.portledger.qradar.plugins.module_utils._host.unfinished import Note
from ansible_collections.portledger.qradar.plugins.module_utils._qradar.load import recover
from tests.unit.plugins.module_utils.support import Folder, Kernel

BEFORE = "*filter\n:INPUT ACCEPT [0:0]\n-A INPUT -s 198.18.0.1/32 -j DROP\nCOMMIT\n"
NOW = "*filter\n:INPUT ACCEPT [0:0]\nCOMMIT\n"
LOCKED = (4, "", "Another app is currently holding the xtables lock.")


class RecoverTest(unittest.TestCase):
    def setUp(self):
        self.folder = Folder({"run/portledger/host/change.json": ""}, ("iptables-save", "iptables-restore"))
        self.addCleanup(self.folder.remove)

    def recovered(self, answer):
        host = self.folder.host(Kernel({"iptables-save": (0, NOW, ""), "iptables-restore": answer}))
        note = Note(host, "host", "qradar")
        note.write({"before": {"ipv4": BEFORE}, "generated": {}})
        try:
            recover(host, "host")
            failed = False
        except RulesetError:
            failed = True
        return failed, note.exists()

    def test_the_note_goes_when_all_is_back(self):
        self.assertEqual((False, False), self.recovered((0, "", "")))

    def test_the_note_stays_while_somebody_holds_the_lock(self):
        self.assertEqual((True, True), self.recovered(LOCKED))

    def test_what_fails_otherwise_is_not_tried_for_ever(self):
        self.assertEqual((True, False), self.recovered((2, "", "no such match")))
