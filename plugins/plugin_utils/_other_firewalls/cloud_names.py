# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Names that clouds take, made of names for people.

Note that this plugin util is **PRIVATE** to the collection.
"""

from __future__ import annotations

import hashlib
import re
from typing import Final

_READABLE: Final = 30
_UNIQUE: Final = 8


def cloud_name(*words: str) -> str:
    """A name of lower-case letters, digits and dashes, at most 63 characters, that is the same for the same words only.

    Args:
        words: those that tell this name from others; the first can still be read in it.
    """
    readable = re.sub(r"[^a-z0-9]+", "-", words[0].lower()).strip("-")[:_READABLE].strip("-")
    unique = hashlib.sha256("\0".join(words).encode("utf-8", "surrogateescape")).hexdigest()[:_UNIQUE]
    return "-".join(part for part in ("portledger", readable, unique) if part)


def port_text(first: int, last: int) -> str:
    """``514`` or ``40000-40010``."""
    return f"{first}" if first == last else f"{first}-{last}"
