# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Gives every reader of text changed input, and looks for what must not happen.

.venv/bin/python -m tests.fuzz                                  100,000 inputs, or ten minutes
.venv/bin/python -m tests.fuzz --inputs 1000000 --minutes 60
.venv/bin/python -m tests.fuzz --target iptables-save --seed 7  the same inputs as a run with this seed
.venv/bin/python -m tests.fuzz --list
.venv/bin/python -m tests.fuzz --keep                           puts the smallest input of each fault into the corpus
"""

from __future__ import annotations

import argparse
import collections
import random
import sys
import time

from tests.fuzz.known import add
from tests.fuzz.runs import parts_of, try_all
from tests.fuzz.smallest import smallest
from tests.fuzz.targets import TARGETS


def main() -> int:
    """The program."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.fuzz", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--target", action="append", choices=sorted(TARGETS), metavar="NAME", help="repeatable; --list")
    parser.add_argument("--inputs", type=int, default=100000, help="in all (default: 100,000)")
    parser.add_argument("--minutes", type=float, default=10, help="no input is tried later (default: 10)")
    parser.add_argument("--jobs", type=int, default=2, help="processes (default: 2)")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1 << 32), help="of a former run")
    parser.add_argument("--keep", action="store_true", help="the smallest input of each fault, in the corpus")
    parser.add_argument("--list", action="store_true", help="the targets")
    options = parser.parse_args()
    if options.list:
        print(*sorted(TARGETS), sep="\n")
        return 0
    print(f"seed {options.seed}", flush=True)
    parts = parts_of(options.target or list(TARGETS), options.inputs, options.seed)
    counts: collections.Counter[str] = collections.Counter()
    seconds: collections.Counter[str] = collections.Counter()
    faults: dict[tuple[str, str], bytes] = {}
    for outcome in try_all(parts, options.jobs, time.time() + options.minutes * 60):
        counts[outcome.target] += outcome.tried
        seconds[outcome.target] += round(outcome.seconds * 1000)
        for fault, raw in outcome.faults.items():
            key = (outcome.target, fault)
            if key not in faults:
                print(f"{outcome.target}: {fault}", flush=True)
            if key not in faults or len(raw) < len(faults[key]):
                faults[key] = raw
    for name in sorted(counts):
        print(f"{name}: {counts[name]:,} inputs, {seconds[name] / 1000:.1f} s")
    for (name, fault), raw in sorted(faults.items()):
        small = smallest(TARGETS[name], raw, fault)
        print(f"{name}: {fault}: {small[:300]!r}{'' if len(small) <= 300 else f' ... ({len(small)} bytes)'}")
        if options.keep:
            print(f"    {add(name, small)}")
    wanted = sum(part.count for part in parts)
    print(f"{sum(counts.values()):,} of {wanted:,} inputs, {len(faults)} faults; seed {options.seed}")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
