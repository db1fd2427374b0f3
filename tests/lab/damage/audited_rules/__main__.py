# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Live rules, changed at random behind the collection's back: does an audit name each change, and invent none?

    PYTHONPATH=.venv/collections python -m tests.lab.damage.audited_rules --runs 1000

Each run changes one thing, asks ruleset_info as the playbook audit.yml does, puts things right, and asks again: then
there must be nothing to tell. What has to be told is worked out from what was changed, by code that shares nothing with
what tells it.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from tests.lab.damage.audited_rules.runs import PLACES, Told, run
from tests.lab.hosts.providers import PROVIDERS
from tests.lab.plays.direct import Inside
from tests.lab.plays.kept import KeptInside


def summary(found: Sequence[Told]) -> list[str]:
    """A line for each provider, and one for all."""
    lines = []
    for name in [*sorted({one.provider for one in found}), "all"]:
        some = [one for one in found if name in (one.provider, "all")]
        missed, invented = sum(bool(one.missed) for one in some), sum(bool(one.invented) for one in some)
        lines.append(f"{name:<10}{len(some):5} times damaged, {missed} missed, {invented} with something invented")
    kinds = Counter(one.kind for one in found)
    return [*lines, "kinds: " + ", ".join(f"{kind} {count}" for kind, count in sorted(kinds.items()))]


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="tests.lab.damage.audited_rules", description=__doc__)
    parser.add_argument("--runs", type=int, default=1000, help="how many, over all providers (default: 1000)")
    parser.add_argument("--first", type=int, default=0, help="number of the first run (default: 0)")
    parser.add_argument("--seed", type=int, default=1, help="another seed gives other damage (default: 1)")
    parser.add_argument("--provider", action="append", choices=list(PROVIDERS), help="only this one; may be repeated")
    parser.add_argument("--jobs", type=int, default=2, help="labs at the same time (default: 2)")
    parser.add_argument("--kept", action="store_true", help="ask by the code that the host keeps of a former call")
    parser.add_argument("--verbose", action="store_true", help="all damage, not only what was missed")
    options = parser.parse_args(arguments)
    places = [place for place in PLACES if place[0].name in (options.provider or PROVIDERS)]
    numbers = range(options.first, options.first + options.runs)
    asker = KeptInside if options.kept else Inside
    started = time.monotonic()

    def tell(told: Told) -> None:
        if options.verbose or not told.good:
            print(told, flush=True)

    with ThreadPoolExecutor(options.jobs) as pool:
        jobs = [
            pool.submit(run, *place, numbers[at :: len(places)], options.seed, tell, asker)
            for at, place in enumerate(places)
        ]
        found = [told for job in jobs for told in job.result()]
    print("\n".join([*summary(found), f"seed {options.seed}; {time.monotonic() - started:.0f} s"]))
    return int(any(not told.good for told in found))


if __name__ == "__main__":
    sys.exit(main())
