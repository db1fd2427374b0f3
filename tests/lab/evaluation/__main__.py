# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rules at random, judged by the collection's own evaluator and by the kernel: packets tell who is right.

    PYTHONPATH=.venv/collections python -m tests.lab.evaluation --rulesets 100

A *false open* is a packet that the evaluator lets pass and the kernel does not; a *false close* is the reverse.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence

from tests.lab.evaluation.evaluate import evaluate
from tests.lab.evaluation.random_rules import MAKERS


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="tests.lab.evaluation", description=__doc__)
    parser.add_argument("--rulesets", type=int, default=100, help="how many of each kind (default: 100)")
    parser.add_argument("--first", type=int, default=0, help="number of the first (default: 0)")
    parser.add_argument("--seed", type=int, default=1, help="another seed gives other rulesets (default: 1)")
    parser.add_argument("--kind", action="append", choices=list(MAKERS), help="only this one; may be repeated")
    options = parser.parse_args(arguments)
    bad = 0
    for kind in options.kind or MAKERS:
        started = time.monotonic()
        counts = {"rulesets": 0, "packets": 0, "passed": 0, "false opens": 0, "false closes": 0, "unsure": 0}
        numbers = range(options.first, options.first + options.rulesets)
        for verdict, ruleset in evaluate(kind, numbers, options.seed):
            some = (1, verdict.packets, verdict.passed, verdict.false_opens, verdict.false_closes, len(verdict.unsure))
            counts = dict(zip(counts, (sum(pair) for pair in zip(counts.values(), some, strict=True)), strict=True))
            if not verdict.good:
                bad += 1
                print(f"{kind} {verdict.number}: {verdict.wrong} unsure: {verdict.unsure}")
                print("\n".join(text for _command, text in ruleset.commands))
        print(f"{kind}: " + ", ".join(f"{count:,} {name}" for name, count in counts.items()), end="")
        print(f"; {time.monotonic() - started:.0f} s", flush=True)
    return int(bad > 0)


if __name__ == "__main__":
    sys.exit(main())
