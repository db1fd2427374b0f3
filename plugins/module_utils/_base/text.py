# Copyright: (c) 2026, the portledger.qradar contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Text as each Python likes it, and as the kernel stores it in comments."""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

import json
import re

# The kernel keeps 255 bytes of a rule's comment.
COMMENT_BYTES = 240


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
