# Copyright: (c) 2026, the portledger.qradar contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Text as each Python likes it, and as the kernel stores it in comments."""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

import hashlib
import json
import re

# The kernel keeps 255 bytes of a rule's comment.
COMMENT_BYTES = 240
# Controls, ends of lines, directions, halves of characters, and what XML cannot hold: a program would take such a
# character for something else, or not at all.
_UNSTORABLE = re.compile(
    u"[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]+"
)


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
    line = native(text)
    if bytes is str:
        line = line.decode("utf-8", "replace")
    line = native(_UNSTORABLE.sub(u" ", line).strip())
    return line if len(_raw(line)) <= COMMENT_BYTES else _beginning(line, COMMENT_BYTES)


def distinct_comments(names, taken):
    """A comment for each name, as :func:`as_comment` gives it where it fits, and never the same for two names.

    A name that does not fit, or whose comment is taken, ends in a part of its hash.

    :type names: collections.Iterable[str]
    :param taken: whether a comment means something else already; none that begins with a tilde does
    :type taken: collections.Callable[[str], bool]
    :rtype: dict[str, str]
    """
    names = set(native(name) for name in names)
    found = dict((name, name) for name in names if as_comment(name) == name and not taken(name))
    known = set(found.values())
    for name in sorted(names - known):
        turn, comment = 0, ""
        start = as_comment(name)
        start = "~" + start if taken(start) else start
        while not comment or comment in known:
            end = "~" + hashlib.sha256(_raw("%s\0%d" % (name, turn))).hexdigest()[:8]
            comment = _beginning(start, COMMENT_BYTES - len(end)) + end
            turn += 1
        found[name] = comment
        known.add(comment)
    return found


class HashedNames:
    """Names that end in a hash, none for two things: hashes are short where a kernel's names are."""

    def __init__(self):
        self._owners = {}

    def name(self, make, *labels):
        """
        :param make: makes a name of labels
        :type make: collections.Callable
        :param labels: what the name stands for
        :type labels: str
        :returns: the same for the same labels; where another thing has this name already, another one
        :rtype: str
        """
        turn, name = 0, make(*labels)
        while self._owners.setdefault(name, labels) != labels:
            turn += 1
            name = make(*(labels[:-1] + ("%s\0%d" % (labels[-1], turn),)))
        return name


def _raw(text):
    return text if isinstance(text, bytes) else text.encode("utf-8", "surrogateescape")


def _beginning(text, most):
    """As many letters of a text as fit into so many bytes."""
    return native(_raw(text)[:most].decode("utf-8", "ignore"))


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
