# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Commands that pages name are there, with their options and variables; so is whatever has a full name.

What is run as it stands, and what it prints, is the matter of ``test_examples.py``.
"""

from __future__ import annotations

import functools
import itertools
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest
import yaml

from tests.pythons import ROOT

PAGES: Final = sorted(
    page.relative_to(ROOT)
    for pattern in ("*.md", "docs/*.md", "docs/providers/*.md", "roles/*/README.md", "examples/**/*.md")
    for page in ROOT.glob(pattern)
)
COLLECTION: Final = "portledger.qradar."
# Programs of the controller whose options their own help names.
HELPS: Final = {
    "ansible-builder": ("build",),
    "ansible-doc": (),
    "ansible-galaxy": ("collection", "install"),
    "ansible-inventory": (),
    "ansible-playbook": (),
    "ansible-pull": (),
    "ansible-runner": ("run",),
}
# Programs that are run elsewhere, or that are not ours: tests of what they are for run them as they stand there.
FOREIGN: Final = {".", "cd", "chmod", "export", "firewall-cmd", "git", "grep", "rm", "sh", "sha256sum"}
_INLINE: Final = re.compile(r"`((?:ansible-\w+|make|python3?|\.venv/bin/python|tools/\w+) [^`]+)`")


def lines(text: str) -> Iterator[str]:
    """Command lines of a page: those of its blocks for shells and consoles, and those in backticks."""
    for language, block in re.findall(r"^```(\w+)\n(.*?)^```$", text, re.DOTALL | re.MULTILINE):
        whole = re.sub(r"\\\n\s*", "", re.sub(r" #.*", "", block)) if language in {"shell", "sh"} else ""
        yield from (line for line in whole.splitlines() if line.strip() and not line.startswith("#"))
        if language == "console":
            # The rest of a console runs as it stands there.
            yield from re.findall(r"^\$ ((?:ansible-|make |tools/).*)$", block, re.MULTILINE)
    yield from _INLINE.findall(re.sub(r"^```.*?^```$", "", text, flags=re.DOTALL | re.MULTILINE))


@functools.cache
def helps(program: str, *words: str) -> str | None:
    """What a program says of itself; None where it is not installed, as in the environments of ansible-test."""
    path = Path(sys.executable).with_name(program)
    if not path.exists():
        return None
    return subprocess.run([str(path), *words, "--help"], capture_output=True, text=True, check=False).stdout


@functools.cache
def makefile() -> str:
    return (ROOT / "Makefile").read_text("utf-8")


@functools.cache
def role_options() -> frozenset[str]:
    """The options of all roles."""
    found: set[str] = set()
    for path in ROOT.glob("roles/*/meta/argument_specs.yml"):
        found |= set(yaml.safe_load(path.read_text("utf-8"))["argument_specs"]["main"]["options"])
    return frozenset(found)


def names() -> set[str]:
    """Everything that has a full name in this collection."""
    kinds = ("action", "filter", "inventory", "lookup", "modules", "doc_fragments")
    found = {path.stem for kind in kinds for path in (ROOT / "plugins" / kind).glob("*.py")}
    found |= {path.stem for path in (ROOT / "playbooks").glob("*.yml")}
    found |= {path.parents[1].name for path in ROOT.glob("roles/*/meta/argument_specs.yml")}
    groups = yaml.safe_load((ROOT / "meta/runtime.yml").read_text("utf-8"))["action_groups"]
    return found | set(groups)


def wrong(line: str) -> list[str]:
    """What a command line names and is not there."""
    words = shlex.split(line.replace("...", ""))
    while words and re.match(r"\w+=", words[0]):
        words.pop(0)
    if not words:
        return []
    program, rest = words[0], words[1:]
    if program == "make":
        return list(_wrong_for_make(rest))
    if program.startswith("tools/"):
        return [] if (ROOT / program).is_file() else [program]
    if Path(program).name in {"python", "python3"}:
        return list(_wrong_for_python(rest))
    if program in HELPS:
        return [*_wrong_options(program, rest), *_wrong_names(rest)]
    return [] if program in FOREIGN or program.startswith("/opt/qradar/") else [program]


def _wrong_for_make(words: list[str]) -> Iterator[str]:
    for word in words:
        name = word.partition("=")[0]
        known = rf"\$\({name}\)" if "=" in word else rf"^\.PHONY:.* {re.escape(name)}( |$)"
        if not re.search(known, makefile(), re.MULTILINE):
            yield word


def _wrong_for_python(words: list[str]) -> Iterator[str]:
    """Of ``-m MODULE``: the module, and options that no file of its package names."""
    if words[:1] != ["-m"] or words[1] in ("pip", "venv"):
        return
    path = ROOT.joinpath(*words[1].split("."))
    if not path.with_suffix(".py").is_file() and not (path / "__main__.py").is_file():
        yield words[1]
        return
    package = path if path.is_dir() else path.parent
    source = "".join(file.read_text("utf-8") for file in sorted(package.rglob("*.py")))
    # argparse has --help without a line of ours.
    options = [word.partition("=")[0] for word in words[2:] if word.startswith("--") and word != "--help"]
    yield from (option for option in options if f'"{option}"' not in source)


def _wrong_options(program: str, words: list[str]) -> Iterator[str]:
    said = helps(program, *HELPS[program])
    for word in words:
        option = word.partition("=")[0]
        if said is not None and word.startswith("--") and not re.search(rf"{re.escape(option)}[\s,=\]]", said):
            yield word


def _wrong_names(words: list[str]) -> Iterator[str]:
    """Playbooks, roles and plugins that are not there; variables that nothing reads, and tags of no play."""
    given = [word for word in words if word.startswith(COLLECTION)]
    yield from (word for word in given if word.removeprefix(COLLECTION) not in names())
    texts = [(ROOT / "playbooks" / f"{word.removeprefix(COLLECTION)}.yml") for word in given]
    read = "".join(path.read_text("utf-8") for path in texts if path.is_file())
    for option, value in itertools.pairwise(words):
        variable = re.match(r"(\w+)=", value)
        if option == "-e" and variable and variable[1] not in role_options() and read:
            if not re.search(rf"\b{variable[1]}\b", read):
                yield f"-e {value}"
        elif option == "--tags" and read:
            yield from (tag for tag in value.split(",") if tag != "all" and not re.search(rf"tags:.*\b{tag}\b", read))


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_commands_of_a_page_are_there(page: Path) -> None:
    text = (ROOT / page).read_text("utf-8")
    assert {line: found for line in lines(text) if (found := wrong(line))} == {}


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_full_names_of_a_page_are_there(page: Path) -> None:
    text = (ROOT / page).read_text("utf-8")
    given = set(re.findall(rf"(?<![\w/.-]){re.escape(COLLECTION)}([a-z]\w*)", text))
    assert given - names() == set()


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("make demo", []),
        ("make demmo LONGG=1 LONG=", ["demmo", "LONGG=1"]),
        ("tools/nothing now", ["tools/nothing"]),
        (".venv/bin/python -m tests.lab up", []),
        ("python -m tests.labs up", ["tests.labs"]),
        ("X=1 .venv/bin/python -m tests.chaos --sampels 1", ["--sampels"]),
        ("ansible-playbook -i x portledger.qradar.site --check --tags hosts -e host_firewall_unlisted=log", []),
        ("ansible-playbook portledger.qradar.sight --dif", ["--dif", "portledger.qradar.sight"]),
        ("ansible-playbook portledger.qradar.explain -e sauce=a --tags b", ["-e sauce=a", "b"]),
        ("ansible-playbook portledger.qradar.site -e host_firewall_unlised=log", ["-e host_firewall_unlised=log"]),
        ("ansible-doc -t role portledger.qradar.host_firewal", ["portledger.qradar.host_firewal"]),
        ("ansible-galaxy collection install --ofline x", ["--ofline"]),
        ("iptables -F", ["iptables"]),
    ],
)
def test_what_is_not_there_is_found(line: str, expected: list[str]) -> None:
    assert wrong(line) == expected


def test_command_lines_are_found() -> None:
    text = (
        "Run `make docs`.\n```shell\nmake a \\\n    b  # c\n# d\n```\n"
        "```console\n$ make e\n$ cat f\nf\n```\n```yaml\nmake g\n```\n"
    )
    assert list(lines(text)) == ["make a b ", "make e", "make docs"]
