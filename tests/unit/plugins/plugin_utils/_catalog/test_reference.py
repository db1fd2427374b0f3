# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The generated references say what the catalog says."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from ansible_collections.portledger.qradar.plugins.plugin_utils._catalog.catalog import load_catalog

ROOT = Path(__file__).resolve().parents[5]


def test_up_to_date() -> None:
    run = subprocess.run(
        [sys.executable, str(ROOT / "tools/port_reference.py"), "--check"],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert (run.returncode, run.stderr) == (0, "")


def test_complete() -> None:
    for name, lang in (("ports.md", "en"), ("ports.ja.md", "ja")):
        text = (ROOT / "docs" / name).read_text(encoding="utf-8")
        for service in load_catalog().rows:
            assert f'<a id="{service.service}"></a>' in text
            assert service.note.in_language(lang) in text
        readings = sum(line.startswith("- ") for line in text.splitlines())
        assert readings == 109


def test_says_what_is_stale(tmp_path: Path) -> None:
    """In a copy, so that nothing here is touched."""
    for folder in ("tools", "docs"):
        (tmp_path / folder).mkdir()
    for name in ("port_reference.py", "_documentation.py"):
        (tmp_path / "tools" / name).write_bytes((ROOT / "tools" / name).read_bytes())
    (tmp_path / ".venv").symlink_to(ROOT / ".venv")
    command = [sys.executable, str(tmp_path / "tools/port_reference.py")]
    subprocess.run(command, capture_output=True, check=True, timeout=60)
    assert subprocess.run([*command, "--check"], capture_output=True, check=False, timeout=60).returncode == 0
    with (tmp_path / "docs/ports.md").open("a", encoding="utf-8") as stream:
        stream.write("by hand\n")
    run = subprocess.run([*command, "--check"], capture_output=True, text=True, check=False, timeout=60)
    assert (run.returncode, run.stderr) == (1, "docs/ports.md is stale; run: make docs\n")
