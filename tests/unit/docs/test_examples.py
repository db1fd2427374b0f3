# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every example of the guides, run as it stands there.

A YAML block whose first line is a comment with a file name is that file. A console block is commands, and the output
that they give: a line "..." stands for any lines. In a shell block, playbooks are checked for their syntax only.
Commands run in a network namespace of their own, where all hosts are the local one.
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import pytest
import yaml

from tests.unit.docs.private import CONSOLE, PRIVATE

ROOT: Final = Path(__file__).resolve().parents[3]
PAGES: Final = sorted(
    page.relative_to(ROOT)
    for pattern in ("README.md", "docs/*.md", "docs/providers/*.md", "roles/*/README.md")
    for page in ROOT.glob(pattern)
    # offline.md is run as a whole in test_newcomer.py.
    if not page.name.startswith(("ports.", "offline."))
)
TOOLS: Final = Path(sys.executable).parent
MARK: Final = "=== example"
# What a page adds to an inventory that it does not show.
_BASE: Final = "all: {children: {qradar: {children: {qradar_console: {hosts: {con1: {ansible_host: 198.18.1.11}}}}}}}\n"
_DMESG: Final = """#!/bin/sh\nPATH=${PATH#*:}\ndmesg "$@" | sed "/portledger: /d"\n"""


@dataclass
class Page:
    """The blocks of one page that say something to a computer."""

    files: dict[str, str] = field(default_factory=dict)
    nameless: list[str] = field(default_factory=list)
    consoles: list[tuple[str, list[str]]] = field(default_factory=list)
    shells: list[str] = field(default_factory=list)


def read(text: str) -> Page:
    """Find the blocks of a page."""
    page = Page()
    for language, block in re.findall(r"^```(\w+)\n(.*?)^```$", text, re.DOTALL | re.MULTILINE):
        if language == "yaml":
            name = re.match(r"# (\S+\.yml)\n", block)
            if name:
                page.files[name[1]] = block
            else:
                page.nameless.append(block)
        elif language == "console":
            for line in block.splitlines():
                if line.startswith("$ "):
                    page.consoles.append((line[2:], []))
                else:
                    page.consoles[-1][1].append(line)
        elif language == "shell":
            page.shells += [line.partition(" #")[0] for line in block.splitlines()]
    return page


def isolated(script: str, cwd: Path) -> str:
    """Run a shell script where no firewall but its own can be changed; return all it says."""
    command = ["unshare", "--net", "--mount"]
    if os.geteuid() != 0:
        command += ["--user", "--map-root-user"]
    beginning = PRIVATE + (
        # The kernel has one log for all namespaces: what rules of other tests write to it is not of these hosts.
        f"mkdir /run/bin && printf {shlex.quote(_DMESG)} >/run/bin/dmesg && chmod +x /run/bin/dmesg || exit 99\n"
    )
    if list(cwd.glob("*qradar.yml")):
        beginning += CONSOLE
    environment = {
        **os.environ,
        "ANSIBLE_CONFIG": str(ROOT / "ansible.cfg"),
        "ANSIBLE_LOCALHOST_WARNING": "0",
        "ANSIBLE_INVENTORY_UNPARSED_WARNING": "0",
        # One host after the other, in the order of the guides.
        "ANSIBLE_FORKS": "1",
        # ansible-test has made it an error that a group is empty.
        "ANSIBLE_HOST_PATTERN_MISMATCH": "warning",
        "ANSIBLE_NOCOLOR": "1",
        "ANSIBLE_PYTHON_INTERPRETER": sys.executable,
        "ANSIBLE_TRANSPORT": "local",
        "COLUMNS": "400",
        "PATH": f"/run/bin:{TOOLS}:{os.environ['PATH']}:/usr/sbin:/sbin",
    }
    run = subprocess.run(
        [*command, "sh", "-c", beginning + script],
        cwd=cwd,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=300,
        check=False,
    )
    if run.returncode == 99 or "unshare failed" in run.stdout:
        pytest.skip(f"no namespaces of its own here: {run.stdout.strip()}")
    return run.stdout


def outputs(commands: list[str], cwd: Path) -> list[tuple[str, int]]:
    """What each command says, and its exit code."""
    script = "".join(f"{command}\necho '{MARK}' $?\n" for command in commands)
    said = re.split(rf"^{MARK} (\d+)\n", isolated(script, cwd), flags=re.MULTILINE)
    return [(said[2 * index], int(said[2 * index + 1])) for index in range(len(commands))]


def plain(text: str) -> list[str]:
    """Lines without what changes with the width of a terminal, or with the release of ansible-core."""
    lines = (re.sub(r"\*{3,}", "***", re.sub(r"\s+", " ", line)).strip() for line in text.splitlines())
    # 2.19 says of an include that it was ok, and of a number that it is one; 2.16 does neither.
    same = (re.sub(r" : ok=\d+ changed=", " : ok=… changed=", line) for line in lines if line)
    return [re.sub(r'^"msg": "(\d+)"$', r'"msg": \1', line) for line in same]


def missing(expected: list[str], output: str) -> str | None:
    """The first expected line that the output does not have where it should, or None."""
    lines, place, anywhere = plain(output), 0, False
    for line in plain("\n".join(expected)):
        if line == "...":
            anywhere = True
            continue
        try:
            found = next(index for index in range(place, len(lines)) if _same(line, lines[index]))
        except StopIteration:
            return line
        if found != place and not anywhere:
            return line
        place, anywhere = found + 1, False
    return None


def _same(expected: str, line: str) -> bool:
    # A message of Ansible's stands behind the words of the task that failed; before 2.19 it is JSON.
    message = line.removesuffix('"}')
    return line == expected or (": " in expected and message.endswith(expected) and len(expected) > 60)


def test_missing_finds_what_is_missing() -> None:
    output = "a\nb  x\n\nc *****\n"
    assert missing(["a", "b x", "c ***"], output) is None
    assert missing(["...", "c ***"], output) is None
    assert missing(["a", "c ***"], output) == "c ***"
    assert missing(["...", "d"], output) == "d"
    assert missing(["...", "c ***", "a"], output) == "a"


@pytest.fixture(params=PAGES, ids=str)
def page(request: pytest.FixtureRequest, tmp_path: Path) -> Page:
    """A page, with its files in the folder that tests of it run in."""
    found = read((ROOT / request.param).read_text(encoding="utf-8"))
    for name, block in found.files.items():
        (tmp_path / name).write_text(block, encoding="utf-8")
    return found


def test_every_yaml_block_is_a_file(page: Page) -> None:
    assert page.nameless == []


def test_playbooks_and_inventories_are_sound(page: Page, tmp_path: Path) -> None:
    commands = []
    for name, block in page.files.items():
        if isinstance(yaml.safe_load(block), list):
            commands.append(f"ansible-playbook -i localhost, --syntax-check {name}")
        else:
            commands.append(f"ANSIBLE_INVENTORY_ANY_UNPARSED_IS_FAILED=1 ansible-inventory -i {name} --list")
    commands += [f"{line} --syntax-check" for line in page.shells if line.startswith("ansible-playbook ")]
    failed = [(command, *said) for command, said in zip(commands, outputs(commands, tmp_path), strict=True) if said[1]]
    assert failed == []


def unplanned(page: Page) -> list[str]:
    """Inventories of a page that no console of it reads; configurations of inventory plugins are none."""
    return [
        name
        for name, block in page.files.items()
        if isinstance(yaml.safe_load(block), dict)
        and "plugin" not in yaml.safe_load(block)
        and not any(f"-i {name}" in command for command, _expected in page.consoles)
    ]


def test_inventories_can_be_planned(page: Page, tmp_path: Path) -> None:
    base = tmp_path / "inventory.yml"
    if not base.exists():
        base.write_text(_BASE, encoding="utf-8")
    whole = {name: "" if "qradar_console" in page.files[name] else f"-i {base.name} " for name in unplanned(page)}
    commands = [f"ansible-playbook {before}-i {name} portledger.qradar.check" for name, before in whole.items()]
    for command, (output, code) in zip(commands, outputs(commands, tmp_path), strict=True):
        assert code == 0, f"{command}:\n{output}"
        assert "is not a variable of this collection" not in output, f"{command}:\n{output}"


def test_an_inventory_that_nothing_reads_is_planned() -> None:
    page = read(
        "```yaml\n# a.yml\nall: {}\n```\n```yaml\n# b.yml\nall: {}\n```\n```yaml\n# c.yml\n[]\n```\n"
        "```yaml\n# d.qradar.yml\nplugin: x\n```\n```console\n$ ansible-playbook -i a.yml x.yml\n```\n"
    )
    assert unplanned(page) == ["b.yml"]


def test_commands_give_the_output_shown(page: Page, tmp_path: Path) -> None:
    said = outputs([command for command, _expected in page.consoles], tmp_path)
    for (command, expected), (output, code) in zip(page.consoles, said, strict=True):
        lost = missing(expected, output)
        assert lost is None, f"{command}: {lost!r} is not in its place in:\n{output}"
        wrong = any("has host bits set" in line for line in expected)
        assert (code != 0) == wrong, f"{command} ended with {code}:\n{output}"
