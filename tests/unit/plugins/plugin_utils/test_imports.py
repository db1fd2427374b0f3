# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the controller's packages import: no circle, and Ansible in one package only."""

from __future__ import annotations

import ast
import graphlib
from collections.abc import Iterator
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[4] / "plugins" / "plugin_utils"
PREFIX = "ansible_collections.portledger.qradar.plugins.plugin_utils."


def imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)


def test_no_circles() -> None:
    files: dict[str, set[str]] = {}
    packages: dict[str, set[str]] = {}
    for path in FOLDER.rglob("*.py"):
        package = path.parent.name
        found = {name.removeprefix(PREFIX) for name in imported(path) if name.startswith(PREFIX)}
        files[f"{package}.{path.stem}"] = found
        packages.setdefault(package, set()).update({name.split(".")[0] for name in found} - {package})
    assert "_plan" in packages
    for graph in (files, packages):
        # Raises CycleError, which names the circle.
        graphlib.TopologicalSorter(graph).prepare()


def test_only_one_package_imports_ansible() -> None:
    importing = {
        path.parent.name for path in FOLDER.rglob("*.py") for name in imported(path) if name.split(".")[0] == "ansible"
    }
    assert importing == {"_ansible"}
