# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How long the answers about a whole deployment take, and how much memory, up to 5,000 hosts and 100,000 log sources.

    python -m tests.bench questions --rounds 3 --results tests/bench/results.json

Each is a whole run of a playbook of this collection, beside a play that asks nothing of the same inventory. Comparisons
are with that inventory without one network. The console's inventory is that of so many hosts, over HTTPS on this
machine, which is the console, too.
"""

from __future__ import annotations

import json
import statistics
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from tests.bench.machine import describe
from tests.bench.options import parser_of
from tests.bench.plan import SIZES, write_inventory
from tests.bench.rounds import Seconds, in_turn
from tests.bench.whole_run import whole_run
from tests.console.deployment import large
from tests.results import keep
from tests.unit.plugins.inventory.project import project

NOTHING: Final = "no question"
CONSOLE: Final = "the console's inventory"
"""What asks the console's API."""
ASKED: Final[dict[str, tuple[str, ...]]] = {
    NOTHING: ("nothing.yml",),
    "explain": (
        "portledger.qradar.explain",
        *("-e", "source=10.0.5.9", "-e", "destination=host0007", "-e", "to_port=udp/514"),
    ),
    "check": ("portledger.qradar.check",),
    "compare": ("portledger.qradar.compare", "-e", "before=before.json"),
    "report": ("portledger.qradar.report",),
}
_PLAY: Final = "- hosts: localhost\n  gather_facts: false\n  tasks:\n    - ansible.builtin.debug:\n"


def write_inventories(folder: Path, hosts: int, networks: int) -> None:
    """A deployment, and what it was before."""
    write_inventory(folder / "after.json", hosts, networks)
    before: dict[str, Any] = json.loads((folder / "after.json").read_text(encoding="utf-8"))
    before["all"]["children"]["qradar"]["vars"]["qradar_parties"]["log_sources"].pop(1)
    (folder / "before.json").write_text(json.dumps(before), encoding="utf-8")
    (folder / "nothing.yml").write_text(_PLAY, encoding="utf-8")


class Runs:
    """Whole runs of one size, and the memory of each kind, in MiB."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.memory: dict[str, list[int]] = {}

    def kind(self, name: str, program: str, *arguments: str) -> Seconds:
        """How to take its time.

        Raises:
            SystemExit: a run failed.
        """

        def seconds() -> float:
            done = whole_run(self._folder, program, *arguments, more={"ANSIBLE_LOCALHOST_WARNING": "0"})
            if done.code:
                raise SystemExit(done.output[-20_000:])
            self.memory.setdefault(name, []).append(done.memory)
            return done.seconds

        return seconds

    def of_playbook(self, name: str, arguments: Sequence[str]) -> Seconds:
        return self.kind(name, "ansible-playbook", "-i", "after.json", *arguments)


def measure(hosts: int, networks: int, rounds: int) -> dict[str, Any]:
    """Seconds and memory of each kind."""
    with tempfile.TemporaryDirectory() as one, project(Path(one), large(hosts)) as console:
        folder = Path(one)
        console.configure(nat_groups=None)
        write_inventories(folder, hosts, networks)
        runs = Runs(folder)
        kinds = {name: runs.of_playbook(name, arguments) for name, arguments in ASKED.items()}
        kinds[CONSOLE] = runs.kind(CONSOLE, "ansible-inventory", "-i", "console.qradar.yml", "--list")
        times = in_turn(kinds, rounds, print)
        return {"times": times, "memory": {name: max(some) for name, some in runs.memory.items()}}


def main(arguments: Sequence[str] | None = None) -> int:
    options = parser_of("questions", __doc__, providers=False).parse_args(arguments)
    for hosts, networks in SIZES:
        title = f"{hosts:5,} hosts, {networks:7,} networks"
        found = measure(hosts, networks, options.rounds)
        for name, times in found["times"].items():
            print(f"{title}: {name}: {statistics.median(times):.2f} s, {found['memory'][name]} MiB", flush=True)
        found |= {"part": "questions", "hosts": hosts, "networks": networks, "machine": describe()}
        keep(options.results, f"questions, {hosts} hosts, {networks} networks", found)
    return 0
