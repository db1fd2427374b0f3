# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What runs of one kind have in common: so many in all, shared among the providers, and what was wrong in each."""

from __future__ import annotations

import argparse
import collections
import random
from collections.abc import Callable, Sequence
from pathlib import Path

from tests.chaos.control import Control
from tests.chaos.operations import PROVIDERS
from tests.chaos.workers import worker_folder
from tests.results import keep

# One run: what it was, what came of it, and what is wrong with that.
Round = Callable[[random.Random], tuple[str, str, list[str]]]


def parser_of(command: str, description: str | None) -> argparse.ArgumentParser:
    """With the options that all of them have."""
    parser = argparse.ArgumentParser(
        prog=command, description=description, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--provider", action="append", choices=PROVIDERS, help="repeatable")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1 << 32), help="of a former run")
    return parser


def options_of(command: str, description: str | None, runs: int, arguments: Sequence[str] | None) -> argparse.Namespace:
    """What the user asks for; prints the seed."""
    parser = parser_of(command, description)
    parser.add_argument("--runs", type=int, default=runs, help=f"in all (default: {runs})")
    parser.add_argument("--results", type=Path, help="keep what it came to in this file")
    options = parser.parse_args(arguments)
    print(f"seed {options.seed}", flush=True)
    return options


def play_rounds(
    make: Callable[[str, Control], Round],
    usage: tuple[str, str | None, int],
    good: str,
    arguments: Sequence[str] | None,
) -> int:
    """Run them, and print what came of them.

    :param make: gives what makes one run, for a provider and a folder to work in
    :param usage: the command, what it does, and how many runs it makes where nobody says
    :param good: what is said of those where nothing was wrong
    :returns: the exit code
    """
    options = options_of(*usage, arguments)
    wrong = 0
    providers = options.provider or PROVIDERS
    outcomes: dict[str, dict[str, int]] = {}
    with worker_folder() as control:
        for number, provider in enumerate(providers):
            counts: collections.Counter[str] = collections.Counter()
            run = make(provider, control)
            # Of its own, so that one provider alone does what it does beside the others.
            chosen = random.Random(f"{options.seed} {provider}")
            for _run in range(number, options.runs, len(providers)):
                what, outcome, why = run(chosen)
                counts[outcome] += 1
                if why:
                    wrong += 1
                    print(f"{provider}, {what}, {outcome}:", *why, sep="\n    ", flush=True)
            outcomes[provider] = dict(sorted(counts.items()))
            print(f"{provider}: {outcomes[provider]}", flush=True)
    found = {"runs": options.runs, "wrong": wrong, "seed": options.seed, "outcomes": outcomes}
    keep(options.results, usage[0].rsplit(maxsplit=1)[-1], found)
    print(f"{options.runs - wrong} of {options.runs} {good}; seed {options.seed}")
    return 1 if wrong else 0
