# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How long runs on many hosts take, and how much memory of the controller, beside a play of pings to the same.

    python -m tests.bench many-hosts --hosts 100 --forks 20 --rounds 3 --results tests/bench/results.json

The hosts are namespaces of this machine that the controller enters without SSH: the processors are theirs and the
controller's together. The first apply is not timed; each has its rules by nftables then.
"""

from __future__ import annotations

import contextlib
import re
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Final

from tests.bench.machine import describe
from tests.bench.options import parser_of
from tests.bench.ours import NOTHING, PING_PLAY
from tests.bench.plan import write_inventory
from tests.bench.rounds import PING, Times, in_turn, lines
from tests.bench.whole_run import whole_run
from tests.private_etc import KEEP
from tests.results import keep

SIZES: Final = ((10, 5), (100, 5), (100, 20), (100, 50), (300, 20), (1_000, 20), (1_000, 50))
"""Hosts and forks."""

_PINGS: Final = "ping.yml"
_SITE: Final = "portledger.qradar.site"
PLAYBOOKS: Final = (_PINGS, _SITE)
_NETWORKS: Final = 100


class Hosts:
    """So many hosts with an inventory, and one controller."""

    def __init__(self, folder: Path, pids: Sequence[int]) -> None:
        self._folder = folder
        (folder / _PINGS).write_text(PING_PLAY, encoding="utf-8")
        write_inventory(folder / "hosts.yml", len(pids), _NETWORKS)
        (folder / "host_vars").mkdir()
        for number, pid in enumerate(pids):
            shell = folder / f"shell{number}"
            shell.write_text(f'#!/bin/sh\nexec nsenter --target {pid} --net --mount /bin/sh "$@"\n', encoding="ascii")
            shell.chmod(0o755)
            variables = f"ansible_connection: local\nansible_shell_executable: {shell}\n"
            variables += f"ansible_python_interpreter: {sys.executable}\n"
            (folder / f"host_vars/host{number:04}.yml").write_text(variables, encoding="ascii")
        self.memory: dict[str, list[int]] = {}

    def seconds(self, playbook: str, forks: int, changes: int = 0) -> float:
        """Of one whole run. changes: how many hosts it is to change.

        Raises:
            SystemExit: it failed, or changed other hosts, with what it printed.
        """
        done = whole_run(
            self._folder, "ansible-playbook", "-i", str(self._folder / "hosts.yml"), "--forks", str(forks), playbook
        )
        changed = re.findall(r"changed=([1-9])", done.output)
        if done.code or len(changed) != changes:
            raise SystemExit(f"{done.output[-20_000:]}\n{len(changed)} hosts changed, not {changes}")
        self.memory.setdefault(playbook, []).append(done.memory)
        return done.seconds


@contextlib.contextmanager
def running(count: int) -> Iterator[Hosts]:
    """So many hosts, which end with this."""
    keepers: list[subprocess.Popen[str]] = []
    command = ["unshare", "--net", "--mount", "sh", "-c", KEEP]
    with tempfile.TemporaryDirectory() as folder:
        try:
            for _number in range(count):
                keepers.append(subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True))
            for keeper in keepers:
                assert keeper.stdout is not None
                if keeper.stdout.readline() != "ready\n":
                    raise SystemExit("namespaces cannot be made here: this needs root")
            yield Hosts(Path(folder), [keeper.pid for keeper in keepers])
        finally:
            for keeper in keepers:
                keeper.kill()
                keeper.communicate()


def measure(hosts: Hosts, forks: int, rounds: int) -> Times:
    """Seconds of each kind of run."""

    def run(playbook: str) -> Callable[[], float]:
        return lambda: hosts.seconds(playbook, forks)

    return in_turn({PING: run(_PINGS), NOTHING: run(_SITE)}, rounds, print)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = parser_of("many-hosts", __doc__, providers=False)
    parser.add_argument("--hosts", type=int, help="how many (default: 10, 100, 300 and 1,000 in turn)")
    parser.add_argument("--forks", type=int, default=20, help="with --hosts (default: 20)")
    options = parser.parse_args(arguments)
    sizes = [(options.hosts, options.forks)] if options.hosts else SIZES
    for count in dict.fromkeys(hosts for hosts, _forks in sizes):
        with running(count) as hosts:
            hosts.seconds(_SITE, max(forks for some, forks in sizes if some == count), count)
            for forks in (forks for some, forks in sizes if some == count):
                hosts.memory = {}
                times = measure(hosts, forks, options.rounds)
                memory = {playbook: int(statistics.median(some)) for playbook, some in hosts.memory.items()}
                print("\n".join([*lines(f"{count:,}/{forks}", times), f"MiB: {memory}"]), flush=True)
                found = {"part": "many hosts", "hosts": count, "forks": forks, "machine": describe()}
                found |= {"times": times, "memory": memory}
                keep(options.results, f"many hosts, {count} hosts, {forks} forks", found)
    return 0
