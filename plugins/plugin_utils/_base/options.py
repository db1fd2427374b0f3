# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Options of lookups and filters.

Note that this plugin util is **PRIVATE** to the collection.
"""

from __future__ import annotations

from collections.abc import Iterable

from ansible_collections.portledger.qradar.plugins.plugin_utils._base.errors import InputError, choices


def check_options(given: Iterable[str], known: Iterable[str], kind: str = "lookup") -> None:
    """Refuse unknown options: Ansible ignores them, and a lookup without its filter finds too much.

    Args:
        given: names.
        known: names.
        kind: of plugin.

    Raises:
        InputError: an option is unknown.
    """
    options = tuple(known)
    for name in given:
        if name not in options:
            raise InputError(None, "option", name, f"is not an option of this {kind}", choices(name, options))
