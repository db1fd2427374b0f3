# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The firewall request as CSV and as Markdown.

Note that this plugin util is **PRIVATE** to the collection.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator
from typing import Final

from ansible_collections.portledger.qradar.plugins.plugin_utils._base.cells import csv_cell, markdown_cell
from ansible_collections.portledger.qradar.plugins.plugin_utils._base.headings import HEADINGS
from ansible_collections.portledger.qradar.plugins.plugin_utils._base.shortened import shortened
from ansible_collections.portledger.qradar.plugins.plugin_utils._report.request import COLUMNS, Line, Request

_FEW: Final = 8
_BYTE_ORDER_MARK: Final = "\ufeff"


def as_csv(request: Request, lang: str) -> str:
    """All tables as one, with all addresses; the first column names the gateway, and nothing for the hosts.

    It begins with a byte order mark, without which spreadsheets take Japanese for something else.
    """
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow([csv_cell(HEADINGS[column][lang]) for column in ("gateway", *COLUMNS)])
    for table in request.tables():
        for line in table.lines:
            cells = _cells(request, line, ", ".join)
            writer.writerow([csv_cell(table.gateway), *map(csv_cell, cells)])
    return _BYTE_ORDER_MARK + text.getvalue()


def as_markdown(request: Request, lang: str) -> str:
    """A table for the hosts and for each gateway; of many addresses, a few and how many more there are."""
    return "\n".join(_markdown(request, lang))


def _markdown(request: Request, lang: str) -> Iterator[str]:
    for table in request.tables():
        yield from (f"## {markdown_cell(table.title)}", "")
        yield _markdown_line([HEADINGS[column][lang] for column in COLUMNS])
        yield _markdown_line(["---"] * len(COLUMNS))
        for line in table.lines:
            cells = _cells(request, line, lambda addresses: shortened(addresses, _FEW))
            yield _markdown_line([markdown_cell(cell) for cell in cells])
        yield ""


def _markdown_line(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _cells(request: Request, line: Line, join: Callable[[list[str]], str]) -> list[str]:
    ends = {
        "source_addresses": join(request.addresses(line.source)),
        "destination_addresses": join(request.addresses(line.destination)),
    }
    return [ends[column] if column in ends else line.cells[column] for column in COLUMNS]
