# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Asks ruleset_info of a node, and sends packets for it to count and log."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.lab.hosts.providers import PROVIDERS
from tests.lab.plays.record import record_playbook
from tests.lab.world.lab import Lab, RunningNode

# The kernel's log is the machine's: these addresses are in no other lab.
PREFIXES = {"198.19.1.": "198.18.201.", "198.19.2.": "198.18.202.", ":a1:": ":e1:", ":a2:": ":e2:"}

CONSOLE = ("198.18.201.11", "2001:db8:e1::11")
COLLECTOR = ("198.18.202.11", "2001:db8:e2::11")
SOURCE = ("198.18.202.51", "2001:db8:e2::51")
GUEST = ("198.18.201.250", "2001:db8:e1::250")

SEND = """
import socket, struct, sys
for line in sys.stdin:
    transport, address, port, times = line.split()
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    for _ in range(int(times)):
        if transport == "icmp":
            kind = socket.IPPROTO_ICMPV6 if family == socket.AF_INET6 else socket.IPPROTO_ICMP
            echo = struct.pack("!BBHHH", 128, 0, 0, 7, 1) if family == socket.AF_INET6 else (
                struct.pack("!BBHHH", 8, 0, 0xF7F7, 7, 1))
            socket.socket(family, socket.SOCK_RAW, kind).sendto(echo, (address, 0))
        elif transport == "udp":
            socket.socket(family, socket.SOCK_DGRAM).sendto(b"portledger", (address, int(port)))
        else:
            one = socket.socket(family, socket.SOCK_STREAM)
            one.settimeout(3)
            print(one.connect_ex((address, int(port))))
"""


def send(node: RunningNode, *what: tuple[str, str, int, int]) -> None:
    """Packets, each of a conversation of its own: transport, address, port, how many."""
    lines = "".join(f"{transport} {address} {port} {times}\n" for transport, address, port, times in what)
    node.run([sys.executable, "-c", SEND], stdin=lines)


def play(folder: Path, hosts: str, module: str, **options: Any) -> Path:
    task = {f"portledger.qradar.{module}": options}
    path = folder / f"{module}.yml"
    path.write_text(yaml.safe_dump([{"hosts": hosts, "gather_facts": False, "tasks": [task]}]), encoding="utf-8")
    return path


class Asker:
    """Runs one module on one host of a lab."""

    def __init__(self, lab: Lab, folder: Path, host: str, provider: str = "auto") -> None:
        self.lab = lab
        self.provider = provider
        self._folder = folder
        self._host = host
        self._scope = "gateway" if host == "gateway" else "host"

    def run(self, module: str, *arguments: str, **options: Any) -> dict[str, Any]:
        path = play(self._folder, self._host, module, scope=self._scope, provider=self.provider, **options)
        done = record_playbook(self.lab, path, *arguments)
        assert done.run.ok, done.run.stdout
        (found,) = done.results[self._host]
        return {key: value for key, value in found.items() if key not in ("invocation", "task", "status")}

    def info(self, *arguments: str, **options: Any) -> dict[str, Any]:
        return self.run("ruleset_info", *arguments, **options)

    def apply(self, *arguments: str, **options: Any) -> dict[str, Any]:
        return self.run("ruleset", *arguments, **options)


# Most tests here are about what two providers count and firewalld does not; these are about all of them.
every_provider = pytest.mark.parametrize("provider", list(PROVIDERS), indirect=True)

# An IP and a UDP header, and ten bytes.
IPV4, IPV6 = 38, 58
