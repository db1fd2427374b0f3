# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The folder in /run: programs that root runs are in there."""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

import os
import stat
import unittest

from ansible_collections.portledger.qradar.plugins.module_utils._base.errors import RulesetError
from ansible_collections.portledger.qradar.plugins.module_utils._safe_apply.store import Store
from tests.unit.plugins.module_utils.support import Folder


class LockTest(unittest.TestCase):
    def setUp(self):
        self.folder = Folder({"proc/uptime": "100.0 0\n", "proc/sys/kernel/random/boot_id": "one\n", "run/x": ""})
        self.addCleanup(self.folder.remove)
        self.store = Store(self.folder.host(), "host")
        self.place = os.path.join(self.folder.root, "run/portledger")

    def refused(self):
        with self.assertRaises(RulesetError) as caught:
            with self.store.lock():
                self.fail("it is used")
        # Who puts back, or loads at a boot, is not stopped.
        with self.store.lock(1.0):
            pass
        return str(caught.exception)

    def test_nobody_else_can_write_there_whatever_the_umask(self):
        before = os.umask(0)
        self.addCleanup(os.umask, before)
        with self.store.lock():
            pass
        for folder in (self.place, self.place + "/host"):
            self.assertEqual(0o700, stat.S_IMODE(os.stat(folder).st_mode), folder)

    def test_what_is_gone_is_not_made_again(self):
        with self.store.lock(1.0, make=False):
            self.assertFalse(os.path.exists(self.place))
        # It goes while somebody waits for it.
        with self.store.lock():
            self.store.host.sleep = lambda seconds: self.store.forget()
            with self.store.lock(1.0, make=False):
                self.assertFalse(os.path.exists(self.place))

    def test_the_folder_goes_while_it_is_looked_at(self):
        for looks in range(5):
            with self.store.lock():
                pass
            self.goes_after(looks)
            with self.store.lock():
                self.assertTrue(os.path.isdir(self.place))

    def goes_after(self, looks):
        """The timer's program removes the folder at its end."""
        see, left = os.lstat, [looks]
        self.addCleanup(setattr, os, "lstat", see)

        def go(path, *more, **options):
            if not left[0]:
                os.lstat = see
                self.store.forget()
            left[0] -= 1
            return see(path, *more, **options)

        os.lstat = go

    def test_others_can_write_there(self):
        for folder in (self.place, self.place + "/host"):
            with self.store.lock():
                pass
            for mode in (0o777, 0o770, 0o720):
                os.chmod(folder, mode)
                self.assertEqual(
                    "%s: can be written by others (mode %04o). Remove it, then run the playbook again. Nothing was "
                    "changed." % (folder, mode),
                    self.refused(),
                )
            os.chmod(folder, 0o700)

    def test_a_link(self):
        elsewhere = os.path.join(self.folder.root, "elsewhere")
        os.mkdir(elsewhere, 0o700)
        os.symlink(elsewhere, self.place)
        message = "%s: is not a folder. Remove it, then run the playbook again. Nothing was changed."
        self.assertEqual(message % self.place, self.refused())

    @unittest.skipIf(os.geteuid(), "only root can give a folder away")
    def test_of_somebody_else(self):
        os.mkdir(self.place, 0o700)
        os.chown(self.place, 1234, -1)
        message = "%s: belongs to the user 1234, not to 0. Remove it, then run the playbook again. Nothing was changed."
        self.assertEqual(message % self.place, self.refused())


if __name__ == "__main__":
    unittest.main()
