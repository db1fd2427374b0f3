# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A gateway's segments are behind interfaces that it has."""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

import unittest

from ansible_collections.portledger.qradar.plugins.module_utils._base.errors import RulesetError
from ansible_collections.portledger.qradar.plugins.module_utils._host.interfaces import check_interfaces
from ansible_collections.portledger.qradar.plugins.module_utils._ruleset import apply_ruleset
from ansible_collections.portledger.qradar.plugins.module_utils._ruleset_info import ruleset_info
from tests.unit.plugins.module_utils.support import Folder, golden_plan, options

HEADS = "Inter-|   Receive    |  Transmit\n face |bytes    packets errs\n"
LINE = "%6s: 1 2 0 0 0 0 0 0 1 2 0 0 0 0 0 0\n"


class InterfacesTest(unittest.TestCase):
    def check(self, wanted, there):
        text = HEADS + "".join(LINE % name for name in there)
        folder = Folder({} if there is None else {"proc/net/dev": text} if there else {})
        self.addCleanup(folder.remove)
        check_interfaces(folder.host(), wanted)

    def refused(self, message, wanted, there):
        with self.assertRaises(RulesetError) as caught:
            self.check(wanted, there)
        self.assertEqual("qradar_gateway_segments: %s Nothing was changed." % message, str(caught.exception))

    def test_there(self):
        self.check(["core", "eth0.5"], ["lo", "core", "eth0.5", "br-lan"])

    def test_not_a_gateway(self):
        self.check([], ["lo"])

    def test_unknown(self):
        self.check(["core"], [])

    def test_missing(self):
        there = ["lo", "core", "remote"]
        words = "is not an interface of this host. Write one of its interfaces: core, remote."
        for name in ("core@if7", "core:0", "Core", "cor", "core*", "lo"):
            self.refused("'%s' %s" % (name, words), ["remote", name], there)

    def test_many(self):
        there = ["veth%02d" % number for number in range(30)]
        words = "is not an interface of this host. Write one of its interfaces: %s and 10 more." % ", ".join(there[:20])
        self.refused("'eth0' %s" % words, ["eth0"], there)

    def test_both_modules_ask(self):
        plan = golden_plan("gateway")
        there = HEADS + LINE % "core@if7" + LINE % "lo"
        for module, more in ((apply_ruleset, (False,)), (ruleset_info, ())):
            folder = Folder({"proc/net/dev": there})
            self.addCleanup(folder.remove)
            with self.assertRaises(RulesetError) as caught:
                module(folder.host(), options(scope="gateway", plan=plan, since="boot"), *more)
            self.assertEqual(
                "qradar_gateway_segments: '%s' is not an interface of this host. Write one of its interfaces: "
                "core@if7. Nothing was changed." % plan["interfaces"][0],
                str(caught.exception),
            )


if __name__ == "__main__":
    unittest.main()
