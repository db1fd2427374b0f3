# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The demonstration: site.yml against a running lab, packets, conversations and a second run."""

from __future__ import annotations

from collections.abc import Sequence

from tests.lab.demo.screen import Screen
from tests.lab.oracle import report
from tests.lab.oracle.oracle import Oracle
from tests.lab.oracle.tried_ports import choose_ports
from tests.lab.plays.playbook import PlaybookRun, run_playbook
from tests.lab.traffic.probe import probe
from tests.lab.traffic.talk import Conversation, converse, plan_conversations
from tests.lab.world.lab import Lab
from tests.lab.world.topology import Address, Node

_SHOWN = 20


def _site(screen: Screen, lab: Lab, playbook: str, title: str) -> PlaybookRun:
    hosts = max(1, sum(node.managed for node in lab.topology.nodes.values()))
    with screen.step(f"{title}: ansible-playbook {playbook}") as progress:
        answered, validates = 0, False

        def count(line: str) -> None:
            nonlocal answered, validates
            if line.startswith("TASK ["):
                # Which every host passes at once, before its rules.
                validates = "Validating arguments" in line
            elif not validates and line.startswith(("ok: [", "changed: [", "fatal: [", "failed: [")):
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
    outside = "probes outside the policy's scope that passed"
    screen.say(f"{outside:<46}{findings.untouched:>12,}")
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
