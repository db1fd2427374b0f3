# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What was read is known in a few bytes only where no table has changed since."""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

import json
import unittest

from ansible_collections.portledger.qradar.plugins.module_utils._nftables.provider import Nftables
from tests.unit.plugins.module_utils.support import attribute

NAME = b"portledger_host\0"
LISTED = {"nftables": [{"table": {"family": "inet", "name": "portledger_host", "handle": 1}}]}


class Kernel:
    """A host whose kernel has an empty table of ours, and a generation."""

    def __init__(self):
        self.generation = b"\0\0\0\7"

    def kernel_list(self, part, question, family, names=(), dump=True):
        if not dump:
            return self.generation and [attribute(1, self.generation)]
        return [attribute(1, NAME)] if question == 1 else []

    def output(self, _program, arguments):
        return json.dumps(LISTED) if "-j" in arguments else "table inet portledger_host {\n}\n"


class SeenTest(unittest.TestCase):
    def setUp(self):
        self.host = Kernel()
        self.provider = Nftables()
        self.present = self.provider.read(self.host, "host")

    def seen_in(self):
        return self.provider.seen_in(self.host, "host", self.present)

    def test_it_is_what_a_look_tells(self):
        self.assertEqual(64, len(self.seen_in()))
        self.assertEqual(self.provider.seen(self.host, "host"), self.seen_in())

    def test_what_changed_since_is_not_known(self):
        self.host.generation = b"\0\0\0\x08"
        self.assertIsNone(self.seen_in())

    def test_nor_where_the_kernel_does_not_tell(self):
        self.host.generation = None
        self.assertIsNone(self.seen_in())
        self.present = self.provider.read(self.host, "host")
        self.assertIsNone(self.seen_in())


if __name__ == "__main__":
    unittest.main()
