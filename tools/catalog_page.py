# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes docs/catalog.html: the catalog as one page with a search, in both languages."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(Path(__file__).parent), str(ROOT / ".venv/collections")]

from _documentation import settle  # noqa: E402

from ansible_collections.portledger.qradar.plugins.plugin_utils._catalog.catalog import load_catalog  # noqa: E402
from ansible_collections.portledger.qradar.plugins.plugin_utils._report.data import catalog_data  # noqa: E402
from ansible_collections.portledger.qradar.plugins.plugin_utils._report.page import fill  # noqa: E402

PAGE: Final = ROOT / "docs" / "catalog.html"
PARTS: Final = Path(__file__).with_name("catalog")


def page() -> str:
    """The whole page."""
    scripts = ("words.js", "common.js", str(PARTS / "catalog.js"))
    return fill(str(PARTS / "catalog.html"), catalog_data(load_catalog()), "en", scripts, ("common.css",))


if __name__ == "__main__":
    settle({PAGE: page()}, __doc__ or "")
