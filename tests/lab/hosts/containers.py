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
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tests.lab.world.lab import RunningNode

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
    setmark, hostport = "NETAVARK-HOSTPORT-SETMARK", "NETAVARK-HOSTPORT-DNAT"
    chains: dict[str, list[str]] = {
        "NETAVARK-ISOLATION-1": [],
        setmark: ["meta mark set meta mark | 0x00002000"],
        hostport: [],
        "FORWARD": [
            "type filter hook forward priority filter; policy accept;",
            "ct state invalid drop",
            "jump NETAVARK-ISOLATION-1",
        ],
        "POSTROUTING": [
            "type nat hook postrouting priority srcnat; policy accept;",
            "meta mark & 0x00002000 == 0x00002000 masquerade",
        ],
        "PREROUTING": [
            "type nat hook prerouting priority -100; policy accept;",
            f"fib daddr type local jump {hostport}",
        ],
        "OUTPUT": [
            "type nat hook output priority -100; policy accept;",
            f"fib daddr type local jump {hostport}",
        ],
    }
    for version, family, own in ((4, "ip", "nv_2f259bab_198_18_88_0_nm24"), (6, "ip6", "nv_2f259bab_2001_db8_88_nm64")):
        network = NETWORKS[version]
        chains[own] = [f"{family} daddr {network} accept", f"{family} daddr != {_MULTICAST[version]} masquerade"]
        chains[f"{own}_dnat"] = []
        chains["POSTROUTING"].append(f"{family} saddr {network} jump {own}")
        chains["FORWARD"] += [
            f"{family} daddr {network} ct state established,related accept",
            f"{family} saddr {network} accept",
        ]
        for port in ports:
            match = f"{port.transport} dport {port.published}"
            chains[hostport].append(f"meta nfproto ipv{version} {match} jump {own}_dnat")
            chains[f"{own}_dnat"] += [
                f"{family} saddr {network} {match} jump {setmark}",
                f"{family} saddr {_LOCALHOST[version].partition('/')[0]} {match} jump {setmark}",
                f"{match} dnat {family} to {_at(version, port)}",
            ]
    return "\n".join(
        ["table inet netavark {"]
        + [line for name, rules in chains.items() for line in (f"chain {name} {{", *rules, "}")]
        + ["}", ""]
    )


@dataclass(frozen=True)
class Engine:
    """What makes a container reachable."""

    name: str
    bridge: str

    def __str__(self) -> str:
        return self.name

    def publish(self, node: RunningNode, ports: Sequence[Port]) -> None:
        """Load its rules."""
        if self.name == "podman nftables":
            node.run(["nft", "-f", "-"], stdin=podman_nftables(ports))
            return
        text = docker if self.name == "docker" else podman
        for version, tool in TOOLS.items():
            node.run([f"{tool}-restore", "--noflush"], stdin=text(version, ports))


# A provider may ask whether there is anything that runs containers, by the name of its program.
_INSTALL = """
mkdir -p /run/engine/upper /run/engine/work
layers=lowerdir=/usr/local/sbin,upperdir=/run/engine/upper,workdir=/run/engine/work
mount -t overlay overlay -o $layers /usr/local/sbin
printf '#!/bin/sh\\nexit 1\\n' > /usr/local/sbin/PROGRAM
chmod 755 /usr/local/sbin/PROGRAM
"""

ENGINES = [Engine("docker", "docker0"), Engine("podman", "podman0"), Engine("podman nftables", "podman0")]

# As docker and podman do before they publish anything.
_BEFORE = """
set -e
mkdir -p /run/netns
echo 1 > /proc/sys/net/ipv4/ip_forward
echo 1 > /proc/sys/net/ipv6/conf/all/forwarding
for tool in iptables ip6tables; do
    bridged=/proc/sys/net/bridge/bridge-nf-call-$tool
    if [ -e $bridged ]; then echo 1 > $bridged; fi
done
"""
_LISTEN = """
import json, selectors, socket, sys
name, ports = json.loads(sys.argv[1])
selector = selectors.DefaultSelector()
for transport, port in ports:
    ear = socket.socket(socket.AF_INET6, socket.SOCK_STREAM if transport == "tcp" else socket.SOCK_DGRAM)
    ear.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
    ear.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    ear.bind(("::", port))
    if transport == "tcp":
        ear.listen(128)
    selector.register(ear, selectors.EVENT_READ, (transport, f"{name} {port}".encode()))
print("ready", flush=True)
while True:
    for key, _events in selector.select():
        what, answer = key.data
        try:
            if what == "tcp":
                selector.register(key.fileobj.accept()[0], selectors.EVENT_READ, ("stream", answer))
            elif what == "udp":
                key.fileobj.sendto(answer, key.fileobj.recvfrom(64)[1])
            elif key.fileobj.recv(64):
                key.fileobj.send(answer)
            else:
                raise ConnectionResetError
        except OSError:
            if what == "stream":
                selector.unregister(key.fileobj)
                key.fileobj.close()
"""


@contextlib.contextmanager
def listener(
    node: RunningNode, name: str, ports: Sequence[tuple[str, int]], inside: str | None = None
) -> Iterator[None]:
    """Answer on ports of a node, or of a container in it, with a name and the port."""
    enter = ["ip", "netns", "exec", inside] if inside else []
    running = node.popen(
        [*enter, sys.executable, "-c", _LISTEN, json.dumps([name, list(ports)])],
        stdout=subprocess.PIPE,
        start_new_session=True,
    )
    assert running.stdout is not None
    assert running.stdout.readline() == "ready\n"
    try:
        yield
    finally:
        # The program is a child of the one that was started, which takes nothing along.
        os.killpg(running.pid, signal.SIGKILL)
        running.wait()
        running.stdout.close()


@contextlib.contextmanager
def containers(node: RunningNode, engine: Engine, ports: Sequence[Port]) -> Iterator[None]:
    """Two containers on a bridge of a node, "web" with its ports published, and "other"."""
    lines = [
        _BEFORE,
        _INSTALL.replace("PROGRAM", engine.name.split()[0]),
        f"ip link add {engine.bridge} type bridge",
        *(f"ip address add {_HOST[version]} dev {engine.bridge}{' nodad' * (version == 6)}" for version in TOOLS),
        f"ip link set {engine.bridge} up",
    ]
    for name, addresses in (("web", WEB), ("other", OTHER)):
        lines += [
            f"ip netns add {name}",
            f"ip link add veth-{name} type veth peer name eth0 netns {name}",
            f"ip link set veth-{name} master {engine.bridge} up",
            f"ip -n {name} link set lo up",
        ]
        for version in TOOLS:
            length, nodad = NETWORKS[version].split("/")[1], " nodad" * (version == 6)
            lines.append(f"ip -n {name} address add {addresses[version]}/{length} dev eth0{nodad}")
        lines.append(f"ip -n {name} link set eth0 up")
        lines += [f"ip -n {name} route add default via {_HOST[version].split('/')[0]}" for version in TOOLS]
    node.run(["sh", "-c", "\n".join(lines)])
    engine.publish(node, ports)
    with listener(node, "web", sorted({(port.transport, port.inside) for port in ports}), "web"):
        yield
