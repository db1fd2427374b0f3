# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every port between every two addresses of a lab, for each provider, with hosts and gateways each alone, too.

With --mutated: mistakes of each kind in the loaded rules of the small lab, and whether a sweep finds exactly those.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from tests.lab.damage.swept_rules.damages import PORTS
from tests.lab.demo.screen import Screen
from tests.lab.hosts.providers import PROVIDERS
from tests.lab.oracle.guard import GUARDS
from tests.lab.oracle.tried_ports import choose_ports
from tests.lab.sweep.runs import find_damages, sweep_all
from tests.lab.sweep.sweep import ALL_PORTS
from tests.lab.world.labs import LABS
from tests.lab.world.topology import LabError


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="tests.lab.sweep", description=__doc__)
    parser.add_argument("--lab", default="small", help="small, demo, or a lab's file (default: small)")
    parser.add_argument("--provider", action="append", choices=PROVIDERS, help="may be repeated (default: all)")
    parser.add_argument(
        "--guard", action="append", choices=list(map(str, GUARDS)), help="what is in force (default: all)"
    )
    parser.add_argument("--ports", choices=["all", "few"], default="all", help="few: as the demo's --quick")
    parser.add_argument("--pairs", choices=["all", "kinds"], default="all", help="kinds: one of each kind")
    parser.add_argument(
        "--mutated", action="store_true", help="make mistakes in the rules of the small lab, and find them"
    )
    options = parser.parse_args(arguments)
    screen = Screen()
    started = time.monotonic()
    providers = [PROVIDERS[name] for name in options.provider or PROVIDERS]
    few = options.ports == "few"
    try:
        if options.mutated:
            fine = find_damages(screen, providers, PORTS if few else ALL_PORTS)
        else:
            named = LABS / f"{options.lab}.yml"
            fine = sweep_all(
                screen,
                named if named.exists() else Path(options.lab),
                providers,
                [guard for guard in GUARDS if not options.guard or str(guard) in options.guard],
                lambda oracle: choose_ports(oracle, quick=True)[0] if few else ALL_PORTS,
                options.pairs == "kinds",
            )
    except (LabError, OSError) as error:
        screen.say(str(error), style="red")
        return 2
    verdict = ("every mistake found" if options.mutated else "exact") if fine else "not as it has to be"
    screen.say(f"{verdict}; {time.monotonic() - started:.0f} s in all", style="bold green" if fine else "bold red")
    return 0 if fine else 1


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
