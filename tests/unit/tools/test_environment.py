# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What tools/environment says where it can make nothing, and that its pins are those of requirements-dev.txt."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.pythons import NO_PYTHON, ROOT

TABLE = ROOT / "tools" / "ansible_cores.tsv"
RELEASES = {
    line.split("\t")[0]: line.split("\t")[1:]
    for line in TABLE.read_text(encoding="utf-8").splitlines()
    if not line.startswith("#")
}
# Programs of any machine that the script needs before it makes something.
PROGRAMS = ("awk", "cut", "dirname", "grep", "head", "sed", "sh", "tail", "tr")


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run it on a machine without any Python, with a cache of its own."""
    programs = folder / "bin"
    programs.mkdir()
    for name in PROGRAMS:
        found = shutil.which(name)
        assert found is not None, name
        (programs / name).symlink_to(found)
    environment = {"PATH": str(programs), "HOME": str(folder), "XDG_CACHE_HOME": str(folder / "cache")}
    command = [str(ROOT / "tools" / "environment"), *arguments]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=60)
    assert os.listdir(folder) == ["bin"], "nothing is made"  # noqa: PTH208
    return done


@pytest.mark.parametrize(
    ("release", "pythons"), [("2.16", "3.12 or 3.11"), ("oldest", "3.12 or 3.11"), ("newest", "3.13 or 3.14 or 3.12")]
)
def test_no_python(release: str, pythons: str, tmp_path: Path) -> None:
    done = run(tmp_path, release)
    name = {"oldest": min(RELEASES), "newest": max(RELEASES)}.get(release, release)
    assert (done.returncode, done.stdout) == (NO_PYTHON, "")
    assert done.stderr == (
        f"environment: ansible-core {name}: needs Python {pythons}, and this machine has none of them that can make "
        "virtual environments (PATH, ~/.pyenv/versions). Install one, with its venv module\n"
    )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ["2.15"],
            "environment: ansible-core 2.15: not in tools/ansible_cores.tsv; there are: 2.16 2.19 2.21 \n",
        ),
        ([], "environment: name a release of tools/ansible_cores.tsv: 2.16 2.19 2.21 or oldest, newest, all\n"),
    ],
)
def test_no_release(arguments: list[str], message: str, tmp_path: Path) -> None:
    done = run(tmp_path, *arguments)
    assert (done.returncode, done.stdout, done.stderr) == (1, "", message)


def test_names_of_releases(tmp_path: Path) -> None:
    assert run(tmp_path, "--list", "oldest", "newest", "all").stdout.split() == ["2.16", "2.21", *RELEASES]


def test_oldest_and_newest_are_what_the_collection_says() -> None:
    text = (ROOT / "meta" / "runtime.yml").read_text(encoding="utf-8")
    assert f'requires_ansible: ">={next(iter(RELEASES))}.0"' in text
    pins = (ROOT / "requirements-dev.txt").read_text(encoding="utf-8")
    pinned = re.findall(r"^ansible-core==(\S+?);", pins, re.MULTILINE)
    versions = [version for version, _pythons in RELEASES.values()]
    assert pinned[0] == versions[-1], "make setup installs the newest"
    assert set(pinned) <= set(versions)
