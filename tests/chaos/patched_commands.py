# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The moments before and after each command, as points."""

from __future__ import annotations

import os
import signal
import subprocess
from pathlib import Path
from typing import Any

from tests.chaos.injection import Injection

_FAILING = ["/bin/sh", "-c", 'cat >/dev/null; echo "an injected failure" >&2; exit 1']
_KILLED = ["/bin/sh", "-c", "kill -9 $$"]


def patch_commands(injection: Injection) -> None:
    class Command(subprocess.Popen):  # type: ignore[type-arg]
        def __init__(self, arguments: Any, *rest: Any, **named: Any) -> None:
            words = [arguments] if isinstance(arguments, str) else [os.fsdecode(word) for word in arguments]
            self._text = _shown(words)
            self._mode = injection.point("before", self._text)
            self._done = False
            if self._mode == "command-fails":
                arguments = _FAILING
            elif self._mode == "command-before":
                arguments = _KILLED
            super().__init__(arguments, *rest, **named)

        def communicate(self, *rest: Any, **named: Any) -> Any:
            answer = super().communicate(*rest, **named)
            self._end()
            return answer

        def wait(self, *rest: Any, **named: Any) -> int:
            super().wait(*rest, **named)
            self._end()
            return int(self.returncode)

        def poll(self) -> int | None:
            if super().poll() is not None:
                self._end()
            return self.returncode

        def _end(self) -> None:
            if self._done:
                return
            self._done = True
            if self._mode == "command-after":
                self.returncode = -signal.SIGKILL
            if self._text.split(" ", maxsplit=1)[0] == "sync":
                injection.wrote("sync", path="/")
            injection.point("after", self._text)

    subprocess.Popen = Command  # type: ignore[misc,assignment]


def _shown(words: list[str]) -> str:
    """As people know the command, in one line."""
    text = " ".join([Path(words[0]).name, *words[1:]])
    return " ".join(text.split())[:100]
