# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One deployment under load: a run with faults, and one that finishes the rest. What was told, and what is in force."""

from __future__ import annotations

import re
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from tests.lab.plays.record import Recorded, record_playbook
from tests.lab.plays.site import SITE
from tests.lab.world.lab import Lab
from tests.load.controller import Controller
from tests.load.deployment import CUT, FINE, KILLED, UNREACHABLE, Deployment
from tests.load.faults import Cutting, arm, disarm

FORKS = 50
_LOADED = "table inet portledger_host"
_GONE = r"The node is gone: nsenter: cannot open /proc/\d+/ns/\w+: No such file or directory"
#: what is told of a host, by what happened to it
_SAID = {
    # Nothing that this connection says proves that the module was not started; what ssh says does.
    UNREACHABLE: rf"(Task failed: )?{_GONE}\. New rules may have been loaded before that: the host restores the former "
    r"rules by itself\.",
    KILLED: r".*New rules may have been loaded before that: the host has restored the former rules\.",
    CUT: r"{name}: confirm_seconds: {seconds} expired without a new connection \(the last attempt: " + _GONE + r"\)\. "
    r"The host restores its former rules by itself, but did not answer\. Check the host\.",
}


@dataclass(frozen=True)
class Measured:
    """A run, with seconds and MiB."""

    run: Recorded
    main: float
    together: float

    def __str__(self) -> str:
        counts = {
            "changed": len(self.run.run.changed),
            "failed": sum(bool(one["failed"]) for one in self.run.run.recap.values()),
            "unreachable": sum(bool(one["unreachable"]) for one in self.run.run.recap.values()),
        }
        said = ", ".join(f"{key} {number}" for key, number in counts.items())
        memory = f"{self.main:.0f} MiB in the main process, {self.together:.0f} MiB in all"
        return f"{self.run.run.seconds:.1f} s, {len(self.run.run.recap)} hosts: {said}; {memory}"


class Load:
    """A running lab. Use as a context manager."""

    def __init__(self, size: int, seconds: int) -> None:
        self.deployment = Deployment.of(size)
        self._seconds = seconds
        self._folder = tempfile.TemporaryDirectory(prefix="load-")
        path = Path(self._folder.name) / f"load{size}.yml"
        self.deployment.write(path, seconds)
        self.lab = Lab.start(path)

    def __enter__(self) -> Load:
        return self

    def __exit__(self, *_exception: object) -> None:
        self.lab.stop()
        self._folder.cleanup()

    def first(self) -> tuple[Measured, list[str]]:
        """The run with faults, and what is wrong with it."""
        hosts = self.deployment.hosts
        broken = self.deployment.that(KILLED, CUT)
        for name in broken:
            arm(self.lab[name], hosts[name])
        unplugged = [self.lab[name].process for name in self.deployment.that(UNREACHABLE)]
        cut = [self.lab[name] for name in self.deployment.that(CUT)]
        controller = Controller(Path(self._folder.name), unplugged)
        with Cutting(cut, controller.file):
            measured = self._play(controller)
        for name in broken:
            disarm(self.lab[name])
        why = []
        for name, fate in hosts.items():
            why += self._told(measured.run, name, fate)
        for name in broken:
            why += self._waits(name)
        return measured, why + self._in_force(self.deployment.that(FINE))

    def second(self) -> tuple[Measured, list[str]]:
        """The run that finishes the rest, and what is wrong with it."""
        done = self.deployment.that(FINE)
        before = self._rules()
        measured = self._play(Controller(Path(self._folder.name)))
        after = self._rules()
        recap = measured.run.run.recap
        why = [
            f"{name}: the second run: {recap.get(name)}" for name in self.deployment.hosts if not _is_good(recap, name)
        ]
        for name in self.deployment.hosts:
            if bool(recap.get(name, {}).get("changed")) == (name in done):
                why.append(f"{name}: the second run: changed={recap.get(name, {}).get('changed')}")
        why += [f"{name}: the second run has changed its rules" for name in done if before[name] != after[name]]
        return measured, why + self._in_force(list(self.deployment.hosts))

    def _play(self, controller: Controller) -> Measured:
        with controller:
            run = record_playbook(self.lab, SITE, "--forks", str(FORKS), inside=controller)
        return Measured(run, controller.main, controller.together)

    def _told(self, run: Recorded, name: str, fate: str) -> list[str]:
        """Lines about a host of which something else was told than what happened."""
        recap = run.run.recap.get(name, {})
        counts = tuple(recap.get(key) for key in ("changed", "failed", "unreachable"))
        wanted = {FINE: (1, 0, 0), UNREACHABLE: (0, 0, 1)}.get(fate, (0, 1, 0))
        last = run.results.get(name, [{}])[-1]
        said = " ".join(str(last.get("msg", "")).split())
        if counts != wanted:
            return [f"{name}, {fate}: changed, failed, unreachable: {counts} in place of {wanted}: {said}"]
        if fate == FINE:
            return [] if last.get("confirmed") is True else [f"{name}: is not said to be confirmed: {last}"]
        pattern = _SAID[fate].replace("{name}", name).replace("{seconds}", str(self._seconds))
        return [] if re.fullmatch(pattern, said) else [f"{name}, {fate}: {said}"]

    def _waits(self, name: str) -> list[str]:
        """Lines about a change that does not end by itself."""
        pending = Path(f"/proc/{self.lab[name].process}/root/run/portledger/host/pending.json")
        end = time.monotonic() + self._seconds + 30
        while pending.exists():
            if time.monotonic() > end:
                return [f"{name}: its change is still pending"]
            time.sleep(0.2)
        return []

    def _rules(self) -> dict[str, str]:
        """What is in force on each host, handles and counters aside."""
        with ThreadPoolExecutor(4) as pool:
            names = list(self.deployment.hosts)
            texts = pool.map(lambda name: self.lab[name].run(["nft", "-s", "list", "ruleset"]).stdout, names)
            return dict(zip(names, texts, strict=True))

    def _in_force(self, loaded: list[str]) -> list[str]:
        """Lines about hosts that have rules, or have none, other than it should be."""
        found = self._rules()
        return [
            f"{name}: {'has none of our rules' if name in loaded else 'has rules of ours'}"
            for name, text in found.items()
            if (_LOADED in text) != (name in loaded)
        ]


def _is_good(recap: dict[str, dict[str, int]], name: str) -> bool:
    return name in recap and not recap[name]["failed"] and not recap[name]["unreachable"]
