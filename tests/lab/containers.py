# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Containers inside a node, published as docker and podman do it.

No image and no daemon: a container is a network namespace on a bridge, with a listener in it. The rules are those that
docker 20.10 to 27 (iptables), netavark 1.4 (podman 4, iptables) and netavark 1.10 and newer (nftables) make.
"""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tests.lab.lab import RunningNode

TOOLS = {4: "iptables", 6: "ip6tables"}
NETWORKS = {4: "198.18.88.0/24", 6: "2001:db8:88::/64"}
_HOST = {4: "198.18.88.1/24", 6: "2001:db8:88::1/64"}
WEB = {4: "198.18.88.2", 6: "2001:db8:88::2"}
OTHER = {4: "198.18.88.3", 6: "2001:db8:88::3"}
_LOCAL = {4: "127.0.0.0/8", 6: "::1/128"}
_LOCALHOST = {4: "127.0.0.1/32", 6: "::1/128"}
_MULTICAST = {4: "224.0.0.0/4", 6: "ff00::/8"}


@dataclass(frozen=True)
class Port:
    """A container's port and the one that the host publishes it on."""

    transport: str
    published: int
    inside: int


def _at(version: int, port: Port) -> str:
    return f"[{WEB[6]}]:{port.inside}" if version == 6 else f"{WEB[4]}:{port.inside}"


def docker(version: int, ports: Sequence[Port]) -> str:
    """docker 20.10 to 27, one bridge. IPv6 is the same where it is switched on (as it is from 27 on)."""
    length = 32 if version == 4 else 128
    network, web = NETWORKS[version], f"{WEB[version]}/{length}"
    lines = [
        "*nat",
        ":DOCKER - [0:0]",
        "-A PREROUTING -m addrtype --dst-type LOCAL -j DOCKER",
        f"-A OUTPUT ! -d {_LOCAL[version]} -m addrtype --dst-type LOCAL -j DOCKER",
        f"-A POSTROUTING -s {network} ! -o docker0 -j MASQUERADE",
    ]
    for port in ports:
        match = f"-p {port.transport} -m {port.transport} --dport {port.inside}"
        lines.append(f"-A POSTROUTING -s {web} -d {web} {match} -j MASQUERADE")
    lines.append("-A DOCKER -i docker0 -j RETURN")
    for port in ports:
        match = f"! -i docker0 -p {port.transport} -m {port.transport} --dport {port.published}"
        lines.append(f"-A DOCKER {match} -j DNAT --to-destination {_at(version, port)}")
    lines += [
        "COMMIT",
        "*filter",
        ":FORWARD DROP [0:0]",
        ":DOCKER - [0:0]",
        ":DOCKER-ISOLATION-STAGE-1 - [0:0]",
        ":DOCKER-ISOLATION-STAGE-2 - [0:0]",
        ":DOCKER-USER - [0:0]",
        "-A FORWARD -j DOCKER-USER",
        "-A FORWARD -j DOCKER-ISOLATION-STAGE-1",
        "-A FORWARD -o docker0 -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT",
        "-A FORWARD -o docker0 -j DOCKER",
        "-A FORWARD -i docker0 ! -o docker0 -j ACCEPT",
        "-A FORWARD -i docker0 -o docker0 -j ACCEPT",
    ]
    for port in ports:
        match = f"-p {port.transport} -m {port.transport} --dport {port.inside}"
        lines.append(f"-A DOCKER -d {web} ! -i docker0 -o docker0 {match} -j ACCEPT")
    lines += [
        "-A DOCKER-ISOLATION-STAGE-1 -i docker0 ! -o docker0 -j DOCKER-ISOLATION-STAGE-2",
        "-A DOCKER-ISOLATION-STAGE-1 -j RETURN",
        "-A DOCKER-ISOLATION-STAGE-2 -o docker0 -j DROP",
        "-A DOCKER-ISOLATION-STAGE-2 -j RETURN",
        "-A DOCKER-USER -j RETURN",
        "COMMIT",
        "",
    ]
    return "\n".join(lines)


def podman(version: int, ports: Sequence[Port]) -> str:
    """What netavark 1.4 makes of `podman run -p`; the names' numbers are a hash of the network's."""
    network = NETWORKS[version]
    own, dnat = "NETAVARK-1D8721804F16F", "NETAVARK-DN-1D8721804F16F"
    lines = [
        "*filter",
        ":NETAVARK_FORWARD - [0:0]",
        '-A FORWARD -m comment --comment "netavark firewall plugin rules" -j NETAVARK_FORWARD',
        f"-A NETAVARK_FORWARD -d {network} -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT",
        f"-A NETAVARK_FORWARD -s {network} -j ACCEPT",
        "COMMIT",
        "*nat",
        f":{own} - [0:0]",
        f":{dnat} - [0:0]",
        ":NETAVARK-HOSTPORT-DNAT - [0:0]",
        ":NETAVARK-HOSTPORT-MASQ - [0:0]",
        ":NETAVARK-HOSTPORT-SETMARK - [0:0]",
        "-A PREROUTING -m addrtype --dst-type LOCAL -j NETAVARK-HOSTPORT-DNAT",
        "-A OUTPUT -m addrtype --dst-type LOCAL -j NETAVARK-HOSTPORT-DNAT",
        "-A POSTROUTING -j NETAVARK-HOSTPORT-MASQ",
        f"-A POSTROUTING -s {network} -j {own}",
        f"-A {own} -d {network} -j ACCEPT",
        f"-A {own} ! -d {_MULTICAST[version]} -j MASQUERADE",
    ]
    for port in ports:
        match = f"-p {port.transport} -m {port.transport} --dport {port.published}"
        lines += [
            f"-A {dnat} -s {network} {match} -j NETAVARK-HOSTPORT-SETMARK",
            f"-A {dnat} -s {_LOCALHOST[version]} {match} -j NETAVARK-HOSTPORT-SETMARK",
            f"-A {dnat} {match} -j DNAT --to-destination {_at(version, port)}",
            f'-A NETAVARK-HOSTPORT-DNAT {match} -m comment --comment "dnat name: podman id: c1c1c1c1c1c1" -j {dnat}',
        ]
    lines += [
        '-A NETAVARK-HOSTPORT-MASQ -m comment --comment "netavark portfw masq mark" -m mark --mark 0x2000/0x2000 '
        "-j MASQUERADE",
        "-A NETAVARK-HOSTPORT-SETMARK -j MARK --set-xmark 0x2000/0x2000",
        "COMMIT",
        "",
    ]
    return "\n".join(lines)


def podman_nftables(ports: Sequence[Port]) -> str:
    """The same by netavark where it uses nftables: one table for both families."""
    dnat = [
        f"        {family} daddr {WEB[version]} "  # only to keep the two families apart in the listing
        for version, family in ((4, "ip"), (6, "ip6"))
    ]
    assert dnat
    hostport, own = [], []
    for port in ports:
        hostport.append(f"    {port.transport} dport {port.published} jump nv_2f259bab_dnat")
        for version, family, nfproto in ((4, "ip", "ipv4"), (6, "ip6", "ipv6")):
            match = f"{port.transport} dport {port.published}"
            own += [
                f"    {family} saddr {NETWORKS[version]} {match} jump NETAVARK-HOSTPORT-SETMARK",
                f"    {family} saddr {_LOCALHOST[version].split('/')[0]} {match} jump NETAVARK-HOSTPORT-SETMARK",
                f"    meta nfproto {nfproto} {match} dnat {family} to {_at(version, port)}",
            ]
    subnets = [
        f"""  chain nv_2f259bab_{family} {{
    {family} daddr {NETWORKS[version]} accept
    {family} daddr != {_MULTICAST[version]} masquerade
  }}"""
        for version, family in ((4, "ip"), (6, "ip6"))
    ]
    return "\n".join(
        [
            "table inet netavark {",
            "  chain INPUT { type filter hook input priority filter; policy accept; jump NETAVARK-ISOLATION-0; }",
            "  chain NETAVARK-ISOLATION-0 { }",
            "  chain FORWARD {",
            "    type filter hook forward priority filter; policy accept;",
            "    ct state invalid drop",
            *(
                line
                for version, family in ((4, "ip"), (6, "ip6"))
                for line in (
                    f"    {family} daddr {NETWORKS[version]} ct state established,related accept",
                    f"    {family} saddr {NETWORKS[version]} accept",
                )
            ),
            "  }",
            "  chain NETAVARK-HOSTPORT-SETMARK { meta mark set meta mark or 0x2000; }",
            "  chain nv_2f259bab_dnat {",
            *own,
            "  }",
            "  chain NETAVARK-HOSTPORT-DNAT {",
            *hostport,
            "  }",
            *subnets,
            "  chain POSTROUTING {",
            "    type nat hook postrouting priority srcnat; policy accept;",
            "    meta mark & 0x2000 == 0x2000 masquerade",
            *(
                f"    {family} saddr {NETWORKS[version]} jump nv_2f259bab_{family}"
                for version, family in ((4, "ip"), (6, "ip6"))
            ),
            "  }",
            "  chain PREROUTING {",
            "    type nat hook prerouting priority dstnat; policy accept;",
            "    fib daddr type local jump NETAVARK-HOSTPORT-DNAT",
            "  }",
            "  chain OUTPUT {",
            "    type nat hook output priority dstnat; policy accept;",
            "    fib daddr type local jump NETAVARK-HOSTPORT-DNAT",
            "  }",
            "}",
            "",
        ]
    )
