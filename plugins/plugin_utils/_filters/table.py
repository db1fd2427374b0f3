# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Flows as a table for people: CSV, Markdown or HTML.

Note that this plugin util is **PRIVATE** to the collection.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final, TypeAlias

from ansible_collections.portledger.qradar.plugins.plugin_utils._base.cells import (
    csv_cell,
    html_text,
    markdown_cell,
    plain,
)
from ansible_collections.portledger.qradar.plugins.plugin_utils._base.errors import InputError, choices
from ansible_collections.portledger.qradar.plugins.plugin_utils._base.headings import HEADINGS
from ansible_collections.portledger.qradar.plugins.plugin_utils._catalog.catalog import load_catalog
from ansible_collections.portledger.qradar.plugins.plugin_utils._catalog.model import LANGUAGES
from ansible_collections.portledger.qradar.plugins.plugin_utils._filters.flows import GivenFlow, read_flows
from ansible_collections.portledger.qradar.plugins.plugin_utils._plan.flows import EXTRA_SERVICE

Cell: TypeAlias = Sequence[str]
"""Its values, each as it was given; a list has several."""

COLUMNS: Final[Mapping[str, Callable[[GivenFlow], object]]] = {
    "source": lambda flow: flow.source.label,
    "source_hosts": lambda flow: flow.source.hosts,
    "source_addresses": lambda flow: flow.source.addresses,
    "destination": lambda flow: flow.destination.label,
    "destination_hosts": lambda flow: flow.destination.hosts,
    "destination_addresses": lambda flow: flow.destination.addresses,
    "ports": lambda flow: [str(port) for port in flow.ports],
    "service": lambda flow: flow.service,
    "row": lambda flow: flow.row,
    "supplement": lambda flow: flow.supplement,
    "when": lambda flow: flow.when,
    "comment": lambda flow: flow.comment,
}
"""What is in each column, but for ``number`` and ``reason``."""

ALL_COLUMNS: Final = ("number", *COLUMNS, "reason")
DEFAULT_COLUMNS: Final = (
    "source",
    "source_addresses",
    "destination",
    "destination_addresses",
    "ports",
    "service",
    "row",
    "supplement",
    "when",
    "reason",
    "comment",
)
_EXTRA: Final = {"en": "Extra flow of the inventory", "ja": "インベントリーで追加したフロー"}


def flow_table(flows: object, format: object = "csv", lang: object = "en", columns: object = None) -> str:
    """A table of flows: headings, and a line a flow.

    Args:
        flows: as the lookup gives them.
        format: csv, markdown or html.
        lang: en or ja, for headings and reasons.
        columns: names out of ``ALL_COLUMNS``, in the order wanted.

    Raises:
        InputError: an option or a flow is not understood.
    """
    write = FORMATS[_one_of("format", format, FORMATS)]
    language = _one_of("lang", lang, LANGUAGES)
    names = _columns(columns)
    given = read_flows(flows)
    reasons = _reasons(language) if "reason" in names else {}
    lines = [[_cell(name, number, flow, reasons) for name in names] for number, flow in enumerate(given, start=1)]
    return write([HEADINGS[name][language] for name in names], lines, language)


def _one_of(option: str, value: object, allowed: Iterable[str]) -> str:
    words = tuple(allowed)
    if not isinstance(value, str) or value not in words:
        raise InputError(None, option, value, f"is not a {_KINDS[option]}", choices(value, words))
    return value


_KINDS: Final = {"format": "format of a table", "lang": "language of the catalog", "columns": "column of a table"}


def _columns(columns: object) -> tuple[str, ...]:
    if columns is None:
        return DEFAULT_COLUMNS
    items = [columns] if isinstance(columns, str) or not isinstance(columns, Iterable) else list(columns)
    if not items:
        remedy = f"Leave columns out, or name some of: {', '.join(ALL_COLUMNS)}"
        raise InputError(None, "columns", items, "is empty", remedy)
    return tuple(_one_of("columns", name, ALL_COLUMNS) for name in items)


def _reasons(lang: str) -> Mapping[object, str]:
    """What each service of a row is for."""
    reasons: dict[object, str] = {
        (entry.service, entry.row): entry.title.in_language(lang) for entry in load_catalog().services
    }
    reasons[EXTRA_SERVICE, None] = _EXTRA[lang]
    return reasons


def _cell(name: str, number: int, flow: GivenFlow, reasons: Mapping[object, str]) -> Cell:
    if name == "number":
        return (str(number),)
    value = reasons.get((flow.service, flow.row)) if name == "reason" else COLUMNS[name](flow)
    if value is None:
        return ()
    return [str(one) for one in value] if isinstance(value, list | tuple) else (str(value),)


def _csv(headings: Sequence[str], lines: Iterable[Sequence[Cell]], _lang: str) -> str:
    """Values of a list have a blank between them."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(headings)
    writer.writerows([csv_cell(" ".join(map(plain, cell))) for cell in line] for line in lines)
    return stream.getvalue()


def _markdown(headings: Sequence[str], lines: Iterable[Sequence[Cell]], _lang: str) -> str:
    texts = [headings, ["---"] * len(headings)]
    texts += ([", ".join(map(markdown_cell, cell)) for cell in line] for line in lines)
    return "".join(f"| {' | '.join(line)} |\n" for line in texts)


def _html(headings: Sequence[str], lines: Iterable[Sequence[Cell]], lang: str) -> str:
    parts = [f'<table lang="{lang}">\n<thead>\n<tr>']
    parts += (f'<th scope="col">{html_text(heading)}</th>' for heading in headings)
    parts.append("</tr>\n</thead>\n<tbody>\n")
    for line in lines:
        cells = ("<br>".join(map(html_text, cell)) for cell in line)
        parts.append(f"<tr>{''.join(f'<td>{cell}</td>' for cell in cells)}</tr>\n")
    parts.append("</tbody>\n</table>\n")
    return "".join(parts)


FORMATS: Final[Mapping[str, Callable[[Sequence[str], Iterable[Sequence[Cell]], str], str]]] = {
    "csv": _csv,
    "markdown": _markdown,
    "html": _html,
}
