# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What Python keeps of this collection from run to run."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest

from ansible_collections.portledger.qradar.plugins.plugin_utils._ansible import compiled
from tests.lab.world.lab import ROOT

# As ansible-playbook does it, and what Python compiles on the way.
_PROGRAM: Final = """
import json, sys
from ansible.utils.collection_loader._collection_finder import _AnsibleCollectionFinder
_AnsibleCollectionFinder([sys.argv[1]])._install()
import ansible.plugins.action
names = []
sys.addaudithook(lambda event, more: names.append(str(more[1])) if event == "compile" else None)
import ansible_collections.portledger.qradar.plugins.action.ruleset
from ansible_collections.portledger.qradar.plugins.plugin_utils._plan import who
print(json.dumps([[name for name in names if "plugin_utils/" in name], who.__doc__]))
"""


def run(collections: Path, **environment: str) -> tuple[set[str], str]:
    """Names of the files that Python compiled, and the docstring of one of them."""
    done = subprocess.run(
        [sys.executable, "-c", _PROGRAM, str(collections)],
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "", **environment},
        capture_output=True,
        text=True,
        check=True,
    )
    names, text = json.loads(done.stdout)
    return {Path(name).name for name in names}, text


@pytest.fixture
def collections(tmp_path: Path) -> Path:
    """A copy of what is imported, so that files of it may change."""
    folder = tmp_path / "ansible_collections/portledger/qradar"
    folder.mkdir(parents=True)
    shutil.copytree(ROOT / "plugins", folder / "plugins", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(ROOT / "meta", folder / "meta")
    return tmp_path


def test_code_is_compiled_once(collections: Path) -> None:
    first, text = run(collections)
    assert {"planner.py", "kept.py", "networks.py", "compiled.py"} <= first
    again, text_again = run(collections)
    # What comes before it is in place.
    assert again == {"__init__.py", "compiled.py"}
    assert text == text_again


def test_a_file_that_changed_is_compiled_anew(collections: Path) -> None:
    run(collections)
    file = collections / "ansible_collections/portledger/qradar/plugins/plugin_utils/_plan/who.py"
    file.write_text(file.read_text(encoding="utf-8").replace('"""', '"""Another text. ', 1), encoding="utf-8")
    names, text = run(collections)
    assert ("who.py" in names, text.partition(".")[0]) == (True, "Another text")


def test_where_nothing_may_be_kept(collections: Path) -> None:
    for _twice in range(2):
        assert "planner.py" in run(collections, PYTHONDONTWRITEBYTECODE="1")[0]
    assert not list(collections.rglob("__pycache__"))


def test_others_are_left_to_ansible() -> None:
    finder, folder = compiled.CompiledFinder(), [str(Path(compiled.__file__).parent)]
    prefix = "ansible_collections.portledger.qradar.plugins."
    assert finder.find_spec(f"{prefix}plugin_utils._ansible.compiled", folder) is not None
    for name, path in (
        (f"{prefix}plugin_utils._ansible.missing", folder),
        (f"{prefix}plugin_utils._ansible", [str(Path(folder[0]).parent)]),
        (f"{prefix}plugin_utils._ansible.compiled", None),
        (f"{prefix}plugin_utils._ansible.compiled", []),
        (f"{prefix}modules.compiled", folder),
        ("ansible_collections.somebody.else.plugins.plugin_utils.compiled", folder),
        ("compiled", folder),
    ):
        assert finder.find_spec(name, path) is None, name


def test_what_stands_before_ansible_s_finder_stays_first(monkeypatch: pytest.MonkeyPatch) -> None:
    ansible = type("_AnsibleCollectionFinder", (), {})()
    for before, after in (([1, ansible, 2], [1, "ours", ansible, 2]), ([ansible], ["ours", ansible]), ([1, 2], [1, 2])):
        monkeypatch.setattr(sys, "meta_path", before)
        for _twice in range(2):
            compiled.keep_compiled()
        assert ["ours" if isinstance(one, compiled.CompiledFinder) else one for one in before] == after
