# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The command that starts what a host keeps, and what its answer is taken for."""

from __future__ import annotations

import base64
import hashlib
import json
import random
import shlex
import subprocess
import zlib
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.portledger.qradar.plugins.plugin_utils._apply import kept
from ansible_collections.portledger.qradar.plugins.plugin_utils._apply.kept import (
    Answer,
    Call,
    call_name,
    code_digest,
    read_answer,
    start_command,
)

CALL = "c0" * 32
OPTIONS: dict[str, Any] = {"scope": "host", "management": ["198.18.9.0/24"]}
PLAN = {"host": "ep1", "a": 1}
PLAN_TEXT = b'{"a":1,"host":"ep1"}'
PLAN_DIGEST = hashlib.sha256(PLAN_TEXT).hexdigest()


def asked_by(command: str) -> dict[str, Any]:
    """What a command asks for."""
    (line,) = [line for line in command.splitlines() if line.startswith("exec")]
    found: dict[str, Any] = json.loads(base64.b64decode(shlex.split(line)[-1]))
    return found


@pytest.mark.parametrize(
    ("lines", "answer"),
    [
        (["portledger.kept no nothing is kept"], Answer(False, why="nothing is kept")),
        (["portledger.kept yes", 'portledger.kept answer {"changed": true}'], Answer(True, {"changed": True})),
        # What logins, terminals and programs print beside it.
        (
            [
                "Welcome.",
                "portledger.kept yes\r",
                "portledger.kept yesterday",
                'portledger.kept answer {"a": 1}\r',
                "bye",
            ],
            Answer(True, {"a": 1}),
        ),
        # Whoever was started may have changed something, and has no result.
        (["portledger.kept yes"], Answer(True, why="no answer")),
        (["portledger.kept yes", 'portledger.kept answer {"a": '], Answer(True)),
        (["portledger.kept yes", "portledger.kept answer [1]"], Answer(True)),
        (["portledger.kept yes", "portledger.kept answer " + "[" * 100_000], Answer(True)),
        # Nobody was asked.
        (['portledger.kept answer {"changed": false}'], Answer(False, why="no answer")),
        (["sh: 1: stat: not found"], Answer(False, why="no answer")),
        ([], Answer(False, why="no answer")),
        # Ansible would act on these.
        (
            ["portledger.kept yes", 'portledger.kept answer {"ansible_facts": {}, "_ansible_x": 1, "msg": "m"}'],
            Answer(True, {"msg": "m"}),
        ),
    ],
)
def test_answers(lines: list[str], answer: Answer) -> None:
    assert read_answer("\n".join(lines)) == answer


def test_what_is_asked_for() -> None:
    command = start_command(Call(CALL, "ruleset_info", OPTIONS, PLAN, check=True, verbosity=2))
    assert command
    assert asked_by(command) == {
        "module": "ruleset_info",
        "check": True,
        "verbosity": 2,
        "plan": PLAN_DIGEST,
        "options": {"scope": "host", "management": ["198.18.9.0/24"]},
    }


def test_a_plan_goes_with_it() -> None:
    call = Call(CALL, "ruleset", OPTIONS, PLAN, check=False, verbosity=0)
    command, without = start_command(call, carries_plan=True), start_command(call)
    assert command
    assert without
    asked = asked_by(command)
    assert zlib.decompress(base64.b64decode(asked.pop("text"))) == PLAN_TEXT
    assert asked == asked_by(without)
    # Random networks, which hardly become smaller.
    chance = random.Random(1)
    large = {"networks": [f"10.{chance.getrandbits(8)}.{chance.getrandbits(8)}.0/24" for _number in range(20_000)]}
    call = Call(CALL, "ruleset", OPTIONS, large, check=False, verbosity=0)
    assert start_command(call)
    assert start_command(call, carries_plan=True) is None


def test_without_a_plan() -> None:
    command = start_command(Call(CALL, "ruleset", {"scope": "host"}, None, check=False, verbosity=0))
    assert command
    assert asked_by(command)["plan"] == ""


def test_what_does_not_fit_into_a_command() -> None:
    management = [f"198.18.{number >> 8}.{number & 255}" for number in range(8000)]
    assert (
        start_command(Call(CALL, "ruleset", {**OPTIONS, "management": management}, PLAN, check=False, verbosity=0))
        is None
    )


def test_code_has_a_name_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    names = {
        call_name(module, python) for module in ("ruleset", "ruleset_info") for python in ("auto", "/usr/bin/python3")
    }
    assert len(names) == 4
    assert all(len(name) == 64 for name in names)
    for folder, name in (("modules", "ruleset.py"), ("modules", "report.py"), ("module_utils/_base", "text.py")):
        (tmp_path / folder).mkdir(parents=True, exist_ok=True)
        (tmp_path / folder / name).write_text("a = 1\n", encoding="utf-8")
    monkeypatch.setattr(kept, "_PLUGINS", tmp_path)

    def name() -> str:
        code_digest.cache_clear()
        return call_name("ruleset", "auto")

    first = name()
    assert name() == first
    (tmp_path / "modules/report.py").write_text("a = 2\n", encoding="utf-8")
    assert name() == first
    (tmp_path / "module_utils/_base/text.py").write_text("a = 2\n", encoding="utf-8")
    second = name()
    (tmp_path / "module_utils/_base/text.py").rename(tmp_path / "module_utils/_base/words.py")
    third = name()
    assert len({first, second, third}) == 3
    code_digest.cache_clear()


# Folder of what is kept, and what is wrong with it; nobody else may decide what is started.
WRONG = {
    "nothing is kept": "",
    "others may look into the folder above": "mkdir -m 755 $above",
    "a link": "mkdir -m 700 $above.other $above.other/kept $above.other/kept/$call; ln -s $above.other $above",
    "others may enter": "mkdir -m 700 $above $above/kept; mkdir -m 710 $above/kept/$call",
    "others may read what is started": "mkdir -m 700 $above $above/kept $above/kept/$call; umask 022",
    "a Python that is gone": "mkdir -m 700 $above $above/kept $above/kept/$call; umask 077; python=/gone/python",
}


@pytest.mark.parametrize("wrong", WRONG)
@pytest.mark.parametrize("shell", ["sh", "bash"])
def test_nothing_is_started(wrong: str, shell: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    above = tmp_path / "portledger"
    monkeypatch.setattr(kept, "FOLDER", str(above / "kept"))
    command = start_command(Call(CALL, "ruleset", OPTIONS, PLAN, check=False, verbosity=0), environment="A='b c' ")
    assert command
    started = tmp_path / "started"
    program = tmp_path / "python"
    program.write_text(f'#!/bin/sh\necho "$A" >{started}\necho portledger.kept yes\n', encoding="utf-8")
    program.chmod(0o755)
    script = f"above={above} call={CALL} python={program}; {WRONG[wrong]}\n"
    script += "test ! -d $above/kept/$call || echo $python >$above/kept/$call/python\n"
    # Root of a namespace, whoever runs the test.
    whoever = ["unshare", "--user", "--map-root-user", shell, "-c", script + command]
    run = subprocess.run(whoever, capture_output=True, text=True, check=False, timeout=60)
    assert not read_answer(run.stdout).started, run
    assert not started.exists()
    if wrong == "a Python that is gone":
        program.rename(tmp_path / "gone")
        good = f"umask 077; echo {tmp_path}/gone >{above}/kept/{CALL}/python; {command}"
        run = subprocess.run([*whoever[:-1], good], capture_output=True, text=True, check=False, timeout=60)
        assert (run.stdout, started.exists()) == ("portledger.kept no the plan is not kept\n", False)
        good = f"touch {above}/kept/plan-{PLAN_DIGEST}; {good}"
        run = subprocess.run([*whoever[:-1], good], capture_output=True, text=True, check=False, timeout=60)
        assert (run.stdout, started.read_text(encoding="utf-8")) == ("portledger.kept yes\n", "b c\n")
