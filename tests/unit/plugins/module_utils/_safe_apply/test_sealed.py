# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a comparison looks at: nothing that changes while it compares is taken for compared."""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

import os
import shutil
import tempfile
import unittest

from ansible_collections.portledger.qradar.plugins.module_utils._base.errors import RulesetError
from ansible_collections.portledger.qradar.plugins.module_utils._host.host import Host
from ansible_collections.portledger.qradar.plugins.module_utils._host.management import Management
from ansible_collections.portledger.qradar.plugins.module_utils._kept.seal import Seal
from ansible_collections.portledger.qradar.plugins.module_utils._safe_apply.sealed import Sealed


class Provider:
    """Its state is a word."""

    NAME = "word"

    def __init__(self):
        self.word = "one"
        self.read = "one"
        self.asked = 0

    def seen(self, host, scope):
        self.asked += 1
        if self.word == "broken":
            raise RulesetError("no answer", changed=False)
        return self.word

    def seen_in(self, host, scope, present):
        return self.read and present


class SealedTest(unittest.TestCase):
    def setUp(self):
        self.root = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, self.root)
        self.rules = os.path.join(self.root, "etc", "portledger", "host", "rules.json")
        os.makedirs(os.path.dirname(self.rules))
        self.write("{}")
        self.provider = Provider()

    def write(self, text):
        with open(self.rules, "w") as stream:
            stream.write(text)

    def sealed(self, connection=None, **options):
        seal = Seal(os.path.join(self.root, "seal"), ["plan"], dict({"scope": "host"}, **options))
        return Sealed(Host(None, root=self.root), "host", seal, self.provider, Management(connection, [], [22]))

    def compared(self, present="one"):
        sealed = self.sealed()
        self.assertFalse(sealed.fits())
        sealed.renew(present)

    def test_once_it_is_compared_it_fits(self):
        self.compared()
        self.assertTrue(self.sealed().fits())
        self.assertEqual(1, self.provider.asked)

    def test_before_that_nothing_is_looked_at(self):
        self.assertFalse(self.sealed().fits())
        self.compared()
        self.assertFalse(self.sealed(unlisted="log").fits())
        self.assertEqual(0, self.provider.asked)

    def test_another_state(self):
        self.compared()
        for word in ("two", None, "", "broken"):
            self.provider.word = word
            self.assertFalse(self.sealed().fits(), word)

    def test_other_rules_for_a_boot(self):
        self.compared()
        self.write("{} ")
        self.assertFalse(self.sealed().fits())
        os.remove(self.rules)
        self.assertFalse(self.sealed().fits())

    def test_other_management(self):
        self.compared()
        self.assertFalse(self.sealed(("198.18.9.7", 22)).fits())

    def test_another_provider(self):
        self.compared()
        self.provider.NAME = "other"
        self.assertFalse(self.sealed().fits())

    def test_what_was_read_is_sealed_whatever_came_after(self):
        self.provider.word = "two"
        self.compared("one")
        self.assertFalse(self.sealed().fits())

    def test_what_may_have_changed_while_it_was_read_is_not_sealed(self):
        self.provider.read = None
        self.compared()
        self.assertFalse(os.path.exists(os.path.join(self.root, "seal")))

    def test_a_file_that_changed_meanwhile_is_not_sealed(self):
        sealed = self.sealed()
        sealed.fits()
        self.write("[]")
        sealed.renew("one")
        self.assertFalse(self.sealed().fits())
        self.assertFalse(os.path.exists(os.path.join(self.root, "seal")))


if __name__ == "__main__":
    unittest.main()
