# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Somebody else who works on the firewall of a world, again and again, and knows what he has left there."""

from __future__ import annotations

import random
import subprocess
import threading
import time
from abc import ABC, abstractmethod

from tests.chaos.flushes import Step, Times, flushes
from tests.chaos.marked import MARK, Marked, judge_marked
from tests.chaos.rules import observed
from tests.chaos.world import World
from tests.lab.hosts.foreign_rules import FOREIGN, FOREIGN_ADDRESSES

#: real seconds: when he begins, and how long he rests between two commands
_BEGINS = 1.0
_RESTS = 0.15


#: in every rule of others that a flush costs
FOREIGN_WORDS = ("f2b-sshd", "somebody0", "DOCKER")


class Disturber(ABC):
    """Works from a random moment on, in a thread, until the end of a with statement."""

    def __init__(self, world: World, chosen: random.Random) -> None:
        self._world = world
        self.chosen = chosen
        #: what is there of his
        self.left: Marked = {}
        self.steps: list[Step] = []
        #: commands of his that did not work, and what they said
        self.refused: list[Step] = []
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._work, daemon=True)

    def __enter__(self) -> Disturber:
        self.begin()
        self._thread.start()
        return self

    def __exit__(self, *_exception: object) -> None:
        self._end.set()
        self._thread.join()

    def judge(self, times: Times, when: str = "") -> list[str]:
        """Lines about what is not as he left it, and what he could not do.

        What he did while a flush was on its way may have come before it or behind it. While everybody's rules are gone
        he can neither delete nor follow one.
        """
        found = flushes(times)
        unknown = {one.number for one in self.steps if any(flush.may_cost(one) for flush in found)}
        anywhere = {one.number for one in self.steps if any(flush.lasts(one) for flush in found)}
        refused = [
            one for one in self.refused if one.number not in unknown and not any(flush.lasts(one) for flush in found)
        ]
        lines = judge_marked(self.left, self._world, unknown, anywhere)
        return [f"{when}{line}" for line in lines] + [f"he was refused: {one.said}" for one in refused]

    def tidy(self) -> None:  # noqa: B027  # most need nothing
        """Put back what his own doing has cost others."""

    def begin(self) -> None:  # noqa: B027  # most need nothing
        """What he has before the change."""

    @abstractmethod
    def step(self) -> None:
        """One command, or what belongs together."""

    def _work(self) -> None:
        self._end.wait(self.chosen.uniform(0, _BEGINS))
        while not self._end.is_set():
            self.step()
            self._end.wait(self.chosen.uniform(0, _RESTS))

    def run(self, script: str, number: int = 0, stdin: str | None = None) -> bool:
        """Whether a command worked."""
        began = time.monotonic()
        done = self._world.sh(script, stdin=stdin)
        said = f"{script}: {' '.join((done.stderr or done.stdout).split())}"
        (self.refused if done.returncode else self.steps).append(Step(number, began, time.monotonic(), said))
        return not done.returncode


def is_first(number: int) -> bool:
    """Whether a rule is put ahead of all others: then it only drops, as those that stay ahead of ours do."""
    return not number % 2


class _Adding(Disturber):
    """Adds what has a number, and deletes it again."""

    places: tuple[str, ...] = ()

    def __init__(self, world: World, chosen: random.Random) -> None:
        super().__init__(world, chosen)
        self._numbers = iter(range(1, 250))

    def step(self) -> None:
        place = self.chosen.choice(self.places)
        there = self.left.setdefault(place, [])
        if there and self.chosen.random() < 0.4:
            number = self.chosen.choice(there)
            if self.delete(place, number):
                there.remove(number)
        elif number := next(self._numbers, 0):
            first = is_first(number)
            if self.add(place, number, first=first):
                there.insert(0 if first else len(there), number)

    @abstractmethod
    def add(self, place: str, number: int, *, first: bool) -> bool:
        """As the first or the last of its place."""

    @abstractmethod
    def delete(self, place: str, number: int) -> bool:
        """What was added."""


class Iptables(_Adding):
    """Rules of iptables and ip6tables, in INPUT and in a chain of his own."""

    places = tuple(f"{tool} {chain}" for tool in ("iptables", "ip6tables") for chain in ("INPUT", MARK))

    def begin(self) -> None:
        for tool in ("iptables", "ip6tables"):
            self.run(f"{tool} -N {MARK}")
            self.left[f"{tool} {MARK}"] = []

    def add(self, place: str, number: int, *, first: bool) -> bool:
        tool, chain = place.split()
        return self.run(f"{tool} {'-I' if first else '-A'} {chain} {_rule(number)}", number)

    def delete(self, place: str, number: int) -> bool:
        tool, chain = place.split()
        return self.run(f"{tool} -D {chain} {_rule(number)}", number)


def _rule(number: int) -> str:
    target = "DROP" if is_first(number) else "ACCEPT"
    return f"-p tcp --dport {47000 + number} -m comment --comment {MARK}-{number} -j {target}"


class Nft(_Adding):
    """A table of his own, and its rules."""

    places = (f"nft inet {MARK}",)

    def begin(self) -> None:
        self.run(
            "nft -f -", stdin=f"table inet {MARK} {{ chain {MARK} {{ type filter hook input priority 5;\n }}\n }}\n"
        )
        self.left[self.places[0]] = []

    def add(self, _place: str, number: int, *, first: bool) -> bool:
        verb = "insert" if first else "add"
        rule = f"tcp dport {47000 + number} drop comment {MARK}-{number}"
        return self.run(f"nft {verb} rule inet {MARK} {MARK} {rule}", number)

    def delete(self, _place: str, number: int) -> bool:
        list_them = f"nft -a list chain inet {MARK} {MARK}"
        handle = f"$({list_them} | sed -n 's/.*\"{MARK}-{number}\" # handle //p')"
        return self.run(f"nft delete rule inet {MARK} {MARK} handle {handle}", number)


class Ipset(_Adding):
    """A set of his own, and its members."""

    places = ("sets",)

    def begin(self) -> None:
        self.run(f"ipset create {MARK} hash:ip")
        self.left["sets"] = []

    def add(self, _place: str, number: int, *, first: bool) -> bool:
        return self.run(f"ipset add {MARK} 203.0.113.{number}", number)

    def delete(self, _place: str, number: int) -> bool:
        return self.run(f"ipset del {MARK} 203.0.113.{number}", number)


class _Flushing(Disturber):
    """What flushes everybody's rules."""

    def judge(self, _times: Times, _when: str = "") -> list[str]:
        """He has none of his own, and his programs may fail where two of them meet."""
        return []

    def tidy(self) -> None:
        """Whoever has rules has them loaded again: where all of a family is gone, and nowhere else."""
        rules = observed(self._world)
        for tool, address in FOREIGN_ADDRESSES.items():
            if not any(word in line for line in rules.get(tool, ()) for word in FOREIGN_WORDS):
                self.run(f"{tool}-restore --noflush", stdin=FOREIGN.format(address=address))


class Update(_Flushing):
    """QRadar's own program."""

    def step(self) -> None:
        self.run("/opt/qradar/bin/iptables_update.pl")


class Reload(_Flushing):
    """A reload of firewalld."""

    def step(self) -> None:
        self.run("firewall-cmd --reload")


class Lock(Disturber):
    """Holds the lock of the older iptables: for less than the time to confirm, or for longer."""

    #: real seconds
    _SECONDS: tuple[tuple[float, float], ...] = ((0.2, 2.0), (4.0, 5.0))

    def step(self) -> None:
        holder = self._world.node.popen(
            ["flock", "/run/xtables.lock", "sh", "-c", "read -r line"], stdin=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        self._end.wait(self.chosen.uniform(*self.chosen.choice(self._SECONDS)))
        # The end of its input.
        holder.communicate()


class LongLock(Lock):
    """Always for longer than a program waits that is late."""

    _SECONDS = ((4.0, 5.0),)
