# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Conversations between the nodes of a running lab, on ports where they should succeed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tests.lab.traffic import ports as portsets
from tests.lab.traffic.jobs import Begin, Talk, TalkJob, TalkResult
from tests.lab.traffic.packets import TCP, UDP
from tests.lab.traffic.probe import Expected, Pair
from tests.lab.traffic.workers import Workers
from tests.lab.world.lab import Lab


@dataclass(frozen=True)
class Conversation:
    pair: Pair
    transport: str
    port: int


def plan_conversations(lab: Lab, pairs: Sequence[Pair], expected: Expected, among: Sequence[int]) -> list[Conversation]:
    """One TCP and one UDP conversation for each pair that has something open, on its first port of among."""
    nodes = lab.topology.nodes
    probed = portsets.mask(among)
    result = []
    for pair in pairs:
        for transport in ("tcp", "udp"):
            should = probed & expected(
                nodes[pair.source], pair.source_address, nodes[pair.destination], pair.destination_address, transport
            )
            if should:
                # the lowest bit
                result.append(Conversation(pair, transport, (should & -should).bit_length() - 1))
    return result


def converse(
    lab: Lab, conversations: Sequence[Conversation], progress: Callable[[int, int], None] | None = None
) -> list[Conversation]:
    """Have them; the ones that got no answer."""
    # All that ask one host in one job: two cannot listen on one port.
    batches: dict[tuple[str, int], list[Conversation]] = {}
    for one in conversations:
        batches.setdefault((one.pair.destination, one.pair.version), []).append(one)
    order = list(batches.values())
    jobs = [
        TalkJob(
            number,
            tuple(
                Talk(
                    lab.processes[one.pair.source],
                    lab.processes[one.pair.destination],
                    str(one.pair.source_address),
                    str(one.pair.destination_address),
                    TCP if one.transport == "tcp" else UDP,
                    one.port,
                )
                for one in batch
            ),
        )
        for number, batch in enumerate(order)
    ]
    silent: list[Conversation] = []
    done = 0

    def take(result: TalkResult) -> None:
        nonlocal done
        batch = order[result.number]
        silent.extend(one for number, one in enumerate(batch) if number not in result.answered)
        done += len(batch)
        if progress:
            progress(done, len(conversations))

    workers: Workers[TalkResult] = Workers(lab, Begin(1, ()))
    try:
        workers.run(jobs, take)
    finally:
        workers.close()
    return silent
