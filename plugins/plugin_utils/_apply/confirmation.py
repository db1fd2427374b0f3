# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The controller's side of a change that must prove itself: a new connection, probes, then the confirmation.

The host only sees whether a confirmation arrives in time.

Note that this plugin util is **PRIVATE** to the collection.
"""

from __future__ import annotations

import contextlib
import socket
import time
from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from ansible_collections.portledger.qradar.plugins.module_utils._base.contract import (
    CONFIRM,
    CONFIRMED,
    RESTORE,
    RESTORED,
    SAME_CONNECTION,
)
from ansible_collections.portledger.qradar.plugins.plugin_utils._apply.ssh_watch import Target, Watch
from ansible_collections.portledger.qradar.plugins.plugin_utils._base.errors import InputError
from ansible_collections.portledger.qradar.plugins.plugin_utils._base.forms import OUTCOME
from ansible_collections.portledger.qradar.plugins.plugin_utils._base.ports import PortError, PortRange
from ansible_collections.portledger.qradar.plugins.plugin_utils._base.progress import at
from ansible_collections.portledger.qradar.plugins.plugin_utils._base.results import ResultError, checked

# After the host's timer, to ask for the state of the change.
_AFTERWARDS: Final = 20.0
_PAUSE: Final = 0.5
_MOST_SHOWN: Final = 3


class UnreachedError(Exception):
    """The host did not answer; the text says why."""


def read_seconds(host: str, variable: str, value: object) -> int:
    """The option ``confirm_seconds``, or the variable of a role for it.

    Raises:
        InputError: it is not a number of seconds.
    """
    with contextlib.suppress(TypeError, ValueError):
        seconds = int(str(value))
        if seconds >= 0:
            return seconds
    raise InputError(host, variable, value, "is not a number of seconds", "Write 30, or 0 for no confirmation")


@dataclass(frozen=True)
class Probe:
    """A TCP port of the host that must answer: to the controller, or to another host of the inventory."""

    port: int
    source: str | None = None

    def __str__(self) -> str:
        return f"tcp/{self.port}" + (f" from {self.source}" if self.source else "")


def read_probes(host: str, value: object, known: Container[str]) -> tuple[Probe, ...]:
    """The option ``probes``: ``tcp/443``, or ``tcp/443 from NAME``.

    Args:
        host: the inventory's name.
        value: the option.
        known: names of the inventory's hosts.

    Raises:
        InputError: one is not a single TCP port, or names an unknown host.
    """
    probes = []
    remedy = "Write single TCP ports, such as tcp/443, or tcp/443 from ep1"
    for entry in value if isinstance(value, list) else [value]:
        text, named, source = str(entry).partition(" from ")
        try:
            found = PortRange.parse(text if named else entry)
        except PortError as error:
            raise InputError(host, "probes", entry, error.problem, remedy) from error
        if found.transport != "tcp" or found.first != found.last:
            raise InputError(host, "probes", entry, "cannot be probed", remedy)
        if named and source.strip() not in known:
            raise InputError(host, "probes", entry, "names a host that is not in the inventory", remedy)
        probes.append(Probe(found.first, source.strip() if named else None))
    return tuple(probes)


class Confirmation:
    """Proves that a host still answers, and confirms the change there.

    Args:
        host: the inventory's name.
        seconds: the time that the host gives.
        call: runs the module on the host with a phase; raises UnreachedError.
        reach: connects from another host: its name, an address, a port, seconds; returns why it failed, or nothing.
        clock: seconds since any moment.
        sleep: waits for seconds.
    """

    def __init__(
        self,
        host: str,
        seconds: int,
        call: Callable[[str], Mapping[str, Any]],
        reach: Callable[[str, str, int, float], str] = lambda *_where: "no other host can be asked",
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._host = host
        self._seconds = seconds
        self._call = call
        self._reach = reach
        self._clock = clock
        self._sleep = sleep
        self._end = clock() + seconds

    def confirm(self, address: str, probes: Sequence[Probe], behind: Sequence[Target] = ()) -> str:
        """Confirm over a new connection, once each probe and each target that answered before has answered.

        Args:
            address: of the host, for probes.
            probes: what must answer.
            behind: addresses and ports behind a gateway that answered before.

        Returns:
            Why a boot would not load what is confirmed; empty where it does.

        Raises:
            InputError: the change was not kept, with the reason and the state of the host.
        """
        for probe in probes:
            at(f"waiting for {probe} to answer after the change")
            said = self._probe(address, probe)
            if said:
                whom = probe.source or "the controller"
                remedy = f"Permit the port for {whom}, start the service that listens there, or remove it from probes"
                problem = f"did not answer at {address} after the change ({said}){self._ending()}"
                raise InputError(self._host, "probes", str(probe), problem, remedy)
        if lost := self._lost(behind):
            shown = ", ".join(f"{address} tcp/{port}" for address, port in lost[:_MOST_SHOWN])
            more = f" and {len(lost) - _MOST_SHOWN} more" if len(lost) > _MOST_SHOWN else ""
            verb = "answers" if len(lost) == 1 else "answer"
            problem = f"expired: {shown}{more} no longer {verb} after the change{self._ending()}"
            remedy = "Check qradar_gateway_segments and gateway_firewall_management"
            raise InputError(self._host, "confirm_seconds", self._seconds, problem, remedy)
        answer, said = self._ask(CONFIRM)
        outcome = answer.get("outcome")
        if outcome == CONFIRMED:
            return str(answer.get("problem", ""))
        if outcome == SAME_CONNECTION:
            why = answer.get("why", "without a reason")
            problem = f"ended without proof: the new connection was the old one ({why}){self._ending()}"
            remedy = "Find out what reuses connections besides Ansible's own ControlPersist"
        elif outcome == RESTORED:
            problem = f"expired without a new connection, and the host has restored its former rules{_last(said)}"
            remedy = (
                "Find out what blocks the controller: foreign rules on the host or on the way, or a connection "
                "that takes longer than this"
            )
        elif outcome:
            problem = f"ended without proof: {answer.get('why', 'without a reason')}"
            remedy = "If the host was restarted, it came up with its former rules. Run the playbook again"
        elif answer:
            problem = f"expired without a confirmation that the host accepted: {answer.get('msg')}"
            remedy = "The host restores its former rules by itself, and retries for ten minutes. Check the host"
        else:
            problem = f"expired without a new connection{_last(said)}"
            remedy = "The host restores its former rules by itself, but did not answer. Check the host"
        raise InputError(self._host, "confirm_seconds", self._seconds, problem, remedy)

    def take_back(self) -> str | None:
        """Undo the change, if there is one.

        Returns:
            The end of a sentence about it, None where nothing was changed.

        Raises:
            UnreachedError: the host does not answer.
        """
        try:
            answer = checked(self._call(RESTORE), OUTCOME)
        except ResultError as error:
            return f"whether the former rules are back is not known, for {error}".rstrip(".")
        if answer.get("failed"):
            return f"restoring the former rules failed, and the host retries: {answer.get('msg')}"
        return "the host has restored the former rules" if answer.get("outcome") == RESTORED else None

    def _lost(self, behind: Sequence[Target]) -> list[Target]:
        """Targets that no longer answer within half of the time."""
        if not behind:
            return []
        at("waiting for what answered behind the gateway before the change")
        with Watch(behind) as watch:
            answered = watch.answered(max(self._end - self._seconds / 2 - self._clock(), 0.5))
        return sorted(set(behind) - set(answered))

    def _probe(self, address: str, probe: Probe) -> str:
        """Why a port does not answer within half of the time; empty where it does."""
        end = self._end - self._seconds / 2
        if probe.source:
            return self._reach(probe.source, address, probe.port, max(end - self._clock(), 0.5))
        while True:
            left = end - self._clock()
            try:
                socket.create_connection((address, probe.port), timeout=max(left, 0.5)).close()
            except OSError as error:
                said = str(error)
            else:
                return ""
            if self._clock() + _PAUSE > end:
                return said
            self._sleep(_PAUSE)

    def _ending(self) -> str:
        """The state of a change that is undone, as the end of a sentence."""
        answer, said = self._ask(RESTORE)
        if answer.get("outcome") == RESTORED:
            return ", and the host has restored its former rules"
        return f"; the host restores its former rules by itself, but did not answer{_last(said)}"

    def _ask(self, phase: str) -> tuple[Mapping[str, Any], str]:
        """The host's answer, empty where there was none long after its time; and the last error."""
        said = ""
        while True:
            at(f"confirming over a new connection, within {self._seconds} s" if phase == CONFIRM else "taking back")
            try:
                answer = checked(self._call(phase), OUTCOME)
            except (UnreachedError, ResultError) as error:
                said = str(error)
            else:
                if "outcome" in answer or self._clock() > self._end:
                    return answer, said
                said = str(answer.get("msg"))
            if self._clock() > self._end + _AFTERWARDS:
                return {}, said
            self._sleep(_PAUSE)


def _last(said: str) -> str:
    line = " ".join(said.split()).rstrip(".")
    return f" (the last attempt: {line})" if line else ""
