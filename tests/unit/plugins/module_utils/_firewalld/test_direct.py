# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Direct rules in force are read whatever has become of iptables-save: the way back removes what it does not show."""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

import unittest

from ansible_collections.portledger.qradar.plugins.module_utils._base.errors import RulesetError
from ansible_collections.portledger.qradar.plugins.module_utils._firewalld.direct import direct_in_force
from tests.unit.plugins.module_utils.support import Folder

JUMP = "-A FORWARD -m conntrack --ctstate DNAT --ctdir ORIGINAL -j PORTLEDGER-PUB"
OURS = '-A PORTLEDGER-PUB -m comment --comment "unlisted: drop" -j DROP'
RULES = [
    ("FORWARD", ["-m", "conntrack", "--ctstate", "DNAT", "--ctdir", "ORIGINAL", "-j", "PORTLEDGER-PUB"]),
    ("PORTLEDGER-PUB", ["-m", "comment", "--comment", "unlisted: drop", "-j", "DROP"]),
]


class DirectTest(unittest.TestCase):
    def host(self, programs, broken=()):
        def run(arguments, data, seconds):
            program = arguments[0].rsplit("/", 1)[-1]
            if program in broken:
                return 1, "", "out of memory"
            if program == "iptables-save":
                return 0, "*mangle\n:PORTLEDGER-PUB - [0:0]\n%s\n%s\nCOMMIT\n" % (JUMP, OURS), ""
            mangle = "-P FORWARD ACCEPT\n-N PORTLEDGER-PUB\n%s\n%s\n" % (JUMP, OURS)
            return 0, mangle if "mangle" in arguments else "-P INPUT ACCEPT\n", ""

        folder = Folder({}, programs)
        self.addCleanup(folder.remove)
        return folder.host(run)

    def test_by_either_program(self):
        for programs in (("iptables", "iptables-save"), ("iptables-save",), ("iptables",)):
            self.assertEqual({"ipv4": RULES}, direct_in_force(self.host(programs)), programs)
        self.assertEqual({"ipv4": RULES}, direct_in_force(self.host(("iptables", "iptables-save"), ["iptables-save"])))

    def test_nothing_can_be_read(self):
        with self.assertRaises(RulesetError) as caught:
            direct_in_force(self.host(("iptables", "iptables-save"), ["iptables", "iptables-save"]))
        self.assertEqual("iptables-save: failed: out of memory.", str(caught.exception))

    def test_no_iptables_at_all(self):
        self.assertEqual({}, direct_in_force(self.host(())))


if __name__ == "__main__":
    unittest.main()
