# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A former release of the collection, for a host that is upgraded: the same code, and other text in each file."""

from __future__ import annotations

import importlib
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

_PACKAGE = "ansible_collections"
_COLLECTION = Path(_PACKAGE, "portledger", "qradar")


def write_former(folder: Path) -> Path:
    """Write it, where it is not there yet. Gives where Python finds it."""
    if not folder.is_dir():
        source = next(Path(path) for path in sys.path if (Path(path) / _COLLECTION).is_dir()) / _COLLECTION
        shutil.copytree(source / "plugins" / "module_utils", folder / _COLLECTION / "plugins" / "module_utils")
        for file in folder.rglob("*.py"):
            with file.open("a", encoding="utf-8") as stream:
                stream.write("\n# a former release\n")
    return folder


def import_former(folder: str) -> Callable[..., dict[str, Any]]:
    """Have this process use it. Gives its apply_ruleset."""
    for name in [name for name in sys.modules if name.split(".")[0] == _PACKAGE]:
        del sys.modules[name]
    sys.path.insert(0, folder)
    importlib.invalidate_caches()
    module = importlib.import_module("ansible_collections.portledger.qradar.plugins.module_utils._ruleset")
    found: Callable[..., dict[str, Any]] = module.apply_ruleset
    return found
