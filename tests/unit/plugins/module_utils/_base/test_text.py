# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Text of any bytes: kept as it is on the host, and shown as text that is valid everywhere."""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

import json
import random
import re
import unittest

from ansible_collections.portledger.qradar.plugins.module_utils._base.text import (
    as_comment, from_json, native, presentable, printable, to_json,
)


def of_bytes(raw):
    """As what a program prints arrives."""
    return raw if bytes is str else raw.decode("utf-8", "surrogateescape")


def to_bytes(text):
    """As what a program reads is sent."""
    return text if isinstance(text, bytes) else text.encode("utf-8", "surrogateescape")


PIECES = [
    b"a", b"\xe9", b"\xc3\xa9", b"\xf0\x9f\x94\xa5", b"\xed\xa0\x80", b"\xed\xb2\x80", b"\xed\xb3\xa9", b"\xff",
    b"\x80", b"\xe2\x80\xa8", b"\xc2\x85", b"\x1b", b"\n", b"\x00", b"\\", b'"', b"\xe3\x81\x82", b"\xf0\x9f",
    b"\xef\xbf\xbf",
]


class TextTest(unittest.TestCase):
    maxDiff = None

    def test_what_is_shown(self):
        for raw, shown in (
            (b"caf\xe9", u"caf\\xe9"),
            (b"caf\xc3\xa9 \xe3\x81\x82 \xf0\x9f\x94\xa5", u"caf\xe9 \u3042 \U0001f525"),
            (b"a\x1b[2J\x9b\xc2\x9b", u"a\\x1b[2J\\x9b\\x9b"),
            (b"a\nb\tc\rd\x7f\x00", u"a\\x0ab\\x09c\\x0dd\\x7f\\x00"),
            (b"\xe2\x80\xae\xe2\x80\xa8\xe2\x81\xa6\xd8\x9c\xe2\x80\x8f\xef\xbb\xbf",
             u"\\u202e\\u2028\\u2066\\u061c\\u200f\\ufeff"),
            (b"\xef\xbf\xbe\xef\xbf\xbf\xed\xa0\x80\xed\xb2\x80", u"\\ufffe\\uffff\\xed\\xa0\\x80\\xed\\xb2\\x80"),
        ):
            self.assertEqual(native(shown), printable(of_bytes(raw)))

    def test_halves_of_characters_from_json(self):
        for text, shown in ((u'"\\ud800"', "\\ud800"), (u'"x\\udfff"', "x\\udfff"), (u'"\\udce9"', "\\xe9")):
            found = printable(from_json(text))
            # Python 2 keeps the bytes of such a half.
            self.assertIn(found, (shown, "\\xed\\xa0\\x80", "x\\xed\\xbf\\xbf", "x\\xed\\xbf\\xbf"))

    def test_any_bytes(self):
        choice = random.Random(13)
        for _round in range(5000):
            raw = b"".join(choice.choice(PIECES) for _number in range(choice.randint(0, 6)))
            text = of_bytes(raw)
            # Valid everywhere, and shown on one line.
            shown = printable(text)
            plain = shown if isinstance(shown, type(u"")) else shown.decode("utf-8")
            plain.encode("utf-8")
            self.assertFalse(re.search(u"[\x00-\x1f\x7f-\x9f\u2028\u202e\ufffe\uffff]", plain), repr(raw))
            self.assertEqual(shown, printable(shown))
            # Kept by a state on the disk, byte for byte.
            saved = to_json({text: [text, None, 1, True]}, sort_keys=True)
            self.assertTrue(all(ord(letter) < 128 for letter in saved))
            (key, values), = from_json(saved).items()
            self.assertEqual((raw, raw), (to_bytes(key), to_bytes(values[0])))
            self.assertEqual([None, 1, True], values[1:])

    def test_bytes_and_pairs_into_json(self):
        for value, found in (
            ({"a": b"x"}, {"a": "x"}),
            ({b"a": ("x",)}, {"a": ["x"]}),
            ({"a": [{b"b": b"\xe9"}]}, {"a": [{"b": native(b"\xe9")}]}),
        ):
            self.assertEqual(found, from_json(to_json(value)))
        with self.assertRaises(TypeError):
            to_json({"a": object()})

    def test_programs_that_print_other_bytes_into_json(self):
        found = from_json(of_bytes(b'{"comment": "caf\xe9"}'))
        self.assertEqual(b"caf\xe9", to_bytes(found["comment"]))

    def test_comments_hold_characters_only(self):
        for text in (u"a\uffffb", u"a\ufffeb"):
            self.assertEqual("a b", as_comment(text))
        if bytes is not str:
            for text in (u"a\udc80b", u"a\ud800b"):
                self.assertEqual(u"a b", as_comment(text))
        self.assertEqual(native(u"a\U0001f525b"), as_comment(u"a\U0001f525b"))


class ResultTest(unittest.TestCase):
    maxDiff = None

    def test_every_string_of_a_result(self):
        odd = of_bytes(b"caf\xe9\x1b")
        shown = "caf\\xe9\\x1b"
        result = {"msg": odd, odd: [odd, {"a": (odd, 1, None, True)}], "number": 5}
        clean = {"msg": shown, shown: [shown, {"a": [shown, 1, None, True]}], "number": 5}
        self.assertEqual(clean, presentable(result))
        json.dumps(presentable(result)).encode("ascii")

    def test_lines_of_a_difference_stay_lines(self):
        result = {"diff": {"prepared": "+ a\n+ b\x1b\n"}, "difference": ["+ a\nb"]}
        self.assertEqual({"diff": {"prepared": "+ a\n+ b\\x1b\n"}, "difference": ["+ a\\x0ab"]}, presentable(result))

    def test_bounds(self):
        self.assertEqual("x" * 2000, presentable("x" * 2000))
        self.assertEqual("x" * 1996 + " ...", presentable("x" * 300000))
        self.assertEqual(native(u"\u3042" * 1996) + " ...", presentable(native(u"\u3042" * 2001)))

    def test_json_that_is_nested_too_deep_is_damaged(self):
        for text in ("[" * 100000, "[" * 100000 + "]" * 100000, '{"a":' * 100000):
            with self.assertRaises(ValueError):
                from_json(text)


if __name__ == "__main__":
    unittest.main()
