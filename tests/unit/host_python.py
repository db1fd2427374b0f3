# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs the tests of what runs on hosts under any Python from 2.7 on, with nothing installed.

    python2.7 tests/unit/host_python.py [-v] [names of test modules]
"""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

import os
import sys
import types
import unittest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
TESTS = os.path.join(ROOT, "tests", "unit", "plugins", "module_utils")


def make_package(name, path):
    """Make a dotted name importable as a package whose modules are in a directory.

    Python 2.7 has no packages without __init__.py, and a checkout is not called ansible_collections.
    """
    parent = None
    parts = name.split(".")
    for end in range(1, len(parts) + 1):
        full = ".".join(parts[:end])
        if full not in sys.modules:
            sys.modules[full] = types.ModuleType(str(full))
            sys.modules[full].__path__ = []
            if parent:
                setattr(parent, parts[end - 1], sys.modules[full])
        parent = sys.modules[full]
    parent.__path__ = [path]
    for entry in sorted(os.listdir(path)):
        if entry.startswith("_") and not entry.startswith("__") and os.path.isdir(os.path.join(path, entry)):
            make_package("%s.%s" % (name, entry), os.path.join(path, entry))


def _test_names():
    """Of the modules with tests, below the folder of all."""
    for folder, _folders, files in os.walk(TESTS):
        package = os.path.relpath(folder, TESTS).replace(os.sep, ".")
        for file in files:
            if file.startswith("test_") and file.endswith(".py"):
                yield file[:-3] if package == "." else "%s.%s" % (package, file[:-3])


def main():
    make_package("ansible_collections.portledger.qradar.plugins.module_utils",
                 os.path.join(ROOT, "plugins", "module_utils"))
    make_package("tests.unit.plugins.module_utils", TESTS)
    sys.dont_write_bytecode = True
    names = [name for name in sys.argv[1:] if not name.startswith("-")]
    if not names:
        names = sorted(_test_names())
    suite = unittest.TestSuite(
        unittest.defaultTestLoader.loadTestsFromName("tests.unit.plugins.module_utils." + name) for name in names
    )
    if suite.countTestCases() == 0:
        sys.exit("no tests found in %s" % TESTS)
    result = unittest.TextTestRunner(verbosity=2 if "-v" in sys.argv else 1).run(suite)
    sys.exit(not result.wasSuccessful())


if __name__ == "__main__":
    main()
