# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Foreign rules that QRadar's program has cost come back in one family, whatever becomes of the other."""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

import os
import shutil
import tempfile
import unittest

from ansible_collections.portledger.qradar.plugins.module_utils._base.errors import RulesetError
from ansible_collections.portledger.qradar.plugins.module_utils._host.host import Host
from ansible_collections.portledger.qradar.plugins.module_utils._host.unfinished import Note
from ansible_collections.portledger.qradar.plugins.module_utils._qradar.load import recover

SAVE = "*filter\n:INPUT ACCEPT [0:0]\n:FORWARD ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n%sCOMMIT\n"
RULE = "-A INPUT -i somebody0 -j ACCEPT\n"


class RecoverTest(unittest.TestCase):
    def setUp(self):
        self.root = tempfile.mkdtemp()
        os.makedirs(os.path.join(self.root, "run", "portledger", "host"))
        self.restored = []

    def tearDown(self):
        shutil.rmtree(self.root)

    def run_program(self, arguments, data=None, _seconds=None):
        program = os.path.basename(arguments[0])
        if program.endswith("-save"):
            return 0, SAVE % "", ""
        if program == "iptables-restore":
            return 2, "", "no room"
        self.restored.append((program, data))
        return 0, "", ""

    def test_the_other_family_comes_back_where_one_cannot(self):
        host = Host(self.run_program, path=[], environ={}, root=self.root)
        Note(host, "host", "qradar").write({"before": {"ipv4": SAVE % RULE, "ipv6": SAVE % RULE}, "generated": {}})
        with self.assertRaises(RulesetError) as caught:
            recover(host, "host")
        self.assertEqual("iptables-restore: failed: no room.", str(caught.exception))
        self.assertEqual(
            [("ip6tables-restore", "*filter\n-I INPUT 1 -i somebody0 -j ACCEPT\nCOMMIT\n")], self.restored
        )


if __name__ == "__main__":
    unittest.main()
