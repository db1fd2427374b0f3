# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The firewall request as a workbook: one sheet for the hosts and one for each gateway.

Note that this plugin util is **PRIVATE** to the collection.
"""

from __future__ import annotations

import datetime
import io
import math
import re
import sys
from collections.abc import Mapping
from typing import Any, Final
from unicodedata import east_asian_width

from ansible_collections.portledger.qradar.plugins.plugin_utils._base.cells import plain
from ansible_collections.portledger.qradar.plugins.plugin_utils._base.errors import PortledgerError
from ansible_collections.portledger.qradar.plugins.plugin_utils._base.headings import HEADINGS
from ansible_collections.portledger.qradar.plugins.plugin_utils._report.request import COLUMNS, Line, Request, Table

try:
    import xlsxwriter
except ImportError:  # require_xlsxwriter reports it
    HAS_XLSXWRITER = False
else:
    HAS_XLSXWRITER = True

_MOST_ADDRESSES: Final = 24
"""More addresses than this are on a sheet of their own: a cell holds 32,767 characters, and nobody reads them there."""

_LONGEST_NAME: Final = 31
_FIRST_LINE: Final = 2
"""Below the title and the headings."""

_LINE_POINTS: Final = 15
_TALLEST_LINES: Final = 27
"""A row has 409 points at most."""

_WIDTHS: Final = {
    "number": 5,
    "source": 26,
    "source_addresses": 24,
    "destination": 26,
    "destination_addresses": 24,
    "transport": 9,
    "ports": 14,
    "service": 20,
    "reason": 34,
    "owner": 14,
    "expires": 12,
    "signature": 18,
}
_WORDS: Final = {
    "en": {
        "title": "Firewall request: {title}",
        "addresses": "Addresses",
        "set": "Set",
        "label": "Name",
        "address": "Address",
        "see": "{count:,} networks: set {number} on sheet {sheet}",
        "page": "Page &P of &N",
    },
    "ja": {
        "title": "ファイアウォール申請: {title}",
        "addresses": "アドレス",
        "set": "セット",
        "label": "名前",
        "address": "アドレス",
        "see": "{count:,} ネットワーク: シート「{sheet}」のセット {number}",
        "page": "&P / &N ページ",
    },
}


def require_xlsxwriter() -> None:
    """Call this before :func:`as_workbook`.

    Raises:
        PortledgerError: the library is missing.
    """
    if not HAS_XLSXWRITER:
        raise PortledgerError(
            "The Python library XlsxWriter, which writes the workbook, is missing on the controller. Install it "
            f"for the Python that runs Ansible: {sys.executable} -m pip install XlsxWriter."
        )


def as_workbook(request: Request, lang: str, created: datetime.datetime) -> bytes:
    """The bytes of the file.

    Args:
        request: its tables.
        lang: of headings and reasons.
        created: the time that the file's properties state.
    """
    require_xlsxwriter()
    text = io.BytesIO()
    # No text of the inventory becomes a formula or a link.
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    workbook = xlsxwriter.Workbook(text, options)
    workbook.set_properties({"title": "portledger.qradar", "created": created.replace(tzinfo=None)})
    _Writer(workbook, request, lang).write()
    workbook.close()
    return text.getvalue()


def _lines(text: str, width: int) -> int:
    """How many lines a text takes in a column: not every program makes a row as high as its text."""
    wide = [sum(1 + (east_asian_width(letter) in "WF") for letter in line) for line in text.split("\n")]
    return min(sum(max(1, math.ceil(1.1 * length / width)) for length in wide), _TALLEST_LINES)


class _Writer:
    def __init__(self, workbook: Any, request: Request, lang: str) -> None:
        self._workbook, self._request, self._lang = workbook, request, lang
        self._words = _WORDS[lang]
        self._names: set[str] = set()
        self._many: dict[int, None] = {}
        # The sheet of addresses keeps its name, whatever a gateway is called.
        self._addresses = self._sheet_name(self._words["addresses"])
        self._title = workbook.add_format({"bold": True, "font_size": 14})
        self._head = workbook.add_format(
            {"bold": True, "bg_color": "#DCE6F1", "border": 1, "text_wrap": True, "valign": "vcenter"}
        )
        self._cell = workbook.add_format({"border": 1, "text_wrap": True, "valign": "top"})

    def write(self) -> None:
        for table in self._request.tables():
            self._write_table(table)
        if self._many:
            self._write_addresses()

    def _write_table(self, table: Table) -> None:
        sheet = self._workbook.add_worksheet(self._sheet_name(table.title))
        sheet.write_string(0, 0, plain(self._words["title"].format(title=table.title)), self._title)
        for column, name in enumerate(COLUMNS):
            sheet.set_column(column, column, _WIDTHS[name])
            sheet.write_string(1, column, HEADINGS[name][self._lang], self._head)
        for row, line in enumerate(table.lines, _FIRST_LINE):
            cells = self._cells(line)
            sheet.set_row(row, _LINE_POINTS * max(_lines(cells[name], _WIDTHS[name]) for name in COLUMNS))
            for column, name in enumerate(COLUMNS):
                if name == "number":
                    sheet.write_number(row, column, int(cells[name]), self._cell)
                else:
                    sheet.write_string(row, column, cells[name], self._cell)
        self._for_paper(sheet, len(COLUMNS), len(table.lines))

    def _for_paper(self, sheet: Any, columns: int, lines: int) -> None:
        sheet.freeze_panes(_FIRST_LINE, 0)
        sheet.autofilter(1, 0, max(1 + lines, 1), columns - 1)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(1)
        sheet.set_footer(f"&C{self._words['page']}")

    def _cells(self, line: Line) -> Mapping[str, str]:
        ends = {"source_addresses": line.source, "destination_addresses": line.destination}
        addresses = {name: self._listed(number) for name, number in ends.items()}
        return {**{name: plain(cell) for name, cell in line.cells.items()}, **addresses}

    def _listed(self, number: int) -> str:
        addresses = self._request.addresses(number)
        if len(addresses) <= _MOST_ADDRESSES:
            return "\n".join(addresses)
        self._many[number] = None
        return self._words["see"].format(count=len(addresses), number=number, sheet=self._addresses)

    def _write_addresses(self) -> None:
        sheet = self._workbook.add_worksheet(self._addresses)
        sheet.write_string(0, 0, self._words["addresses"], self._title)
        for column, (heading, width) in enumerate(
            ((self._words["set"], 8), (self._words["label"], 30), (self._words["address"], 44))
        ):
            sheet.set_column(column, column, width)
            sheet.write_string(1, column, heading, self._head)
        row = _FIRST_LINE
        for number in sorted(self._many):
            for address in self._request.addresses(number):
                sheet.write_number(row, 0, number, self._cell)
                sheet.write_string(row, 1, plain(self._request.sets[number]["label"]), self._cell)
                sheet.write_string(row, 2, address, self._cell)
                row += 1
        self._for_paper(sheet, 3, row - _FIRST_LINE)

    def _sheet_name(self, title: str) -> str:
        """A name that a sheet may have: some characters, quotation marks at an end and "History" are refused."""
        text = re.sub(r"[\[\]:*?/\\]", "_", plain(title)).strip("' ")[:_LONGEST_NAME].strip("' ") or "_"
        name, number = text, 1
        while name.lower() in self._names or name.lower() == "history":
            number += 1
            name = f"{text[: _LONGEST_NAME - len(str(number)) - 1]} {number}"
        self._names.add(name.lower())
        return name
