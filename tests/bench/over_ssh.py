# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A small lab whose hosts are reached over SSH, to take the time of whole runs on them."""

from __future__ import annotations

import contextlib
import json
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from tests.lab.hosts.providers import Provider
from tests.lab.over_ssh.ssh import SshLab
from tests.lab.world.lab import Lab
from tests.lab.world.labs import SMALL

# No two of them make a range.
PORTS = range(20001, 20123, 2)


def extra_flow(ports: Sequence[int] = PORTS) -> dict[str, Any]:
    """61 ports beside those of the vendor's table."""
    return {"from": "users", "to": "console", "ports": [f"tcp/{port}" for port in ports], "comment": "61 ports"}


def lab_file(folder: Path, **parties: Sequence[str]) -> Path:
    """The small lab with an event processor more, users and their ports. parties: other networks of them."""
    lab = yaml.safe_load(SMALL.read_text(encoding="utf-8"))
    lab["nodes"]["processor"] = {
        "label": "EP",
        "title": "event processor",
        "groups": ["qradar_event_processor"],
        "interfaces": {"core": ["198.19.1.12", "2001:db8:a1::12"]},
    }
    # Where log sources of four_hosts.py are.
    lab["nodes"]["gateway"]["vars"]["qradar_gateway_segments"]["remote"].append("10.0.0.0/8")
    users = {"users": ["198.19.1.248/29", "2001:db8:a1::240/124"]}
    lab["vars"]["qradar_parties"] |= {**users, **{name: list(some) for name, some in parties.items()}}
    lab["vars"]["qradar_extra_flows"] = [extra_flow()]
    path = folder / "lab.yml"
    path.write_text(yaml.safe_dump(lab), encoding="utf-8")
    return path


@dataclass(frozen=True)
class Bench:
    """hosts: those that playbooks are limited to, as for --limit."""

    ssh: SshLab
    folder: Path
    hosts: str

    @property
    def lab(self) -> Lab:
        return self.ssh.lab

    def playbook(self, name: str, content: object) -> Path:
        """A playbook of its own: YAML, or the same as JSON, which is read faster."""
        path = self.folder / f"{name}.yml"
        path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
        return path

    def seconds(self, playbook: str | Path, *arguments: str, **environment: str) -> float:
        """Of one whole run, from the start of ansible-playbook to its end, over connections of its own.

        Raises:
            SystemExit: it failed, with what it printed.
        """
        for socket in (self.ssh.folder / "cp").glob("*"):
            self.ssh.controller.run(["ssh", "-O", "exit", "-o", f"ControlPath={socket}", "console"], check=False)
        started = time.monotonic()
        # Python keeps compiled code where nobody tells it not to, as a machine for development may.
        kept = {"PYTHONDONTWRITEBYTECODE": "", **environment}
        run = self.ssh.play(playbook, "--limit", self.hosts, *arguments, **kept)
        seconds = time.monotonic() - started
        if not run.run.ok:
            raise SystemExit(run.run.stdout)
        return seconds

    def into_group_vars(self, name: str) -> None:
        """Move a variable of all hosts out of the inventory, to where the guides put long lists."""
        inventory = yaml.safe_load(self.ssh.inventory.read_text(encoding="utf-8"))
        moved = {name: inventory["all"]["vars"].pop(name)}
        self.ssh.inventory.write_text(yaml.safe_dump(inventory, sort_keys=False), encoding="utf-8")
        folder = self.ssh.inventory.with_name("group_vars")
        folder.mkdir()
        (folder / "all.json").write_text(json.dumps(moved), encoding="utf-8")

    def inventory(self, name: str, **variables: Any) -> Path:
        """An inventory with variables of all hosts, for -i: they go over those of the lab."""
        path = self.folder / f"{name}.json"
        path.write_text(json.dumps({"all": {"vars": variables}}), encoding="utf-8")
        return path


@contextlib.contextmanager
def bench(hosts: str, provider: Provider, **parties: Sequence[str]) -> Iterator[Bench]:
    """A lab of its own where a provider can be used, with networks of parties. Its stranger is the controller."""
    with (
        tempfile.TemporaryDirectory() as name,
        Lab.start(lab_file(Path(name), **parties)) as lab,
        # Before SSH, which leaves a node no account that firewalld's message bus could have.
        provider.prepared(lab),
    ):
        ssh = SshLab(lab, "guest")
        try:
            yield Bench(ssh, Path(name), hosts)
        finally:
            ssh.stop()
