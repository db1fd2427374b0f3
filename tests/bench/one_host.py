# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How long one host takes over SSH: a bare ping, the first apply, and a run with nothing to do; whole processes.

The host has 61 ports beside those of the vendor's table. Each kind of run is measured in turn, several times over, so
that a machine that slows down slows down all of them. `python -m tests.bench.apply iptables nftables` names providers.
"""

from __future__ import annotations

import json
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from tests.lab.over_ssh.ssh import SshLab
from tests.lab.world.lab import Lab
from tests.lab.world.labs import SMALL

SITE, REMOVE = "playbooks/site.yml", "playbooks/remove.yml"
ROUNDS = 5
EXTRA = [
    {"from": "users", "to": "console", "ports": [f"tcp/{port}" for port in range(20001, 20062)], "comment": "61 ports"}
]
PING = "- hosts: all\n  gather_facts: false\n  tasks:\n    - ansible.builtin.ping:\n"


def measure(ssh: SshLab, playbook: str | Path, *arguments: str) -> float:
    """Seconds of one whole run on the console, over a connection of its own."""
    for socket in (ssh.folder / "cp").glob("*"):
        ssh.controller.run(["ssh", "-O", "exit", "-o", f"ControlPath={socket}", "console"], check=False)
    started = time.monotonic()
    run = ssh.play(playbook, "--limit", "console", *arguments)
    seconds = time.monotonic() - started
    if not run.run.ok:
        raise SystemExit(run.run.stdout)
    return seconds


def rounds(provider: str) -> dict[str, list[float]]:
    """Seconds by kind of run."""
    found: dict[str, list[float]] = {"ping": [], "first apply": [], "nothing to do": []}
    with (
        Lab.start(SMALL, extra_variables={"qradar_extra_flows": EXTRA}) as lab,
        tempfile.TemporaryDirectory() as folder,
    ):
        ping = Path(folder) / "ping.yml"
        ping.write_text(PING, encoding="utf-8")
        ssh = SshLab(lab, "guest")
        try:
            chosen = ("-e", json.dumps({"host_firewall_provider": provider}))
            measure(ssh, ping)
            for _round in range(ROUNDS):
                found["ping"].append(measure(ssh, ping))
                found["first apply"].append(measure(ssh, SITE, *chosen))
                found["nothing to do"].append(measure(ssh, SITE, *chosen))
                measure(ssh, REMOVE)
        finally:
            ssh.stop()
    return found


def main(providers: Sequence[str]) -> None:
    for provider in providers or ("iptables", "nftables"):
        found = rounds(provider)
        ping = statistics.median(found["ping"])
        for kind, seconds in found.items():
            middle = statistics.median(seconds)
            spread = f"{min(seconds):.2f} to {max(seconds):.2f}"
            print(f"{provider:<10}{kind:<15}{middle:6.2f} s ({spread}){middle / ping:8.2f} of a ping", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
