# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Has Python keep the compiled code of this collection, as it does for whatever else it imports.

Ansible's own loader of collections compiles each file in each run, which for this one is two thirds of what importing
it costs. Where Python may not write beside the files, or is told not to, nothing else changes.

Note that this plugin util is **PRIVATE** to the collection.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from importlib.util import spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import Final

_COLLECTION: Final = "ansible_collections.portledger.qradar.plugins."
_PARTS: Final = (f"{_COLLECTION}plugin_utils.", f"{_COLLECTION}module_utils.")


class CompiledFinder(MetaPathFinder):
    """Finds the files that this collection imports, and leaves its folders, and all else, to Ansible."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if not path or not fullname.startswith(_PARTS):
            return None
        file = Path(next(iter(path)), f"{fullname.rpartition('.')[2]}.py")
        return spec_from_file_location(fullname, file) if file.is_file() else None


def keep_compiled() -> None:
    """From now on. What is imported already stays as it is."""
    if any(isinstance(finder, CompiledFinder) for finder in sys.meta_path):
        return
    for place, finder in enumerate(sys.meta_path):
        # Right before Ansible's: what stands before that stays first. Without it, Python keeps all anyway.
        if type(finder).__name__ == "_AnsibleCollectionFinder":
            sys.meta_path.insert(place, CompiledFinder())
            return
