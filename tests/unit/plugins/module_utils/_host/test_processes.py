# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who has started whom, as the kernel tells it."""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

import unittest

from ansible_collections.portledger.qradar.plugins.module_utils._base.text import native
from ansible_collections.portledger.qradar.plugins.module_utils._host.processes import children, parent_of
from tests.unit.plugins.module_utils.support import Folder


class ParentTest(unittest.TestCase):
    def setUp(self):
        self.folder = Folder()
        self.addCleanup(self.folder.remove)

    def parent(self, stat):
        self.folder.write("proc/30/stat", stat)
        return parent_of(self.folder.host(), "30")

    def test_told(self):
        self.assertEqual("20", self.parent("30 (iptables) S 20 30 30 0 -1\n"))
        self.assertEqual("0", self.parent("30 (init) S 0 30 30 0 -1\n"))

    def test_a_name_may_contain_anything(self):
        self.assertEqual("20", self.parent("30 (x) S 99 (y) S 20 30 30\n"))
        self.assertEqual("20", self.parent("30 (x\ny) S 20 30 30\n"))

    def test_not_told(self):
        for stat in ("", "30 (x", "30 (x) S", "30 (x) S -1 30", "30 (x) S ../1 30", native(u"30 (x) S \u0663 30")):
            self.assertEqual("", self.parent(stat))
        self.assertEqual("", parent_of(self.folder.host(), "31"))

    def test_children(self):
        for number, parent in (("30", "20"), ("31", "30"), ("32", "30"), ("33", "3")):
            self.folder.write("proc/%s/stat" % number, "%s (x) S %s 1 1\n" % (number, parent))
        self.assertEqual(["31", "32"], children(self.folder.host(), "30"))
        self.assertEqual([], children(self.folder.host(), "31"))
