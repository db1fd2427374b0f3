# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A host that says what an input says: no process is started, and no file is read."""

from __future__ import annotations

from collections.abc import Mapping

from ansible_collections.portledger.qradar.plugins.module_utils._base.errors import RulesetError
from ansible_collections.portledger.qradar.plugins.module_utils._base.text import presentable
from ansible_collections.portledger.qradar.plugins.module_utils._host.host import Host

NOWHERE = "/nonexistent"
REFUSALS = (RulesetError,)


def says(error: Exception) -> str:
    """What the module makes of an error."""
    return str(presentable(str(error)))


class Machine(Host):  # type: ignore[misc] # what runs on hosts has no types
    """Files by name, and what programs print by name, or by name and arguments. root: a folder of the fuzzer's own."""

    def __init__(
        self,
        files: Mapping[str, bytes] | None = None,
        answers: Mapping[str, bytes] | None = None,
        environ: Mapping[str, str] | None = None,
        root: str = NOWHERE,
    ) -> None:
        super().__init__(self._answer, path=[], environ=dict(environ or {}), root=root)
        self._files = {"proc/uptime": b"5000.25 1.00\n", "proc/net/if_inet6": b"", **(files or {})}
        self._answers = answers or {}

    def find(self, program: str) -> str | None:
        there = any(name.split(" ")[0] == program for name in self._answers)
        return f"/bin/{program}" if there else None

    def _answer(self, arguments: list[str], _data: object, _seconds: object = None) -> tuple[int, str, str]:
        program = arguments[0].rpartition("/")[2]
        raw = self._answers.get(" ".join([program, *arguments[1:]]), self._answers.get(program))
        return (0, as_output(raw), "") if raw is not None else (1, "", "no such thing")

    def file(self, *parts: str) -> str:
        # It is there, and cannot be removed.
        return "/proc/version" if "/".join(parts) in self._files else "/".join([self.root, *parts])

    def text(self, *parts: str) -> str:
        name = "/".join(parts)
        if name not in self._files and self.root != NOWHERE:
            return str(super().text(*parts))
        return self._files.get(name, b"").decode("utf-8", "replace")

    def kernel_has(self, part: object) -> bool:
        return True


def as_output(raw: bytes) -> str:
    """As programs are read."""
    return raw.decode("utf-8", "surrogateescape")
