# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The init of a world: runs the module for each line of its input, in a process of its own that may be stopped."""

from __future__ import annotations

import json
import os
import signal
import sys
import time
import traceback
from typing import IO, Any

from ansible_collections.portledger.qradar.plugins.module_utils._base.errors import RulesetError
from ansible_collections.portledger.qradar.plugins.module_utils._host.host import Host
from ansible_collections.portledger.qradar.plugins.module_utils._host.module import OUT_OF_MEMORY
from ansible_collections.portledger.qradar.plugins.module_utils._host.process import run_program
from ansible_collections.portledger.qradar.plugins.module_utils._ruleset import apply_ruleset
from tests.chaos.control import MODULE, Control
from tests.chaos.former import import_former
from tests.chaos.injection import Injection
from tests.chaos.install import install
from tests.chaos.limits import set_limit

_PATH = "/usr/sbin:/usr/bin:/sbin:/bin"


def serve(stream: IO[str], control: Control) -> None:
    """Until the input ends."""
    # What the module leaves behind becomes a child of init, and nobody waits for it.
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    while line := stream.readline():
        _collect()
        asked = json.loads(line)
        stream.write(json.dumps(_together(asked, control) if isinstance(asked, list) else _call(asked, control)) + "\n")
        stream.flush()


def _collect() -> None:
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        pass


def _together(asked: list[dict[str, Any]], control: Control) -> list[dict[str, Any]]:
    """Several calls at the same time."""
    return [_answer(*started) for started in [_start(options, control) for options in asked]]


def _call(options: dict[str, Any], control: Control) -> dict[str, Any]:
    return _answer(*_start(options, control))


def _start(options: dict[str, Any], control: Control) -> tuple[int, int]:
    """The process of a call, and the end of a pipe where its answer comes."""
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        os.close(reading)
        _run(options, control, writing)
    os.close(writing)
    return child, reading


def _answer(child: int, reading: int) -> dict[str, Any]:
    with os.fdopen(reading, "rb") as answer:
        text = answer.read()
    _process, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status) or not text:
        return {"died": os.waitstatus_to_exitcode(status)}
    found: dict[str, Any] = json.loads(text)
    return found


def _run(options: dict[str, Any], control: Control, writing: int) -> None:
    try:
        null = os.open(os.devnull, os.O_RDWR)
        for descriptor in (0, 1, 2):
            os.dup2(null, descriptor)
        os.environ.clear()
        # Nothing of the machine's own decides what a world is like.
        path = options.pop("path", None)
        environ = {"PATH": ":".join(path) if path else f"{control.programs}:{_PATH}"}
        os.environ.update(environ)
        sys.executable = str(control.python)
        install(Injection(control, MODULE))
        former, then = options.pop("former", None), options.pop("then", None)
        time.sleep(options.pop("pause", 0))
        run = import_former(former) if former else apply_ruleset
        if limit := options.pop("limit", None):
            set_limit(*limit)
        try:
            result = run(Host(run_program, path, environ), options, False)
            if then and "timer" in result:
                result = run(Host(run_program, path, environ), {**options, "change": then}, False)
        except RulesetError as error:
            result = {"failed": True, "msg": str(error)}
        except MemoryError:
            result = {"failed": True, "msg": OUT_OF_MEMORY}
        except Exception:
            result = {"failed": True, "msg": traceback.format_exc(), "traceback": True}
        os.write(writing, json.dumps(result).encode())
    finally:
        os._exit(0)
