# Copyright: (c) 2026, the portledger.qradar contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Text as each Python likes it, as the kernel stores it in comments, and as a terminal shows it."""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

import codecs
import hashlib
import json
import re

# The kernel keeps 255 bytes of a rule's comment.
COMMENT_BYTES = 240
# What moves a terminal's cursor, turns the direction of a line, ends it, or stands for nothing.
_UNPRINTABLE = re.compile(
    u"[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u206f\ufdd0-\ufdef\ufeff\ufffe\uffff]"
)
# Halves of characters. Python keeps a byte that is not UTF-8 as one; under Python 2, two of them may be a character.
_HALVES = re.compile(u"[\ud800-\udfff]" if bytes is not str else u"(?<![\ud800-\udbff])[\udc80-\udcff]")
# Python 2 takes these for characters.
_HALVES_AS_BYTES = re.compile(br"(\xed[\xa0-\xbf][\x80-\xbf])")
_KEPT_AS_BYTES = re.compile(br"\xed([\xb2\xb3])([\x80-\xbf])")
# No string of a result has more than 2000 letters: it is cut behind these.
_MORE = " ..."
_MOST_LETTERS = 2000 - len(_MORE)
# Python 2 has another type for large numbers.
_NUMBERS = (bool, int, float, type(1 << 70))


def native(text):
    """Text as ``str``, which under Python 2 is UTF-8; a byte that is not UTF-8 stays what it is.

    :type text: object
    :rtype: str
    """
    if isinstance(text, str):
        return text
    if isinstance(text, bytes):
        return text.decode("utf-8", "surrogateescape")
    return _KEPT_AS_BYTES.sub(_kept_byte, text.encode("utf-8"))


def _kept_byte(found):
    first, second = bytearray(found.group(1) + found.group(2))
    return chr(0x80 + ((first - 0xB2) << 6) + (second - 0x80))


def _decoded(text):
    """Text as Python 3 keeps it, under either Python."""
    if not isinstance(text, bytes):
        return text
    if bytes is not str:
        return text.decode("utf-8", "surrogateescape")
    parts = _HALVES_AS_BYTES.split(text)
    for number, part in enumerate(parts):
        parts[number] = _keep(part) if number % 2 else part.decode("utf-8", "portledger_kept")
    return u"".join(parts)


def _keep(raw):
    character = unichr  # noqa: F821 # pylint: disable=undefined-variable # of Python 2
    return u"".join(character(0xDC00 + byte) for byte in bytearray(raw))


codecs.register_error("portledger_kept", lambda error: (_keep(error.object[error.start:error.end]), error.end))


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
    return native(_UNPRINTABLE.sub(_escaped, _HALVES.sub(_escaped, _decoded(text))))


def presentable(value, lines=False):
    """A result for the controller: its text is printable, and each string has a bound.

    :param value: what JSON can hold
    :param lines: whether a line feed ends a line of a text, and is not a part of it
    :type lines: bool
    """
    if isinstance(value, dict):
        return dict((presentable(key), presentable(item, lines or key == "diff")) for key, item in value.items())
    if isinstance(value, (list, tuple)):
        return [presentable(item, lines) for item in value]
    if not is_text(value):
        return value
    return "\n".join(_bounded(printable(line)) for line in (native(value).split("\n") if lines else [value]))


def _bounded(text):
    if len(text) <= _MOST_LETTERS + len(_MORE):
        return text
    return native(_decoded(text)[:_MOST_LETTERS]) + _MORE


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
    whole = _UNPRINTABLE.sub(u"\0", _HALVES.sub(u"\0", _decoded(text)))
    line = native(re.sub(u"\0+", u" ", whole).strip())
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
    return text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass")


def _beginning(text, most):
    """As many letters of a text as fit into so many bytes."""
    return native(_raw(text)[:most].decode("utf-8", "ignore"))


def digest_of(texts):
    """One digest of several texts, or of bytes, in order.

    :type texts: collections.Iterable[str | bytes]
    :returns: in hexadecimal
    :rtype: str
    """
    found = hashlib.sha256()
    for text in texts:
        raw = _raw(text)
        found.update(b"%d " % len(raw))
        found.update(raw)
    return found.hexdigest()


def from_json(text):
    """What JSON says, with its text as ``str``.

    :type text: str
    :raises ValueError: the text is not JSON, or is nested deeper than Python reads.
    """
    try:
        found = json.loads(_decoded(text))
        # Of a plan with many thousands of networks, nothing is to be copied where it is text already.
        return found if str is not bytes else _native_all(found)
    except RuntimeError as error:
        raise ValueError(str(error))


def to_json(value, **options):
    """The reverse of :func:`from_json`, whatever bytes the text has.

    :param value: what JSON can hold
    :param options: of ``json.dumps``
    :rtype: str
    """
    if str is not bytes:
        try:
            return json.dumps(value, default=_decoded_bytes, **options)
        except TypeError:
            # A key in bytes, or what JSON cannot hold.
            pass
    return json.dumps(_decoded_all(value), **options)


def _decoded_bytes(value):
    if isinstance(value, bytes):
        return _decoded(value)
    raise TypeError(type(value).__name__)


def _decoded_all(value):
    if isinstance(value, dict):
        return dict((_decoded_all(key), _decoded_all(item)) for key, item in value.items())
    if isinstance(value, (list, tuple)):
        return [_decoded_all(item) for item in value]
    return _decoded(value)


def _native_all(value):
    if isinstance(value, dict):
        return dict((_native_all(key), _native_all(item)) for key, item in value.items())
    if isinstance(value, list):
        return [_native_all(item) for item in value]
    return value if value is None or isinstance(value, _NUMBERS) else native(value)


def words_of(code, out, err):
    """What a program that failed has said, without the last dot; its exit code where it said nothing.

    :type code: int
    :type out: str
    :type err: str
    :rtype: str
    """
    return (err or out).strip().rstrip(".") or "exit code %d" % code
