# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Our block in a file of others."""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

import unittest

from ansible_collections.portledger.qradar.plugins.module_utils._base.errors import RulesetError
from ansible_collections.portledger.qradar.plugins.module_utils._qradar.block import find_block, with_block


BLOCK = b"# BEGIN portledger.qradar host\n-A INPUT -j PORTLEDGER-QIN\n# END portledger.qradar host\n"
OTHER = b"# BEGIN portledger.qradar gateway\n-A FORWARD -j PORTLEDGER-QFWD\n# END portledger.qradar gateway\n"
REMEDY = (
    " Take the lines between '# BEGIN portledger.qradar SCOPE' and '# END portledger.qradar SCOPE', and these two, out"
    " of the file by hand, for either scope; the next run writes them anew. Nothing was changed."
)


def put(content, block=BLOCK, scope="host"):
    return with_block(content, scope, block, "pre")


class PlaceTest(unittest.TestCase):
    def placed(self, before, after):
        self.assertEqual(before + BLOCK + after, put(before + after))
        self.assertEqual(before + after, put(put(before + after), None))
        self.assertEqual(BLOCK, find_block(put(before + after), "host", "pre"))

    def test_before_the_first_rule(self):
        self.placed(b"", b"")
        self.placed(b"", b"-A INPUT -j ACCEPT\n")
        self.placed(b"", b"-A INPUT -j ACCEPT")
        self.placed(b"# BEGIN pre FILE\n# words\n\n", b"-A INPUT -j ACCEPT\n# END pre FILE\n")
        self.placed(b"# BEGIN pre FILE\n# words\r\n\r\n", b"-A INPUT -j ACCEPT\r\n")

    def test_before_the_remarks_of_the_first_rule(self):
        self.placed(b"# words\n\n", b"# probes\n-A INPUT -j ACCEPT\n")
        self.placed(b"# BEGIN pre FILE\n", b"# words\n-A INPUT -j ACCEPT\n")
        self.placed(b"# BEGIN x\n# END x\n", b"-A INPUT -j ACCEPT\n")

    def test_where_there_is_no_rule(self):
        self.placed(b"# BEGIN pre FILE\n# words\n", b"# END pre FILE\n")
        self.placed(b"# BEGIN pre FILE\n", b"# END pre FILE")
        self.placed(b"", b"# words without an end of their line")

    def test_the_scopes_stand_in_one_order(self):
        both = put(put(b"-A X\n", OTHER, "gateway"))
        self.assertEqual(BLOCK + OTHER + b"-A X\n", both)
        self.assertEqual(both, put(put(b"-A X\n"), OTHER, "gateway"))
        self.assertEqual(OTHER + b"-A X\n", put(both, None))
        self.assertEqual(BLOCK + b"-A X\n", put(both, None, "gateway"))

    def test_the_other_block_without_the_end_of_its_line(self):
        cut = BLOCK[:-1]
        self.assertEqual(OTHER + cut, put(cut, OTHER, "gateway"))
        self.assertEqual(cut + b"\n-A X\n", put(BLOCK + b"-A X\n", cut))

    def test_replaced_where_it_stands(self):
        new = BLOCK.replace(b"INPUT", b"OUTPUT")
        self.assertEqual(b"-A X\n" + new + b"-A Y", put(b"-A X\n" + BLOCK + b"-A Y", new))
        self.assertEqual(b"-A X\n" + new + b"-A Y", put(b"-A X\n" + BLOCK.replace(b"\n", b"\r\n") + b"-A Y", new))

    def test_nothing_to_take_out(self):
        self.assertEqual(b"-A X", put(b"-A X", None))
        self.assertEqual(None, find_block(b"-A X", "host", "pre"))
        self.assertEqual(None, find_block(OTHER, "host", "pre"))


class DamageTest(unittest.TestCase):
    def refused(self, content, why):
        for call in (lambda: put(content), lambda: put(content, None), lambda: find_block(content, "host", "pre"),
                     lambda: find_block(content, "gateway", "pre")):
            with self.assertRaises(RulesetError) as caught:
                call()
            self.assertEqual("pre: " + why + "." + REMEDY, str(caught.exception))

    def test_damage(self):
        begin, rule, end = BLOCK.splitlines(True)
        self.refused(b"-A X\n" + begin + rule,
                     "line 2 '# BEGIN portledger.qradar host' begins a block that no line ends")
        self.refused(rule + end, "line 2 '# END portledger.qradar host' ends a block that no line begins")
        self.refused(BLOCK + BLOCK, "line 4 '# BEGIN portledger.qradar host' begins a second block")
        self.refused(begin + begin + end,
                     "line 2 '# BEGIN portledger.qradar host' begins a block inside of the one that line 1 begins")
        self.refused(begin + OTHER + end,
                     "line 2 '# BEGIN portledger.qradar gateway' begins a block inside of the one that line 1 begins")
        self.refused(begin + b"# END portledger.qradar gateway\n",
                     "line 2 '# END portledger.qradar gateway' ends another block than line 1 begins")
        self.refused(BLOCK + end, "line 4 '# END portledger.qradar host' ends a block that no line begins")

    def test_markers_that_are_not_ours(self):
        for line in (b"#BEGIN portledger.qradar host", b"# begin portledger.qradar host",
                     b"# END portledger.qradar hosts", b"  # BEGIN portledger.qradar host",
                     b"# BEGIN portledger.qradar", b"# BEGIN  portledger.qradar host"):
            self.refused(b"\n" + line + b"\n",
                         "line 2 '%s' is not a marker of this collection" % line.decode("ascii"))

    def test_what_only_looks_like_it(self):
        for content in (b"# see portledger.qradar host\n",
                        b"-A INPUT -m comment --comment \"# BEGIN portledger.qradar\"\n",
                        b"# BEGIN portledger.qradarx host\n"):
            self.assertEqual(BLOCK, find_block(put(content), "host", "pre"))
            self.assertEqual(content, put(put(content), None))
