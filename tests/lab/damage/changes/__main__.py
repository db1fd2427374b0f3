# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Random mistakes over real SSH: does any of them lock anybody out?

    python -m tests.lab.damage.changes --runs 100

Each run changes a host of a lab from one state to another, over SSH from a node that is the controller, while one thing
goes wrong. After it access has to be back within the time to confirm and five seconds, the rules have to be exactly the
old ones or exactly the new, confirmed ones, in the kernel and in files, nothing may be pending, and the same change
without the mistake has to go well. Each provider has a lab of its own, and these run side by side.
"""

from __future__ import annotations

import argparse
import itertools
import random
import statistics
import sys
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from tests.lab.damage.changes.runs import Verdict, make_mistakes
from tests.lab.hosts.providers import EVERY, PROVIDERS
from tests.lab.over_ssh.safety import LIMIT, SECONDS


def summary(verdicts: dict[str, list[Verdict]]) -> list[str]:
    """A line for each provider, and one for all."""
    lines = []
    for name, some in [*verdicts.items(), ("all", list(itertools.chain(*verdicts.values())))]:
        shut = [one.outage for one in some if one.outage > 0]
        times = f"shut {len(shut)} times: {statistics.mean(shut):.1f} s, at most {max(shut):.1f} s" if shut else ""
        ends = f"{sum(one.ended == 'old' for one in some)} old, {sum(one.ended == 'new' for one in some)} new"
        late = sum(LIMIT < one.outage < float("inf") for one in some)
        bad, out = sum(bool(one.problems) for one in some), sum(one.locked_out for one in some)
        count = f"{len(some):4} runs, {out} lock-outs, {late} late, {bad} not as they should be"
        lines.append(f"{name:<12}{count}; {ends}; {times}")
    return lines


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="tests.lab.damage.changes", description=__doc__)
    parser.add_argument("--runs", type=int, default=100, help="how many, over all providers (default: 100)")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1 << 32), help="of a former run")
    parser.add_argument("--provider", action="append", choices=list(PROVIDERS), help="only this one; may be repeated")
    parser.add_argument("--jobs", type=int, default=4, help="labs at the same time (default: 4)")
    options = parser.parse_args(arguments)
    chosen = [provider for provider in EVERY if provider.name in (options.provider or PROVIDERS)]
    print(f"seed {options.seed}; {options.runs} runs; {SECONDS} s to confirm", flush=True)
    telling = threading.Lock()

    def tell(verdict: Verdict) -> None:
        with telling:
            print(verdict, flush=True)

    with ThreadPoolExecutor(options.jobs) as pool:
        started = {
            provider.name: pool.submit(
                make_mistakes, provider, range(place, options.runs, len(chosen)), options.seed, tell
            )
            for place, provider in enumerate(chosen)
        }
        verdicts = {name: one.result() for name, one in started.items()}
    print("\n".join(["", *summary(verdicts)]))
    return int(any(one.problems for some in verdicts.values() for one in some))


if __name__ == "__main__":
    sys.exit(main())
