# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is listed as needed by programs of ours is what the files import."""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

import ast
import os
import unittest

from ansible_collections.portledger.qradar.plugins.module_utils._base.contract import PROVIDERS
from ansible_collections.portledger.qradar.plugins.module_utils._registry.providers import load_provider
from ansible_collections.portledger.qradar.plugins.module_utils._safe_apply import code

PACKAGE = "ansible_collections.portledger.qradar.plugins.module_utils"
FOLDER = os.path.dirname(os.path.dirname(os.path.abspath(code.__file__)))
ROOTS = ["_safe_apply.boot", "_safe_apply.persistence", "_safe_apply.timer", "_registry.providers"]


def path_of(name):
    return os.path.join(FOLDER, *name.split(".")) + ".py"


def imported(name, anywhere=False):
    """Modules of the package that a file imports when it is loaded, or anywhere in it."""
    with open(path_of(name), "rb") as stream:
        tree = ast.parse(stream.read())
    for node in ast.walk(tree) if anywhere else tree.body:
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith(PACKAGE):
            module = node.module[len(PACKAGE) + 1 :]
            if module and os.path.isfile(path_of(module)):
                yield module
            else:
                for one in node.names:
                    yield "%s.%s" % (module, one.name) if module else one.name


def needed(roots, anywhere=False):
    found, left = set(), list(roots)
    while left:
        name = left.pop()
        if name not in found:
            found.add(name)
            left.extend(imported(name, anywhere))
    return found


class CodeTest(unittest.TestCase):
    maxDiff = None

    def test_what_all_need(self):
        self.assertEqual(sorted(needed(ROOTS)), list(code.COMMON))

    def test_what_each_provider_needs(self):
        for name in PROVIDERS:
            found = needed(["_%s.provider" % name]) - set(code.COMMON)
            self.assertEqual(sorted(found), list(load_provider(name).CODE), name)

    def test_ansible_sends_all_of_it(self):
        # It follows the imports of the modules, those inside of functions included.
        for module in ("_ruleset", "_ruleset_info"):
            sent = needed([module], anywhere=True)
            for name in PROVIDERS:
                self.assertEqual([], sorted(set(code.code_of([name])) - sent), module)

    def test_code_of(self):
        self.assertEqual(sorted(code.COMMON), code.code_of(["of another release"]))
        both = set(code.COMMON).union(load_provider("nftables").CODE, load_provider("qradar").CODE)
        self.assertEqual(sorted(both), code.code_of(["nftables", "qradar"]))


if __name__ == "__main__":
    unittest.main()
