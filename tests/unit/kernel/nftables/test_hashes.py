# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lengths with many networks have sets of hashes: the same packets pass, and what differs reads the same.

"Many" is lowered here, so that a few do.
"""

from __future__ import annotations

import ipaddress
import re
import subprocess
import sys
from typing import Any

import pytest

from ansible_collections.portledger.qradar.plugins.module_utils._nftables import sets
from tests.unit.kernel.nftables.box import Box
from tests.unit.plugins.module_utils.support import golden_plan

TREE = ["10.9.0.0/20", "10.9.64.0/20"]
LOG_SOURCES = {
    "ipv4": [
        *("10.1.0.0/26", "10.1.0.64/26", "10.1.1.0/26", "10.255.255.192/26"),
        *("10.2.0.1/32", "10.2.0.2/32", "10.2.0.9/32"),
        *TREE,
    ],
    "ipv6": ["2001:db8:5::/64", "2001:db8:5:1::/64", "2001:db8:5:8::/64", "2001:db8:6::7/128"],
}
NAME = "log_sources_61f1fe75"

SENDERS = {"10.0.0.0/8": "198.18.1.4", "11.0.0.0/8": "198.18.1.4", "2001:db8:4::/46": "2001:db8:1::4"}

RECEIVE = """
import socket
server = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
server.bind(("::", 514))
print("ready", flush=True)
ended = set()
while len(ended) < 2:
    text, sender = server.recvfrom(100)
    server.sendto(text, sender)
    print(text.decode(), flush=True)
    ended |= {text} & {b"end4", b"end6"}
"""
SEND = """
import socket, sys
def opened(address):
    family, to = (socket.AF_INET6, "2001:db8:1::1") if ":" in address else (socket.AF_INET, "198.18.1.1")
    client = socket.socket(family, socket.SOCK_DGRAM)
    client.setsockopt(socket.SOL_IP, 15, 1)  # IP_FREEBIND
    client.bind((address, 0))
    client.connect((to, 514))
    return client
def answered(word):
    # Its first datagrams may be lost while neighbours look for one another.
    for family, address in (("4", "10.2.0.1"), ("6", "2001:db8:5::")):
        with opened(address) as client:
            client.settimeout(0.2)
            for _attempt in range(100):
                client.send((word + family).encode())
                try:
                    client.recv(100)
                    break
                except socket.timeout:
                    pass
            else:
                sys.exit("no answer to " + word + family)
answered("first")
for address in sys.stdin.read().split():
    with opened(address) as client:
        client.send(address.encode())
answered("end")
"""


@pytest.fixture(autouse=True)
def few_are_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sets, "MANY", 3)


def wanted() -> dict[str, Any]:
    plan = golden_plan("host")
    plan["sets"]["log_sources"] = {family: list(some) for family, some in LOG_SOURCES.items()}
    return plan


def test_which_networks_are_held_how(box: Box) -> None:
    box.apply(plan=wanted())
    said = box.nft("list", "table", "inet", "portledger_host")
    for line in (
        f"ip saddr & 255.255.255.192 == @{NAME}_v4_26 jump",
        f"ip saddr @{NAME}_v4_32 jump",
        f"ip saddr @{NAME}_v4 jump",
        f"ip6 saddr & ffff:ffff:ffff:ffff:: == @{NAME}_v6_64 jump",
        f"ip6 saddr @{NAME}_v6 jump",
    ):
        # Where connections enter, and where those are judged that containers publish.
        assert said.count(line) == 2, said
    assert len(re.findall(f"@{NAME}", said)) == 2 * 5, said


def edges(network: str) -> set[str]:
    """Its first and last address, and those beside it."""
    found = ipaddress.ip_network(network)
    first, last = found[0], found[-1]
    return {str(one) for one in (first, last, first - 1, last + 1)}


def test_packets(box: Box) -> None:
    client, process = box.neighbour()
    for entering, line in (
        (box.enter, f"link add c type veth peer name host netns {process}"),
        (box.enter, "address add 198.18.1.1/24 dev c"),
        (box.enter, "-6 address add 2001:db8:1::1/64 dev c nodad"),
        (box.enter, "link set c up"),
        (client, "address add 198.18.1.4/24 dev host"),
        (client, "-6 address add 2001:db8:1::4/64 dev host nodad"),
        (client, "link set host up"),
        (client, "link set lo up"),
        *((box.enter, f"route add {one} via {hop}") for one, hop in SENDERS.items()),
        *((client, f"route add local {one} dev lo") for one in SENDERS),
    ):
        subprocess.run([*entering, "ip", *line.split()], check=True)
    box.apply(plan=wanted())
    networks = [ipaddress.ip_network(one) for some in LOG_SOURCES.values() for one in some]
    asked = {one for network in networks for one in edges(str(network))}
    allowed = {one for one in asked if any(ipaddress.ip_address(one) in network for network in networks)}
    with subprocess.Popen([*box.enter, sys.executable, "-c", RECEIVE], stdout=subprocess.PIPE, text=True) as receiver:
        try:
            assert receiver.stdout is not None
            assert receiver.stdout.readline() == "ready\n"
            subprocess.run([*client, sys.executable, "-c", SEND], input="\n".join(sorted(asked)), text=True, check=True)
            came = set(receiver.communicate(timeout=60)[0].split()) - {"first4", "first6", "end4", "end6"}
        finally:
            receiver.kill()
    assert (came - allowed, allowed - came) == (set(), set())
    assert len(asked - allowed) > 10


@pytest.mark.parametrize(
    ("damage", "lines"),
    [
        (f"delete element inet portledger_host {NAME}_v4_26 {{ 10.1.1.0 }}", ["~ log_sources: +10.1.1.0/26"]),
        (f"add element inet portledger_host {NAME}_v4_26 {{ 10.1.7.0 }}", ["~ log_sources: -10.1.7.0/26"]),
        (f"add element inet portledger_host {NAME}_v4_32 {{ 10.1.7.1 }}", ["~ log_sources: -10.1.7.1"]),
        (f"delete element inet portledger_host {NAME}_v4 {{ {TREE[1]} }}", [f"~ log_sources: +{TREE[1]}"]),
        (f"add element inet portledger_host {NAME}_v6_64 {{ 2001:db8:7:: }}", ["~ log_sources: -2001:db8:7::/64"]),
        # No packet has it once the mask is applied.
        (f"add element inet portledger_host {NAME}_v4_26 {{ 10.1.7.1 }}", ["~ rules repaired that meant the same"]),
        (
            f"flush set inet portledger_host {NAME}_v4_26",
            ["~ log_sources: +10.1.0.0/26, +10.1.0.64/26, +10.1.1.0/26, +10.255.255.192/26"],
        ),
    ],
)
def test_drift(box: Box, damage: str, lines: list[str]) -> None:
    box.apply(plan=wanted())
    good = box.rules()
    box.nft("-f", "-", data=damage)
    assert box.repaired(plan=wanted()) == lines
    assert box.rules() == good


def test_another_mask(box: Box) -> None:
    """It lets others in, and some of them no more."""
    box.apply(plan=wanted())
    good = box.rules()
    other = good.replace("255.255.255.192", "255.255.255.0")
    box.nft("-f", "-", data="delete table inet portledger_host\n" + other)
    assert box.rules() != good
    (line,) = box.repaired(plan=wanted())
    assert line == "~ log_sources: +10.255.255.192/26, -10.1.0.128/25, -10.1.1.64/26, -10.1.1.128/25"
    assert box.rules() == good


def test_what_an_earlier_release_has_loaded(box: Box, monkeypatch: pytest.MonkeyPatch) -> None:
    """It had trees alone; and its state, as it was saved, can be put back."""
    monkeypatch.setattr(sets, "MANY", 1000)
    box.apply(plan=wanted())
    former = box.rules()
    monkeypatch.setattr(sets, "MANY", 3)
    assert box.repaired(plan=wanted()) == ["~ rules repaired that meant the same"]
    monkeypatch.setattr(sets, "MANY", 1000)
    assert box.repaired(plan=wanted()) == ["~ rules repaired that meant the same"]
    assert box.rules() == former
