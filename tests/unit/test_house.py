# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The house: packages that depend on each other in one direction, and files that are short enough to read."""

from __future__ import annotations

import ast
import functools
import statistics
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from tests.pythons import ROOT

COLLECTION = "ansible_collections.portledger.qradar."
FOLDERS = ("plugins/module_utils", "plugins/plugin_utils", "tests/lab")
# What the three modules call; everything else is in a package that says what it is about.
ENTRIES = ["_reachability.py", "_ruleset.py", "_ruleset_info.py"]
LONGEST = 400
MEDIAN = 120

Imports = Mapping[str, Mapping[str, set[str]]]
"""Who imports whom, and in which files."""


@functools.cache
def python_files() -> list[Path]:
    """Those that are, or would be, committed."""
    listed = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", "*.py"]
    names = subprocess.run(listed, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split("\0")
    return [path for name in names if name and (path := ROOT / name).is_file()]


def lengths() -> dict[str, int]:
    return {str(path.relative_to(ROOT)): len(path.read_text(encoding="utf-8").splitlines()) for path in python_files()}


def imported(path: Path) -> Iterator[str]:
    """The modules that a file imports, wherever in it, and what could be modules."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


@functools.cache
def files_imported(folder: str) -> Imports:
    """Between the files of a folder."""
    paths = [path for path in python_files() if path.is_relative_to(ROOT / folder)]
    modules = {str(path.relative_to(ROOT).with_suffix("")).replace("/", "."): path for path in paths}
    found: dict[str, dict[str, set[str]]] = {}
    for path in paths:
        name = str(path.relative_to(ROOT))
        for module in imported(path):
            target = modules.get(module.removeprefix(COLLECTION))
            if target is not None and target != path:
                found.setdefault(name, {}).setdefault(str(target.relative_to(ROOT)), set()).add(name)
    return found


def packages_imported(folder: str) -> Imports:
    """Between the packages of a folder. What stands beside the packages belongs to none."""
    found: dict[str, dict[str, set[str]]] = {}
    for name, targets in files_imported(folder).items():
        for target in targets:
            one, other = (str(Path(each).parent) for each in (name, target))
            if one != other and folder not in (one, other):
                found.setdefault(one, {}).setdefault(other, set()).add(f"{name} imports {target}")
    return found


def circles(imports: Imports) -> list[str]:
    """One line for each import that is part of a circle."""
    reached = {name: set(targets) for name, targets in imports.items()}
    for through in reached:
        for targets in reached.values():
            if through in targets:
                targets |= reached[through]
    return [
        f"{one} -> {other}: {', '.join(sorted(files))}"
        for one, targets in sorted(imports.items())
        for other, files in sorted(targets.items())
        if one in reached.get(other, set())
    ]


def test_only_what_modules_call_stands_beside_the_packages() -> None:
    assert sorted(path.name for path in (ROOT / "plugins/module_utils").glob("*.py")) == ENTRIES
    assert sorted(path.name for path in (ROOT / "plugins/plugin_utils").glob("*.py")) == []


@pytest.mark.parametrize("folder", FOLDERS)
def test_no_file_imports_itself_by_way_of_others(folder: str) -> None:
    found = circles(files_imported(folder))
    assert not found, "\n".join(found)


@pytest.mark.parametrize("folder", FOLDERS)
def test_no_package_imports_itself_by_way_of_others(folder: str) -> None:
    found = circles(packages_imported(folder))
    assert not found, "\n".join(found)


def test_no_file_is_too_long() -> None:
    found = [f"{name}: {lines} lines" for name, lines in lengths().items() if lines > LONGEST]
    assert not found, "\n".join(found)


def test_half_of_the_files_are_short() -> None:
    assert statistics.median(lengths().values()) <= MEDIAN


def test_a_circle_is_named_with_its_files() -> None:
    imports = {"a": {"b": {"a/x.py"}}, "b": {"c": {"b/y.py"}}, "c": {"b": {"c/z.py"}}, "d": {"a": {"d/w.py"}}}
    assert circles(imports) == ["b -> c: b/y.py", "c -> b: c/z.py"]


def test_imports_are_seen() -> None:
    """Nothing would be a circle where nothing is seen."""
    for folder in FOLDERS:
        assert len(packages_imported(folder)) > 5
    name = "plugins/module_utils/_ruleset.py"
    assert "plugins/module_utils/_providers/choose.py" in files_imported("plugins/module_utils")[name]
