# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Units that are ours: what a removal leaves that was killed before."""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

import os
import unittest

from ansible_collections.portledger.qradar.plugins.module_utils._host.units import Unit
from tests.unit.plugins.module_utils.support import Folder

NAME = "portledger-host-wait.service"
TEXT = "[Install]\nWantedBy=firewalld.service other.service\n"


class UnitsTest(unittest.TestCase):
    def setUp(self):
        folder = Folder({"etc/systemd/system/somebody.service.wants/x": "", "etc/systemd/system/" + NAME: TEXT}, ())
        self.addCleanup(folder.remove)
        self.host = folder.host(lambda arguments, data, seconds: (0, "", ""))
        self.units = self.host.file("etc/systemd/system")

    def test_an_empty_folder_goes_that_its_text_names(self):
        for name in ("firewalld.service.wants", "empty.service.wants"):
            os.mkdir(os.path.join(self.units, name))
        Unit(self.host, NAME).remove()
        self.assertEqual(["empty.service.wants", "somebody.service.wants"], sorted(os.listdir(self.units)))

    def test_one_that_was_never_finished_goes_with_it_and_is_not_taken_for_written(self):
        unit = Unit(self.host, NAME, ["firewalld.service"], TEXT)
        unit.write()
        self.assertTrue(unit.is_written())
        path = os.path.join(self.units, NAME)
        open(path + ".new", "w").close()
        self.assertFalse(unit.is_written())
        self.assertTrue(unit.write())
        self.assertFalse(os.path.exists(path + ".new"))
        open(path + ".new", "w").close()
        unit.remove()
        self.assertEqual(["somebody.service.wants"], os.listdir(self.units))
        open(path + ".new", "w").close()
        self.assertTrue(unit.exists())
        unit.remove()
        self.assertFalse(unit.exists())


if __name__ == "__main__":
    unittest.main()
