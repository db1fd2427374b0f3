# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Answers for tests of reachability, and counts what comes in. Runs inside a node until its input ends.

``serve PORT ...``: TCP that takes and closes, UDP that echoes what is not empty, else says ``x``; 123 is a time server.
``count``: prints the time and the kind of each packet to a port from 20000 on (nanoseconds, ``tcp`` or ``udp``).
"""

from __future__ import annotations

import selectors
import socket
import struct
import sys

SO_TIMESTAMPNS = 35
ETH_P_ALL = 3


def serve(ports: list[int]) -> None:
    selector = selectors.DefaultSelector()
    for port in ports:
        for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
            one = socket.socket(socket.AF_INET6, kind)
            one.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
            one.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_RECVPKTINFO, 1)
            if kind == socket.SOCK_STREAM:
                one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            one.bind(("::", port))
            if kind == socket.SOCK_STREAM:
                one.listen(1024)
            selector.register(one, selectors.EVENT_READ, port)
    selector.register(sys.stdin, selectors.EVENT_READ, None)
    print("ready", flush=True)
    while True:
        for key, _events in selector.select():
            if key.data is None:
                return
            ear = key.fileobj
            assert isinstance(ear, socket.socket)
            if ear.type == socket.SOCK_STREAM:
                ear.accept()[0].close()
                continue
            # The node has many addresses: an answer comes from the one that was asked.
            data, asked, _flags, sender = ear.recvmsg(1000, 64)
            # A time server answers questions of its protocol only.
            if key.data != 123 or (len(data) == 48 and data[:1] == b"\x23"):
                ear.sendmsg([data or b"x"], asked, 0, sender)


def count() -> None:
    packets = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(ETH_P_ALL))
    packets.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
    packets.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
    selector = selectors.DefaultSelector()
    selector.register(packets, selectors.EVENT_READ, packets)
    selector.register(sys.stdin, selectors.EVENT_READ, None)
    print("ready", flush=True)
    while True:
        for key, _events in selector.select():
            if key.data is None:
                return
            data, extra, _flags, where = packets.recvmsg(200, 64)
            version = data[0] >> 4
            rest = data[(data[0] & 15) * 4 :] if version == 4 else data[40:]
            protocol = {6: "tcp", 17: "udp"}.get(data[9] if version == 4 else data[6])
            outgoing = where[2] == 4
            if protocol and not outgoing and struct.unpack("!H", rest[2:4])[0] >= 20000:
                seconds, nanoseconds = struct.unpack("@ll", extra[0][2][:16])
                print(seconds * 10**9 + nanoseconds, protocol, flush=True)


if __name__ == "__main__":
    if sys.argv[1] == "serve":
        serve([int(port) for port in sys.argv[2:]])
    else:
        count()
