# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How long the plan of a large deployment takes: 100, 300 and 1,000 hosts, 10,000 networks of log sources.

Run it with `make bench`. Each figure is the best of some runs in processes of their own, as the first worker of a run
sees it: Ansible's own inventory is read from a file before, the clock starts where the action plugin would ask for
the first plan and stops when every host's plan is on disk and the first is read back.
"""

from __future__ import annotations

import ipaddress
import json
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

SIZES = (100, 300, 1000)
NETWORKS = 10_000
RUNS = 3
LIMIT_SECONDS = 5.0

_ROLES = ("event_processor", "event_collector", "flow_processor", "flow_collector", "data_node")


def write_inventory(path: Path, size: int) -> None:
    """A deployment: a console, and hosts that share the other roles, every tenth encrypted, both families."""
    chance = random.Random(size)
    first = int(ipaddress.ip_address("198.18.0.0"))
    sources = [f"10.{n >> 8 & 255}.{n & 255}.{chance.randrange(4) * 64}/26" for n in range(NETWORKS)]
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
    """Print the seconds of one plan, in this process."""
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
    print(seconds)


def main(_arguments: Sequence[str] = ()) -> int:
    figures = {}
    with tempfile.TemporaryDirectory() as folder:
        for size in SIZES:
            inventory = Path(folder) / f"{size}.yml"
            write_inventory(inventory, size)
            runs = [
                float(subprocess.check_output([sys.executable, __file__, str(inventory)], text=True).split()[-1])
                for _run in range(RUNS)
            ]
            figures[size] = min(runs)
            each = ", ".join(f"{run:.2f}" for run in runs)
            print(f"{size:5} hosts, {NETWORKS:,} networks: {figures[size]:5.2f} s  (runs: {each})")
    smallest, largest = SIZES[0], SIZES[-1]
    per_host = (figures[largest] - figures[smallest]) / (largest - smallest)
    print(f"Each further host costs {per_host * 1000:.1f} ms; the limit for {largest} hosts is {LIMIT_SECONDS} s.")
    return 0 if figures[largest] <= LIMIT_SECONDS else 1


if __name__ == "__main__":
    if len(sys.argv) > 1:
        measure(Path(sys.argv[1]))
    else:
        raise SystemExit(main())
