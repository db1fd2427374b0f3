# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""When a change flushed everybody's rules, as QRadar's program and firewalld's reload do, by the times of commands."""

from __future__ import annotations

from dataclasses import dataclass

#: moment by the clock that all processes share; before or after; the command
Times = list[tuple[float, str, str]]

_FLUSHING = ("iptables_update.pl", "firewall-cmd --reload")
_NEVER = float("inf")


@dataclass(frozen=True)
class Step:
    """A command of somebody else: what it was about, when, and what it said."""

    number: int
    began: float
    ended: float
    said: str


@dataclass(frozen=True)
class Flush:
    """read: when the two commands began that read both families for it. flushed: when it was over. back: when all that
    it cost was there again.
    """

    read: float
    flushed: float
    back: float

    def may_cost(self, step: Step) -> bool:
        """Whether nobody can know if it came before the flush."""
        return step.ended > self.read and step.began < self.flushed

    def lasts(self, step: Step) -> bool:
        """Whether rules of everybody may be gone for it."""
        return step.ended > self.read and step.began < self.back


def flushes(times: Times) -> list[Flush]:
    """All of them, in their order."""
    found = []
    for place, (moment, kind, command) in enumerate(times):
        if kind == "before" and command.startswith(_FLUSHING):
            read = min([moment, *[earlier for earlier, what, _command in times[:place] if what == "before"][-2:]])
            flushed, back = _end(times[place + 1 :])
            found.append(Flush(read, flushed, back))
    return found


def _end(times: Times) -> tuple[float, float]:
    """When a flush that has begun is over, and when its restoring is."""
    flushed = back = _NEVER
    for moment, kind, command in times:
        if command.startswith(_FLUSHING):
            if kind == "before":
                break
            flushed = moment
            back = moment if back == _NEVER else back
        elif kind == "after" and command.split()[0].endswith("tables-restore") and "--test" not in command:
            back = moment
    return flushed, back
