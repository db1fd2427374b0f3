# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Modules from memory: imported once, compiled once, and with their text."""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

import sys
import traceback
import unittest

from ansible_collections.portledger.qradar.plugins.module_utils._kept.importer import PACKAGE, Importer

SOURCES = {
    "_kept_test.one": b"from %s._kept_test.two import TWO\n\nONE = TWO - 1\n" % PACKAGE.encode("ascii"),
    "_kept_test.two": b"TWO = 2\n",
    "_kept_test.wrong": b"# a remark\nWRONG = unknown\n",
    "_kept_test_alone": b"ALONE = True\n",
}


def load(name):
    full = "%s.%s" % (PACKAGE, name)
    __import__(full)
    return sys.modules[full]


class ImporterTest(unittest.TestCase):
    def setUp(self):
        self.importer = Importer({name: (None, text) for name, text in SOURCES.items()})
        before = dict(sys.modules)
        # Packages that others have imported stay theirs, as in a module of Ansible.
        self.importer.install()
        self.addCleanup(self.forget, before)

    def forget(self, before):
        sys.meta_path.remove(self.importer)
        for name in set(sys.modules) - set(before):
            if "_kept_test" in name:
                del sys.modules[name]

    def test_each_imports_what_it_needs(self):
        self.assertEqual(1, load("_kept_test.one").ONE)
        self.assertTrue(load("_kept_test_alone").ALONE)
        self.assertTrue(self.importer.compiles)

    def test_what_was_compiled_is_remembered_and_not_compiled_again(self):
        load("_kept_test.one")
        known = self.importer.modules
        self.assertEqual(
            ["_kept_test.one", "_kept_test.two"], sorted(name for name, (code, _text) in known.items() if code)
        )
        again = Importer({name: (code, b"not Python") for name, (code, _text) in known.items() if code})
        values = {}
        exec(again.compile("_kept_test.two"), values)
        self.assertEqual(2, values["TWO"])
        self.assertFalse(again.compiles)

    def test_others_are_left_to_others(self):
        with self.assertRaises(ImportError) as caught:
            load("_kept_test.missing")
        self.assertIn("_kept_test.missing" if sys.version_info[0] > 2 else "missing", str(caught.exception))
        from ansible_collections.portledger.qradar.plugins.module_utils._base import contract

        self.assertIsNot(getattr(contract, "__loader__", None), self.importer)

    def test_a_module_that_fails_is_not_there_and_its_line_is_told(self):
        for _attempt in (1, 2):
            told = "no error"
            try:
                load("_kept_test.wrong")
            except NameError:
                told = traceback.format_exc()
            self.assertIn("plugins/module_utils/_kept_test/wrong.py\", line 2", told)
            self.assertNotIn(PACKAGE + "._kept_test.wrong", sys.modules)
        text = self.importer.get_source(PACKAGE + "._kept_test.wrong")
        self.assertEqual(SOURCES["_kept_test.wrong"].decode("ascii"), text)
        self.assertIsNone(self.importer.get_source(PACKAGE + "._kept_test"))
        self.assertIsNone(self.importer.get_source("os"))


if __name__ == "__main__":
    unittest.main()
