# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Random mistakes over real SSH: does any of them lock anybody out?

    python -m tests.lab.mistakes --runs 100

Each run changes a host of a lab from one state to another, over SSH from a node that is the controller, while one thing
goes wrong. After it access has to be back within the time to confirm and five seconds, the rules have to be exactly the
old ones or exactly the new, confirmed ones, in the kernel and in files, nothing may be pending, and the same change
without the mistake has to go well. Each provider has a lab of its own, and these run side by side.
"""

from __future__ import annotations

import argparse
import contextlib
import itertools
import random
import statistics
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from tests.lab import sabotage
from tests.lab.providers import EVERY, PROVIDERS, Provider
from tests.lab.reboot import come_up, go_down
from tests.lab.record import Recorded
from tests.lab.sabotage import MEANS
from tests.lab.safety import (
    LIMIT,
    PENDING,
    SECONDS,
    Controller,
    files,
    knocking,
    longest_outage,
    result,
    rules,
    ssh_lab,
    stalling_ssh,
    there,
)
from tests.lab.ssh import SshLab
from tests.lab.test_site import REMOVE, SITE

HOST = "console"
# These may take each other's place on one host.
_KERNEL = ("iptables", "nftables")
_PATIENCE = 120.0
_MOST_SHOWN = 4
# To confirm what has to go well, on a machine that may be busy.
_PLENTY = 60
# Python in a node that has nothing to do with a change.
_NOT_OURS = ("tests.lab._keeper", "firewalld", "fail2ban")
_NOTHING = """
- hosts: console
  gather_facts: false
  tasks:
    - portledger.qradar.ruleset:
        scope: host
        provider: "{{ host_firewall_provider }}"
        confirm_seconds: "{{ host_firewall_confirm_seconds }}"
        plan: {version: 1, scope: host, host: console, sets: {}, flows: []}
"""
_BOOT_ONLY = "~ rules that a boot loads: written again"


@dataclass(frozen=True)
class State:
    """What a host is to be: rules of a provider with what becomes of the rest, a plan of nothing, or no rules."""

    provider: str
    unlisted: str

    def __str__(self) -> str:
        return "no rules" if self.unlisted == "absent" else f"{self.provider}, {self.unlisted}"

    def play(self, ssh: SshLab, seconds: int) -> tuple[str | Path, ...]:
        """The playbook and its arguments."""
        confirm = ("-e", f"host_firewall_confirm_seconds={seconds}", "--limit", HOST)
        if self.unlisted == "absent":
            return (REMOVE, *confirm)
        chosen = ("-e", f"host_firewall_provider={self.provider}", *confirm)
        if self.unlisted == "nothing":
            playbook = ssh.folder / "nothing.yml"
            playbook.write_text(_NOTHING, encoding="utf-8")
            return (playbook, *chosen)
        return (SITE, *chosen, "-e", f"host_firewall_unlisted={self.unlisted}")


@dataclass
class Verdict:
    """What became of one run. problems: what should not be; locked_out: access never came back."""

    number: int
    mistake: str
    former: State
    target: State
    ended: str = "?"
    outage: float = 0.0
    settled: float = 0.0
    locked_out: bool = False
    problems: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        change = f"{self.former} -> {self.target}"
        times = f"shut {self.outage:4.1f} s, settled after {self.settled:4.1f} s"
        return f"{self.number:4} {change:<42} {self.mistake:<44} {self.ended:<4} {times} {'; '.join(self.problems)}"


class Ground:
    """A lab, and the state that its host is in."""

    def __init__(self, ssh: SshLab, provider: Provider) -> None:
        self.ssh = ssh
        self.node = ssh.lab[HOST]
        self.providers = _KERNEL if provider.host in _KERNEL else (provider.host,)
        self.state = State(provider.host, "absent")
        # When a machine that was down is up again: before that nobody can get in.
        self.up = 0.0

    def whole(self) -> tuple[dict[str, str], str]:
        return rules(self.node), files(self.node)

    def play(self, state: State, seconds: int = SECONDS, **more: str) -> Recorded:
        playbook, *arguments = state.play(self.ssh, seconds)
        return self.ssh.play(playbook, *map(str, arguments), **more)

    def start(self, state: State, seconds: int = SECONDS, **more: str) -> Controller:
        playbook, *arguments = state.play(self.ssh, seconds)
        return Controller(self.ssh, playbook, *map(str, arguments), **more)

    def wait_until_pending(self, controller: Controller) -> None:
        """Or until the run is over."""
        while not there(self.node, PENDING) and controller.process.poll() is None:
            time.sleep(0.01)

    def running(self) -> dict[int, str]:
        """Processes that have to do with a change: the module, and what waits to put back."""
        found = self.ssh.processes(HOST, ["python"])
        return {number: words for number, words in found.items() if not any(word in words for word in _NOT_OURS)}

    def settle(self, since: float) -> float:
        """Wait until nothing is pending and nothing of ours runs; the seconds since the end of what changes rules."""
        began = time.monotonic()
        while time.monotonic() < began + _PATIENCE:
            running = self.running().values()
            if any("restore.py" not in words for words in running):
                since = time.monotonic()
            elif not running and not there(self.node, PENDING):
                return time.monotonic() - since
            time.sleep(0.1)
        return float("inf")


# Each makes a change to a state go wrong, and returns when it has done that: all that follows is the host's own doing.
Mistake = Callable[[Ground, State, random.Random], float]


def _wrong_rule(kind: str) -> Mistake:
    def mistake(ground: Ground, target: State, _draw: random.Random) -> float:
        shut = MEANS[target.provider].shut
        program, _waits = stalling_ssh(ground.ssh, "shut")
        with sabotage.shut_after_the_load(ground.ssh, HOST, shut.get(kind, shut["new"]), PENDING, "shut"):
            ground.play(target, ANSIBLE_SSH_EXECUTABLE=program)
        return time.monotonic()

    return mistake


def _controller_killed(ground: Ground, target: State, draw: random.Random) -> float:
    controller = ground.start(target)
    if draw.random() < 0.7:
        ground.wait_until_pending(controller)
        time.sleep(draw.uniform(0, 1.5))
    else:
        time.sleep(draw.uniform(0.5, 8))
    controller.kill()
    killed = time.monotonic()
    controller.finish()
    return killed


def _worker_killed(ground: Ground, target: State, draw: random.Random) -> float:
    controller = ground.start(target)
    ground.wait_until_pending(controller)
    time.sleep(draw.uniform(0, 1))
    ground.ssh.kill_sessions(HOST)
    controller.finish()
    return time.monotonic()


def _both_killed(ground: Ground, target: State, draw: random.Random) -> float:
    controller = ground.start(target)
    ground.wait_until_pending(controller)
    time.sleep(draw.uniform(0, 1))
    controller.kill()
    ground.ssh.kill_sessions(HOST)
    killed = time.monotonic()
    controller.finish()
    return killed


def _loading(script: str) -> Mistake:
    def mistake(ground: Ground, target: State, draw: random.Random) -> float:
        # Of a change of the provider, either half.
        there_now = [] if ground.state.unlisted == "absent" else [ground.state.provider]
        which = draw.choice([target.provider, *there_now])
        filled = script.replace("DELAY", f"{draw.uniform(0, 0.05):.3f}")
        with sabotage.hooked(ground.ssh, HOST, MEANS[which], filled):
            ground.play(target)
        return time.monotonic()

    return mistake


def _full_disk(where: str) -> Mistake:
    def mistake(ground: Ground, target: State, draw: random.Random) -> float:
        folder = draw.choice((where, *MEANS[target.provider].files))
        with sabotage.full_disk(ground.ssh, HOST, folder, draw.choice([0, 4096, 1 << 15, 1 << 17])):
            ground.play(target)
            # Nothing may be pending when the disk is whole again, for then nobody would look at it.
            ground.settle(time.monotonic())
        return time.monotonic()

    return mistake


def _restart(ground: Ground, target: State, draw: random.Random) -> float:
    controller = ground.start(target)
    ground.wait_until_pending(controller)
    time.sleep(draw.uniform(0, 1.5))
    # A machine that goes down ends all that runs, and nothing that is half done goes on.
    ground.ssh.kill_daemon(HOST)
    ground.node.run(["kill", "-9", *map(str, ground.running())], check=False)
    go_down(ground.node)
    controller.kill()
    controller.finish()
    come_up(ground.node)
    ground.ssh.start_daemon(HOST)
    ground.up = time.monotonic()
    return ground.up


def _two_runs(ground: Ground, target: State, draw: random.Random) -> float:
    first = ground.start(target, _PLENTY)
    time.sleep(draw.uniform(0, 1))
    second = ground.start(target, _PLENTY)
    first.finish()
    second.finish()
    return time.monotonic()


def _no_mistake(ground: Ground, target: State, _draw: random.Random) -> float:
    ground.play(target, _PLENTY)
    return time.monotonic()


MISTAKES: dict[str, Mistake] = {
    "a wrong rule drops new connections": _wrong_rule("new"),
    "a wrong rule drops all of SSH": _wrong_rule("all"),
    "the controller is killed": _controller_killed,
    "the daemon's worker is killed": _worker_killed,
    "the controller and the worker are killed": _both_killed,
    "what loads fails": _loading("cat > /dev/null; exit 1"),
    "what loads is killed": _loading('"$REAL" "$@" & sleep DELAY; kill -9 $! 2>/dev/null; kill -9 $$'),
    "what loads is killed when it is done": _loading('"$REAL" "$@"; kill -9 $$'),
    "/run/portledger is full": _full_disk("/run/portledger"),
    "/etc/portledger is full": _full_disk("/etc/portledger"),
    "a restart before the confirmation": _restart,
    "two runs at once": _two_runs,
    "a plan that forgets everything": _no_mistake,
}
# These have a host end in what was to be, with nobody kept out on the way.
_HARMLESS = ("two runs at once", "a plan that forgets everything")


def draw_change(ground: Ground, draw: random.Random) -> tuple[str, State]:
    """A mistake and the state to change to."""
    mistake = draw.choice(list(MISTAKES))
    if mistake == "a plan that forgets everything":
        choices = [State(provider, "nothing") for provider in ground.providers]
    else:
        choices = [State(provider, one) for provider in ground.providers for one in ("drop", "log", "leave")]
        if "rule" not in mistake and ground.state.unlisted != "absent":
            choices += [State(ground.state.provider, "absent")] * 2
    return mistake, draw.choice(
        [one for one in choices if one != ground.state] or [State(ground.state.provider, "log")]
    )


def make_mistake(ground: Ground, number: int, draw: random.Random) -> Verdict:
    """One run."""
    mistake, target = draw_change(ground, draw)
    verdict = Verdict(number, mistake, ground.state, target)
    if MISTAKES[mistake] is _restart:
        # What is in the kernel only and not ours is gone after it anyhow.
        go_down(ground.node)
        come_up(ground.node)
    before = ground.whole()
    ground.up = 0.0
    with knocking(ground.ssh, HOST) as attempts:
        since = MISTAKES[mistake](ground, target, draw)
        verdict.settled = ground.settle(since)
    verdict.outage = longest_outage([(began, entered) for began, entered in attempts if began > ground.up])
    verdict.locked_out = verdict.outage == float("inf")
    if verdict.locked_out:
        verdict.problems.append("locked out")
    elif verdict.outage > LIMIT:
        verdict.problems.append(f"access was back after more than {LIMIT} s")
    if verdict.settled > 3 * LIMIT:
        verdict.problems.append("something is pending still")
    if mistake in _HARMLESS and verdict.outage > MEANS[target.provider].pause:
        verdict.problems.append("SSH was shut for a moment")
    _judge(ground, verdict, before)
    ground.state = target
    return verdict


def _judge(ground: Ground, verdict: Verdict, before: tuple[dict[str, str], str]) -> None:
    """Old or new; and whether the change without the mistake goes well."""
    now = ground.whole()
    verdict.ended = "old" if now == before else "new"
    outcome = ground.node.run(["cat", "/run/portledger/host/outcome.json"], check=False).stdout
    clean = ground.play(verdict.target, _PLENTY)
    if not clean.run.ok:
        verdict.problems.append(f"the change without the mistake: {clean.messages() or clean.run.stdout}")
        return
    said = result(clean, HOST)
    if verdict.ended == "old":
        if verdict.mistake in _HARMLESS:
            verdict.problems.append("it was not made")
        if said["changed"] is not True:
            verdict.problems.append("the change without the mistake changed nothing")
        return
    # A restart forgets what became of the change, and loads only what was confirmed.
    asked = verdict.target.unlisted != "absent" and MISTAKES[verdict.mistake] is not _restart
    if asked and '"confirmed"' not in outcome:
        verdict.problems.append("new rules that nobody confirmed")
    allowed: list[list[str]] = [[]]
    if verdict.mistake.endswith("is full"):
        # It is in force and confirmed, the task has failed, and has said that a boot would not load it.
        allowed.append([_BOOT_ONLY])
    if said["difference"] not in allowed:
        verdict.problems.append(f"neither old nor new: {said['difference']}; {_changed_lines(before, now)}")
    elif not said["difference"] and ground.whole() != now:
        verdict.problems.append("a run that had nothing to do changed something")


def _changed_lines(before: tuple[dict[str, str], str], now: tuple[dict[str, str], str]) -> list[str]:
    """The first few lines of rules and files that are not as they were."""
    texts = [{line for part in (*some[0].values(), some[1]) for line in part.splitlines()} for some in (before, now)]
    return sorted(texts[0] ^ texts[1])[:_MOST_SHOWN]


@contextlib.contextmanager
def new_ground(provider: Provider) -> Iterator[Ground]:
    """A lab of its own, with rules loaded and confirmed."""
    with ssh_lab(provider) as ssh:
        ground = Ground(ssh, provider)
        first = State(provider.host, "drop")
        run = ground.play(first, _PLENTY)
        if not run.run.ok:
            raise RuntimeError(run.run.stdout)
        ground.state = first
        yield ground


def make_mistakes(
    provider: Provider, numbers: Sequence[int], seed: int, tell: Callable[[Verdict], None]
) -> list[Verdict]:
    """Runs one after the other; a lab where something was not as it should be is left for another."""
    left, verdicts = list(numbers), list[Verdict]()
    while left:
        with new_ground(provider) as ground:
            while left:
                number = left.pop(0)
                verdict = make_mistake(ground, number, random.Random(f"{seed} {provider.name} {number}"))
                verdicts.append(verdict)
                tell(verdict)
                if verdict.problems:
                    break
    return verdicts


def summary(verdicts: dict[str, list[Verdict]]) -> list[str]:
    """A line for each provider, and one for all."""
    lines = []
    for name, some in [*verdicts.items(), ("all", list(itertools.chain(*verdicts.values())))]:
        shut = [one.outage for one in some if one.outage > 0]
        times = f"shut {len(shut)} times: {statistics.mean(shut):.1f} s, at most {max(shut):.1f} s" if shut else ""
        ends = f"{sum(one.ended == 'old' for one in some)} old, {sum(one.ended == 'new' for one in some)} new"
        late = sum(LIMIT < one.outage < float("inf") for one in some)
        bad, out = sum(bool(one.problems) for one in some), sum(one.locked_out for one in some)
        count = f"{len(some):4} runs, {out} lock-outs, {late} late, {bad} not as they should be"
        lines.append(f"{name:<12}{count}; {ends}; {times}")
    return lines


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="tests.lab.mistakes", description=__doc__)
    parser.add_argument("--runs", type=int, default=100, help="how many, over all providers (default: 100)")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1 << 32), help="of a former run")
    parser.add_argument("--provider", action="append", choices=list(PROVIDERS), help="only this one; may be repeated")
    parser.add_argument("--jobs", type=int, default=4, help="labs at the same time (default: 4)")
    options = parser.parse_args(arguments)
    chosen = [provider for provider in EVERY if provider.name in (options.provider or PROVIDERS)]
    print(f"seed {options.seed}; {options.runs} runs; {SECONDS} s to confirm", flush=True)
    telling = threading.Lock()

    def tell(verdict: Verdict) -> None:
        with telling:
            print(verdict, flush=True)

    with ThreadPoolExecutor(options.jobs) as pool:
        started = {
            provider.name: pool.submit(
                make_mistakes, provider, range(place, options.runs, len(chosen)), options.seed, tell
            )
            for place, provider in enumerate(chosen)
        }
        verdicts = {name: one.result() for name, one in started.items()}
    print("\n".join(["", *summary(verdicts)]))
    return int(any(one.problems for some in verdicts.values() for one in some))


if __name__ == "__main__":
    sys.exit(main())
