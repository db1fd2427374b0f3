# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A host that publishes the port of a container, and who asks for it."""

from __future__ import annotations

import os
import subprocess
import sys

from tests.unit.kernel.box import SEARCH
from tests.unit.kernel.nftables.box import Box

LISTEN = """
import socket, sys, threading
def serve(server):
    while True:
        connection, _peer = server.accept()
        connection.sendall(b"container")
        connection.close()
for address in ("0.0.0.0", "::"):
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    server = socket.socket(family, socket.SOCK_STREAM)
    server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if family == socket.AF_INET6:
        server.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
    server.bind((address, int(sys.argv[1])))
    server.listen(16)
    threading.Thread(target=serve, args=(server,)).start()
print("ready", flush=True)
"""

ASK = """
import socket, sys
source, target, port = sys.argv[1:]
try:
    with socket.create_connection((target, int(port)), 0.7, (source, 0)) as connection:
        print(connection.recv(100).decode())
except OSError as error:
    print(type(error).__name__)
"""


class Published:
    """A host that publishes a container's port 80 as 8080, a client with two addresses, and a container."""

    def __init__(self, box: Box) -> None:
        self.box = box
        self.client, client_pid = box.neighbour()
        self.container, container_pid = box.neighbour()
        for line in (
            f"link add c type veth peer name host netns {client_pid}",
            f"link add k type veth peer name host netns {container_pid}",
            "address add 198.18.1.1/24 dev c",
            "address add 198.19.0.1/24 dev k",
            "-6 address add 2001:db8:1::1/64 dev c nodad",
            "-6 address add 2001:db8:99::1/64 dev k nodad",
            "link set c up",
            "link set k up",
            "link set lo up",
        ):
            self._ip(box.enter, line)
        for entering, addresses, gateways in (
            (self.client, "198.18.1.4/24 198.18.1.9/24 2001:db8:1::4/64 2001:db8:1::9/64", "198.18.1.1 2001:db8:1::1"),
            (self.container, "198.19.0.2/24 2001:db8:99::2/64", "198.19.0.1 2001:db8:99::1"),
        ):
            self._ip(entering, "link set host up")
            self._ip(entering, "link set lo up")
            for address in addresses.split():
                self._ip(entering, f"address add {address} dev host" + (" nodad" if ":" in address else ""))
            for gateway in gateways.split():
                self._ip(entering, f"route add default via {gateway}")
        for key in ("net/ipv4/ip_forward", "net/ipv6/conf/all/forwarding"):
            # The file that is opened is that of the network namespace of whoever opens it.
            subprocess.run([*box.enter, "sh", "-c", f"echo 1 > /proc/sys/{key}"], check=True)
        box.nft(
            "-f",
            "-",
            data="table ip docker { chain pre { type nat hook prerouting priority -100;\n"
            "ip daddr 198.18.1.1 tcp dport 8080 dnat to 198.19.0.2:80\n}\n}\n"
            "table ip6 docker { chain pre { type nat hook prerouting priority -100;\n"
            "ip6 daddr 2001:db8:1::1 tcp dport 8080 dnat to [2001:db8:99::2]:80\n}\n}\n",
        )
        self.servers = [self._serve(self.container, 80), self._serve(self.client, 81)]

    def _ip(self, entering: list[str], line: str) -> None:
        subprocess.run([*entering, "ip", *line.split()], check=True, env={**os.environ, "PATH": SEARCH})

    def _serve(self, entering: list[str], port: int) -> subprocess.Popen[str]:
        server = subprocess.Popen(
            [*entering, sys.executable, "-c", LISTEN, str(port)], stdout=subprocess.PIPE, text=True
        )
        assert server.stdout is not None
        assert server.stdout.readline() == "ready\n"
        return server

    def ask(self, *questions: tuple[list[str], str, str, int]) -> list[bool]:
        """Whether a listener answers: who asks, from which address, whom, which port."""
        asking = [
            subprocess.Popen(
                [*who, sys.executable, "-c", ASK, source, target, str(port)], stdout=subprocess.PIPE, text=True
            )
            for who, source, target, port in questions
        ]
        answers = [one.communicate()[0].strip() for one in asking]
        assert set(answers) <= {"container", "TimeoutError"}, answers
        return [answer == "container" for answer in answers]

    def published(self) -> dict[str, bool]:
        """Which of the client's addresses reach the published port."""
        pairs = [
            ("198.18.1.4", "198.18.1.1"),
            ("198.18.1.9", "198.18.1.1"),
            ("2001:db8:1::4", "2001:db8:1::1"),
            ("2001:db8:1::9", "2001:db8:1::1"),
        ]
        answers = self.ask(*((self.client, source, target, 8080) for source, target in pairs))
        return dict(zip((source for source, _target in pairs), answers, strict=True))

    def untouched(self) -> bool:
        """Whether what was not translated passes: into the container by its own address, and out of it."""
        return all(
            self.ask(
                (self.client, "198.18.1.9", "198.19.0.2", 80),
                (self.client, "2001:db8:1::9", "2001:db8:99::2", 80),
                (self.container, "198.19.0.2", "198.18.1.9", 81),
                (self.container, "2001:db8:99::2", "2001:db8:1::9", 81),
            )
        )

    def close(self) -> None:
        for server in self.servers:
            server.kill()
            server.wait()
            if server.stdout is not None:
                server.stdout.close()
