# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether anything was changed is a field of an error; its text says so in one place."""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

import unittest

from ansible_collections.portledger.qradar.plugins.module_utils._base.errors import (
    RulesetError, complaint, quoted, words_alone,
)


class ErrorsTest(unittest.TestCase):
    def test_the_message_says_that_nothing_was_changed_only_where_that_is_known(self):
        messages = {changed: str(RulesetError("no room.", changed)) for changed in (False, True, None)}
        self.assertEqual({False: "no room. Nothing was changed.", True: "no room.", None: "no room."}, messages)

    def test_what_is_known_later_is_said_too(self):
        error = RulesetError("no room.")
        error.changed = False
        self.assertEqual("no room. Nothing was changed.", str(error))

    def test_words_to_be_put_together(self):
        self.assertEqual("no room.", words_alone(RulesetError("no room.", changed=False)))
        self.assertEqual("'word'", words_alone(KeyError("word")))

    def test_a_long_value_does_not_hide_the_remedy(self):
        for value in ("x" * 300000, u"\u6771" * 300000, ["x"] * 100000, {"x" * 3000: 1}):
            text = complaint("management", value, "is not a network", "Write networks")
            self.assertTrue(text.endswith("is not a network. Write networks."), text[-200:])
            self.assertLess(len(text), 700)
        self.assertEqual("'%s'" % ("x" * 160), quoted("x" * 160))
        self.assertEqual("'%s ...'" % ("x" * 160), quoted("x" * 161))

    def test_a_number_that_python_does_not_write(self):
        self.assertIn(quoted(10 ** 5000)[:30], ("a number of thousands of digits"[:30], "1" + "0" * 29))
