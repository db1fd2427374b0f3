# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rules at random, judged by the collection's own evaluator and by the kernel: packets tell who is right.

    PYTHONPATH=.venv/collections python -m tests.lab.evaluation --rulesets 100

A *false open* is a packet that certainly passes, says the evaluator, and the kernel drops it; a *false close* is the
reverse. *May* are packets about which it says nothing for certain, and why is told below each kind.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from collections.abc import Sequence

from tests.lab.evaluation.evaluate import evaluate
from tests.lab.evaluation.makers import KNOWN, MAKERS

WHY = 12


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="tests.lab.evaluation", description=__doc__)
    parser.add_argument("--rulesets", type=int, default=100, help="how many of each kind (default: 100)")
    parser.add_argument("--first", type=int, default=0, help="number of the first (default: 0)")
    parser.add_argument("--seed", type=int, default=1, help="another seed gives other rulesets (default: 1)")
    parser.add_argument("--kind", action="append", choices=list(MAKERS), help="only this one; may be repeated")
    parser.add_argument(
        "--minutes", type=float, default=0, help="begin no further ruleset after these (default: no end)"
    )
    options = parser.parse_args(arguments)
    end = time.monotonic() + 60 * options.minutes if options.minutes else None
    print(f"seed {options.seed}")
    numbers = range(options.first, options.first + options.rulesets)
    return int(sum(_kind(kind, numbers, options.seed, end) for kind in options.kind or MAKERS) > 0)


def _kind(kind: str, numbers: range, seed: int, end: float | None) -> int:
    """How many rulesets of a kind were read wrong."""
    started, bad = time.monotonic(), 0
    counts: Counter[str] = Counter()
    why: Counter[str] = Counter()
    for verdict, ruleset in evaluate(kind, numbers, seed):
        counts.update(
            {
                "rulesets": 1,
                "packets": verdict.packets,
                "passed": verdict.passed,
                "false opens": verdict.false_opens,
                "false closes": verdict.false_closes,
                "may": verdict.maybe,
                "rulesets with such": int(verdict.maybe > 0),
            }
        )
        why.update({reason for _rule, reason in verdict.unsure})
        if not verdict.good or verdict.unread or (kind in KNOWN and verdict.maybe):
            bad += 1
            print(f"{kind} {verdict.number}: {verdict.wrong} unsure: {verdict.unsure} unread: {verdict.unread}")
            print("\n".join(text for _command, text in ruleset.commands), flush=True)
        if end is not None and time.monotonic() > end:
            break
    text = ", ".join(f"{count:,} {name}" for name, count in counts.items())
    print(f"{kind}: {text}; {time.monotonic() - started:.0f} s")
    for reason, number in why.most_common(WHY):
        print(f"    {number} rulesets: {reason}")
    sys.stdout.flush()
    return bad


if __name__ == "__main__":
    sys.exit(main())
