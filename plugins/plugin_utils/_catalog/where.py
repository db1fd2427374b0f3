# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where a flow comes from, in words.

Note that this plugin util is **PRIVATE** to the collection.
"""

from __future__ import annotations

from ansible_collections.portledger.qradar.plugins.plugin_utils._catalog.catalog import load_catalog


def where(row: int | None, supplement: str | None, service: str) -> str:
    """``row 14``, or ``supplement ha_ping, IBM support node/874926``; nothing for an extra flow."""
    if row is not None:
        return f"row {row}"
    if not supplement:
        return ""
    # Each service of a supplement has a source of its own.
    sources = [one.supplement.source for one in load_catalog().service(service) if one.supplement]
    return f"supplement {supplement}, {sources[0]}"
