# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Long lists in readable form.

Note that this plugin util is **PRIVATE** to the collection.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from ansible_collections.portledger.qradar.plugins.plugin_utils._base.printable import within

_LONGEST: Final = 1000
_LONGEST_WORD: Final = 300


def shortened(words: Sequence[str], most: int) -> str:
    """Words with commas between them; of many, or long ones, the first ones and how many more there are."""
    first = [within(word, _LONGEST_WORD) for word in words[: most + 1]]
    if len(words) > most + 1:
        first = first[:most]
    while len(first) > 1 and sum(map(len, first)) > _LONGEST:
        first.pop()
    if len(first) == len(words):
        return ", ".join(first)
    return f"{', '.join(first)} and {len(words) - len(first):,} more"
