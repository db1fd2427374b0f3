# Copyright: (c) 2026, the portledger.qradar contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Text as each Python likes it, as the kernel stores it in comments, and as a terminal shows it."""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

import codecs
import json
import re

# The kernel keeps 255 bytes of a rule's comment.
COMMENT_BYTES = 240
# What moves a terminal's cursor, turns the direction of a line, ends it, or stands for nothing.
_UNPRINTABLE = re.compile(
    u"[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufdd0-\ufdef\ufeff\ufffe\uffff]"
)
# Under Python 2 half of a character beyond these may look so, and there no other text has any.
_HALVES = re.compile(u"[\ud800-\udfff]")
_HALVES_AS_BYTES = re.compile(br"\xed[\xa0-\xbf][\x80-\xbf]")


def native(text):
    """Text as ``str``, which under Python 2 is UTF-8.

    :type text: object
    :rtype: str
    """
    if isinstance(text, str):
        return text
    if isinstance(text, bytes):
        return text.decode("utf-8", "surrogateescape")
    return text.encode("utf-8")


def _escaped_bytes(error):
    raw = bytearray(error.object[error.start : error.end])
    return u"".join(u"\\x%02x" % byte for byte in raw), error.end


codecs.register_error("portledger_escaped", _escaped_bytes)


def _escaped(found):
    number = ord(found.group(0))
    if 0xDC80 <= number <= 0xDCFF:
        # A byte that is not UTF-8, as Python keeps it.
        number -= 0xDC00
    return (u"\\x%02x" if number < 0x100 else u"\\u%04x") % number


def printable(text):
    """Text as a terminal, a report and JSON can show it: control and direction characters and bytes that are not
    UTF-8 are escaped, as in "caf\\xe9".

    :type text: object
    :rtype: str
    """
    text = native(text)
    if isinstance(text, bytes):
        # Python 2 takes these for characters.
        raw = _HALVES_AS_BYTES.sub(lambda found: b"".join(b"\\x%02x" % ord(one) for one in found.group(0)), text)
        return _UNPRINTABLE.sub(_escaped, raw.decode("utf-8", "portledger_escaped")).encode("utf-8")
    return _UNPRINTABLE.sub(_escaped, _HALVES.sub(_escaped, text))


def is_text(value):
    """Whether a value from JSON is text, under either Python.

    :rtype: bool
    """
    return isinstance(value, (str, type(u"")))


def as_comment(text):
    """Text that fits into a rule's comment: one line, at most 240 bytes.

    :type text: str
    :rtype: str
    """
    line = re.sub(r"[\x00-\x1f\x7f]+", " ", native(text)).strip()
    raw = line if bytes is str else line.encode("utf-8", "surrogateescape")
    if len(raw) <= COMMENT_BYTES:
        return line
    return native(raw[:COMMENT_BYTES].decode("utf-8", "ignore"))


def from_json(text):
    """What JSON says, with its text as ``str``.

    :type text: str
    :raises ValueError: the text is not JSON.
    """
    return _native_all(json.loads(text))


def _native_all(value):
    if isinstance(value, dict):
        return dict((_native_all(key), _native_all(item)) for key, item in value.items())
    if isinstance(value, list):
        return [_native_all(item) for item in value]
    return value if value is None or isinstance(value, (bool, int, float)) else native(value)


def words_of(code, out, err):
    """What a program that failed has said, without the last dot; its exit code where it said nothing.

    :type code: int
    :type out: str
    :type err: str
    :rtype: str
    """
    return (err or out).strip().rstrip(".") or "exit code %d" % code
