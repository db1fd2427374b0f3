# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The controller's side of an operation: the calls that it makes, and what it makes of answers and of silence."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from tests.chaos.injection import REFUSED
from tests.chaos.operations import CONFIRM, RESTORE, SECONDS, TIMER, Operation, phase_of
from tests.chaos.world import World


@dataclass
class Told:
    """What the controller was told."""

    answers: list[dict[str, Any]] = field(default_factory=list)
    #: phase of the call that died
    died: str = ""
    #: whether it has tried to confirm
    confirms: bool = False
    #: whether it has let the time to confirm pass
    waited: bool = False

    @property
    def outcome(self) -> str:
        found = [one["outcome"] for one in self.answers if "outcome" in one]
        return str(found[-1]) if found else ""

    @property
    def problem(self) -> str:
        """Why a boot does not load what was confirmed; or why the change failed."""
        return " ".join(str(one.get("problem") or one.get("msg") or "") for one in self.answers).strip()

    @property
    def warned(self) -> bool:
        """Whether the confirmation said that a boot does not load what was confirmed."""
        return any(one.get("problem") for one in self.answers)

    @property
    def failed(self) -> bool:
        return any(one.get("failed") for one in self.answers)


def play(world: World, operation: Operation, *, retry: bool) -> Told:
    """Make the calls of an operation.

    :param retry: whether the controller lives on after a call that died
    """
    return change(world, operation.wanted, operation.end, retry=retry)


def change(world: World, options: dict[str, Any], end: str = CONFIRM, *, retry: bool = False) -> Told:
    told = Told()
    first = _call(world, told, options, "apply")
    if first is None:
        if retry:
            _call(world, told, options, RESTORE)
        return told
    if first.get("failed"):
        _call(world, told, options, RESTORE)
        return told
    if "timer" not in first:
        return told
    if end == TIMER:
        told.waited = True
        world.control.advance(2 * SECONDS)
        fault = world.control.fault()
        if fault and fault.mode in REFUSED:
            # On a full disk it does not end: it tries again until there is room.
            world.wait_for_fault()
            world.wait_for_programs(2)
        else:
            world.wait_for_programs()
        return told
    second = _call(world, told, options, end)
    if (second is None and retry) or (second or {}).get("failed"):
        _call(world, told, options, end)
    return told


def _call(world: World, told: Told, options: dict[str, Any], phase: str) -> dict[str, Any] | None:
    """The answer; None where the call died."""
    told.confirms = told.confirms or phase == CONFIRM
    answer = world.call({**options, "change": phase_of(phase)})
    if "died" in answer:
        told.died = told.died or phase
        return None
    told.answers.append(answer)
    return answer
