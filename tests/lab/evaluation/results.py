# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the runs of a series came to, kept in a file so that a series can go on where it ended.

{"bookworm": {"versions": {"nft": "1.0.6"}, "kinds": {"maps": {"seed": 1, "rulesets": 2000, ...}}}}
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any, Final

from tests.lab.evaluation.evaluate import Verdict

COUNTED: Final = (
    *("rulesets", "refused", "packets", "passed", "certain", "may", "false_opens", "false_closes", "unread"),
    "rulesets_with_may",
)


class Results:
    """The counts of one release; path: where they are kept, nowhere if None."""

    def __init__(self, release: str, path: Path | None) -> None:
        self._path = path
        self._all: dict[str, Any] = {}
        if path is not None and path.exists():
            self._all = json.loads(path.read_text(encoding="utf-8"))
        self._release = self._all.setdefault(release, {"versions": {}, "kinds": {}})

    def set_versions(self, versions: dict[str, str]) -> None:
        self._release["versions"] = versions

    def of(self, kind: str, seed: int) -> dict[str, Any]:
        """The counts of a kind. Those of another seed are of another series, and begin anew."""
        known: dict[str, Any] = self._release["kinds"].get(kind, {})
        if known.get("seed") != seed:
            known = {"seed": seed, **dict.fromkeys(COUNTED, 0), "why": {}}
            self._release["kinds"][kind] = known
        return known

    def add(self, kind: str, seed: int, verdict: Verdict) -> None:
        counts = self.of(kind, seed)
        for name, number in (
            ("rulesets", 1),
            ("refused", int(verdict.refused != "")),
            ("packets", verdict.packets),
            ("passed", verdict.passed),
            ("certain", verdict.packets - verdict.maybe),
            ("may", verdict.maybe),
            ("false_opens", verdict.false_opens),
            ("false_closes", verdict.false_closes),
            ("unread", len(verdict.unread)),
            ("rulesets_with_may", int(verdict.maybe > 0)),
        ):
            counts[name] += number
        for reason, number in verdict.why.items():
            name = without_values(reason)
            counts["why"][name] = counts["why"].get(name, 0) + number

    def save(self) -> None:
        """As a whole or not at all; what others have added meanwhile of other releases and kinds would be lost."""
        if self._path is None:
            return
        beside = self._path.with_suffix(".new")
        beside.write_text(json.dumps(self._all, indent=1, sort_keys=True) + "\n", encoding="utf-8")
        beside.replace(self._path)


def without_values(reason: str) -> str:
    """What of a rule is left open, without the values that are different in each ruleset."""
    if re.match(r"(jump|goto) \{", reason):
        return "a chain within a rule"
    if found := re.search(r"-m [a-z]+", reason) or re.search(r"--[a-z-]+", reason):
        return found[0]
    return " ".join(re.split(r"[{\"@\d]", reason)[0].split()) or "other"
