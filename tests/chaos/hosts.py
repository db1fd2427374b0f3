# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The hosts that points are tried on: what they run, and what others have there, in the kernel and in files."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from tests.chaos.control import Control
from tests.chaos.disk import Tree
from tests.chaos.rules import Dump
from tests.chaos.world import World
from tests.lab.hosts.firewalld import start_firewalld
from tests.lab.hosts.foreign_rules import FOREIGN, FOREIGN_ADDRESSES, FOREIGN_TABLE
from tests.lab.hosts.qradar.stand_in import GENERATED, install_stand_in, write_file

_DIRECT = """\
<?xml version="1.0" encoding="utf-8"?>
<direct>
  <!-- somebody's -->
  <rule priority="0" table="filter" ipv="ipv4" chain="INPUT">-p tcp --dport 10050 -j ACCEPT</rule>
</direct>
"""
_SETS = "create somebody hash:net family inet\nadd somebody 203.0.113.0/24\n"


@dataclass(frozen=True)
class Kind:
    """What runs on a host beside the collection."""

    firewalld: bool = False
    qradar: bool = False

    @classmethod
    def of(cls, *providers: str | None) -> Kind:
        return cls("firewalld" in providers, "qradar" in providers)

    @property
    def containers(self) -> bool:
        """Whether there is a container engine, and so what it publishes, and direct rules of firewalld for it.

        Not where both firewalld and QRadar are: what the one loads at a boot of direct rules, the other flushes.
        """
        return not (self.firewalld and self.qradar)

    def install(self, world: World) -> None:
        """Put the files of others there, and start what there is."""
        self.offer_programs(world.control)
        if self.firewalld and self.containers:
            write_file(world.node, "/etc/firewalld/direct.xml", _DIRECT, "644")
        self._start_firewalld(world)
        if self.qradar:
            install_stand_in(world.node)
        _load_foreign(world)

    def offer_programs(self, control: Control) -> None:
        """Have worlds find just these programs beside the machine's."""
        engine = control.programs / "docker"
        engine.unlink(missing_ok=True)
        if self.containers:
            engine.write_text("#!/bin/sh\nexit 0\n")
            engine.chmod(0o755)

    def start(self, world: World) -> list[str]:
        """What a boot starts of others; foreign rules are loaded by whoever has them. Gives what failed."""
        failed = self.firewalld and start_firewalld(world.node, may_fail=True).failed()
        if self.qradar:
            for tool, path in GENERATED.items():
                world.sh(f"{tool}-restore <{path}")
        _load_foreign(world)
        return ["firewalld.service: runs, and has not loaded its files"] if failed else []

    def thaw(self, control: Control, tree: Tree, rules: Dump, disk: Path | None = None) -> World:
        """A world like one from which tree and rules were taken."""
        world = World(control, tree, disk=disk)
        self._start_firewalld(world)
        rules.load(world)
        return world

    def _start_firewalld(self, world: World) -> None:
        # First: as it starts, it flushes everybody's rules.
        if self.firewalld:
            start_firewalld(world.node)


def _load_foreign(world: World) -> None:
    world.sh("ipset restore", stdin=_SETS)
    for tool, address in FOREIGN_ADDRESSES.items():
        world.sh(f"{tool}-restore --noflush", stdin=FOREIGN.format(address=address))
    world.sh("nft -f -", stdin=FOREIGN_TABLE)
