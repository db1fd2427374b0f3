# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the tests of this folder share: a host below a folder, and code for it to keep."""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

import os
import shutil
import tempfile
import unittest

from ansible_collections.portledger.qradar.plugins.module_utils._host.host import Host
from ansible_collections.portledger.qradar.plugins.module_utils._kept.folder import Kept

UTILS = os.path.join(os.path.dirname(os.path.abspath(__file__)), *[os.pardir] * 5 + ["plugins", "module_utils"])
CALL = "c0" * 32
NAMES = [
    "_base.contract", "_base.errors", "_base.text", "_host.files", "_host.host", "_host.module", "_host.netlink",
    "_host.process", "_kept.folder", "_kept.importer", "_kept.run", "_kept.seal", "_kept.start",
]
WORK = b"""
import os

from ansible_collections.portledger.qradar.plugins.module_utils._base.errors import RulesetError


def apply_ruleset(host, options, check, verbosity, seal):
    if options["scope"] == "fails":
        raise RulesetError("no room.", changed=False)
    if options["scope"] == "dies":
        os._exit(9)
    return {"changed": not check, "options": options, "verbosity": verbosity}
"""


def text_of(name):
    """Of a module util."""
    with open(os.path.join(UTILS, *name.split(".")) + ".py", "rb") as stream:
        return stream.read()


class KeptCase(unittest.TestCase):
    def setUp(self):
        self.root = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, self.root)
        os.mkdir(self.path())
        self.kept = Kept(Host(None, root=self.root))

    def path(self, *parts):
        return os.path.join(self.root, "run", *parts)

    def is_there(self, *parts):
        return os.path.exists(self.path(*parts))

    def modules(self):
        """What a controller has for a host that is below the folder, and whose module tells what it was given."""
        modules = {name: (None, text_of(name)) for name in NAMES}
        # The host of a real call is the machine itself.
        text = modules["_host.host"][1].replace(b'root="/"', b"root=%r" % str(self.root).encode("ascii"))
        if str is not bytes:
            text = text.replace(b"root=b'", b"root='")
        modules["_host.host"] = (None, text)
        modules["_ruleset"] = (None, WORK)
        return modules
