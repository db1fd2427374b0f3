# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Datagrams to syslog of a host, from the edges of networks: which of them come through?"""

from __future__ import annotations

import ipaddress
import subprocess
import sys
from collections.abc import Sequence

from tests.unit.kernel.box import NamespaceBox

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
for at, address in enumerate(sys.stdin.read().split(), 1):
    with opened(address) as client:
        client.send(address.encode())
    # What is not read yet has to fit into a buffer.
    if at % 50 == 0:
        answered("more")
answered("end")
"""


def judged(box: NamespaceBox, networks: Sequence[str]) -> tuple[set[str], set[str], set[str]]:
    """Sends from the first and last address of each network, and from those beside it.

    Args:
        networks: within SENDERS; among them 10.2.0.1 and 2001:db8:5::, from which the sender knows that all has come.

    Returns:
        False opens, false closes, and what was to be refused.
    """
    client = _connect(box)
    allowed_networks = [ipaddress.ip_network(one) for one in networks]
    asked = {str(one) for some in allowed_networks for one in (some[0], some[-1], some[0] - 1, some[-1] + 1)}
    by_version = {version: [one for one in allowed_networks if one.version == version] for version in (4, 6)}
    addresses = {one: ipaddress.ip_address(one) for one in asked}
    allowed = {text for text, one in addresses.items() if any(one in network for network in by_version[one.version])}
    came = _arrived(box, client, asked)
    return came - allowed, allowed - came, asked - allowed


def _connect(box: NamespaceBox) -> list[str]:
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
    return client


def _arrived(box: NamespaceBox, client: list[str], asked: set[str]) -> set[str]:
    words = {word + version for word in ("first", "more", "end") for version in "46"}
    with subprocess.Popen([*box.enter, sys.executable, "-c", RECEIVE], stdout=subprocess.PIPE, text=True) as receiver:
        try:
            assert receiver.stdout is not None
            assert receiver.stdout.readline() == "ready\n"
            subprocess.run([*client, sys.executable, "-c", SEND], input="\n".join(sorted(asked)), text=True, check=True)
            return set(receiver.communicate(timeout=60)[0].split()) - words
        finally:
            receiver.kill()
