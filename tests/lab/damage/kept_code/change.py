# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What changes have in common: where they happen, and what is to come of them."""

from __future__ import annotations

import copy
import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.lab.plays.direct import Inside
from tests.lab.plays.kept import KeptInside, options_of
from tests.lab.world.lab import RunningNode
from tests.lab.world.topology import LabError

KEPT = "/run/portledger/kept"


@dataclass
class Ground:
    """A node with rules, what it is asked with, and both ways to ask. many: networks of one source of its plans."""

    node: RunningNode
    inside: Inside
    kept: KeptInside
    options: dict[str, Any]
    chance: random.Random
    provider: str
    many: int = 0

    def sh(self, script: str) -> str:
        return self.node.run(["sh", "-c", script]).stdout

    def put_right(self) -> None:
        """Have a run of the module enforce all of it."""
        self.inside.call("ruleset", **copy.deepcopy(self.options))

    def said(self, asker: Inside) -> dict[str, Any]:
        """What a run would do, and what it says of everything beside that; an error as it is told."""
        found: dict[str, Any] = {}
        for module, check in (("ruleset", True), ("ruleset_info", False)):
            try:
                found[module] = asker.call(module, check=check, **options_of(module, self.options))
            except LabError as error:
                found[module] = str(error)
        # Packets go on being counted; and the kernel has one log, which others write to meanwhile.
        if isinstance(found["ruleset_info"], dict):
            for name in ("counters", "logged", "log"):
                del found["ruleset_info"][name]
        return found


@dataclass(frozen=True)
class Change:
    """noticed: whether what is said has to differ. sent: whether something has to be sent again.

    module: by whom the module is run, where it is not the ground's.
    """

    what: str
    undo: Callable[[], object]
    noticed: bool = True
    sent: bool = False
    module: Inside | None = None
