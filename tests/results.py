# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What runs came to, in one file by name; tools/*_reference.py make pages of docs of it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path


def keep(path: Path | None, name: str, found: Mapping[str, object]) -> None:
    """Put the results of one kind of runs in the place of its former ones.

    :param path: the file; None: they are not kept
    """
    if path is None:
        return
    results = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    results[name] = found
    path.write_text(json.dumps(results, indent=1, sort_keys=True) + "\n", encoding="utf-8")
