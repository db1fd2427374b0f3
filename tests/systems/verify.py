# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the tests of Molecule's scenarios ask."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

if TYPE_CHECKING:
    from testinfra.host import Host

_SHARED = Path(__file__).resolve().parents[2] / "extensions" / "molecule" / "_shared"
# Asks for many ports at once, and again. Any answer, a refusal too, has passed the firewall.
_KNOCK = """
import json, select, socket, sys, time
asked = [tuple(one) for one in json.load(sys.stdin)]
heard, waiting, poll = set(), {}, select.poll()
end = time.monotonic() + 2
while time.monotonic() < end and len(heard) < len(asked):
    for one in asked:
        transport, address, port = one
        if one in heard or any(one == asked_for for asked_for, _socket in waiting.values()):
            continue
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        kind = socket.SOCK_STREAM if transport == "tcp" else socket.SOCK_DGRAM
        knocking = socket.socket(family, kind | socket.SOCK_NONBLOCK)
        knocking.connect_ex((address, port))
        waiting[knocking.fileno()] = (one, knocking)
        poll.register(knocking, select.POLLOUT if transport == "tcp" else select.POLLIN)
    for one, knocking in waiting.values():
        if one[0] == "udp":
            try:
                knocking.send(b"?")
            except OSError:
                heard.add(one)
    pause = time.monotonic() + 0.4
    while (left := pause - time.monotonic()) > 0:
        for number, _event in poll.poll(left * 1000):
            one, knocking = waiting.pop(number)
            poll.unregister(number)
            if knocking.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR) in (0, 111):
                heard.add(one)
            knocking.close()
json.dump([one in heard for one in asked], sys.stdout)
"""


def expected() -> dict[str, Any]:
    """What the scenario says in expected.yml, over what all scenarios have in common."""
    own = Path(os.environ["MOLECULE_SCENARIO_DIRECTORY"]) / "expected.yml"
    common: dict[str, Any] = yaml.safe_load((_SHARED / "expected.yml").read_text(encoding="utf-8"))
    return {**common, **(yaml.safe_load(own.read_text(encoding="utf-8")) if own.exists() else {})}


def provider_of(host: Host) -> str:
    """Who is to carry the rules of a host."""
    provider = expected()["provider"]
    return str(provider[name_of(host)] if isinstance(provider, dict) else provider)


def lasting_of(host: Host) -> str:
    """What is to load them at a boot: a unit of ours, or the provider."""
    return "provider" if provider_of(host) in {"firewalld", "qradar"} else "unit"


def place() -> dict[str, Any]:
    """networks: name -> file of the namespace; addresses: name -> its addresses."""
    folder = Path(os.environ["MOLECULE_EPHEMERAL_DIRECTORY"]) / "place"
    found: dict[str, Any] = json.loads((folder / "place.json").read_text(encoding="utf-8"))
    return found


def boots() -> list[dict[str, Any]]:
    """What tests.systems.reboots has written so far."""
    file = Path(os.environ["MOLECULE_EPHEMERAL_DIRECTORY"]) / "place" / "boots.json"
    return json.loads(file.read_text(encoding="utf-8")) if file.exists() else []


def state(host: Host) -> str:
    """What state.sh writes on a host."""
    script = (_SHARED / "state.sh").read_text(encoding="utf-8")
    return str(host.check_output("sh -c %s", script)).rstrip("\n")


def name_of(host: Host) -> str:
    """In the inventory."""
    return str(host.backend.get_hostname())


def knock(source: str, asked: Iterable[tuple[str, str, int]]) -> dict[tuple[str, str, int], bool]:
    """Send packets from a system or an outsider: transport, address, port -> whether anything came back."""
    wanted = list(asked)
    command = ["nsenter", f"--net={place()['networks'][source]}", "--", sys.executable, "-I", "-c", _KNOCK]
    done = subprocess.run(command, input=json.dumps(wanted), capture_output=True, text=True, check=True, timeout=30)
    return dict(zip(wanted, json.loads(done.stdout), strict=True))


def packets(kind: str) -> list[tuple[str, str, str, str, int]]:
    """What expected.yml says below `passes` or `stops`: source, destination, transport, address, port."""
    addresses = place()["addresses"]
    found = []
    for way, ports in expected()[kind].items():
        source, destination = way.split(" > ")
        for address in addresses[destination]:
            for port in ports:
                transport, number = port.split("/")
                found.append((source, destination, transport, address, int(number)))
    return found
