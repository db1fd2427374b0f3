# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""make demo: build a deployment of namespaces, run site.yml against it, and see with real packets what passes."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from tests.lab.demo.demo import demo
from tests.lab.demo.screen import Screen
from tests.lab.hosts.cases import provider_variables
from tests.lab.world.lab import Lab
from tests.lab.world.labs import DEMO
from tests.lab.world.topology import LabError


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="tests.lab.demo", description=__doc__)
    parser.add_argument("--lab", type=Path, default=DEMO, help="the lab's file (default: labs/demo.yml)")
    parser.add_argument("--playbook", default="playbooks/site.yml", help="what to run (default: playbooks/site.yml)")
    parser.add_argument("--provider", help="what carries the rules (default: what the roles take)")
    parser.add_argument("--quick", action="store_true", help="try wide ranges of ports at their ends and a few places")
    parser.add_argument("--keep", action="store_true", help="leave the lab up until Enter is pressed")
    options = parser.parse_args(arguments)
    screen = Screen()
    started = time.monotonic()
    try:
        lab = Lab.start(options.lab, extra_variables=provider_variables(options.provider))
    except (LabError, OSError) as error:
        screen.say(f"the lab did not start: {error}", style="red")
        return 2
    with lab:
        nodes = lab.topology.nodes.values()
        screen.say(
            f"lab {lab.topology.name}: {sum(lab.topology.is_qradar(node) for node in nodes)} QRadar hosts, "
            f"{sum(node.forwards for node in nodes)} gateways, {sum(not node.managed for node in nodes)} others, "
            f"up in {time.monotonic() - started:.1f} s"
        )
        wrong = demo(lab, screen, options.playbook, options.quick)
        screen.say()
        screen.say(
            "exact" if not wrong else f"not exact: {'; '.join(wrong)}", style="bold red" if wrong else "bold green"
        )
        if options.keep:
            screen.say(f"inventory: {lab.inventory}")
            screen.say(f"enter a node: {' '.join(next(lab.nodes()).command(['sh']))}")
            screen.say("Enter ends the lab.")
            sys.stdin.readline()
    screen.say(f"lab down; {time.monotonic() - started:.0f} s in all")
    return 1 if wrong else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
