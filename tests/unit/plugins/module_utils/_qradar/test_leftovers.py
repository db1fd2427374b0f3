# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a run that was killed half-way has left is removed by the next run, and by a removal."""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

import os
import unittest

from ansible_collections.portledger.qradar.plugins.module_utils._ruleset import apply_ruleset
from tests.unit.plugins.module_utils.support import Folder, Kernel, options

PROGRAMS = ("iptables", "iptables-save", "iptables-restore", "ip6tables", "ip6tables-save", "ip6tables-restore")
TOOL = "opt/qradar/bin/iptables_update.pl"
FOREIGN = "-A INPUT -p tcp --dport 8080 -j ACCEPT\n"
LEFT = (
    "etc/sysconfig/.iptables.portledger-new",
    "opt/qradar/conf/.ip6tables.pre.portledger-new",
    "opt/qradar/conf/.iptables.pre.portledger-old",
)


class LeftoversTest(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        files = {TOOL: "", "opt/qradar/conf/iptables.pre": FOREIGN, "etc/sysconfig/iptables": ""}
        self.folder = Folder(files, PROGRAMS)
        self.addCleanup(self.folder.remove)
        os.chmod(os.path.join(self.folder.root, TOOL), 0o755)
        self.kernel = Kernel()

    def there(self):
        return [name for name in LEFT if os.path.lexists(os.path.join(self.folder.root, name))]

    def remove(self, check=False):
        result = apply_ruleset(self.folder.host(self.kernel), options(state="absent", plan=None), check)
        return result["changed"], result["difference"]

    def test_removal(self):
        for name in LEFT:
            self.folder.write(name, FOREIGN)
        lines = [
            "~ %s removed, which an interrupted run has left" % os.path.join(self.folder.root, name)
            for name in (LEFT[1], LEFT[0], LEFT[2])
        ]
        changed, found = self.remove(check=True)
        self.assertEqual((True, sorted(lines)), (changed, sorted(found)))
        self.assertEqual(list(LEFT), self.there())
        self.assertEqual((True, found), self.remove())
        self.assertEqual([], self.there())
        self.assertEqual((False, []), self.remove())
        # Nothing else was to do, so QRadar's program is not started.
        self.assertNotIn(["iptables_update.pl"], [call for call, _data in self.kernel.calls])
        with open(os.path.join(self.folder.root, "opt/qradar/conf/iptables.pre")) as stream:
            self.assertEqual(FOREIGN, stream.read())

    def test_foreign_files_with_names_alike_stay(self):
        for name in ("opt/qradar/conf/.iptables.pre.portledger-older", "opt/qradar/conf/iptables.pre.portledger-old"):
            path = self.folder.write(name, FOREIGN)
            self.assertEqual((False, []), self.remove())
            self.assertTrue(os.path.exists(path))


if __name__ == "__main__":
    unittest.main()
