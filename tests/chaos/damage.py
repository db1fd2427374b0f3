# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Damage to hosts: disks, limits, programs and torn files of ours, one at a time, in an operation of each provider.

Without --runs, each kind of damage is tried once with each provider.

python -m tests.chaos damage --provider nftables --damage read-only
"""

from __future__ import annotations

import collections
import random
from collections.abc import Iterator, Sequence

from tests.chaos.control import Control
from tests.chaos.damage_kinds import KINDS, Damage, damages
from tests.chaos.damaged import Damaged
from tests.chaos.operations import PROVIDERS
from tests.chaos.records import Record, table
from tests.chaos.rounds import parser_of
from tests.chaos.torn_files import TornFile
from tests.chaos.workers import worker_folder


def main(arguments: Sequence[str] | None = None) -> int:
    parser = parser_of("tests.chaos damage", __doc__)
    parser.add_argument("--runs", type=int, help="in all; fewer than there are kinds are chosen at random")
    parser.add_argument("--damage", default="", help="just those with this in their name")
    parser.add_argument("--said", action="store_true", help="print what failing calls said")
    options = parser.parse_args(arguments)
    print(f"seed {options.seed}", flush=True)
    providers = options.provider or list(PROVIDERS)
    kinds = [(name, one) for name in providers for one in damages(name) if options.damage in str(one)]
    runs = len(kinds) if options.runs is None else options.runs
    records, said = [], collections.Counter[str]()
    with worker_folder() as control:
        for record, words in _try(_choose(kinds, runs, random.Random(options.seed)), options.seed, control):
            records.append(record)
            said.update(words)
            if record.wrong:
                shown = f"{record.provider}, {record.what}, {record.point}:"
                print(shown, *record.why, again(record, options.seed), sep="\n    ", flush=True)
    if options.said:
        print(*(f"{number} x {words}" for words, number in sorted(said.items())), sep="\n")
    for provider in dict.fromkeys(one.provider for one in records):
        counts = collections.Counter(one.point for one in records if one.provider == provider)
        print(f"{provider}: {dict(sorted(counts.items()))}")
    print("\n".join(table(records, KINDS, "runs (wrong)")))
    wrong = sum(one.wrong for one in records)
    print(f"{len(records) - wrong} of {len(records)} damaged hosts held; seed {options.seed}")
    return 1 if wrong or not records else 0


def again(record: Record, seed: int) -> str:
    """The command that tries just this one again."""
    return f"python -m tests.chaos damage --provider {record.provider} --damage '{record.operation}' --seed {seed}"


Kind = tuple[str, Damage | TornFile]


def _choose(kinds: list[Kind], runs: int, chosen: random.Random) -> list[Kind]:
    """So many of them, each as often as any other, by provider."""
    whole, rest = divmod(runs, len(kinds)) if kinds else (0, 0)
    found = kinds * whole + chosen.sample(kinds, rest)
    return sorted(found, key=lambda kind: PROVIDERS.index(kind[0]))


def _try(kinds: list[Kind], seed: int, control: Control) -> Iterator[tuple[Record, tuple[str, ...]]]:
    hosts: dict[str, Damaged] = {}
    for number, (provider, damage) in enumerate(kinds):
        if provider not in hosts:
            hosts = {provider: Damaged(provider, control)}
        # The same whatever is tried before it.
        chosen = random.Random(f"{seed} {provider} {damage} {kinds[:number].count((provider, damage))}")
        try:
            found = hosts[provider].run(damage, chosen)
        except Exception as error:
            why = (f"the harness: {type(error).__name__}: {error}",)
            yield Record(provider, str(damage), "host", damage.kind, "none", str(damage), why), ()
            continue
        yield Record(provider, str(damage), "host", damage.kind, found.outcome, found.what, found.why), found.said
