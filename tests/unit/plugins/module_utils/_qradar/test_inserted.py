# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rules that QRadar's files insert before ours concern who would load ours, and nobody who restores or removes."""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

import os
import unittest

from ansible_collections.portledger.qradar.plugins.module_utils._base.errors import RulesetError
from ansible_collections.portledger.qradar.plugins.module_utils._qradar.provider import Qradar
from ansible_collections.portledger.qradar.plugins.module_utils._ruleset import apply_ruleset
from tests.unit.plugins.module_utils.support import Folder, options

SAVE = "*filter\n:INPUT ACCEPT [0:0]\n-A INPUT -p tcp -m tcp --dport 9 -j ACCEPT\nCOMMIT\n"
POST = "opt/qradar/conf/iptables.post"


class InsertedTest(unittest.TestCase):
    def host(self, files):
        tool = "opt/qradar/bin/iptables_update.pl"
        folder = Folder(dict({tool: ""}, **files), ("iptables", "iptables-save", "iptables-restore"))
        self.addCleanup(folder.remove)
        host = folder.host(lambda arguments, data, seconds: (0, SAVE, ""))
        os.chmod(host.file(tool), 0o755)
        return host

    def test_the_way_back_needs_no_file_that_it_does_not_write(self):
        # A folder in its place cannot be read.
        host = self.host({POST + "/x": ""})
        self.assertEqual(["ipv4"], sorted(Qradar().read(host, "host").tables))

    def refused(self, line):
        host = self.host({POST: line + "\n"})
        provider = Qradar()
        wanted = provider.build("host", provider.read(host, "host"), None)
        try:
            provider.refuse(host, wanted)
        except RulesetError as error:
            return str(error).replace(host.root, "")
        return None

    def test_what_is_refused(self):
        message = (
            "%s: the rule '-p tcp --dport 9 -j ACCEPT' is inserted (-I) into INPUT before ours, and may let pass what "
            "the plan does not allow. Append it (-A), or insert it into QChain." % ("/" + POST)
        )
        for place in ("-I INPUT", " -I INPUT 1"):
            self.assertEqual(message, self.refused(place + " -p tcp --dport 9 -j ACCEPT"))
        # Behind ours, of another chain, that can only block, and not live.
        for line in ("-A INPUT -p tcp --dport 9 -j ACCEPT", "-I INPUT 2 -p tcp --dport 9 -j ACCEPT",
                     "-I QChain -p tcp --dport 9 -j ACCEPT", "-I INPUT -p tcp --dport 9 -j DROP",
                     "-I INPUT -p tcp --dport 8 -j ACCEPT"):
            self.assertIsNone(self.refused(line), line)

    def test_a_check_refuses_as_a_run_does(self):
        host = self.host({POST: "-I INPUT -p tcp --dport 9 -j ACCEPT\n"})
        for check in (True, False):
            with self.assertRaises(RulesetError) as caught:
                apply_ruleset(host, options(provider="qradar"), check)
            self.assertIn("is inserted (-I) into INPUT before ours", str(caught.exception))
        # What only removes is not refused.
        self.assertFalse(apply_ruleset(host, options(provider="qradar", state="absent", plan=None), True)["changed"])


if __name__ == "__main__":
    unittest.main()
