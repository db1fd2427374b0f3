# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Text of an inventory or a host in a cell of a table: it stays text, whatever it looks like.

Note that this plugin util is **PRIVATE** to the collection.
"""

from __future__ import annotations

import html
import re
from typing import Final

# Control characters, surrogates, and marks that reverse the direction of writing: no format shows them.
_UNSHOWN: Final = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]"
)
# Also in full width, and behind a semicolon, where a spreadsheet of many countries begins a new cell, quoted or not.
_FORMULA: Final = re.compile(r"(^|;)(?=[\s'\"]*[=+\-@＝＋－＠])")
# An underscore within a word, as in ``event_processor``, marks nothing up; "://", "www." and "@" would become links.
_MARKDOWN: Final = re.compile(r"([\\`*{}\[\]()#!|~$^@]|(?<![^\W_])_|_(?![^\W_])|:(?=//)|(?<=www)\.)", re.IGNORECASE)


def plain(value: object) -> str:
    """One line of text: line ends and tabs are spaces, what cannot be shown is a replacement character."""
    text = "" if value is None else str(value)
    return _UNSHOWN.sub("\ufffd", re.sub(r"[\t\r\n\u2028\u2029\x0b\x0c\x85]+", " ", text))


def csv_cell(value: object) -> str:
    """For CSV: a spreadsheet takes no cell for a formula. An apostrophe before it says so."""
    return _FORMULA.sub(r"\1'", plain(value))


def markdown_cell(value: object) -> str:
    """For a table in Markdown: neither markup nor HTML."""
    text = _MARKDOWN.sub(r"\\\1", plain(value).strip())
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def html_text(value: object) -> str:
    """For HTML, in an element or in a quoted attribute."""
    return html.escape(plain(value), quote=True)
