# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sends a host the code of a module with the call, where it keeps none.

Ansible would pack the module: it parses each file to find what that imports, and adds a framework of its own, which
takes three times as long as a ping's packing. Here the files say it by their import lines, which all look the same.
What the host answers is the same as for code that it keeps: see ``kept.py``.

Note that this plugin util is **PRIVATE** to the collection.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shlex
import tempfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from ansible_collections.portledger.qradar.plugins.plugin_utils._apply.kept import (
    FOLDER,
    Call,
    asked_for,
    before_a_command,
    program_text,
)

_UTILS: Final = Path(__file__).resolve().parents[2] / "module_utils"
_IMPORT: Final = re.compile(
    r"^ *from ansible_collections\.portledger\.qradar\.plugins\.module_utils\.([\w.]+) import (?:\(([^)]*)\)|(.*))$",
    re.MULTILINE,
)
_BEGIN: Final = """\
(exec {environment}{python} -E -s -S -B \
-c 'import base64;exec(base64.b64decode("{receive}"))' {folder}/{call} {digest})"""


def send_command(call: Call, code: bytes, *, environment: str = "", python: str) -> tuple[str, bytes]:
    """The command for a host's shell, and its standard input.

    Args:
        call: what is asked for.
        code: of its module, see :func:`sent_code`.
        environment: variables of the task, as the shell takes them before a command.
        python: the path of a Python on the host.
    """
    data = asked_for(call, carries_plan=True)[1].encode() + b"\n" + code
    command = _BEGIN.format(
        environment=before_a_command(environment),
        python=shlex.quote(python),
        receive=program_text("receive"),
        folder=FOLDER,
        call=call.name,
        digest=hashlib.sha256(data).hexdigest(),
    )
    return command, data


def sent_code(call: Call, folder: Path) -> bytes:
    """The code of a call's module, as ``_kept/receive.py`` takes it; made once for all hosts of a run.

    Args:
        call: what is asked for.
        folder: the run's own temporary folder.
    """
    path = folder / f"code-{call.name}"
    try:
        return path.read_bytes()
    except FileNotFoundError:
        pass
    code = zlib.compress(json.dumps(needed(call.module)).encode())
    # Other processes of this run look for it meanwhile.
    handle, beside = tempfile.mkstemp(dir=folder)
    with os.fdopen(handle, "wb") as stream:
        stream.write(code)
    Path(beside).replace(path)
    return code


def needed(module: str) -> dict[str, str]:
    """The text of each module util that a module needs on a host, by name.

    Args:
        module: its name within the collection.
    """
    found: dict[str, str] = {}
    left = [f"_{module}", "_kept.importer", "_kept.run", "_kept.start"]
    while left:
        name = left.pop()
        if name not in found:
            found[name] = (_UTILS / _file(name)).read_text(encoding="utf-8")
            left.extend(_imported(found[name]))
    return found


def _imported(text: str) -> Iterator[str]:
    for match in _IMPORT.finditer(text):
        name = match.group(1)
        if (_UTILS / _file(name)).is_file():
            yield name
        else:
            # From a package.
            yield from (f"{name}.{one}" for one in re.findall(r"\w+", match.group(2) or match.group(3)))


def _file(name: str) -> str:
    return f"{name.replace('.', '/')}.py"
