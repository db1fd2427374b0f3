# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What became of each point, counted, and how to try one again."""

from __future__ import annotations

import collections
import hashlib
import itertools
import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

MODES = (
    "none",
    "kill",
    "kill-retry",
    "kill-timer",
    "command-before",
    "command-after",
    "command-fails",
    "ENOSPC",
    "EROFS",
    "restart",
    "cut-entries",
    "cut-data",
)
CUTS = ("cut-entries", "cut-data")

_CODE = Path(__file__).resolve().parents[2] / "plugins" / "module_utils"


@dataclass(frozen=True)
class Record:
    """One point: where it was, and what was wrong after it; nothing, where all was right."""

    provider: str
    operation: str
    scope: str
    mode: str
    point: str
    what: str
    why: tuple[str, ...] = ()

    @property
    def wrong(self) -> bool:
        return bool(self.why)

    @property
    def fault(self) -> str:
        """The kind of fault: the first line, without what is different each time."""
        return re.sub(r"/run/portledger\S*|/etc/\S+|\d+", "...", self.why[0])[:160] if self.why else ""

    @property
    def place(self) -> tuple[str, ...]:
        """Where it was."""
        return (self.provider, self.operation, self.scope, self.mode, self.point)

    def as_data(self) -> dict[str, object]:
        return {**asdict(self), "wrong": self.wrong}

    @property
    def again(self) -> str:
        """The command that tries just this one again."""
        return (
            f"python -m tests.chaos --provider {self.provider} --operation '{self.operation}' --scope {self.scope} "
            f"--mode {self.mode} --point {self.point}"
        )

    def __str__(self) -> str:
        head = f"{self.provider}, {self.operation}, {self.scope}, {self.mode}, at {self.point} ({self.what})"
        return "\n    ".join([head, *self.why, self.again])


class Records:
    """A file of records, a line of JSON each, of the code that its first line names."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def begin(self) -> None:
        """Without any record."""
        self._path.write_text(json.dumps({"code": digest_of_code()}) + "\n", encoding="utf-8")

    def add(self, record: Record) -> None:
        with self._path.open("a", encoding="utf-8") as stream:
            stream.write(json.dumps(record.as_data()) + "\n")

    def read(self) -> list[Record]:
        """All that are there. Raises ValueError where they are of other code."""
        first, *lines = self._path.read_text(encoding="utf-8").splitlines()
        if json.loads(first) != {"code": digest_of_code()}:
            raise ValueError(f"{self._path}: its records are of other code. Begin anew, without --go-on.")
        found = []
        for line in lines:
            data = json.loads(line)
            del data["wrong"]
            found.append(Record(**{**data, "why": tuple(data["why"])}))
        return found


def digest_of_code() -> str:
    """Of all that runs on hosts."""
    found = hashlib.sha256()
    for path in sorted(_CODE.rglob("*.py")):
        found.update(f"{path.relative_to(_CODE)}\0".encode() + path.read_bytes() + b"\0")
    return found.hexdigest()


def counted(records: Iterable[Record]) -> dict[str, dict[str, list[int]]]:
    """How many points there were and how many of them are wrong, by provider, and by mode there; "all" is either."""
    counts: dict[str, dict[str, list[int]]] = collections.defaultdict(lambda: collections.defaultdict(lambda: [0, 0]))
    for one in records:
        for provider, mode in itertools.product((one.provider, "all"), (one.mode, "all")):
            counts[provider][mode][0] += 1
            counts[provider][mode][1] += one.wrong
    return counts


def table(records: Iterable[Record], modes: Sequence[str] = MODES, head: str = "points (wrong)") -> list[str]:
    """Counts of points, and of those that are wrong, by provider and mode."""
    counts = counted(records)
    columns = [*(name for name in counts if name != "all"), "all"]
    lines = [f"{head:<16}" + "".join(f"{name:>16}" for name in columns)]
    for mode in (*modes, "all"):
        if mode in counts["all"]:
            cells = [counts[provider][mode] for provider in columns]
            lines.append(f"{mode:<16}" + "".join(f"{f'{tried} ({wrong})':>16}" for tried, wrong in cells))
    return lines


def classes(records: Iterable[Record]) -> list[str]:
    """Kinds of faults: how often, with which providers and modes, and the command for one of them."""
    found: dict[str, list[Record]] = collections.defaultdict(list)
    for one in records:
        if one.wrong:
            found[one.fault].append(one)
    lines = []
    for fault, some in sorted(found.items(), key=lambda item: -len(item[1])):
        providers = ", ".join(sorted({one.provider for one in some}))
        modes = ", ".join(sorted({one.mode for one in some}))
        lines += [f"{len(some)} x {fault}", f"    {providers}; {modes}", f"    {some[0].again}"]
    return lines
