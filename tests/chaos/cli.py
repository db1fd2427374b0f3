# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Stops operations of the module at their points, one after the other, and says what was wrong after it.

    python -m tests.chaos --provider nftables --operation change --mode kill
    python -m tests.chaos --sample 5 --seed 7 --seconds 1500

A point is each write, rename, unlink, sync and the like, and the moment before and after each command.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from tests.chaos.operations import PROVIDERS, SCOPES, operations
from tests.chaos.records import MODES, Records, classes, counted, table
from tests.chaos.workers import Choice, list_points, try_all
from tests.results import keep


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    found = operations()
    parser = argparse.ArgumentParser(
        prog="tests.chaos", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    names = list(dict.fromkeys(one.name for one in found))
    parser.add_argument("--provider", action="append", choices=PROVIDERS, help="that rules are there of; repeatable")
    parser.add_argument("--operation", action="append", choices=names, help="repeatable")
    parser.add_argument("--scope", action="append", choices=SCOPES)
    parser.add_argument("--mode", action="append", choices=MODES, help="repeatable")
    parser.add_argument("--point", action="append", default=[], help="just this one, such as module:17; repeatable")
    parser.add_argument("--at", default="", help="only points whose description holds this text")
    parser.add_argument("--list", action="store_true", help="print the points of each operation, and try none")
    parser.add_argument("--every", type=int, default=1, help="only each n-th point")
    parser.add_argument("--sample", type=int, default=0, help="so many points of each operation and mode, at random")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1 << 32), help="of a former run")
    parser.add_argument("--seconds", type=float, default=float("inf"), help="begin no point after this time")
    parser.add_argument("--jobs", type=int, default=2, help="workers at the same time (default: 2)")
    parser.add_argument("--results", type=Path, help="keep what it came to in this file")
    parser.add_argument("--records", type=Path, help="write the records there, a line of JSON each")
    parser.add_argument("--go-on", action="store_true", help="count the points that --records has, and try the others")
    options = parser.parse_args(arguments)
    if options.go_on and not options.records:
        parser.error("--go-on needs --records")
    return options


def main(arguments: Sequence[str] | None = None) -> int:
    options = _options(arguments)
    chosen = [
        one
        for one in operations()
        if one.provider in (options.provider or PROVIDERS)
        and one.name in (options.operation or [one.name])
        and one.scope in (options.scope or SCOPES)
    ]
    print(f"seed {options.seed}; {len(chosen)} operations", flush=True)
    random.Random(options.seed).shuffle(chosen)
    file = Records(options.records) if options.records else None
    try:
        records = file.read() if file and options.go_on else []
    except (OSError, ValueError) as error:
        print(error, file=sys.stderr)
        return 2
    choice = Choice(
        modes=tuple(options.mode or MODES),
        names=tuple(options.point),
        at=options.at,
        every=options.every,
        sample=options.sample,
        seed=options.seed,
        known=frozenset(one.place for one in records),
        end=time.time() + options.seconds,
    )
    if options.list:
        for line in list_points(chosen):
            print(line, flush=True)
        return 0
    if file and not options.go_on:
        file.begin()
    began = time.monotonic()
    for record in try_all(chosen, choice, min(options.jobs, len(chosen))):
        records.append(record)
        if file:
            file.add(record)
        if record.wrong:
            print(record, flush=True)
        elif sys.stdout.isatty():
            print(f"{len(records)} points", end="\r", flush=True)
    print("\n".join([*classes(records), *table(records)]))
    wrong = sum(one.wrong for one in records)
    points = {provider: dict(modes) for provider, modes in counted(records).items()}
    keep(options.results, "points", {"wrong": wrong, "seeds": [options.seed], "counts": points})
    print(f"{len(records)} points in {time.monotonic() - began:.0f} s, {wrong} of them wrong; seed {options.seed}")
    return 1 if wrong or not records else 0
