# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A stand-in for the processes of a QRadar host that have dynamic ports, run in the network of a lab's host.

    python -m tests.lab.hosts.port_mapper imq     the message queue: 7676, 7677 and four random ports
    python -m tests.lab.hosts.port_mapper rmi     the web application container: 9913 and one random port

It prints its random ports as JSON once it listens, and listens until its input ends.
"""

from __future__ import annotations

import base64
import json
import socket
import struct
import sys
import threading

IMQ: tuple[str, ...] = ("cluster_discovery", "jmxrmi", "admin", "cluster")
LAST_OF_ROW_70 = 33999


def listener(port: int) -> socket.socket:
    """On all addresses, of both families."""
    return socket.create_server(("::", port), family=socket.AF_INET6, dualstack_ipv6=True)


def number(one: socket.socket) -> int:
    """The port."""
    found: int = one.getsockname()[1]
    return found


def random_listener() -> socket.socket:
    """On a port of the kernel's choice, above those that row 70 permits between any two components."""
    while number(one := listener(0)) <= LAST_OF_ROW_70:
        one.close()
    return one


def stub(port: int) -> str:
    """A Java object, as far as its reference is concerned."""
    host = b"198.18.1.21"
    parts = (b"\xac\xed\x00\x05sr", struct.pack(">H", 11), b"UnicastRef2\0", struct.pack(">H", len(host)), host)
    return base64.b64encode(b"".join(parts) + struct.pack(">I", port)).decode()


def table(ports: dict[str, int]) -> bytes:
    """What the port mapper says."""
    lines = [
        "101 imqbroker 4.4 Update 1",
        "portmapper tcp PORTMAPPER 7676 [imqhome=/opt/openmq/mq,sessionid=1]",
        f"cluster_discovery tcp CLUSTER_DISCOVERY {ports['cluster_discovery']}",
        f"jmxrmi rmi JMX 0 [url=service:jmx:rmi://host/stub/{stub(ports['jmxrmi'])}]",
        f"admin tcp ADMIN {ports['admin']}",
        "jms tcp NORMAL 7677",
        f"cluster tcp CLUSTER {ports['cluster']}",
        ".",
    ]
    return "".join(f"{line}\n" for line in lines).encode("ascii")


def serve(server: socket.socket, answer: bytes) -> None:
    """The same answer to everybody."""
    while True:
        connection = server.accept()[0]
        connection.sendall(answer)
        connection.close()


def main(kind: str) -> None:
    if kind == "imq":
        fixed, names = [listener(7676), listener(7677)], IMQ
    else:
        fixed, names = [listener(9913)], ("by its process",)
    random = {name: random_listener() for name in names}
    ports = {name: number(one) for name, one in random.items()}
    answer = table(ports) if kind == "imq" else b""
    threading.Thread(target=serve, args=(fixed[0], answer), daemon=True).start()
    print(json.dumps(ports), flush=True)
    # nsenter passes no signal on.
    sys.stdin.read()


if __name__ == "__main__":
    main(sys.argv[1])
