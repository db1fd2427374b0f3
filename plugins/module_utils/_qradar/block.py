# Copyright: (c) 2026, the portledger.qradar contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Our marked block in a foreign file. Everything here is bytes: what is not ours is not even decoded.

A block always begins at the beginning of a line and ends with a line's end, so taking it out leaves what was there
before, to the byte, whatever that is.
"""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

import re

from ansible_collections.portledger.qradar.plugins.module_utils._base.contract import SCOPES
from ansible_collections.portledger.qradar.plugins.module_utils._base.errors import RulesetError, quoted
from ansible_collections.portledger.qradar.plugins.module_utils._base.text import native

_NAME = "portledger.qradar"
_LIKE_OURS = re.compile(br"^[ \t]*#+[ \t]*(?:BEGIN|END)[ \t]+portledger\.qradar\b", re.IGNORECASE)
_ANY_MARKER = re.compile(br"^[ \t]*#+[ \t]*(?:BEGIN|END)\b", re.IGNORECASE)
_ANY_END = re.compile(br"^[ \t]*#+[ \t]*END\b", re.IGNORECASE)


def marker(word, scope):
    """The first or the last line of a block.

    :param word: BEGIN or END
    :type word: str
    :type scope: str
    :rtype: str
    """
    return "# %s %s %s" % (word, _NAME, scope)


def find_block(content, scope, path):
    """Our block, with its markers.

    :type content: bytes
    :param scope: host or gateway
    :type scope: str
    :param path: the file's name, for errors
    :type path: str
    :rtype: bytes | None
    :raises RulesetError: a marker is damaged.
    """
    found = _places(content, path).get(scope)
    return content[found[0]:found[1]] if found else None


def with_block(content, scope, block, path):
    """The content with another block in place of ours, or without ours.

    :type content: bytes
    :param scope: host or gateway
    :type scope: str
    :param block: with its markers; None for none
    :type block: bytes | None
    :param path: the file's name, for errors
    :type path: str
    :rtype: bytes
    :raises RulesetError: a marker is damaged.
    """
    places = _places(content, path)
    block = block or b""
    if scope in places:
        start, end = places[scope]
    elif block:
        start = end = _room(content, scope, places)
    else:
        return content
    if block and not block.endswith(b"\n") and content[end:]:
        block += b"\n"
    return content[:start] + block + content[end:]


def _lines(content):
    """Lines with their ends, and where each begins. Only a newline ends a line, as iptables-restore has it."""
    position, found = 0, []
    for line in content.split(b"\n"):
        end = min(position + len(line) + 1, len(content))
        if end > position:
            found.append((position, content[position:end]))
        position = end
    return found


def _places(content, path):
    """Where each block begins and ends."""
    if _NAME.encode("ascii") not in content.lower():
        return {}
    known = {}
    for scope in SCOPES:
        for word in ("BEGIN", "END"):
            known[marker(word, scope).encode("ascii")] = (word, scope)
    places, begun = {}, None
    for number, (start, line) in enumerate(_lines(content), 1):
        if not _LIKE_OURS.match(line):
            continue
        word, scope = known.get(line.rstrip(), (None, None))
        if word is None:
            _refuse(path, number, line, "is not a marker of this collection")
        if word == "BEGIN":
            if begun:
                _refuse(path, number, line, "begins a block inside of the one that line %d begins" % begun[1])
            if scope in places:
                _refuse(path, number, line, "begins a second block")
            begun = (scope, number, start, line)
            continue
        if not begun:
            _refuse(path, number, line, "ends a block that no line begins")
        if begun[0] != scope:
            _refuse(path, number, line, "ends another block than line %d begins" % begun[1])
        places[scope] = (begun[2], start + len(line))
        begun = None
    if begun:
        _refuse(path, begun[1], begun[3], "begins a block that no line ends")
    return places


def _refuse(path, number, line, problem):
    shown = quoted(native(line.rstrip().decode("utf-8", "replace")))
    raise RulesetError(
        "%s: line %d %s %s. Take the lines between '%s' and '%s', and these two, out of the file by hand, for either "
        "scope; the next run writes them anew."
        % (path, number, shown, problem, marker("BEGIN", "SCOPE"), marker("END", "SCOPE")),
        changed=False,
    )


def _room(content, scope, places):
    """Where a block goes: before the first rule and the remarks that belong to it, but after an opening BEGIN line;
    where there is no rule, before a closing END line.

    Always at the beginning of a line.
    """
    if places:
        other = next(iter(places.values()))
        # The other block may have lost the end of its last line.
        return other[1] if scope == SCOPES[1] and content[: other[1]].endswith(b"\n") else other[0]
    lines = _lines(content)
    rules = [place for place, (_start, line) in enumerate(lines) if line.strip() and not line.lstrip().startswith(b"#")]
    if not rules:
        ends = [start for start, line in lines if _ANY_END.match(line)]
        return ends[-1] if ends else 0
    place = rules[0]
    while place and lines[place - 1][1].strip() and not _ANY_MARKER.match(lines[place - 1][1]):
        place -= 1
    return lines[place][0]
