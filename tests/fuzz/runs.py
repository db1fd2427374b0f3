# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tries many inputs, in several processes, and makes those that are faults small."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass, field
from multiprocessing import get_context

from tests.fuzz.known import inputs_of
from tests.fuzz.mutators import Mutator
from tests.fuzz.target import fault_of, kind_of
from tests.fuzz.targets import TARGETS

PART = 1000
"""Inputs that a worker tries at a time."""


@dataclass(frozen=True)
class Part:
    """Some inputs of one target."""

    target: str
    seed: int
    number: int
    count: int


@dataclass
class Outcome:
    """What came of a part: faults, each with an input."""

    target: str
    tried: int = 0
    seconds: float = 0.0
    faults: dict[str, bytes] = field(default_factory=dict)


def parts_of(names: Sequence[str], count: int, seed: int) -> list[Part]:
    """All inputs, shared among the targets, the parts of one target not one after another."""
    whole = sum(TARGETS[name].share for name in names)
    parts = []
    for name in names:
        left = -(-count * TARGETS[name].share // whole)
        parts += [Part(name, seed, start, min(PART, left - start)) for start in range(0, left, PART)]
    random.Random(seed).shuffle(parts)
    return parts


def inputs(part: Part) -> Iterator[bytes]:
    """The same for the same seed."""
    target = TARGETS[part.target]
    chosen = random.Random(f"{part.seed} {part.target} {part.number}")
    seeds = [*target.seeds, *(raw for _name, raw in inputs_of(target.name))]
    mutator = Mutator(chosen, seeds, target.words, target.json)
    return (mutator.make() for _number in range(part.count))


def try_part(part: Part, end: float = float("inf")) -> Outcome:
    """Try these inputs; none is begun after the end."""
    outcome, started = Outcome(part.target), time.process_time()
    for raw in inputs(part):
        if time.time() > end:
            break
        fault = fault_of(TARGETS[part.target], raw)
        outcome.tried += 1
        if fault is not None:
            known_as = kind_of(fault)
            if known_as not in outcome.faults or len(raw) < len(outcome.faults[known_as]):
                outcome.faults[known_as] = raw
    outcome.seconds = time.process_time() - started
    return outcome


def try_all(parts: Sequence[Part], jobs: int, end: float = float("inf")) -> Iterator[Outcome]:
    """Outcomes as they come. A worker that ends before its time is an error here."""
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as workers:
        tried = [workers.submit(try_part, part, end) for part in parts]
        for one in as_completed(tried):
            yield one.result()
