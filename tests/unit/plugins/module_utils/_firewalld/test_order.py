# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""At each moment of writing somebody may reload firewalld, which refuses a file that names what is not there."""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

import unittest

from ansible_collections.portledger.qradar.plugins.module_utils._base.errors import RulesetError
from ansible_collections.portledger.qradar.plugins.module_utils._firewalld import files
from tests.unit.plugins.module_utils.support import Folder


class OrderTest(unittest.TestCase):
    maxDiff = None
    FORMER = {"policies/portledger-host.xml": b"a", "ipsets/portledger-a.xml": b"a", "services/portledger-a.xml": b"a"}
    LATER = {"policies/portledger-host.xml": b"b", "ipsets/portledger-b.xml": b"b", "services/portledger-b.xml": b"b"}

    def there(self, folder, paths):
        host, found = folder.host(), {}
        for path in paths:
            found[path] = files.read_bytes(host.file(files.FOLDER, path))
        return found

    def names_nothing_that_is_not_there(self, folder):
        there = self.there(folder, set(self.FORMER) | set(self.LATER))
        named = there["policies/portledger-host.xml"]
        if named is not None:
            for path in ("ipsets/portledger-%s.xml", "services/portledger-%s.xml"):
                self.assertEqual(named, there[path % named.decode("ascii")])

    def test_each_moment(self):
        folder = Folder()
        self.addCleanup(folder.remove)
        real, moments = files._replace, []

        def replace(path, content):
            real(path, content)
            self.names_nothing_that_is_not_there(folder)
            moments.append(path)

        files._replace = replace
        self.addCleanup(setattr, files, "_replace", real)
        for before, after in (({}, self.FORMER), (self.FORMER, self.LATER), (self.LATER, {})):
            files.write_files(folder.host(), before, after)
        self.assertEqual(3 + 5 + 3, len(moments))

    def test_a_failure_is_undone_in_the_same_order(self):
        folder = Folder()
        self.addCleanup(folder.remove)
        files.write_files(folder.host(), {}, self.FORMER)
        real, left = files._replace, [4]

        def replace(path, content):
            left[0] -= 1
            if left[0] == 0:
                raise OSError(28, "No space left on device")
            real(path, content)
            self.names_nothing_that_is_not_there(folder)

        files._replace = replace
        self.addCleanup(setattr, files, "_replace", real)
        with self.assertRaises(RulesetError):
            files.write_files(folder.host(), self.FORMER, self.LATER)
        self.assertEqual(self.FORMER, self.there(folder, self.FORMER))


if __name__ == "__main__":
    unittest.main()
