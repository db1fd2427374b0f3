# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The nodes of an HA pair change one after the other, the standby first, the second only once the first is confirmed.

Whatever forks, serial and strategy are: the first tasks of two nodes may run at the same time, one after the other in
either order, or in different batches. A node that is second gives way where its task may be run again later, else it
waits, as long as another worker is left that can do what it waits for.

Note that this plugin util is **PRIVATE** to the collection.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from ansible_collections.portledger.qradar.plugins.plugin_utils._apply.pair import (
    BEGUN,
    DONE,
    FAILED,
    UNREACHED,
    Node,
    Pair,
    waiting_place,
)
from ansible_collections.portledger.qradar.plugins.plugin_utils._base.errors import InputError
from ansible_collections.portledger.qradar.plugins.plugin_utils._base.progress import at

BEGIN_SECONDS: Final = 300.0
"""How long a node waits for the other one to begin."""
END_SECONDS: Final = 3600.0
"""And to end. Everything in a change has limits of its own, which are shorter."""

_PAUSE: Final = 0.2
_AGAIN: Final = "run the playbook again"


@dataclass(frozen=True)
class Play:
    """Who is in the running play: all of its hosts, those that have not failed, those of the running batch.

    workers: how many tasks run at the same time.
    """

    everybody: Sequence[str]
    left: Sequence[str]
    batch: Sequence[str]
    workers: int

    @classmethod
    def of(cls, task_vars: Mapping[str, Any], workers: int) -> Play:
        """From what Ansible hands an action plugin."""
        names = ("ansible_play_hosts_all", "ansible_play_hosts", "ansible_play_batch")
        everybody, left, batch = ([str(name) for name in task_vars.get(one) or ()] for one in names)
        return cls(everybody, left, batch, workers)


class Turn:
    """One node's turn.

    Args:
        parent: the run's own temporary folder.
        name: the node.
        peer: the other node of its pair.
        play: who is in the running play.
        clock, sleep: for tests.
    """

    def __init__(
        self,
        parent: Path,
        name: str,
        peer: str,
        play: Play,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._parent, self._play = parent, play
        self._name, self._peer = name, peer
        self._pair = Pair(parent, name, peer)
        self._clock, self._sleep = clock, sleep
        self._last = self._pair.node(name).number

    def take(
        self, ask: Callable[[], bool | None], change: Callable[[], dict[str, Any]], gives_way: bool
    ) -> dict[str, Any]:
        """Change the node, when it is its turn.

        Args:
            ask: whether the node has a cluster address now; None where the inventory names none.
            change: makes the change; its result has ``failed`` where it is not in force and confirmed.
            gives_way: whether to return at once where the other node has to change first.

        Returns:
            The result of ``change`` with a key ``pair``; where this node gave way, a result with ``deferred``.

        Raises:
            InputError: the other node was to change first, and is not as it should be.
        """
        try:
            holds = ask()
        except Exception as error:
            self._pair.mark(UNREACHED, str(error))
            raise
        self._pair.say(holds=holds)
        about = {"peer": self._peer, "active": holds}
        warning = ""
        if not self._is_ready():
            warning = self._alone_in_batch()
            if not warning and gives_way:
                words = f"{self._name}: its change follows that of {self._peer}, the other node of its pair."
                return {"changed": False, "deferred": True, "msg": words, "pair": {**about, "second": True}}
            if not warning:
                self._wait()
        end = self._clock() + END_SECONDS
        with self._pair.alone(lambda: self._pause(end)):
            peer = self._pair.node(self._peer)
            if peer.number > self._last and peer.state in (FAILED, BEGUN):
                raise self._refusal(peer)
            second = peer.number > self._last and peer.state == DONE
            self._pair.mark(BEGUN)
            try:
                result = change()
            except BaseException as error:
                self._pair.mark(FAILED, str(error))
                raise
            self._pair.mark(*((FAILED, str(result.get("msg"))) if result.get("failed") else (DONE, "")))
        if warning:
            result["warnings"] = [*result.get("warnings", ()), warning]
        return {**result, "pair": {**about, "second": second}}

    def _is_ready(self) -> bool:
        """Whether this node may change now, as far as the order of the two is concerned.

        Raises:
            InputError: the other one was to be first, and failed.
        """
        mine, theirs = self._pair.node(self._name), self._pair.node(self._peer)
        if _is_first(self._name, mine, self._peer, theirs):
            return True
        if theirs.number > self._last and theirs.state in (DONE, FAILED, UNREACHED):
            if theirs.state != DONE:
                raise self._refusal(theirs)
            return True
        if theirs.number > self._last and not self._pair.is_changing():
            # It may have ended just now.
            theirs = self._pair.node(self._peer)
            if theirs.state == BEGUN:
                raise self._refusal(theirs)
            return self._is_ready()
        if self._peer not in self._play.everybody:
            return True
        if self._peer not in self._play.left:
            raise self._error("was to change first, and failed or could not be reached earlier in this run")
        return False

    def _alone_in_batch(self) -> str:
        """A warning where the other node is in a later batch of the play (serial), so that waiting would be for ever.

        Raises:
            InputError: it is in an earlier one.
        """
        everybody = self._play.everybody
        if self._peer in self._play.batch or self._name not in everybody:
            return ""
        if everybody.index(self._peer) < everybody.index(self._name):
            raise self._error("was to change first, and this task has not run there")
        return (
            f"{self._name}: changes before {self._peer}, the standby node of its pair, which is in a later batch of "
            "this play (serial). List the standby nodes first."
        )

    def _wait(self) -> None:
        """Until the other node has ended.

        Raises:
            InputError: it did not begin or end in time, it failed, or no worker is left for it.
        """
        at(f"waiting for {self._peer}, the other node of its pair")
        begin, end = self._clock() + BEGIN_SECONDS, self._clock() + END_SECONDS
        with waiting_place(self._parent, self._play.workers - 1) as has_place:
            while not self._is_ready():
                changing = self._pair.is_changing()
                if not changing and not has_place:
                    workers = self._play.workers
                    problem = f"is to change first, and each of the {workers} forks of this run already waits"
                    if workers == 1:
                        problem = "is to change first, which a run with one fork cannot wait for"
                    raise self._error(problem, "Use the role host_firewall, or raise forks")
                if self._clock() > (end if changing else begin):
                    seconds = END_SECONDS if changing else BEGIN_SECONDS
                    problem = "and did not end" if changing else "and this task has not run there"
                    raise self._error(f"was to change first, {problem} within {seconds:.0f} s")
                self._sleep(_PAUSE)

    def _pause(self, end: float) -> None:
        if self._clock() > end:
            raise self._error(f"is being changed, and that did not end within {END_SECONDS:.0f} s")
        self._sleep(_PAUSE)

    def _refusal(self, peer: Node) -> InputError:
        if peer.state == BEGUN:
            return self._error("was to change first, and what changed it was ended before it was done")
        what = "could not be reached" if peer.state == UNREACHED else "failed"
        return self._error(f"was to change first, and {what}: {' '.join(peer.why.split()).rstrip('.')}")

    def _error(self, problem: str, remedy: str = "") -> InputError:
        remedy = remedy or f"Nothing was changed on {self._name}. Fix {self._peer}, then {_AGAIN}"
        return InputError(self._name, "qradar_ha_peer", self._peer, problem, remedy)


def _is_first(name: str, mine: Node, peer: str, theirs: Node) -> bool:
    """Whether a node changes before its peer: the standby does. By name where that is not known.

    A node that the other has not answered for yet: it is standby itself, so it goes first, or it is not.
    """
    if mine.holds is None or mine.holds == theirs.holds:
        return name < peer
    return not mine.holds
