# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs with mistakes, and what became of each."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from tests.lab.damage.changes.ground import HOST, PLENTY, Ground, State, new_ground
from tests.lab.damage.changes.loads import MEANS
from tests.lab.damage.changes.mistakes import HARMLESS, MISTAKES, restart
from tests.lab.hosts.providers import Provider
from tests.lab.hosts.reboot import come_up, go_down
from tests.lab.over_ssh.safety import LIMIT, knocking, longest_outage, result

_MOST_SHOWN = 4
_BOOT_ONLY = "~ rules that a boot loads: written again"


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
    if MISTAKES[mistake] is restart:
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
    if mistake in HARMLESS and verdict.outage > MEANS[target.provider].pause:
        verdict.problems.append("SSH was shut for a moment")
    _judge(ground, verdict, before)
    ground.state = target
    return verdict


def _judge(ground: Ground, verdict: Verdict, before: tuple[dict[str, str], str]) -> None:
    """Old or new; and whether the change without the mistake goes well."""
    now = ground.whole()
    verdict.ended = "old" if now == before else "new"
    outcome = ground.node.run(["cat", "/run/portledger/host/outcome.json"], check=False).stdout
    clean = ground.play(verdict.target, PLENTY)
    if not clean.run.ok:
        verdict.problems.append(f"the change without the mistake: {clean.messages() or clean.run.stdout}")
        return
    said = result(clean, HOST)
    if verdict.ended == "old":
        if verdict.mistake in HARMLESS:
            verdict.problems.append("it was not made")
        if said["changed"] is not True:
            verdict.problems.append("the change without the mistake changed nothing")
        return
    # A restart forgets what became of the change, and loads only what was confirmed.
    asked = verdict.target.unlisted != "absent" and MISTAKES[verdict.mistake] is not restart
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
