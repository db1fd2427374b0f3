# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Starts on a host the code that it keeps from a former call, with options and the digest of a plan alone.

What comes of it is one of three: nothing was started, so the module has to be sent; the module's result; or code that
was started and ended without one. See ``module_utils/_kept``.

Note that this plugin util is **PRIVATE** to the collection.
"""

from __future__ import annotations

import base64
import functools
import hashlib
import json
import re
import shlex
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from ansible_collections.portledger.qradar.plugins.module_utils._base.contract import NO_PLAN

FOLDER: Final = "/run/portledger/kept"

_PLUGINS: Final = Path(__file__).resolve().parents[2]
# One argument of a program may have 128 KiB, and everything is in one where a shell or sudo stands between.
_MOST_LETTERS: Final = 90_000
_LINE: Final = re.compile(r"portledger\.kept (no|yes|answer)(?: (.*))?")
# Folders of root, that nobody else can enter; a file of root, that nobody else can read.
_RIGHTS: Final = "0:41c0 0:41c0 0:41c0 0:8180"
_START: Final = """\
(c={folder}/{call}
set -- $(stat -c %u:%f {above} {folder} $c $c/python 2>/dev/null)
if [ "$*" = "{rights}" ] && {python}; then
{has_plan}exec {environment}"$p" -E -s -S -B -c 'import base64;exec(base64.b64decode("{start}"))' $c {asked}
fi
echo portledger.kept no nothing is kept)"""
# Before any Python is started. Whether it is the plan, its digest decides.
_HAS_PLAN: Final = """\
[ -e {folder}/plan-{digest} ] || {{ echo portledger.kept no {no_plan}; exit; }}
"""


@dataclass(frozen=True)
class Answer:
    """What came of a start.

    Attributes:
        started: whether code was started, which may have changed something.
        result: the module's; None where it has none.
        why: why nothing was started.
    """

    started: bool
    result: dict[str, Any] | None = None
    why: str = ""


@dataclass(frozen=True)
class Call:
    """What is asked of a host.

    Attributes:
        name: what the host calls the code, see :func:`call_name`.
        module: the module's name within the collection.
        options: as the module has them once they are validated, without the plan.
        plan: None for a call that needs none.
        check: whether nothing is to be changed.
        verbosity: of the run.
    """

    name: str
    module: str
    options: Mapping[str, Any]
    plan: Mapping[str, Any] | None
    check: bool
    verbosity: int


def call_name(module: str, interpreter: str) -> str:
    """What a host calls the code of a module: another one for each release, and for each Python that it is to run with.

    Args:
        module: its name within the collection.
        interpreter: as it is configured for the host.
    """
    return hashlib.sha256(f"{code_digest(module)}\0{interpreter}".encode()).hexdigest()


@functools.cache
def code_digest(module: str) -> str:
    """The digest of all that a module could need on a host.

    Args:
        module: its name within the collection.
    """
    digest = hashlib.sha256(module.encode())
    for path in [_PLUGINS / "modules" / f"{module}.py", *sorted((_PLUGINS / "module_utils").rglob("*.py"))]:
        text = path.read_bytes()
        digest.update(f"\0{path.relative_to(_PLUGINS)}\0{len(text)}\0".encode() + text)
    return digest.hexdigest()


def start_command(call: Call, *, environment: str = "", python: str = "", carries_plan: bool = False) -> str | None:
    """The command for a host's shell; None where it would be too long.

    Args:
        call: what is asked for.
        environment: variables of the task, as the shell takes them before a command.
        python: as it is configured for the host; where that is not a path, the one that ran the module is used.
        carries_plan: whether the plan goes with it, for a host that has not kept it.
    """
    digest, asked = asked_for(call, carries_plan)
    has_plan = ""
    if digest and not carries_plan:
        has_plan = _HAS_PLAN.format(folder=FOLDER, digest=digest, no_plan=NO_PLAN)
    command = _START.format(
        above=shlex.quote(str(Path(FOLDER).parent)),
        folder=FOLDER,
        call=call.name,
        rights=_RIGHTS,
        python=f"p={shlex.quote(python)}" if python.startswith("/") else "read -r p <$c/python",
        has_plan=has_plan,
        environment=before_a_command(environment),
        start=program_text("start"),
        asked=asked,
    )
    return command if len(command) <= _MOST_LETTERS else None


def asked_for(call: Call, carries_plan: bool) -> tuple[str, str]:
    """The digest of a call's plan, nothing where it has none, and what code is asked for: see ``_kept/run.py``."""
    plan = "" if call.plan is None else _plan_text(call.plan)
    digest = hashlib.sha256(plan.encode()).hexdigest() if plan else ""
    asked = {
        "module": call.module,
        "options": dict(call.options),
        "plan": digest,
        "check": call.check,
        "verbosity": call.verbosity,
    }
    if carries_plan and plan:
        asked["text"] = base64.b64encode(zlib.compress(plan.encode())).decode()
    return digest, _base64(json.dumps(asked))


def before_a_command(environment: str) -> str:
    """Variables of a task, as they stand before a command."""
    return f"env {environment} " if environment.strip() else ""


def _plan_text(plan: Mapping[str, Any]) -> str:
    # As the host writes it, or their digests differ.
    return json.dumps(plan, sort_keys=True, separators=(",", ":"))


def read_answer(stdout: str) -> Answer:
    """What a host has printed, among what its login prints."""
    started, why = False, "no answer"
    for line in stdout.splitlines():
        if not (found := _LINE.fullmatch(line.rstrip("\r"))):
            continue
        kind, words = found.group(1), found.group(2) or ""
        if kind == "answer" and started:
            return Answer(True, _result_of(words))
        if kind == "yes":
            started = True
        elif kind == "no":
            why = words
    return Answer(started, why=why)


def _result_of(words: str) -> dict[str, Any] | None:
    try:
        found = json.loads(words)
    except (ValueError, RecursionError):
        return None
    if not isinstance(found, dict):
        return None
    # No module of this collection has any, and Ansible would act on them.
    return {key: value for key, value in found.items() if not key.startswith(("_ansible_", "ansible_"))}


@functools.cache
def program_text(name: str) -> str:
    """One of the programs of ``_kept`` that stand by themselves, in Base64."""
    lines = (_PLUGINS / f"module_utils/_kept/{name}.py").read_text(encoding="utf-8").splitlines(keepends=True)
    return _base64("".join(line for line in lines if not line.startswith("#")))


def _base64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()
