# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The code of a module that goes with a call: all that it needs, made once a run, in a command that any shell takes."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
import zlib
from pathlib import Path

import pytest

from ansible_collections.portledger.qradar.plugins.module_utils._kept import importer
from ansible_collections.portledger.qradar.plugins.plugin_utils._apply import sent
from ansible_collections.portledger.qradar.plugins.plugin_utils._apply.kept import Call
from ansible_collections.portledger.qradar.plugins.plugin_utils._apply.sent import needed, send_command, sent_code

UTILS = Path(importer.__file__).resolve().parents[1]
MODULES = ("ruleset", "ruleset_info")


def call(module: str = "ruleset", **options: object) -> Call:
    return Call("c0" * 32, module, options, None, check=True, verbosity=0)


def imported(name: str) -> set[str]:
    """What a module util imports of the others, as Python reads it."""
    found = set()
    for node in ast.walk(ast.parse((UTILS / f"{name.replace('.', '/')}.py").read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith(importer.PACKAGE):
            inner = (node.module or "").removeprefix(importer.PACKAGE).removeprefix(".")
            names = [inner, *(f"{inner}.{one.name}" for one in node.names)]
            found |= {one for one in names if (UTILS / f"{one.replace('.', '/')}.py").is_file()}
    return found


@pytest.mark.parametrize("module", MODULES)
def test_all_that_it_needs_and_no_more(module: str) -> None:
    names = set(needed(module))
    every = set().union(*(imported(name) for name in names))
    # These stand by themselves, or are asked for by name.
    assert names - every <= {f"_{module}", "_kept.importer", "_kept.run", "_kept.start"}
    assert every <= names


def test_made_once_a_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    code = sent_code(call(), tmp_path)
    texts = json.loads(zlib.decompress(code))
    assert texts == needed("ruleset")
    assert texts["_kept.run"] == (UTILS / "_kept/run.py").read_text(encoding="utf-8")
    assert [path.stat().st_mode & 0o777 for path in tmp_path.iterdir()] == [0o600]
    monkeypatch.setattr(sent, "needed", lambda _module: pytest.fail("made again"))
    assert sent_code(call(), tmp_path) == code


def test_a_shell_starts_it() -> None:
    """With a name that no module has, so that this machine's rules are not asked for."""
    code = zlib.compress(json.dumps({"_kept.importer": ""}).encode())
    command, data = send_command(call(), code, environment="A='b c'", python=sys.executable)
    done = subprocess.run(["sh", "-c", command], input=data, capture_output=True, check=False, timeout=60)
    assert done.stderr.decode().splitlines()[-1] == "KeyError: 'Importer'"
    done = subprocess.run(["sh", "-c", command], input=data[:-1], capture_output=True, check=False, timeout=60)
    assert (done.stdout, done.stderr) == (b"portledger.kept no the code came damaged\n", b"")


def test_options_of_any_size_fit() -> None:
    networks = [f"198.18.{number >> 8}.{number & 255}" for number in range(8000)]
    command, data = send_command(call(management=networks), b"", python="/usr/bin/python3")
    assert len(command) < 10_000
    assert len(data) > 100_000
