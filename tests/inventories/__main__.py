# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Inventories at random, valid, nearly and hostile: each is refused in words that help, or its rules are what a second
calculation says, on each host and each gateway.

    PYTHONPATH=.venv/collections python -m tests.inventories --runs 10000 --seed 1
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence

from tests.inventories.runs import KINDS, run, today


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="tests.inventories", description=__doc__)
    parser.add_argument("--runs", type=int, default=1000, help="how many (default: 1000)")
    parser.add_argument("--first", type=int, default=0, help="number of the first (default: 0)")
    parser.add_argument("--seed", type=int, default=None, help="another seed gives other inventories")
    options = parser.parse_args(arguments)
    seed = random.randrange(10**6) if options.seed is None else options.seed
    print(f"seed {seed}, today {today()}", flush=True)
    started, counts, bad = time.monotonic(), Counter[str](), 0
    for number in range(options.first, options.first + options.runs):
        kind, inventory, judgement = run(seed, number)
        counts[f"{kind} {judgement.outcome}"] += 1
        counts.update({"hosts": judgement.hosts, "gateways": judgement.gateways, "packets": judgement.packets})
        counts["longest"] = max(counts["longest"], len(judgement.said))
        if judgement.wrong:
            bad += 1
            print(f"{number} ({kind}): {'; '.join(inventory.damage)}")
            print("\n".join(f"    {line}" for line in judgement.wrong[:5]), flush=True)
        if (number + 1) % 500 == 0:
            print(f"... {number + 1 - options.first} in {time.monotonic() - started:.0f} s, {bad} wrong", flush=True)
    for line in _table(counts):
        print(line)
    plans = f"plans of {counts['hosts']:,} hosts and {counts['gateways']:,} gateways"
    print(f"{options.runs:,} inventories: {plans}, {counts['packets']:,} packets asked about; {bad} wrong")
    print(f"the longest refusal has {counts['longest']:,} letters")
    return int(bad > 0)


def _table(counts: Counter[str]) -> Iterator[str]:
    for kind in KINDS:
        used, refused = counts[f"{kind} used"], counts[f"{kind} refused"]
        yield f"{kind}: {used + refused:,} inventories, {used:,} used, {refused:,} refused"


if __name__ == "__main__":
    sys.exit(main())
