# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Connections that are established, out of tables of the kernel."""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

import unittest

from ansible_collections.portledger.qradar.plugins.module_utils._host.connections import connections
from tests.unit.plugins.module_utils.support import Folder, Kernel

# 198.18.1.11:443 from 198.18.7.9, twice; from the host itself; to 198.18.7.9:443; a listener.
TCP = """  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0B0112C6:01BB 090712C6:C001 01 00000000:00000000 00:00000000 00000000     0        0 1 1
   1: 0B0112C6:01BB 090712C6:C002 01 00000000:00000000 00:00000000 00000000     0        0 2 1
   2: 0B0112C6:01BB 0B0112C6:C003 01 00000000:00000000 00:00000000 00000000     0        0 3 1
   3: 0B0112C6:C003 090712C6:01BB 01 00000000:00000000 00:00000000 00000000     0        0 4 1
   4: 00000000:01BB 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 5 1
   5: damaged
"""
TRACKED = """ipv4     2 udp      17 29 src=198.18.7.8 dst=198.18.1.11 sport=5000 dport=514 [UNREPLIED] src=1.1.1.1
ipv4     2 udp      17 29 src=198.18.1.11 dst=198.18.7.8 sport=5000 dport=53 src=198.18.7.8 dst=198.18.1.11 sport=53
ipv4     2 tcp      6 99 SYN_SENT src=198.18.7.8 dst=198.18.1.11 sport=5000 dport=25 [UNREPLIED] src=1.1.1.1
ipv6     10 tcp      6 99 ESTABLISHED src=2001:db8::1 dst=2001:db8::2 sport=5000 dport=25 src=2001:db8::2
"""
LISTENING = [{"transport": "tcp", "port": 443}, {"transport": "udp", "port": 514}]


class ConnectionsTest(unittest.TestCase):
    def found(self, scope, listening):
        folder = Folder({"proc/net/tcp": TCP, "proc/net/nf_conntrack": TRACKED}, [])
        try:
            found, left_out = connections(folder.host(Kernel()), scope, listening)
        finally:
            folder.remove()
        self.assertEqual(0, left_out)
        keys = ("source", "destination", "transport", "port", "count")
        return [tuple(one[key] for key in keys) for one in found]

    def test_host(self):
        self.assertEqual(
            [("198.18.7.9", "198.18.1.11", "tcp", 443, 2), ("198.18.7.8", "198.18.1.11", "udp", 514, 1)],
            self.found("host", LISTENING),
        )
        self.assertEqual([], self.found("host", []))

    def test_gateway(self):
        self.assertEqual(
            [
                ("198.18.1.11", "198.18.7.8", "udp", 53, 1),
                ("198.18.7.8", "198.18.1.11", "udp", 514, 1),
                ("2001:db8::1", "2001:db8::2", "tcp", 25, 1),
            ],
            self.found("gateway", []),
        )
