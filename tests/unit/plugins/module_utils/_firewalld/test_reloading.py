# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is in force is read while somebody else has firewalld reload: its table is away for a moment."""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

import os
import unittest

from ansible_collections.portledger.qradar.plugins.module_utils._base.errors import RulesetError
from ansible_collections.portledger.qradar.plugins.module_utils._firewalld.rules import Names
from ansible_collections.portledger.qradar.plugins.module_utils._firewalld.runtime import read_runtime
from tests.unit.plugins.module_utils.support import Folder

EMPTY = '{"nftables": [{"table": {"family": "inet", "name": "firewalld", "handle": 1}}]}'
AWAY = "Error: No such file or directory\nlist table inet firewalld\n"


class ReloadingTest(unittest.TestCase):
    def setUp(self):
        self.folder = Folder({}, ("nft", "firewall-cmd"))
        self.addCleanup(self.folder.remove)
        self.asked, self.slept = [], []

    def host(self, away, state=0):
        def run(arguments, data, seconds):
            name = os.path.basename(arguments[0])
            self.asked.append(name)
            if name == "firewall-cmd":
                return state, "", ""
            return (1, "", AWAY) if self.asked.count("nft") <= away else (0, EMPTY, "")

        host = self.folder.host(run)
        host.sleep = self.slept.append
        return host

    def refused(self, host):
        with self.assertRaises(RulesetError) as caught:
            read_runtime(host, Names("host"), [])
        return str(caught.exception)

    def test_it_is_asked_again(self):
        self.assertFalse(read_runtime(self.host(2), Names("host"), []).there)
        self.assertEqual(["nft", "firewall-cmd"] * 2 + ["nft"], self.asked)
        self.assertEqual([0.5, 0.5], self.slept)

    def test_it_stays_away(self):
        words = (
            "nft -j list table inet firewalld: failed: Error: No such file or directory list table inet firewalld. "
            "firewalld has no rules then: it is being reloaded, or they were removed. Wait until nobody reloads it, or "
            "run firewall-cmd --reload, and run this again."
        )
        self.assertEqual(words, self.refused(self.host(99)))
        self.assertEqual(10, self.asked.count("nft"))
        self.asked = []
        # Nobody brings it back.
        self.assertEqual(words, self.refused(self.host(99, 252)))
        self.assertEqual(["nft", "firewall-cmd"], self.asked)


if __name__ == "__main__":
    unittest.main()
