# Copyright: (c) 2026, the portledger.qradar contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What myver says, in the forms that are assumed, and in none of them."""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

import unittest

from ansible_collections.portledger.qradar.plugins.module_utils._qradar.appliance import read_facts

NOTHING = dict.fromkeys(
    ("release", "address", "cluster_address", "ha_role", "console", "console_address", "encrypted")
)


class FactsTest(unittest.TestCase):
    def check(self, text, **expected):
        self.assertEqual(dict(NOTHING, **expected), read_facts(text))

    def test_known(self):
        text = "Release name is '7.5.0 UP12'\nIP address is '198.18.1.11'\n"
        self.check(text, release="7.5.0", address="198.18.1.11")

    def test_assumed(self):
        text = "Virtual IP is '2001:db8::10'\nHA role: Standby\nIs console = no\nEncryption is 'enabled'\n"
        self.check(text, cluster_address="2001:db8::10", ha_role="secondary", console=False, encrypted=True)
        self.check("HA status is 'none'\nConsole IP is '198.18.1.1'", ha_role="none", console_address="198.18.1.1")
        self.check("HA is 'active primary'", ha_role="primary")

    def test_unrecognised(self):
        self.check("")
        self.check("IP address is 'x'\nVirtual IP is '198.18.1.0/24'\nHA role is 'odd'\nIs console is 'perhaps'\n")
        self.check("%s is 'x'\n" % ("y" * 100000))
        self.check("x\n" * 1000 + "IP address is '198.18.1.11'")


if __name__ == "__main__":
    unittest.main()
