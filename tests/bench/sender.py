# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs inside a node: opens connections, or sends datagrams, from many addresses; or takes what comes.

    python sender.py connect FILE TARGET PORT SECONDS    opens connections
    python sender.py send FILE TARGET PORT SECONDS NEW   sends datagrams; NEW: 1 where each is of a flow of its own
    python sender.py take PORT                           accepts connections, keeps datagrams, until its input ends

FILE has an address in each line. The first two print how many there were, and the seconds that they took.
"""

from __future__ import annotations

import contextlib
import ctypes
import itertools
import socket
import struct
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

_BATCH = 64
_BATCHES_OF_NEW = 2000
_BATCHES_OF_KNOWN = 16


def connect(addresses: list[str], target: str, port: int, seconds: float) -> tuple[int, float]:
    count, began = 0, time.monotonic()
    for address in itertools.cycle(addresses):
        with socket.socket() as one:
            # A reset at the end: no connection is left to time out.
            one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            one.settimeout(5)
            one.bind((address, 0))
            one.connect((target, port))
        count += 1
        if count % 50 == 0 and time.monotonic() - began >= seconds:
            break
    return count, time.monotonic() - began


def send(addresses: list[str], target: str, port: int, seconds: float, new: bool) -> tuple[int, float]:
    """One call of the kernel for a batch: what is measured is the way of the datagrams, not this program's."""
    libc = ctypes.CDLL(None, use_errno=True)
    flows = _datagrams(addresses, target, port)
    count = _BATCHES_OF_NEW if new else _BATCHES_OF_KNOWN
    batches = [_Batch(list(itertools.islice(flows, _BATCH)), target) for _number in range(count)]
    with socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW) as raw:
        began = time.monotonic()
        sent = 0
        for batch in batches if new else itertools.cycle(batches):
            if libc.sendmmsg(raw.fileno(), batch.messages, _BATCH, 0) != _BATCH:
                raise OSError(ctypes.get_errno(), "sendmmsg")
            sent += _BATCH
            if time.monotonic() - began >= seconds:
                break
        return sent, time.monotonic() - began


def _datagrams(addresses: list[str], target: str, port: int) -> Iterator[bytes]:
    to = socket.inet_aton(target)
    for own in itertools.cycle(range(1024, 65536)):
        for address in addresses:
            udp = struct.pack("!HHHH", own, port, 8 + 18, 0) + bytes(18)
            head = struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(udp), 0, 0, 64, socket.IPPROTO_UDP, 0)
            yield head + socket.inet_aton(address) + to + udp


class _Vector(ctypes.Structure):
    _fields_ = (("base", ctypes.c_char_p), ("length", ctypes.c_size_t))


class _Header(ctypes.Structure):
    _fields_ = (
        ("name", ctypes.c_char_p),
        ("name_length", ctypes.c_uint32),
        ("vectors", ctypes.POINTER(_Vector)),
        ("vector_count", ctypes.c_size_t),
        ("control", ctypes.c_void_p),
        ("control_length", ctypes.c_size_t),
        ("flags", ctypes.c_int),
    )


class _Message(ctypes.Structure):
    _fields_ = (("header", _Header), ("length", ctypes.c_uint32))


class _Batch:
    """Messages for one call; it keeps what they point to."""

    def __init__(self, datagrams: list[bytes], target: str) -> None:
        self._name = struct.pack("=HH4s8x", socket.AF_INET, 0, socket.inet_aton(target))
        self._vectors = [_Vector(one, len(one)) for one in datagrams]
        self.messages = (_Message * len(datagrams))()
        for message, vector in zip(self.messages, self._vectors, strict=True):
            message.header.name, message.header.name_length = self._name, len(self._name)
            message.header.vectors, message.header.vector_count = ctypes.pointer(vector), 1


def take(port: int) -> None:
    datagrams = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    datagrams.bind(("0.0.0.0", port))
    listener = socket.create_server(("0.0.0.0", port), backlog=4096)

    def accept() -> None:
        while True:
            with contextlib.suppress(OSError):
                listener.accept()[0].close()

    threading.Thread(target=accept, daemon=True).start()
    print("ready", flush=True)
    sys.stdin.read()


def main(what: str, *rest: str) -> None:
    if what == "take":
        take(int(rest[0]))
    else:
        addresses = Path(rest[0]).read_text(encoding="ascii").split()
        if what == "connect":
            print(*connect(addresses, rest[1], int(rest[2]), float(rest[3])))
        else:
            print(*send(addresses, rest[1], int(rest[2]), float(rest[3]), rest[4] == "1"))


if __name__ == "__main__":
    main(*sys.argv[1:])
