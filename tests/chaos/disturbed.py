# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A change while somebody else works on the same firewall: it ends as told, and what he did is as he left it.

python -m tests.chaos disturbed --runs 72
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Sequence
from functools import cache

from tests.chaos.boots import Boots
from tests.chaos.control import Control
from tests.chaos.controller import Told, change
from tests.chaos.disturbers import Disturber, Ipset, Iptables, Lock, LongLock, Nft, Reload, Update
from tests.chaos.follow import Follow
from tests.chaos.judge import NEW, OLD
from tests.chaos.legacy import has_legacy
from tests.chaos.marked import MARK, unmarked
from tests.chaos.operations import CONFIRM, TIMER, Operation
from tests.chaos.reference import Reference, work_out
from tests.chaos.rounds import play_rounds

_LOCK: tuple[type[Disturber], ...] = (Lock, LongLock) if has_legacy() else ()
_OF_ALL = (Iptables, Nft, Ipset)
_OF_SOME: dict[str, tuple[type[Disturber], ...]] = {
    "iptables": _LOCK,
    "nftables": _LOCK,
    # This release of it does not start over the older iptables.
    "firewalld": (Reload,),
    "qradar": (Update, *_LOCK),
}
# By which an error says who was in the way.
_HOLDS = "flock (process "
_NAMED = {Lock: _HOLDS, LongLock: _HOLDS, Update: "iptables_update.pl", Reload: "firewall-cmd"}
#: seconds to confirm a change while somebody holds the lock: shorter than he does at times
_LOCK_SECONDS = 60


class Disturbed:
    """One provider: changes, each with somebody else at work."""

    def __init__(self, provider: str, control: Control) -> None:
        self._provider = provider
        self._control = control
        kinds: tuple[type[Disturber], ...] = (*_OF_SOME.get(provider, ()), *_OF_ALL)
        # Each of them with either end before any comes again.
        self._next = itertools.cycle([(kind, end) for end in (CONFIRM, TIMER) for kind in kinds])
        self._place = cache(self._work_out)
        self._follow = cache(self._make_follow)

    def _work_out(self, legacy: bool) -> tuple[Reference, Boots]:
        operation = Operation("change", "host", self._provider, self._provider)
        return work_out(operation, self._control), Boots(operation.kind, self._control)

    def _make_follow(self, kind: type[Disturber]) -> Follow:
        return Follow(*self._place(issubclass(kind, Lock)), unmarked)

    def choose(self, chosen: random.Random) -> tuple[str, str, list[str]]:
        """The next one."""
        kind, end = next(self._next)
        self._control.legacy = issubclass(kind, Lock)
        return (f"{kind.__name__}, {end}", *self.run(kind, end, chosen))

    def run(self, kind: type[Disturber], end: str, chosen: random.Random) -> tuple[str, list[str]]:
        """What the change came to, and what is not as it should be."""
        reference, _boots = self._place(issubclass(kind, Lock))
        wanted = reference.operation.wanted
        if issubclass(kind, Lock):
            wanted = {**wanted, "confirm_seconds": _LOCK_SECONDS}
        self._control.arm(None)
        with reference.begin(self._control) as world:
            disturber = kind(world, chosen)
            with disturber:
                told = change(world, wanted, end, retry=True)
            why = _judge_told(told, end, _NAMED.get(kind, MARK))
            world.wait_for_programs()
            why += disturber.judge(self._control.times())
            disturber.tidy()
            may = (NEW,) if told.outcome == "confirmed" else (OLD,)
            why += self._follow(kind).judge_end(world, told, may)
            why += disturber.judge(self._control.times(), "after remove: ")
            return f"{kind.__name__} {told.outcome or end}{' after an error' if told.failed else ''}", why


def _judge_told(told: Told, end: str, named: str) -> list[str]:
    """Lines about answers that do not fit: the end that was asked for, or an error that says who was in the way."""
    if told.died and told.outcome == "restored" and named == _HOLDS:
        # QRadar's program waits for the lock, and knows no end: the timer has ended them.
        return []
    if told.died or any(one.get("traceback") for one in told.answers):
        return [f"it dies: {told.died} {told.problem}"]
    if told.failed or told.problem:
        return [] if named in told.problem else [f"an error that does not name {named}: {told.problem}"]
    if end == CONFIRM and told.outcome != "confirmed":
        return [f"it is not confirmed: {told.answers}"]
    return [] if "timer" in told.answers[0] else [f"nothing was changed: {told.answers}"]


def main(arguments: Sequence[str] | None = None) -> int:
    usage = ("tests.chaos disturbed", __doc__, 72)
    good = "changes end as told, with somebody else at work"
    return play_rounds(lambda provider, control: Disturbed(provider, control).choose, usage, good, arguments)
