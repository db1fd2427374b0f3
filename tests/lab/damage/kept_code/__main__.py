# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Is anything overlooked because a host keeps what it was sent?

PYTHONPATH=.venv/collections python -m tests.lab.damage.kept_code --runs 1000
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections import Counter
from collections.abc import Sequence

from tests.lab.damage.kept_code.runs import run
from tests.lab.hosts.providers import PROVIDERS


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="tests.lab.damage.kept_code", description=__doc__)
    parser.add_argument("--runs", type=int, default=1000, help="how many, over all providers (default: 1000)")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1 << 32), help="of a former run")
    parser.add_argument("--provider", action="append", choices=list(PROVIDERS), help="only this one; may be repeated")
    parser.add_argument("--networks", type=int, default=0, help="in each plan, beside a few; from 6,000 on with seals")
    options = parser.parse_args(arguments)
    names = options.provider or list(PROVIDERS)
    started, counts, wrong = time.monotonic(), Counter[str](), 0

    def tell(words: str) -> None:
        nonlocal wrong
        wrong += 1
        print(words, flush=True)

    for at, name in enumerate(names):
        counts.update(run(PROVIDERS[name], range(at, options.runs, len(names)), options.seed, tell, options.networks))
    kinds = ", ".join(f"{kind} {count}" for kind, count in sorted(counts.items()))
    seconds = time.monotonic() - started
    print(
        f"{counts.total()} changes, {wrong} overlooked or said otherwise: {kinds}; seed {options.seed}; {seconds:.0f} s"
    )
    return int(wrong > 0)


if __name__ == "__main__":
    sys.exit(main())
