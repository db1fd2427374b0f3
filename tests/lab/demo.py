# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""make demo: build a deployment of namespaces, run site.yml against it, and see with real packets what passes."""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.text import Text

from tests.lab import ports as portsets
from tests.lab import report
from tests.lab.cases import provider_variables
from tests.lab.lab import Lab
from tests.lab.oracle import Oracle
from tests.lab.playbook import PlaybookRun, run_playbook
from tests.lab.probe import probe
from tests.lab.talk import Conversation, converse, plan_conversations
from tests.lab.topology import Address, LabError, Node

DEMO = Path(__file__).parent / "labs" / "demo.yml"
_OUTSIDE = 200
_SHOWN = 20
_LINE_EVERY = 5  # seconds
# Ends of the documented ranges of dynamic ports, and what is next to them.
_EDGES = (1, 1024, 1025, 32767, 32768, 34000, 60999, 61000, 65535)

Step = Callable[[int, int], None]


def choose_ports(oracle: Oracle, quick: bool) -> tuple[list[int], int]:
    """Ports of the catalog and 200 outside it; how many of the former. quick: wide ranges by their ends and a few."""
    named = portsets.mask(oracle.catalog_ports())
    rest = portsets.members(portsets.ALL & ~named)
    known = set(rest)
    outside = [port for port in _EDGES if port in known]
    shuffled = random.Random(72)
    outside += shuffled.sample(sorted(known - set(outside)), _OUTSIDE - len(outside))
    inside = portsets.members(named)
    if quick:
        inside = [
            port
            for first, last in portsets.spans(named)
            for port in (range(first, last + 1) if last - first < 50 else {*range(first, last, 97), first, last})
        ]
    return sorted({*inside, *outside}), len(inside)


class Screen:
    """Prints; shows progress as a bar on a terminal and as a few lines elsewhere."""

    def __init__(self) -> None:
        self.console = Console(highlight=False, soft_wrap=True)

    def say(self, text: str = "", style: str = "") -> None:
        line = Text(text, style=style)
        line.highlight_regex(r"!!|\?\?", "bold red")
        self.console.print(line)

    @contextmanager
    def step(self, title: str) -> Iterator[Step]:
        if not self.console.is_terminal:
            yield self._lines(title)
            return
        columns = (
            TextColumn("{task.description}"),
            BarColumn(),
            TextColumn("{task.percentage:>3.0f}%"),
            TimeElapsedColumn(),
        )
        with Progress(*columns, console=self.console, transient=True) as progress:
            task = progress.add_task(title, total=None)
            yield lambda done, total: progress.update(task, completed=done, total=total)

    def _lines(self, title: str) -> Step:
        started = told = time.monotonic()

        def tell(done: int, total: int) -> None:
            nonlocal told
            now = time.monotonic()
            if now - told >= _LINE_EVERY:
                told = now
                self.say(f"  {title}: {100 * done // total} % after {now - started:.0f} s")

        return tell


def _site(screen: Screen, lab: Lab, playbook: str, title: str) -> PlaybookRun:
    hosts = max(1, sum(node.managed for node in lab.topology.nodes.values()))
    with screen.step(f"{title}: ansible-playbook {playbook}") as progress:
        answered = 0

        def count(line: str) -> None:
            nonlocal answered
            if line.startswith(("ok: [", "changed: [", "fatal: [", "failed: [")):
                answered += 1
                progress(min(answered, hosts), hosts)

        run = run_playbook(lab, playbook, on_line=count)
    changed = f"changed on {len(run.changed)}" if run.changed else "changed=0 on all"
    screen.say(f"{title}: {run.seconds:.1f} s, {len(run.recap)} hosts, {changed}", style="" if run.ok else "red")
    if not run.ok:
        screen.say(run.stdout)
    return run


def _mistakes(screen: Screen, title: str, mistakes: Sequence[object]) -> None:
    screen.say(f"{title:<46}{len(mistakes):>12,}", style="red" if mistakes else "")
    for mistake in mistakes[:_SHOWN]:
        screen.say(f"    {mistake}", style="red")
    if len(mistakes) > _SHOWN:
        screen.say(f"    and {len(mistakes) - _SHOWN:,} more", style="red")


def _said(one: Conversation) -> str:
    return str(report.Mistake(one.pair, one.transport, one.port))


def demo(lab: Lab, screen: Screen, playbook: str, quick: bool) -> list[str]:
    """Everything between the start and the end of the lab; what went wrong, in a few words each."""
    topology = lab.topology
    oracle = Oracle(topology)
    ports, known = choose_ports(oracle, quick)

    def expected(_source: Node, source: Address, _destination: Node, destination: Address, transport: str) -> int:
        return oracle.verdict(source, destination).allowed[transport]

    def listed(_source: Node, source: Address, _destination: Node, destination: Address, transport: str) -> int:
        verdict = oracle.verdict(source, destination)
        return verdict.allowed[transport] & verdict.listed[transport]

    first = _site(screen, lab, playbook, "first run")
    if not first.ok:
        return ["the first run failed"]
    with screen.step(f"packets on {len(ports):,} ports") as progress:
        reached = probe(lab, ports, progress, expected=expected)
    screen.say(
        f"packets: {reached.sent:,} in {reached.seconds:.0f} s over {len(reached.pairs):,} pairs of addresses, "
        f"{known:,} ports of the catalog and {len(ports) - known} outside it"
    )
    if reached.again or reached.drops:
        screen.say(f"  {reached.again:,} sent again as they were missing; {reached.drops:,} lost to full buffers")
    findings = report.judge(reached, oracle)
    conversations = plan_conversations(lab, reached.pairs, listed, ports)
    with screen.step("conversations") as progress:
        for node in lab.nodes():
            node.run(["ip", "neighbour", "flush", "all"])
        silent = converse(lab, conversations, progress)
    second = _site(screen, lab, playbook, "second run")

    screen.say()
    for line in report.matrix(topology, findings):
        screen.say(line)
    screen.say()
    for line in report.legend(topology):
        screen.say(line)
    screen.say()
    screen.say(f"{'flows that had to pass and did':<46}{findings.listed:>12,}")
    screen.say(f"{'probes that had to be dropped and were':<46}{findings.dropped:>12,}")
    screen.say(f"{'probes that are not our business and passed':<46}{findings.untouched:>12,}")
    screen.say(f"{'conversations with an answer':<46}{len(conversations) - len(silent):>12,}")
    _mistakes(screen, "false opens", findings.false_opens)
    _mistakes(screen, "false closes", findings.false_closes)
    _mistakes(screen, "conversations without an answer", [_said(one) for one in silent])
    screen.say(f"{'first run':<46}{first.seconds:>11.1f}s")
    screen.say(f"{'second run':<46}{second.seconds:>11.1f}s")

    wrong = []
    if findings.false_opens:
        wrong.append(f"{len(findings.false_opens):,} false opens")
    if findings.false_closes:
        wrong.append(f"{len(findings.false_closes):,} false closes")
    if silent:
        wrong.append(f"{len(silent):,} conversations without an answer")
    if not findings.listed or not findings.dropped:
        wrong.append("nothing passed, or nothing was dropped: this proves nothing")
    if not second.ok:
        wrong.append("the second run failed")
    elif second.changed:
        wrong.append(f"the second run changed {', '.join(second.changed)}")
    return wrong


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="tests.lab.demo", description=__doc__)
    parser.add_argument("--lab", type=Path, default=DEMO, help="the lab's file (default: labs/demo.yml)")
    parser.add_argument("--playbook", default="playbooks/site.yml", help="what to run (default: playbooks/site.yml)")
    parser.add_argument("--provider", help="what carries the rules (default: what the roles take)")
    parser.add_argument("--quick", action="store_true", help="try wide ranges of ports at their ends and a few places")
    parser.add_argument("--keep", action="store_true", help="leave the lab up until Enter is pressed")
    options = parser.parse_args(arguments)
    screen = Screen()
    started = time.monotonic()
    try:
        lab = Lab.start(options.lab, extra_variables=provider_variables(options.provider))
    except (LabError, OSError) as error:
        screen.say(f"the lab did not start: {error}", style="red")
        return 2
    with lab:
        nodes = lab.topology.nodes.values()
        screen.say(
            f"lab {lab.topology.name}: {sum(lab.topology.is_qradar(node) for node in nodes)} QRadar hosts, "
            f"{sum(node.forwards for node in nodes)} gateways, {sum(not node.managed for node in nodes)} others, "
            f"up in {time.monotonic() - started:.1f} s"
        )
        wrong = demo(lab, screen, options.playbook, options.quick)
        screen.say()
        screen.say(
            "exact" if not wrong else f"not exact: {'; '.join(wrong)}", style="bold red" if wrong else "bold green"
        )
        if options.keep:
            screen.say(f"inventory: {lab.inventory}")
            screen.say(f"enter a node: {' '.join(next(lab.nodes()).command(['sh']))}")
            screen.say("Enter ends the lab.")
            sys.stdin.readline()
    screen.say(f"lab down; {time.monotonic() - started:.0f} s in all")
    return 1 if wrong else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
