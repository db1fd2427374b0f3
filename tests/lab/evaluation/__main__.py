# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rules at random, judged by the collection's own evaluator and by the kernel: packets tell who is right.

    PYTHONPATH=.venv/collections python -m tests.lab.evaluation --rulesets 100

A *false open* is a packet that certainly passes, says the evaluator, and the kernel drops it; a *false close* is the
reverse. *May* are packets about which it says nothing for certain, and why is told below each kind. With --results, a
series goes on where it ended: --rulesets is then the number that each kind is to come to in all.
"""

from __future__ import annotations

import argparse
import platform
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from tests.lab.evaluation.evaluate import Verdict, evaluate
from tests.lab.evaluation.makers import KNOWN, MAKERS
from tests.lab.evaluation.random_rules import Ruleset
from tests.lab.evaluation.releases import HERE, build
from tests.lab.evaluation.results import Results

WHY = 12
_SAVED_EACH = 20


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="tests.lab.evaluation", description=__doc__)
    parser.add_argument("--rulesets", type=int, default=100, help="how many of each kind (default: 100)")
    parser.add_argument("--first", type=int, default=0, help="number of the first (default: 0)")
    parser.add_argument("--seed", type=int, default=1, help="another seed gives other rulesets (default: 1)")
    parser.add_argument("--kind", action="append", choices=list(MAKERS), help="only this one; may be repeated")
    parser.add_argument(
        "--minutes", type=float, default=0, help="begin no further ruleset after these (default: no end)"
    )
    parser.add_argument("--results", type=Path, help="file with the counts of a series, to go on with and to add to")
    parser.add_argument("--suite", default=HERE, help="release of Debian whose programs load and list the rules")
    parser.add_argument("--root", type=Path, help="its root file system, where it is not that of tests/systems/build")
    options = parser.parse_args(arguments)
    end = time.monotonic() + 60 * options.minutes if options.minutes else None
    folder = options.root or (None if options.suite == HERE else build(options.suite))
    suite = options.suite if options.suite != HERE else platform.freedesktop_os_release().get("VERSION_CODENAME", HERE)
    results = Results(suite, options.results)
    print(f"seed {options.seed}")
    bad = 0
    for kind in options.kind or MAKERS:
        if end is not None and time.monotonic() > end:
            break
        first = results.of(kind, options.seed)["rulesets"] if options.results else options.first
        last = options.rulesets if options.results else options.first + options.rulesets
        if first < last:
            bad += _kind(kind, range(first, last), options.seed, end, folder, results)
        _print(kind, results, options.seed)
    return int(bad > 0)


def _kind(kind: str, numbers: range, seed: int, end: float | None, folder: Path | None, results: Results) -> int:
    """How many rulesets of a kind were read wrong."""
    started, bad, refused = time.monotonic(), 0, ""
    versions: dict[str, str] = {}
    for count, (verdict, ruleset) in enumerate(evaluate(kind, numbers, seed, folder, versions), 1):
        results.set_versions(versions)
        results.add(kind, seed, verdict)
        if verdict.refused and not refused:
            refused = verdict.refused
            print(f"{kind} {verdict.number}: the programs refuse it: {refused[:400]}")
        if not verdict.good or verdict.unread or (kind in KNOWN and verdict.maybe):
            bad += 1
            _print_wrong(kind, verdict, ruleset)
        if count % _SAVED_EACH == 0:
            results.save()
        if end is not None and time.monotonic() > end:
            break
    results.save()
    print(f"{kind}: {time.monotonic() - started:.0f} s with {versions}", flush=True)
    return bad


def _print_wrong(kind: str, verdict: Verdict, ruleset: Ruleset) -> None:
    print(f"{kind} {verdict.number}: {verdict.wrong} unsure: {verdict.unsure} unread: {verdict.unread}")
    print("\n".join(text for _command, text in ruleset.commands), flush=True)


def _print(kind: str, results: Results, seed: int) -> None:
    counts = results.of(kind, seed)
    text = ", ".join(f"{count:,} {name.replace('_', ' ')}" for name, count in counts.items() if isinstance(count, int))
    print(f"{kind}: {text}")
    why = sorted(counts["why"].items(), key=lambda item: -item[1])
    for reason, number in why[:WHY]:
        print(f"    {number:,} packets: {reason}")
    if len(why) > WHY:
        print(f"    {sum(number for _reason, number in why[WHY:]):,} packets: {len(why) - WHY} other reasons")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
