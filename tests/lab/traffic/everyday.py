# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Traffic between nodes of a running lab that goes on while something is done to them, and what became of it."""

from __future__ import annotations

import contextlib
import itertools
import json
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.lab.traffic import kernel_counts, witness
from tests.lab.traffic.everyday_node import SERVED
from tests.lab.world.lab import Lab
from tests.lab.world.topology import LabError

_AGENT = Path(__file__).with_name("everyday_node.py")
# What may not have become of anything: all that is no number of good or harmless things.
_HARMLESS = frozenset({"sent", "answered", "longest"})
# What comes of a packet that is lost, wherever that is.
_ANYWHERE = frozenset({"again", "lost"})


@dataclass(frozen=True)
class Kind:
    """new: TCP connections, each for one word; stream: one TCP connection, its data given back; push: one where only
    the other end sends; udp: datagrams; icmp: echo requests. every: seconds between two."""

    kind: str
    every: float


@dataclass(frozen=True)
class Way:
    """Traffic from one node to a port of another, over IPv4 and IPv6. Echo requests do not mind the port."""

    name: str
    source: str
    destination: str
    port: int
    kinds: tuple[Kind, ...]

    def flows(self, lab: Lab) -> Iterator[dict[str, object]]:
        ends = [lab.topology.nodes[name].interfaces[0] for name in (self.source, self.destination)]
        for version in (4, 6):
            source, destination = (end.address(version) for end in ends)
            for kind in self.kinds:
                yield {
                    "name": f"{self.name} {kind.kind} IPv{version}",
                    "source": str(source),
                    "destination": str(destination),
                    "port": self.port,
                    "kind": kind.kind,
                    "every": kind.every,
                }

    def ears(self, lab: Lab) -> set[tuple[str, str, int]]:
        wanted = {kind.kind if kind.kind in ("udp", "icmp") else "tcp" for kind in self.kinds}
        addresses = lab.topology.nodes[self.destination].interfaces[0].addresses
        return {(transport, str(address), self.port) for transport in wanted for address in addresses}


Numbers = dict[str, float]


@dataclass
class Traffic:
    """numbers: step -> flow -> what -> how many (longest: seconds). Filled in when it has ended."""

    lab: Lab
    agents: dict[str, subprocess.Popen[str]]
    numbers: dict[str, dict[str, Numbers]] = field(default_factory=dict)
    # Of each step: what the kernels' counters were when it began.
    kernels: list[tuple[str, Counter[str]]] = field(default_factory=list)
    # Packets that came to a node and did not go on; filled in when it has ended.
    dropped: dict[str, int] = field(default_factory=dict)

    def step(self, name: str) -> None:
        """What is sent from now on belongs to this step."""
        self.kernels.append((name, kernel_counts.counts(self.lab)))
        self._say(name)

    def _say(self, words: str) -> None:
        for name, agent in self.agents.items():
            assert agent.stdin is not None
            try:
                agent.stdin.write(words + "\n")
                agent.stdin.flush()
            except BrokenPipeError:
                raise LabError(f"the traffic of {name} died; its message is above") from None

    def _hear(self, name: str) -> str:
        stream = self.agents[name].stdout
        assert stream is not None
        line = stream.readline()
        if not line:
            raise LabError(f"the traffic of {name} died; its message is above")
        return line

    def begin(self) -> None:
        """Once everybody listens."""
        for word in ("begin", None):
            for name in self.agents:
                self._hear(name)
            if word:
                self._say(word)

    def end(self) -> None:
        """Send no more, wait for what is under way, and count."""
        self.kernels.append(("end", kernel_counts.counts(self.lab)))
        self._say("finish")
        for name in self.agents:
            found: dict[str, dict[str, Numbers]] = json.loads(self._hear(name))
            for flow, steps in found.items():
                for step, numbers in steps.items():
                    key = f"{flow}: {name}" if flow == SERVED else flow
                    self.numbers.setdefault(step, {})[key] = numbers
        self.dropped = witness.dropped(self.lab)

    def total(self, what: str, kind: str, step: str | None = None, way: str = "") -> float:
        """Of all flows of a kind, in all steps or one, of all ways or one."""
        return sum(
            numbers.get(what, 0)
            for name, flows in self.numbers.items()
            if step in (None, name)
            for flow, numbers in flows.items()
            if flow.startswith(way) and f" {kind} IPv" in flow
        )

    def harm(self) -> list[str]:
        """Whatever was refused, cut, lost, wrong or sent again; not what a busy machine lost between the nodes."""
        return [line for line in self._all_harm() if self.dropped or line.split(": ")[-2] not in _ANYWHERE]

    def _all_harm(self) -> list[str]:
        # That a segment was sent again for nothing may come out in a later step.
        again = Counter[str]()
        for flows in self.numbers.values():
            again.update({flow: int(numbers.get("again", 0)) for flow, numbers in flows.items()})
        return [
            f"{step}: {flow}: {what}: {count:g}"
            for step, flows in self.numbers.items()
            for flow, numbers in flows.items()
            for what, count in numbers.items()
            if count and (again[flow] if what == "again" else what not in _HARMLESS)
        ]

    def causes(self) -> Iterator[str]:
        """For people who look for one: where packets were dropped, and what the kernels counted in each step."""
        yield f"dropped inside nodes: {self.dropped or 'none'}"
        for (step, before), (_next, after) in itertools.pairwise(self.kernels):
            yield f"{step}: {', '.join(kernel_counts.harm(before, after)) or 'nothing that a kernel counts'}"

    def table(self) -> Iterator[str]:
        """For people."""
        kinds = ("new", "stream", "push", "udp", "icmp")
        yield f"{'step':<32}" + "".join(f"{kind:>16}" for kind in kinds) + f"{'bad':>6}{'sent again':>12}{'longest':>9}"
        for step, flows in self.numbers.items():
            counts = [f"{self.total('answered', kind, step):g}/{self.total('sent', kind, step):g}" for kind in kinds]
            bad = sum(
                count
                for numbers in flows.values()
                for what, count in numbers.items()
                if what not in _HARMLESS | {"again"}
            )
            again = sum(numbers.get("again", 0) for numbers in flows.values())
            longest = max(numbers.get("longest", 0) for numbers in flows.values())
            yield f"{step:<32}" + "".join(f"{one:>16}" for one in counts) + f"{bad:>6g}{again:>12g}{longest:>8.2f}s"


@contextlib.contextmanager
def traffic(lab: Lab, ways: Sequence[Way]) -> Iterator[Traffic]:
    """Traffic that goes on inside the with statement. Call end() for the numbers."""
    nodes = {name for way in ways for name in (way.source, way.destination)}
    running = Traffic(lab, {})
    try:
        for name in sorted(nodes):
            agent = lab[name].popen(
                [sys.executable, str(_AGENT)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True
            )
            running.agents[name] = agent
            job = {
                "serve": sorted({ear for way in ways if way.destination == name for ear in way.ears(lab)}),
                "flows": [flow for way in ways if way.source == name for flow in way.flows(lab)],
            }
            assert agent.stdin is not None
            agent.stdin.write(json.dumps(job) + "\n")
            agent.stdin.flush()
        witness.begin(lab, (way.port for way in ways))
        running.begin()
        yield running
    finally:
        for agent in running.agents.values():
            with contextlib.suppress(OSError):
                assert agent.stdin is not None
                agent.stdin.close()
            agent.kill()
            agent.wait()
            assert agent.stdout is not None
            agent.stdout.close()
