# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The steps of a newcomer, literally as ``docs/offline.md`` has them, where only Python and the built files are.

It has no network but loopback: the console answers there, and all hosts are the local one. What it prints is the time.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.pythons import ROOT
from tests.unit.docs.private import CONSOLE, PRIVATE

PAGE = ROOT / "docs/offline.md"
MINUTES = 10
MARK = "=== step"
# Beside Python and the files, nothing of this machine but what a distribution has.
SYSTEM = "/usr/sbin:/usr/bin:/sbin:/bin"


def steps() -> Iterator[tuple[str, str]]:
    """Blocks of the page from the installation on: a file to write, or a command."""
    text = PAGE.read_text(encoding="utf-8").partition("\n## Install\n")[2]
    for language, block in re.findall(r"^```(\w+)\n(.*?)^```$", text, re.DOTALL | re.MULTILINE):
        if language == "yaml":
            name = re.match(r"# (\S+)\n", block)
            assert name, block
            yield "write", f"cat > {name[1]} <<'END'\n{block}END"
        else:
            prompt = "$ " if language == "console" else ""
            yield from (("run", line.removeprefix(prompt)) for line in block.splitlines() if line.startswith(prompt))


@pytest.fixture
def machine(tmp_path: Path) -> Path:
    """A home with Python, the wheels and the collection's file."""
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin/python3").symlink_to(Path(sys.base_prefix, "bin", f"python3.{sys.version_info[1]}"))
    told = subprocess.run([ROOT / "tools/wheels"], capture_output=True, text=True, check=True)
    shutil.copytree(told.stdout.strip(), tmp_path / "wheels")
    command = [sys.executable, ROOT / "tools/build.py", tmp_path / "dist"]
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    subprocess.run(command, cwd=ROOT, env={**os.environ, "PATH": path}, capture_output=True, check=True)
    (built,) = (tmp_path / "dist").glob("*.tar.gz")
    built.rename(tmp_path / built.name)
    return tmp_path


@pytest.mark.skipif(os.geteuid() != 0, reason="a machine without a network needs root")
def test_ten_minutes(machine: Path) -> None:
    script = PRIVATE + CONSOLE
    commands = []
    for kind, text in steps():
        script += text + "\n"
        if kind == "run":
            script += f"echo {shlex.quote(MARK)} $?\n"
            commands.append(text)
    environment = {
        "HOME": str(machine),
        "PATH": f"{machine / 'bin'}:{SYSTEM}",
        "LANG": "C.UTF-8",
        # In the place of SSH to each host.
        "ANSIBLE_TRANSPORT": "local",
    }
    began = time.monotonic()
    run = subprocess.run(
        ["unshare", "--net", "--mount", "sh", "-c", script],
        cwd=machine,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=MINUTES * 60,
        check=False,
    )
    seconds = time.monotonic() - began
    assert run.returncode == 0, run.stdout
    *said, _rest = re.split(rf"^{MARK} (\d+)\n", run.stdout, flags=re.MULTILINE)
    ends = dict(zip(commands, said[1::2], strict=True))
    assert set(ends.values()) == {"0"}, f"{ends}\n{run.stdout}"
    print(f"\n{len(commands)} commands in {seconds:.0f} s")
    assert " was installed successfully" in run.stdout
    assert (machine / "qradar.html").stat().st_size > 100_000
    assert (machine / "request.csv").read_text(encoding="utf-8").count("\n") > 50
    assert "+ tcp/514 syslog from log_sources (2 networks)" in run.stdout, run.stdout
    assert not re.search("(failed|unreachable)=[1-9]", run.stdout), run.stdout
