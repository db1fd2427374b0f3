# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A host that had ipset, and has it no more."""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

import os
import unittest

from ansible_collections.portledger.qradar.plugins.module_utils._base.errors import RulesetError
from ansible_collections.portledger.qradar.plugins.module_utils._iptables.ipset import SetChange, SetState
from ansible_collections.portledger.qradar.plugins.module_utils._iptables.provider import Iptables
from tests.unit.plugins.module_utils.support import Folder, Kernel

NAME = "portledger-h4-0123456789abcdef"
RULE = "-A PORTLEDGER-IN -m set --match-set %s src -j ACCEPT"
SAVE = "*filter\n:INPUT ACCEPT [0:0]\n:PORTLEDGER-IN - [0:0]\n-A INPUT -j PORTLEDGER-IN\n%s\nCOMMIT\n"
GONE = (
    "ipset: not found any more. The rules are in force, but sets that none of them uses may be left. "
    "Install the package ipset again."
)


class LostIpsetTest(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        self.folder = Folder(programs=("iptables-save", "iptables-restore"))
        self.addCleanup(self.folder.remove)
        self.provider = Iptables()

    def host(self, *rules):
        self.kernel = Kernel({"iptables-save": (0, SAVE % "\n".join(rules), "")})
        return self.folder.host(self.kernel)

    def read(self, *rules):
        self.there = self.host(*rules)
        return self.provider.read(self.there, "host")

    def former(self, present):
        saved = self.provider.save(self.provider.build("host", self.read(), None))
        return self.provider.former(dict(saved, sets={"members": {}, "kinds": {}}), present)

    def test_rules_whose_sets_would_be_left_are_not_removed(self):
        for names, more in (([NAME], ""), ([NAME, NAME + "0", NAME + "1"], " and 2 more")):
            present = self.read(*[RULE % name for name in names])
            with self.assertRaises(RulesetError) as caught:
                self.provider.build("host", present, None)
            self.assertEqual(
                str(caught.exception),
                "ipset: not found, but rules that are to go use its sets (%s%s). Install the package ipset again, then "
                "run this again." % (NAME, more),
            )

    def test_rules_without_sets_need_no_ipset(self):
        present = self.read("-A PORTLEDGER-IN -j ACCEPT")
        self.assertIsNone(self.provider.build("host", present, None).sets)

    def test_the_way_back_restores_the_rules_and_says_that_sets_may_be_left(self):
        present = self.read(RULE % NAME)
        former = self.former(present)
        host = self.host(RULE % NAME)
        with self.assertRaises(RulesetError) as caught:
            self.provider.load(host, "host", present, former)
        self.assertEqual((str(caught.exception), caught.exception.changed), (GONE, True))
        loaded = [data for call, data in self.kernel.calls if call[0] == "iptables-restore" and "--test" not in call]
        self.assertEqual(len(loaded), 1)
        self.assertIn("-X PORTLEDGER-IN", loaded[0])

    def test_the_way_back_is_not_over_while_sets_cannot_be_read(self):
        there = self.provider.build("host", self.read(), None)
        lines = self.provider.compare(self.there, "host", there, self.former(there))
        self.assertEqual(lines, ["~ sets cannot be read: ipset is not found any more"])
        self.assertEqual(self.provider.compare(self.there, "host", there, there), [])

    def test_what_comes_back_is_found(self):
        host = self.host()
        self.assertIsNone(host.find("ipset"))
        os.chmod(self.folder.write("bin/ipset", ""), 0o755)
        self.assertEqual(host.find("ipset"), os.path.join(self.folder.root, "bin", "ipset"))
        # A program that goes is no host that never had it.
        os.remove(os.path.join(self.folder.root, "bin", "ipset"))
        self.assertEqual(host.find("ipset"), os.path.join(self.folder.root, "bin", "ipset"))


class FailingTest(unittest.TestCase):
    """What ipset says when a set that no rule uses is to go."""

    def finish(self, words):
        folder = Folder({"proc/uptime": "1.00 1.00\n"}, ("ipset",))
        self.addCleanup(folder.remove)
        present = SetState({NAME: set()}, {NAME: "hash:net family inet"})
        host = folder.host(Kernel({"ipset": (1, "", words)}))
        SetChange(host, "portledger-h", present, SetState({}, {}), set()).finish()

    def test_a_set_that_is_gone_is_fine(self):
        self.finish("ipset v7.17: The set with the given name does not exist")

    def test_any_other_failure_is_said(self):
        with self.assertRaises(RulesetError) as caught:
            self.finish("ipset v7.17: Kernel error received: Operation not permitted")
        self.assertEqual(
            (str(caught.exception), caught.exception.changed),
            (
                "ipset destroy %s: failed: ipset v7.17: Kernel error received: Operation not permitted. No rule uses "
                "this set any more, but it is still in the kernel." % NAME,
                True,
            ),
        )


if __name__ == "__main__":
    unittest.main()
