# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A boot: what the units under /etc/systemd/system say, in their order, in a world that has nothing but its disk."""

from __future__ import annotations

import configparser
import shlex
import time
from dataclasses import dataclass

from tests.chaos.control import Control
from tests.chaos.disk import Tree, key_of_tree, without_run
from tests.chaos.hosts import Kind
from tests.chaos.rules import observed
from tests.chaos.world import World
from tests.lab.hosts.state import State

_UNITS = "etc/systemd/system/"
_SERVICES = ("firewalld.service", "iptables.service")
_PATH = "PATH=/usr/sbin:/usr/bin"


@dataclass(frozen=True)
class Boot:
    """What a boot has made of a disk: the rules, what units say that failed, and how long they took."""

    rules: State
    failed: tuple[str, ...]
    seconds: float


class Boots:
    """What boots make of disks. Each disk is booted once."""

    def __init__(self, kind: Kind, control: Control) -> None:
        self._kind = kind
        self._control = control
        self._known: dict[str, Boot] = {}

    def of(self, tree: Tree) -> Boot:
        key = key_of_tree(without_run(tree))
        if key not in self._known:
            world, self._known[key] = come_up(self._kind, self._control, tree)
            world.stop()
        return self._known[key]


def come_up(kind: Kind, control: Control, tree: Tree) -> tuple[World, Boot]:
    """A world that has booted from a disk."""
    world = World(control, without_run(tree), "second")
    units = enabled(tree, kind)
    failed = []
    early = [name for name, text in units.items() if any(one in _ordering(text, "Before") for one in _SERVICES)]
    began = time.monotonic()
    for name in early:
        failed += _start(world, name, units[name])
    seconds = time.monotonic() - began
    failed += kind.start(world)
    began = time.monotonic()
    # What an early unit has written, it has systemd start.
    for name, text in enabled(world.tree(), kind).items():
        if name not in early:
            failed += _start(world, name, text)
    return world, Boot(observed(world), tuple(failed), seconds + time.monotonic() - began)


def enabled(tree: Tree, kind: Kind) -> dict[str, str]:
    """Units that this boot starts: name and text. An empty file is a unit that systemd takes for masked."""
    targets = ["sysinit.target", "multi-user.target", "network-pre.target"]
    targets += ["firewalld.service"] if kind.firewalld else []
    found = {}
    for path, entry in sorted(tree.items()):
        folder, _slash, name = path.removeprefix(_UNITS).rpartition("/")
        if path.startswith(_UNITS) and folder.removesuffix(".wants") in targets and name.startswith("portledger-"):
            target = entry.data.decode().lstrip("/") if entry.kind == "link" else path
            text = tree[target].data.decode(errors="replace") if target in tree and tree[target].kind == "file" else ""
            if text:
                found[name] = text
    return found


def _ordering(text: str, word: str) -> list[str]:
    return _read(text).get("Unit", word, fallback="").split()


def _read(text: str) -> configparser.ConfigParser:
    unit = configparser.ConfigParser(strict=False, interpolation=None)
    unit.optionxform = str  # type: ignore[assignment,method-assign]
    try:
        unit.read_string(text)
    except configparser.Error:
        return configparser.ConfigParser()
    return unit


def _start(world: World, name: str, text: str) -> list[str]:
    """Run what a unit starts. Gives its words where it failed."""
    service = dict(_read(text)["Service"]) if _read(text).has_section("Service") else {}
    if not service.get("ExecStart"):
        return [f"{name}: nothing to start"]
    for command in filter(None, (service["ExecStart"], service.get("ExecStartPost"))):
        done = world.node.run(["env", "-i", _PATH, *shlex.split(command)], check=False)
        if done.returncode:
            words = (done.stderr or done.stdout).strip().splitlines()[-1:] or [""]
            return [f"{name}: exit {done.returncode}: {words[0]}"]
    return []
