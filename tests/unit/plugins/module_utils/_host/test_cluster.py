# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a host has one of some addresses, as the active node of an HA pair has the cluster's."""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

import unittest

from ansible_collections.portledger.qradar.plugins.module_utils._host.management import holds_any
from ansible_collections.portledger.qradar.plugins.module_utils._ruleset import apply_ruleset

from tests.unit.plugins.module_utils.support import Folder, options

# Every machine has it.
OWN = "127.0.0.1"
TRIE = "Local:\n  +-- 127.0.0.0/8 2 0 2\n     |-- %s\n        /32 host LOCAL\n"
SIX = "20010db8000000000000000000000010 02 40 00 80     core\n"


class HoldsTest(unittest.TestCase):
    def check(self, expected, addresses, files=None):
        folder = Folder(files or {})
        self.addCleanup(folder.remove)
        self.assertIs(holds_any(folder.host(), addresses), expected)

    def test_ipv4(self):
        self.check(True, [OWN])
        self.check(True, ["198.18.1.10", OWN], {"proc/net/fib_trie": TRIE % OWN})
        self.check(False, ["198.18.1.10"])

    def test_what_can_be_bound_only(self):
        self.check(False, [OWN], {"proc/net/fib_trie": TRIE % "127.0.0.10"})
        self.check(False, [OWN], {"proc/net/fib_trie": "     |-- 127.0.0.1\n        /32 link UNICAST\n"})

    def test_ipv6(self):
        self.check(True, ["2001:db8::10"], {"proc/net/if_inet6": SIX})
        self.check(False, ["2001:db8::11"], {"proc/net/if_inet6": SIX})

    def test_no_address(self):
        self.check(False, [])
        self.check(False, ["0.0.0.0/0", "siem.example", ""])

    def test_the_module_answers(self):
        folder = Folder({"proc/net/if_inet6": SIX})
        self.addCleanup(folder.remove)
        for address, holds in (("2001:db8::10", True), ("2001:db8::11", False)):
            change = {"phase": "holds", "token": "a", "addresses": [address]}
            asked = apply_ruleset(folder.host(), options(scope="host", plan=None, change=change), False)
            self.assertEqual(asked, {"changed": False, "holds": holds})


if __name__ == "__main__":
    unittest.main()
