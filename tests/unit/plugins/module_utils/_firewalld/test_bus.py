# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""firewalld reloads over the bus, and firewall-cmd has the words where that fails."""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

import os
import unittest

from ansible_collections.portledger.qradar.plugins.module_utils._base.errors import RulesetError
from ansible_collections.portledger.qradar.plugins.module_utils._firewalld.bus import call
from ansible_collections.portledger.qradar.plugins.module_utils._firewalld.reload import reload_firewalld
from tests.unit.plugins.module_utils.support import Folder

NOTHING = {"getAllChains": "a(sss) 0\n", "getAllRules": "a(sssias) 0\n", "getAllPassthroughs": "a(sas) 0\n"}
RULE = 'a(sssias) 1 "ipv4" "filter" "INPUT" 0 2 "-j" "ACCEPT"\n'


class BusTest(unittest.TestCase):
    def setUp(self):
        self.folder = Folder({"etc/firewalld/firewalld.conf": ""}, ("busctl", "firewall-cmd"))
        self.addCleanup(self.folder.remove)
        self.asked, self.bus, self.cmd = [], dict(NOTHING, reload=""), {}

    def run_program(self, arguments, data, seconds):
        name = os.path.basename(arguments[0])
        self.asked.append(" ".join([name] + arguments[1:]))
        if name == "busctl":
            answer = self.bus.get(arguments[-1])
            return (1, "", "Call failed: no") if answer is None else (0, answer, "")
        return self.cmd.get(arguments[1], (0, "", ""))

    def reload(self):
        reload_firewalld(self.folder.host(self.run_program), "host")
        return [line for line in self.asked if line.startswith("firewall-cmd")]

    def test_a_call(self):
        host = self.folder.host(self.run_program)
        self.assertEqual("a(sss) 0\n", call(host, "getAllChains", 5, "direct"))
        self.assertEqual(
            ["busctl --system --timeout=5 call org.fedoraproject.FirewallD1 /org/fedoraproject/FirewallD1 "
             "org.fedoraproject.FirewallD1.direct getAllChains"],
            self.asked,
        )
        self.assertIsNone(call(host, "nothing", 5))
        os.unlink(os.path.join(self.folder.root, "bin", "busctl"))
        self.assertIsNone(call(self.folder.host(self.run_program), "getAllChains", 5))

    def test_firewall_cmd_is_asked_for_settings_alone(self):
        listings = ["firewall-cmd --list-all-zones", "firewall-cmd --list-all-policies"]
        self.assertEqual(listings * 2, self.reload())

    def test_what_is_not_said_to_be_none_is_asked_for(self):
        for answer in (RULE, None, "", "a(sssias) 0\na(sssias) 1", "0"):
            self.asked = []
            self.bus["getAllRules"] = answer
            asked = [line for line in self.reload() if "--direct" in line]
            self.assertEqual(["firewall-cmd --direct --get-all-rules"], asked, answer)

    def test_a_reload_that_fails_has_the_words_of_firewall_cmd(self):
        self.bus["reload"] = None
        self.assertEqual(1, self.reload().count("firewall-cmd --reload"))
        self.cmd["--reload"] = (13, "", "Error: COMMAND_FAILED: no such chain\n")
        with self.assertRaises(RulesetError) as caught:
            self.reload()
        self.assertEqual(
            "firewall-cmd --reload: failed: Error: COMMAND_FAILED: no such chain.", caught.exception.words
        )


if __name__ == "__main__":
    unittest.main()
