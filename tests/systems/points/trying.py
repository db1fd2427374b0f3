# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One spot: the operation is stopped there, and what is in force, what a boot loads and what runs do is looked at."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass

from tests.chaos.rules import is_mixed
from tests.lab.hosts.state import State, differences
from tests.systems.points.ground import SECONDS, Ground, wanted
from tests.systems.points.spot import APPLY, CONFIRM, NEW, OLD, POWER, TIMER, Spot
from tests.systems.points.spots import FIRST, OTHERS, REMOVE, TO_OTHER
from tests.systems.probe import asking
from tests.systems.site import address
from tests.systems.state import CONSOLE, timers
from tests.systems.system import BootError, wait_for

# Programs of firewalld and a busy machine take their time.
_PATIENCE = 40
# firewalld's reload and QRadar's program flush all: what is in force in between is judged after the timer.
_FLUSH = ("firewalld", "qradar")


@dataclass(frozen=True)
class Tried:
    """seconds: without access over SSH, from the fault on; None where it was never lost, or is not to be."""

    seconds: float | None
    why: list[str]


def ends(spot: Spot) -> tuple[tuple[str | None, int], tuple[str | None, int]]:
    """The states before and after an operation: provider and version."""
    before: tuple[str | None, int] = (None if spot.operation == FIRST else spot.provider, 1)
    if spot.operation == REMOVE:
        return before, (None, 1)
    return before, (OTHERS[spot.provider] if spot.operation == TO_OTHER else spot.provider, 2)


def try_spot(ground: Ground, spot: Spot) -> Tried:
    before, after = ends(spot)
    new = ground.reference(*after)
    old = ground.have(*before)
    state = {OLD: old, NEW: new}
    why, until = [], math.inf
    with asking(ground.site, address(CONSOLE), 22, 0.05) as asked:
        ground.arm(spot)
        first = ground.call(wanted(*after), APPLY)
        if spot.who == CONFIRM:
            ground.call(wanted(*after), CONFIRM)
        elif spot.who == TIMER:
            wait_for(f"{spot}: the fault", lambda: ground.struck() or not ground.waits(), SECONDS + _PATIENCE)
        struck = ground.last_struck()
        if struck is None:
            return Tried(None, [f"it never came to this: {first}"])
        if spot.how == POWER:
            ground.boot_again()
        else:
            why += _at_once(ground, old, new)
            why += _wait_for_the_end(ground)
            why += _judge("after the timer", ground, state, spot.then)
            why += ground.wait_for_answer() if spot.then == OLD else []
            until = time.monotonic()
            ground.boot_again()
        why += _judge("after a boot", ground, state, spot.then)
        why += ground.wait_for_answer() if spot.then == OLD else []
    why += [f"failed: {line}" for line in ground.failed_units().splitlines()]
    why += _follow(ground, after, new)
    attempts = [one for one in asked.attempts if struck < one[0] < until]
    return Tried(_gone(attempts, struck) if spot.then == OLD else None, why)


def _at_once(ground: Ground, old: State, new: State) -> list[str]:
    now = ground.rules()
    known = now in (old, new) or is_mixed(now, old, new) or ground.provider in _FLUSH
    return [] if known else [f"at once: {differences(old, now)[:3]}"]


def _wait_for_the_end(ground: Ground) -> list[str]:
    """Until nothing waits for a confirmation, by the timer alone."""
    try:
        wait_for("the end", lambda: not ground.waits(), SECONDS + _PATIENCE)
        wait_for("the end of the timer", lambda: not timers(ground.system), SECONDS + _PATIENCE)
    except BootError:
        words = ground.system.shell("journalctl --boot --no-pager --output=cat --unit='portledger-restore-*' | tail -5")
        return [f"something waits still: {timers(ground.system)} {words}"]
    return []


def _judge(when: str, ground: Ground, state: dict[str, State], then: str) -> list[str]:
    now = ground.rules()
    if now == state[then]:
        return []
    other = NEW if then == OLD else OLD
    what = other if now == state[other] else f"neither: {differences(state[then], now)[:3]}"
    return [f"{when}: {what} in place of {then}"]


def _follow(ground: Ground, after: tuple[str | None, int], new: State) -> list[str]:
    """The next run converges, and the one after changes nothing."""
    ground.change(wanted(*after))
    why = [] if ground.rules() == new else [f"after the next run: {differences(new, ground.rules())[:3]}"]
    again = ground.change(wanted(*after))
    return why + ([f"the run after that: changes {again['difference']}"] if again["changed"] else [])


def _gone(attempts: list[tuple[float, str]], struck: float) -> float | None:
    """Seconds from the fault to the last attempt that was not answered."""
    silent = [began for began, said in attempts if said == "silent"]
    return max(silent) - struck if silent else None
