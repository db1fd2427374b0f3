# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Ready-made packets, so that sending one to each of 65,535 ports costs no work in Python.

A packet is sent as three or four pieces of memory (iovec): pieces that are the same for all ports of a task, shared by
all its packets, and pieces that differ by port, made once and shared by all tasks. The latter carry a filler that keeps
the checksum the same for every port, so a task has to compute just one.

Each packet is marked: 16 bits say that it is ours, 32 bits which task it belongs to.
"""

from __future__ import annotations

import ctypes
import struct
from collections.abc import Sequence
from dataclasses import dataclass

from tests.lab.world.probing_ports import RING, SOURCE

TCP, UDP, ICMP, ICMPV6 = 6, 17, 1, 58

_HEADER = 64  # room for Ethernet and IP
_IOVEC = struct.Struct("@PN")
_MESSAGE = struct.Struct("@PI4xPNPNi4xI4x")  # struct mmsghdr
_ETHERNET = struct.Struct("!6s6sH")


def source_port(port: int) -> int:
    return RING.get(port, SOURCE)


def ones_sum(data: bytes) -> int:
    """Ones' complement sum of 16-bit words, as the internet checksum wants it."""
    if len(data) % 2:
        data += b"\0"
    total: int = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total > 0xFFFF:
        total = (total & 0xFFFF) + (total >> 16)
    return total


def _checksum(data: bytes) -> int:
    return 0xFFFF - ones_sum(data)


@dataclass(frozen=True)
class Envelope:
    """Where a packet goes: Ethernet and IP addresses as bytes."""

    source_mac: bytes
    next_mac: bytes
    source: bytes
    destination: bytes

    @property
    def version(self) -> int:
        return 4 if len(self.source) == 4 else 6

    def header(self, protocol: int, length: int) -> bytes:
        """Ethernet and IP headers of a packet whose payload has that length."""
        if self.version == 4:
            first = struct.pack("!BBHHHBBH", 0x45, 0, 20 + length, 0, 0x4000, 64, protocol, 0)
            check = _checksum(first + self.source + self.destination)
            network = first[:-2] + struct.pack("!H", check) + self.source + self.destination
            return _ETHERNET.pack(self.next_mac, self.source_mac, 0x0800) + network
        network = struct.pack("!IHBB", 6 << 28, length, protocol, 64) + self.source + self.destination
        return _ETHERNET.pack(self.next_mac, self.source_mac, 0x86DD) + network

    def pseudo(self, protocol: int, length: int) -> bytes:
        return self.source + self.destination + struct.pack("!II", length, protocol)


def echo_request(envelope: Envelope, magic: int, tag: int) -> bytes:
    """A whole frame."""
    if envelope.version == 4:
        body = struct.pack("!BBHHHI", 8, 0, 0, magic, 0, tag)
        body = body[:2] + struct.pack("!H", _checksum(body)) + body[4:]
        return envelope.header(ICMP, len(body)) + body
    body = struct.pack("!BBHHHI", 128, 0, 0, magic, 0, tag)
    check = _checksum(envelope.pseudo(ICMPV6, len(body)) + body)
    return envelope.header(ICMPV6, len(body)) + body[:2] + struct.pack("!H", check) + body[4:]


class Volley:
    """Packets of one transport and IP version to many ports; aim() makes it a task's, messages are for sendmmsg.

    TCP: a SYN. sequence number: filler, magic; acknowledgement number (meaningless in a SYN): the tag.
    UDP: eight bytes of payload: magic, tag, filler.
    """

    def __init__(self, protocol: int, version: int, ports: Sequence[int]) -> None:
        self.protocol = protocol
        self.ports = tuple(ports)
        self.count = len(self.ports)
        self._head = ctypes.create_string_buffer(_HEADER)
        self._body = ctypes.create_string_buffer(32)
        head_length = 14 + (20 if version == 4 else 40)
        head, body = ctypes.addressof(self._head), ctypes.addressof(self._body)
        pieces = []
        varying = bytearray()
        if protocol == TCP:
            self.length = 20
            for port in self.ports:
                source = source_port(port)
                varying += struct.pack("!HHH2x", source, port, -(source + port) % 65535)
        else:
            self.length = 16
            for port in self.ports:
                source = source_port(port)
                varying += struct.pack("!HHH2x", source, port, -(source + port) % 65535)
        self._varying = (ctypes.c_char * len(varying)).from_buffer(varying)
        start = ctypes.addressof(self._varying)
        for offset in range(start, start + 8 * self.count, 8):
            if protocol == TCP:
                pieces.append(_IOVEC.pack(head, head_length) + _IOVEC.pack(offset, 6) + _IOVEC.pack(body, 14))
            else:
                pieces.append(
                    _IOVEC.pack(head, head_length)
                    + _IOVEC.pack(offset, 4)
                    + _IOVEC.pack(body, 10)
                    + _IOVEC.pack(offset + 4, 2)
                )
        in_each = 3 if protocol == TCP else 4
        vectors = bytearray().join(pieces)
        self._vectors = (ctypes.c_char * len(vectors)).from_buffer(vectors)
        first = ctypes.addressof(self._vectors)
        size = _IOVEC.size * in_each
        messages = bytearray().join(
            _MESSAGE.pack(0, 0, first + number * size, in_each, 0, 0, 0, 0) for number in range(self.count)
        )
        self.messages = (ctypes.c_char * len(messages)).from_buffer(messages)
        self.message_size = _MESSAGE.size

    def aim(self, envelope: Envelope, magic: int, tag: int) -> None:
        """Make all packets belong to a task. What the ports and their filler add up to is zero."""
        head = envelope.header(self.protocol, self.length)
        ctypes.memmove(self._head, head, len(head))
        pseudo = envelope.pseudo(self.protocol, self.length)
        if self.protocol == TCP:
            # magic (low half of the sequence number), tag, header length 5 words, SYN, window, checksum, urgent
            body = struct.pack("!HIBBHHH", magic, tag, 0x50, 0x02, 64240, 0, 0)
            check = _checksum(pseudo + body)
            body = body[:10] + struct.pack("!H", check) + body[12:]
        else:
            body = struct.pack("!HHHI", self.length, 0, magic, tag)
            check = _checksum(pseudo + body) or 0xFFFF
            body = body[:2] + struct.pack("!H", check) + body[4:]
        ctypes.memmove(self._body, body, len(body))
