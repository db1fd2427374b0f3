# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who listens, out of the tables of /proc."""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

import os
import sys
import unittest

from ansible_collections.portledger.qradar.plugins.module_utils._host.listeners import listeners
from tests.unit.plugins.module_utils.support import Folder

HEAD = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n"
LINE = "   0: %s 00000000:0000 %s 00000000:00000000 00:00000000 00000000     0        0 %s 1 0 0 10 0\n"
# As a machine writes them that keeps the lowest byte first.
ANY6 = "0" * 32
LOOPBACK6 = "00000000000000000000000001000000"


class ListenersTest(unittest.TestCase):
    def setUp(self):
        self.folder = Folder({
            "proc/net/tcp": HEAD
            + LINE % ("00000000:0202", "0A", "101")
            + LINE % ("0100007F:1538", "0A", "102")
            # A connection, which listens to nobody.
            + LINE % ("010012C6:0202", "01", "103"),
            "proc/net/tcp6": HEAD + LINE % (ANY6 + ":0202", "0A", "104"),
            "proc/net/udp": HEAD + LINE % ("010112C6:0202", "07", "105") + LINE % ("010112C6:0203", "01", "106"),
            "proc/net/udp6": HEAD + LINE % (LOOPBACK6 + ":0801", "07", "107"),
            "proc/12/comm": "rsyslogd\n",
            "proc/13/comm": "postgres\n",
        })

    def tearDown(self):
        self.folder.remove()

    def hold(self, process, *inodes):
        path = os.path.join(self.folder.root, "proc", process, "fd")
        if not os.path.isdir(path):
            os.makedirs(path)
        for number, inode in enumerate(inodes):
            os.symlink("socket:[%s]" % inode, os.path.join(path, "%d" % (number + 3)))

    @unittest.skipUnless(sys.byteorder == "little", "the tables are those of another machine")
    def test_who_listens(self):
        self.hold("12", "101", "104", "105", "9")
        self.hold("13", "102")

        def entry(transport, port, addresses, loopback, *processes):
            return {"transport": transport, "port": port, "addresses": addresses, "loopback": loopback,
                    "processes": list(processes)}

        self.assertEqual(
            [
                entry("tcp", 514, ["0.0.0.0", "::"], False, "rsyslogd"),
                entry("tcp", 5432, ["127.0.0.1"], True, "postgres"),
                entry("udp", 514, ["198.18.1.1"], False, "rsyslogd"),
                entry("udp", 2049, ["::1"], True, "kernel"),
            ],
            listeners(self.folder.host()),
        )

    def test_where_nothing_can_be_read(self):
        folder = Folder({})
        self.assertEqual([], listeners(folder.host()))
        folder.remove()


if __name__ == "__main__":
    unittest.main()
