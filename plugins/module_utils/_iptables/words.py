# Copyright: (c) 2026, the portledger.qradar contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lines and words of what iptables-save and ipset save print.

A line ends at a line feed outside quotation marks, and nowhere else: a comment may hold a line feed, and whatever else
Python takes for the end of a line or for white space. A mark quotes where a word begins with it; names of chains,
interfaces and sets are never quoted, and may have marks in them.
"""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

import re

_NAME = r"(?:-[A-Zjgio]|--match-set)[ \t]+[^ \t\n]+"
_QUOTED = r'"(?:[^"\\]|\\[\s\S])*"(?=[ \t\r\n]|\Z)'
_LINE = re.compile(r"[ \t]*(?:(?:%s|%s|[^ \t\n]+)[ \t]*)*(?=\n|\Z)" % (_NAME, _QUOTED))
_WORD = re.compile(r'[ \t\r\n\x0b\x0c]*(?:"((?:[^"\\]|\\[\s\S])*)"(?=[ \t\r\n]|\Z)|([^ \t\r\n\x0b\x0c]+))')
_PLAIN_WORD = re.compile(r"[^ \t\r\n\x0b\x0c]+")
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_NAMING = re.compile(r"^(?:-[A-Zjgio]|--match-set)$")
# Remarks, chains and tables have no quoted words.
_UNQUOTED = ("#", ":", "*")
# ipset quotes a comment, in which there is no mark, and nothing else.
_IPSET_LINE = re.compile(r'(?:add [^ \n]+ [^\n]*? comment "[^"]*"[^\n]*|[^\n]*)(?:\n|\Z)')


def lines_of(text):
    """Lines of what iptables-save prints, or of a file that iptables-restore takes.

    Where a mark is never closed, as in a damaged file, each line feed ends a line.

    :type text: str
    :rtype: list[str]
    """
    if '"' not in text:
        return text.split("\n")
    found, at = [], 0
    while at <= len(text):
        end = text.find("\n", at)
        end = len(text) if end < 0 else end
        if text.find('"', at, end) >= 0 and not text.startswith(_UNQUOTED, at):
            end = max(end, _LINE.match(text, at).end())
        found.append(text[at:end])
        at = end + 1
    return found


def split(line):
    """Words of a line that iptables-save or ipset save printed.

    :type line: str
    :rtype: list[str]
    """
    return _split(line, True)


def split_input(line):
    """Words of a line that iptables-restore or firewalld reads: names may be quoted there, as any word.

    :type line: str
    :rtype: list[str]
    """
    return _split(line, False)


def _split(line, printed):
    if '"' not in line:
        return _PLAIN_WORD.findall(line)
    words, at = [], 0
    while True:
        is_name = printed and words and _NAMING.match(words[-1])
        found = (_PLAIN_WORD.search if is_name else _WORD.match)(line, at)
        if not found:
            return words
        at = found.end()
        quoted = None if is_name else found.group(1)
        words.append(found.group(0).strip(" \t\r\n\x0b\x0c") if quoted is None else _ESCAPED.sub(r"\1", quoted))


def ipset_lines(text):
    """Lines of what ipset save prints.

    :type text: str
    :rtype: list[str]
    """
    if '"' not in text:
        return text.split("\n")
    return [found.group(0).rstrip("\n") for found in _IPSET_LINE.finditer(text)]
