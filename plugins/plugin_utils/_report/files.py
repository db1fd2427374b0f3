# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The files of a report, on the controller.

Note that this plugin util is **PRIVATE** to the collection.
"""

from __future__ import annotations

import datetime
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from ansible_collections.portledger.qradar.plugins.plugin_utils._audit.findings import STATES
from ansible_collections.portledger.qradar.plugins.plugin_utils._audit.report import VERSION as AUDIT_VERSION
from ansible_collections.portledger.qradar.plugins.plugin_utils._base.errors import InputError
from ansible_collections.portledger.qradar.plugins.plugin_utils._base.forms import FINDING
from ansible_collections.portledger.qradar.plugins.plugin_utils._base.results import (
    ResultError,
    fields,
    list_of,
    number,
)
from ansible_collections.portledger.qradar.plugins.plugin_utils._report.page import as_page
from ansible_collections.portledger.qradar.plugins.plugin_utils._report.request import Request
from ansible_collections.portledger.qradar.plugins.plugin_utils._report.text import as_csv, as_markdown
from ansible_collections.portledger.qradar.plugins.plugin_utils._report.workbook import as_workbook, require_xlsxwriter

HTML: Final = "html"
XLSX: Final = "xlsx"
CSV: Final = "csv"
MARKDOWN: Final = "markdown"
JSON: Final = "json"
KINDS: Final = (HTML, XLSX, CSV, MARKDOWN, JSON)

_AUDIT: Final = fields({"states": fields(dict.fromkeys(STATES, number)), "findings": list_of(FINDING)})


def read_audit(path: str) -> dict[str, Any]:
    """What an audit wrote as JSON.

    Raises:
        InputError: the file cannot be read, or is something else.
    """
    try:
        audit = json.loads(Path(path).read_text(encoding="utf-8"))
    except OSError as error:
        raise _not_an_audit(path, f"cannot be read ({error.strerror})") from None
    except (ValueError, RecursionError):
        raise _not_an_audit(path, "is not JSON") from None
    if not isinstance(audit, dict) or not isinstance(audit.get("states"), dict):
        raise _not_an_audit(path, "is not the report of an audit")
    if audit.get("version") != AUDIT_VERSION:
        raise _not_an_audit(path, f"has the version {audit.get('version')!r}, not {AUDIT_VERSION}")
    try:
        _AUDIT("audit", audit)
    except ResultError:
        raise _not_an_audit(path, "is not the report of an audit") from None
    return audit


def _not_an_audit(path: str, problem: str) -> InputError:
    return InputError(None, "audit", path, problem, "Name the file that the playbook audit wrote to audit_json")


def require(kinds: Mapping[str, str]) -> None:
    """Refuse files that cannot be made, before anything is worked out.

    Raises:
        PortledgerError: a library is missing.
    """
    if XLSX in kinds:
        require_xlsxwriter()


def write(report: Mapping[str, Any], files: Mapping[str, str], lang: str, now: datetime.datetime) -> None:
    """Write the files.

    Args:
        report: its data.
        files: path by kind, one of ``KINDS``.
        lang: of headings and reasons, and of the page until it is switched.
        now: the time of the report.

    Raises:
        InputError: a file cannot be written.
    """
    request = Request(report, lang)
    for kind, path in files.items():
        if kind == XLSX:
            content = as_workbook(request, lang, now)
        else:
            content = _text(kind, report, request, lang).encode("utf-8")
        try:
            Path(path).write_bytes(content)
        except OSError as error:
            raise InputError(
                None, kind, path, f"cannot be written ({error.strerror})", "Name a file in a folder that exists"
            ) from None


def _text(kind: str, report: Mapping[str, Any], request: Request, lang: str) -> str:
    if kind == HTML:
        return as_page(report, lang)
    if kind == CSV:
        return as_csv(request, lang)
    if kind == MARKDOWN:
        return as_markdown(request, lang)
    return json.dumps(report, indent=1, ensure_ascii=False) + "\n"
