# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""site.yml on many hosts at once: a tenth cannot be reached, a tenth dies half-way, and a second run finishes the rest.

python -m tests.load --hosts 60
"""

from __future__ import annotations

import argparse
import os
import sys
import time

from tests.load.deployment import CUT, FINE, KILLED, UNREACHABLE
from tests.load.load import FORKS, Load

_MOST_SHOWN = 20


def main() -> int:
    parser = argparse.ArgumentParser(prog="tests.load", description=__doc__)
    parser.add_argument("--hosts", type=int, action="append", help="repeatable (default: 60)")
    parser.add_argument("--seconds", type=int, default=120, help="to confirm a change (default: 120)")
    options = parser.parse_args()
    if os.geteuid() != 0:
        sys.exit("tests.load: run as root: it needs namespaces with mounts of their own")
    wrong = 0
    for size in options.hosts or [60]:
        began = time.monotonic()
        with Load(size, options.seconds) as load:
            fates = ", ".join(f"{fate} {len(load.deployment.that(fate))}" for fate in (FINE, UNREACHABLE, KILLED, CUT))
            print(f"{size} hosts, forks {FORKS}: {fates}; up in {time.monotonic() - began:.1f} s", flush=True)
            for name, play in (("first run", load.first), ("second run", load.second)):
                measured, why = play()
                wrong += len(why)
                print(f"  {name}: {measured}; {len(why)} wrong", flush=True)
                print(*(f"    {line}" for line in why[:_MOST_SHOWN]), sep="\n", end="\n" if why else "", flush=True)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
