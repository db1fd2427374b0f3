# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How long the plans of a whole deployment take, and how much memory, up to 5,000 hosts and 100,000 log sources.

    python -m tests.bench plan --rounds 3 --results tests/bench/results.json

Each figure is of a process of its own, as the first worker of a run sees it. Ansible reads its inventory before; the
clock starts where the action plugin would ask for the first plan, and stops when every host's plan is on disk and the
first is read back. Memory is what that process has at its most, Ansible and its inventory included.
"""

from __future__ import annotations

import ipaddress
import json
import math
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from tests.bench.machine import describe
from tests.bench.options import parser_of
from tests.results import keep

SIZES: Final = ((100, 10_000), (300, 10_000), (1_000, 10_000), (5_000, 100_000))
"""Hosts, and networks of log sources."""
LIMITS: Final = {(1_000, 10_000): (1.0, 200), (5_000, 100_000): (10.0, 1_000)}
"""Seconds, and MiB."""

_ROLES = ("event_processor", "event_collector", "flow_processor", "flow_collector", "data_node")


def write_inventory(path: Path, size: int, networks: int) -> None:
    """A deployment: a console, and hosts that share the other roles, every tenth encrypted, both families."""
    chance = random.Random(size)
    first = int(ipaddress.ip_address("198.18.0.0"))
    start = int(ipaddress.ip_address("10.0.0.0"))
    sources = [f"{ipaddress.ip_address(start + 128 * n + chance.randrange(2) * 64)}/26" for n in range(networks)]
    groups: dict[str, dict[str, object]] = {f"qradar_{role}": {} for role in ("console", *_ROLES)}
    for number in range(size):
        group = "qradar_console" if number == 0 else f"qradar_{_ROLES[number % len(_ROLES)]}"
        groups[group][f"host{number:04}"] = {
            "qradar_addresses": [str(ipaddress.ip_address(first + 2 * number + 1)), f"2001:db8::{number + 1:x}"],
            "qradar_encrypted": number % 10 == 9,
        }
    parties = {"log_sources": sources, "users": ["198.19.0.0/24"], "ntp_servers": ["198.19.1.1"]}
    inventory = {
        "all": {
            "children": {
                "qradar": {
                    "vars": {"qradar_parties": parties},
                    "children": {group: {"hosts": hosts} for group, hosts in groups.items()},
                }
            }
        }
    }
    path.write_text(json.dumps(inventory), encoding="utf-8")


def measure(inventory: Path) -> None:
    """Print the seconds of one plan, in this process, and its memory at its most, in KiB."""
    from ansible.inventory.manager import InventoryManager
    from ansible.parsing.dataloader import DataLoader
    from ansible.vars.hostvars import HostVars
    from ansible.vars.manager import VariableManager

    from ansible_collections.portledger.qradar.plugins.plugin_utils._plan.folder import PlanFolder
    from ansible_collections.portledger.qradar.plugins.plugin_utils._plan.planning import make_planner

    loader = DataLoader()
    manager = InventoryManager(loader=loader, sources=[str(inventory)])
    hostvars = HostVars(manager, VariableManager(loader=loader, inventory=manager), loader)
    with tempfile.TemporaryDirectory() as folder:
        start = time.perf_counter()
        plans = PlanFolder(Path(folder), "bench", "host")
        plan = plans.plan("host0001", lambda: make_planner(hostvars, manager.get_groups_dict()))
        seconds = time.perf_counter() - start
    if not plan["flows"]:
        raise SystemExit("host0001 has no flows: nothing was measured")
    print(seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)


def growth(seconds: dict[tuple[int, int], float]) -> float:
    """The exponent of growth with the number of hosts, where the number of networks stays."""
    same = sorted(size for size in seconds if size[1] == SIZES[0][1])
    few, many = same[0], same[-1]
    return math.log(seconds[many] / seconds[few]) / math.log(many[0] / few[0])


def main(arguments: Sequence[str] | None = None) -> int:
    options = parser_of("plan", __doc__, providers=False).parse_args(arguments)
    medians: dict[tuple[int, int], float] = {}
    missed = 0
    with tempfile.TemporaryDirectory() as folder:
        for hosts, networks in SIZES:
            inventory = Path(folder) / f"{hosts}.yml"
            write_inventory(inventory, hosts, networks)
            command = [sys.executable, "-m", "tests.bench.plan", str(inventory)]
            said = [subprocess.check_output(command, text=True).split()[-2:] for _round in range(options.rounds)]
            times = [round(float(seconds), 3) for seconds, _memory in said]
            memory = [int(kib) // 1024 for _seconds, kib in said]
            middle = medians[hosts, networks] = statistics.median(times)
            most = LIMITS.get((hosts, networks), (math.inf, math.inf))
            missed += middle > most[0] or max(memory) > most[1]
            limit = f"; limit {most[0]:g} s, {most[1]} MiB" if most[0] < math.inf else ""
            spread = f"({min(times):.2f} to {max(times):.2f})"
            print(
                f"{hosts:5,} hosts, {networks:7,} networks: {middle:5.2f} s {spread}, {max(memory)} MiB{limit}",
                flush=True,
            )
            found = {"part": "plan", "hosts": hosts, "networks": networks, "machine": describe(), "memory": memory}
            keep(options.results, f"plan, {hosts} hosts, {networks} networks", {**found, "times": {"plan": times}})
    print(f"exponent of growth with the hosts: {growth(medians):.2f}")
    return int(missed > 0)


if __name__ == "__main__":
    measure(Path(sys.argv[1]))
