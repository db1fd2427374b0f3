# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What others do to their rules while a change is prepared stays as they left it."""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

import os
import unittest

from ansible_collections.portledger.qradar.plugins.module_utils._iptables.tables import read_tables
from ansible_collections.portledger.qradar.plugins.module_utils._qradar.load import Load
from ansible_collections.portledger.qradar.plugins.module_utils._qradar.state import QradarState, names_of
from tests.unit.plugins.module_utils.support import Folder, Kernel

SAVE = "*filter\n:INPUT ACCEPT [0:0]\n%sCOMMIT\n"
EARLY, LATE = "-A INPUT -p tcp --dport 1 -j ACCEPT\n", "-A INPUT -p tcp --dport 2 -j DROP\n"


class Live(Kernel):
    """A kernel whose foreign rules QRadar's program flushes."""

    rules = EARLY

    def __call__(self, arguments, data, seconds=None):
        program = os.path.basename(arguments[0])
        if program == "iptables_update.pl":
            self.rules = ""
        self.answers["iptables-save"] = (0, SAVE % self.rules, "")
        return Kernel.__call__(self, arguments, data, seconds)

    def restored(self):
        return "".join(data for call, data in self.calls if call[0] == "iptables-restore")


class MeanwhileTest(unittest.TestCase):
    def restored(self, go):
        folder = Folder({"etc/sysconfig/iptables": "", "opt/qradar/bin/iptables_update.pl": ""})
        self.addCleanup(folder.remove)
        kernel = Live()
        tables = {"ipv4": read_tables(SAVE % "", names_of("host"))}
        state = QradarState("host", tables, {"ipv4": None})
        load = Load(folder.host(kernel), "host", state, state)
        write = load._file

        def written(family):
            kernel.rules = LATE
            write(family)

        load._file = written
        go(load)
        return kernel.restored()

    def test_loading(self):
        restored = self.restored(lambda load: load.run())
        self.assertEqual("*filter\n-I INPUT 1 -p tcp --dport 2 -j DROP\nCOMMIT\n", restored)

    def test_going_back(self):
        restored = self.restored(lambda load: load.go_back())
        self.assertEqual("*filter\n-I INPUT 1 -p tcp --dport 2 -j DROP\nCOMMIT\n", restored)


if __name__ == "__main__":
    unittest.main()
