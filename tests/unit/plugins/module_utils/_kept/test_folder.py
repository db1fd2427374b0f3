# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a host keeps: only root's, whole or not at all, never more than some."""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

import os
import stat
import sys
import unittest

from ansible_collections.portledger.qradar.plugins.module_utils._base.text import from_json, to_json
from ansible_collections.portledger.qradar.plugins.module_utils._kept.start import read_code, this_python
from tests.unit.plugins.module_utils._kept.case import CALL, KeptCase
from tests.unit.plugins.module_utils.support import small_plan

MODULES = {"_a.b": (b"code", b"text"), "_c": (None, b"other")}
# By sha256sum, of the plan in the form that both sides write.
PLAN = {"host": u"caf\u00e9", "flows": [1, None], "b": True}
DIGEST = "c13ce3a6fa350a3f9fd2c672f28981e31114148ef37b57abc408d1e7e92cdc34"


class FolderTest(KeptCase):
    def test_code_comes_back_as_it_was(self):
        self.assertFalse(self.kept.is_welcome())
        self.kept.write(CALL, MODULES, this_python())
        self.assertTrue(self.kept.is_welcome())
        self.assertEqual(MODULES, read_code(self.path("portledger", "kept", CALL, "code")))
        with open(self.path("portledger", "kept", CALL, "python")) as stream:
            self.assertEqual(sys.executable + "\n", stream.read())
        self.assertEqual(["code", "python"], sorted(os.listdir(self.path("portledger", "kept", CALL))))

    def test_only_its_owner_can_enter_whatever_the_mask(self):
        before = os.umask(0)
        self.addCleanup(os.umask, before)
        self.kept.write(CALL, MODULES, this_python(), small_plan())
        paths = [self.path("portledger")]
        for folder, folders, files in os.walk(paths[0]):
            paths += [os.path.join(folder, name) for name in folders + files]
        modes = [stat.S_IMODE(os.stat(path).st_mode) for path in paths]
        self.assertEqual([0o600] * 3 + [0o700] * 3, sorted(modes))

    def test_what_others_may_write_to_is_not_written_to(self):
        os.mkdir(self.path("elsewhere"))
        os.mkdir(self.path("portledger"))
        os.chmod(self.path("portledger"), 0o770)
        with self.assertRaises(OSError):
            self.kept.write(CALL, MODULES, this_python())
        os.rmdir(self.path("portledger"))
        os.symlink("elsewhere", self.path("portledger"))
        with self.assertRaises(OSError):
            self.kept.write(CALL, MODULES, this_python())
        self.assertEqual([], os.listdir(self.path("elsewhere")))

    def test_what_is_in_the_place_of_a_folder_goes(self):
        os.makedirs(self.path("portledger", "kept", "other"))
        os.mkdir(self.path("elsewhere"))
        os.symlink(self.path("elsewhere"), self.path("portledger", "kept", CALL))
        for path, mode in (("portledger", 0o755), ("portledger/kept", 0o700)):
            os.chmod(self.path(path), mode)
        self.kept.write(CALL, MODULES, this_python())
        self.assertEqual(0o700, stat.S_IMODE(os.stat(self.path("portledger")).st_mode))
        self.assertEqual([], os.listdir(self.path("elsewhere")))
        self.assertTrue(self.is_there("portledger", "kept", "other"))
        os.chmod(self.path("portledger", "kept"), 0o755)
        self.kept.write(CALL, MODULES, this_python())
        self.assertFalse(self.is_there("portledger", "kept", "other"))
        self.assertEqual(MODULES, read_code(self.path("portledger", "kept", CALL, "code")))

    def test_a_plan_comes_back_under_the_digest_that_the_controller_knows(self):
        self.kept.write(CALL, MODULES, this_python(), PLAN)
        self.assertEqual([CALL, "plan-" + DIGEST], sorted(os.listdir(self.path("portledger", "kept"))))
        self.assertEqual(from_json(to_json(PLAN)), self.kept.plan(DIGEST))

    def test_a_plan_that_is_missing_or_damaged_is_none(self):
        self.assertIsNone(self.kept.plan(DIGEST))
        self.kept.write(CALL, MODULES, this_python(), PLAN)
        with open(self.path("portledger", "kept", "plan-" + DIGEST), "ab") as stream:
            stream.write(b" ")
        self.assertIsNone(self.kept.plan(DIGEST))

    def test_the_last_used_stay(self):
        calls = ["%064x" % number for number in range(12)]
        for number, call in enumerate(calls):
            self.kept.write(call, MODULES, this_python(), small_plan(host="ep%d" % number))
            for name in os.listdir(self.path("portledger", "kept")):
                path = self.path("portledger", "kept", name)
                # Whoever was used is newest, however fast the calls follow each other.
                os.utime(path, (os.stat(path).st_mtime - 10, os.stat(path).st_mtime - 10))
            self.kept.was_used(calls[0], "")
        names = os.listdir(self.path("portledger", "kept"))
        self.assertEqual([calls[0]] + calls[5:], sorted(name for name in names if not name.startswith("plan-")))
        self.assertEqual(8, len([name for name in names if name.startswith("plan-")]))
        self.kept.was_used("f" * 64, "f" * 64)


if __name__ == "__main__":
    unittest.main()
