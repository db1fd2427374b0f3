# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The digest of a table: every byte of it but what is counted. Against the kernel: tests/lab/kept/test_seal.py."""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

import struct
import unittest

from ansible_collections.portledger.qradar.plugins.module_utils._nftables.as_it_is import generation, table_digest
from tests.unit.plugins.module_utils.support import attribute

TABLE, CHAIN, RULE, SET, ELEMENTS, OBJECT, FLOWTABLE = 1, 4, 7, 10, 13, 19, 23


def of_table(name, *more):
    return attribute(1, name + b"\0") + b"".join(more)


def expression(name, data):
    return attribute(0x8001, attribute(1, name + b"\0") + attribute(0x8002, data))


def rule(packets, port=b"\0\x16", comment=b"c"):
    counted = attribute(1, struct.pack(">Q", packets * 60)) + attribute(2, struct.pack(">Q", packets))
    expressions = expression(b"cmp", attribute(3, port)) + expression(b"counter", counted) + expression(b"log", b"")
    return of_table(b"t", attribute(2, b"chain\0"), attribute(0x8004, expressions), attribute(7, comment))


class Kernel:
    """A host by what its kernel tells."""

    def __init__(self, **changes):
        self.told = {
            "tables": [of_table(b"other"), of_table(b"t", attribute(2, b"\0\0\0\0"))],
            "chains": [of_table(b"other", attribute(3, b"x\0")), of_table(b"t", attribute(3, b"chain\0"))],
            "rules": [rule(1), rule(2, b"\0\x17")],
            "sets": [of_table(b"t", attribute(2, b"s\0")), of_table(b"other", attribute(2, b"o\0"))],
            "elements": [of_table(b"t", attribute(2, b"s\0"), attribute(3, b"10.0.0.0"))],
            "objects": [],
            "flowtables": [],
        }
        self.told.update(changes)
        self.asked = []

    def kernel_list(self, part, question, family, names=(), dump=True):
        self.asked.append((question, list(names)))
        kinds = {
            TABLE: "tables", CHAIN: "chains", RULE: "rules", SET: "sets", ELEMENTS: "elements", OBJECT: "objects",
            FLOWTABLE: "flowtables",
        }
        return self.told[kinds[question]]


class DigestTest(unittest.TestCase):
    def setUp(self):
        self.digest = table_digest(Kernel(), "t")

    def test_what_is_counted_is_not_in_it(self):
        self.assertEqual(64, len(self.digest))
        self.assertEqual(self.digest, table_digest(Kernel(rules=[rule(7), rule(0, b"\0\x17")]), "t"))

    def test_what_is_of_others_is_not_in_it(self):
        others = [of_table(b"another"), of_table(b"t", attribute(2, b"\0\0\0\0"))]
        self.assertEqual(self.digest, table_digest(Kernel(tables=others), "t"))
        kernel = Kernel()
        table_digest(kernel, "t")
        self.assertEqual([["t", "s"]], [names for question, names in kernel.asked if question == ELEMENTS])

    def test_everything_else_is(self):
        mark = attribute(9, b"1")
        changes = [
            {"tables": [of_table(b"t", attribute(2, b"\0\0\0\1"))]},
            {"chains": [of_table(b"t", attribute(3, b"chain\0"), mark)]},
            {"chains": []},
            {"rules": [rule(1), rule(2, b"\0\x18")]},
            {"rules": [rule(1), rule(2, b"\0\x17", b"d")]},
            {"rules": [rule(2, b"\0\x17"), rule(1)]},
            {"rules": [rule(1)]},
            {"sets": [of_table(b"t", attribute(2, b"s\0"), mark)]},
            {"elements": [of_table(b"t", attribute(2, b"s\0"), attribute(3, b"10.0.0.1"))]},
            {"elements": []},
            {"objects": [of_table(b"t", mark)]},
            {"flowtables": [of_table(b"t", mark)]},
        ]
        found = {table_digest(Kernel(**change), "t") for change in changes}
        self.assertEqual(len(changes), len(found - {self.digest, None}))

    def test_what_is_not_all_told_has_none(self):
        self.assertIsNone(table_digest(Kernel(), "missing"))
        for kind in Kernel().told:
            self.assertIsNone(table_digest(Kernel(**{kind: None}), "t"), kind)
        nothing = expression(b"cmp", b"") + attribute(0x8001, b"")
        for odd in (of_table(b"t", attribute(4, nothing)), of_table(b"t", attribute(4, b"12345"))):
            self.assertIsNone(table_digest(Kernel(rules=[odd]), "t"))


class GenerationTest(unittest.TestCase):
    def of(self, told):
        kernel = Kernel()
        kernel.kernel_list = lambda *_arguments, **_options: told
        return generation(kernel)

    def test_it_is_the_first_attribute(self):
        self.assertEqual(b"\0\0\0\7", self.of([attribute(1, b"\0\0\0\7") + attribute(2, b"\0\0\0\1")]))

    def test_where_the_kernel_does_not_tell(self):
        for told in (None, [], [b""], [b"1"], [attribute(2, b"x")], [struct.pack("=HH", 3, 1)]):
            self.assertIsNone(self.of(told), told)


if __name__ == "__main__":
    unittest.main()
