# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a gateway sends back into the segment that it came from is not its business, whatever the provider."""

from __future__ import annotations

import subprocess

import pytest

from tests.lab.hosts.providers import PROVIDERS, Provider
from tests.lab.hosts.state import ready_lab
from tests.lab.plays.record import record_playbook
from tests.lab.plays.site import SITE
from tests.lab.world.lab import Lab

# No row of the table has it.
PORT = 4242
FAMILIES = {
    "IPv4": ("198.19.1.1", "198.19.1.11", "198.19.2.11"),
    "IPv6": ("2001:db8:a1::1", "2001:db8:a1::11", "2001:db8:a2::11"),
}
_LISTEN = """
import socket, sys
listening = socket.socket(socket.AF_INET6 if ":" in sys.argv[1] else socket.AF_INET, socket.SOCK_DGRAM)
listening.bind((sys.argv[1], int(sys.argv[2])))
listening.settimeout(1.5)
print("listening", flush=True)
try:
    while True:
        print(listening.recv(100).decode(), flush=True)
except socket.timeout:
    pass
"""
_SEND = """
import socket, sys
family = socket.AF_INET6 if ":" in sys.argv[1] else socket.AF_INET
for number in range(5):
    socket.socket(family, socket.SOCK_DGRAM).sendto(b"hello", (sys.argv[1], int(sys.argv[2])))
"""


def through_the_gateway(lab: Lab) -> None:
    """The stranger reaches its neighbour by way of the gateway, as where two networks lie behind one interface."""
    lab["gateway"].run(["sysctl", "-qw", "net.ipv4.conf.all.send_redirects=0", "net.ipv4.conf.core.send_redirects=0"])
    lab["guest"].run(["sysctl", "-qw", "net.ipv6.conf.all.accept_redirects=0", "net.ipv6.conf.core.accept_redirects=0"])
    for way, neighbour, _across in FAMILIES.values():
        lab["guest"].run(["ip", "route", "add", f"{neighbour}/{128 if ':' in neighbour else 32}", "via", way])


def arrived(lab: Lab, node: str, address: str) -> int:
    """Of five datagrams from the stranger, how many reach a node."""
    listener = lab[node].popen(["python3", "-c", _LISTEN, address, str(PORT)], stdout=subprocess.PIPE)
    assert listener.stdout
    assert listener.stdout.readline() == "listening\n"
    lab["guest"].run(["python3", "-c", _SEND, address, str(PORT)])
    return listener.communicate()[0].count("hello")


def forwarded(lab: Lab) -> int:
    """Packets that have gone through the gateway, of either family."""
    text = lab["gateway"].run(["sh", "-c", "cat /proc/net/snmp6; grep ^Ip: /proc/net/snmp"]).stdout
    ipv4 = [line.split() for line in text.splitlines() if line.startswith("Ip:")]
    ipv6 = next(line.split()[1] for line in text.splitlines() if line.startswith("Ip6OutForwDatagrams"))
    return int(ipv4[1][ipv4[0].index("ForwDatagrams")]) + int(ipv6)


@pytest.mark.parametrize("provider", [PROVIDERS[name] for name in ("iptables", "nftables", "firewalld")], ids=str)
def test_traffic_within_one_segment_passes_and_across_it_does_not(provider: Provider) -> None:
    with ready_lab(provider) as lab:
        through_the_gateway(lab)
        first = record_playbook(lab, SITE, "--limit", "gateway", *provider.arguments)
        assert first.run.ok, first.run.stdout
        for _way, neighbour, across in FAMILIES.values():
            before = forwarded(lab)
            assert arrived(lab, "console", neighbour) == 5
            assert forwarded(lab) >= before + 5, "they went another way: the test has not tested"
            assert arrived(lab, "collector", across) == 0
        again = record_playbook(lab, SITE, "--limit", "gateway", *provider.arguments)
        assert again.run.ok, again.run.stdout
        assert again.run.changed == {}
