# Copyright: (c) 2026, the portledger.qradar contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""ICMP of both families as bytes: echo requests, and what routers, firewalls and hosts reply to a packet of ours."""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

import socket
import struct

TRANSPORTS = {6: "tcp", 17: "udp", 1: "icmp", 58: "icmp"}
ICMP, ICMPV6 = 1, 58

_ECHO_REQUEST = {"ipv4": 8, "ipv6": 128}
_ECHO_REPLY = {"ipv4": 0, "ipv6": 129}
_UNREACHABLE = {"ipv4": 3, "ipv6": 1}
_TIME_EXCEEDED = {"ipv4": 11, "ipv6": 3}
# "Fragmentation needed" is how the kernel learns the size of packets; it says nothing of who may pass.
_TOO_BIG = 4
_PORT_UNREACHABLE = {"ipv4": 3, "ipv6": 4}
# What a host tells itself where nobody answers its search for the next hop.
_NO_NEIGHBOUR = {"ipv4": 1, "ipv6": 3}
_WORDS = {
    "ipv4": {
        0: "network unreachable",
        1: "host unreachable",
        2: "protocol unreachable",
        3: "port unreachable",
        9: "network prohibited",
        10: "host prohibited",
        13: "administratively prohibited",
    },
    "ipv6": {
        0: "no route",
        1: "administratively prohibited",
        3: "address unreachable",
        4: "port unreachable",
        5: "source address refused",
        6: "route refused",
    },
}
_AF = {"ipv4": socket.AF_INET, "ipv6": socket.AF_INET6}
_SOL_RAW, _ICMP_FILTER, _ICMP6_FILTER = 255, 1, 1


class Conversation:
    """Which of our packets an ICMP message is about. ``key`` is different for each."""

    def __init__(self, source, destination, transport, numbers):
        """
        :type source: str
        :type destination: str
        :param transport: tcp, udp or icmp
        :type transport: str
        :param numbers: ports of both ends, source first; of an echo its identifier and sequence number
        :type numbers: tuple[int, int]
        """
        self.source = source
        self.key = (destination, transport) + tuple(numbers)


class Message:
    """An ICMP message that answers one of our packets, or seems to."""

    def __init__(self, sender, kind, code, about):
        """
        :type sender: str
        :param kind: reply, unreachable or time exceeded
        :type kind: str
        :type code: int
        :type about: Conversation
        """
        self.sender = sender
        self.kind = kind
        self.code = code
        self.about = about


def open_raw(family):
    """A socket that gets the ICMP messages of a family that this file can read, and sends echo requests.

    :param family: ipv4 or ipv6
    :type family: str
    :rtype: socket.socket
    :raises OSError: it needs root, or the host does not have this family; under Python 2, a socket.error.
    """
    protocol = ICMP if family == "ipv4" else ICMPV6
    raw = socket.socket(_AF[family], socket.SOCK_RAW, protocol)
    wanted = (_ECHO_REPLY[family], _UNREACHABLE[family], _TIME_EXCEEDED[family])
    if family == "ipv4":
        # A bit that is set keeps the type out, here and below.
        raw.setsockopt(_SOL_RAW, _ICMP_FILTER, struct.pack("=I", 0xFFFFFFFF & ~sum(1 << kind for kind in wanted)))
    else:
        words = [0xFFFFFFFF] * 8
        for kind in wanted:
            words[kind // 32] &= ~(1 << kind % 32)
        raw.setsockopt(protocol, _ICMP6_FILTER, struct.pack("=8I", *words))
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
    raw.setblocking(False)
    return raw


def echo_request(family, identifier, sequence):
    """The bytes of an echo request. Those of IPv6 get their checksum from the kernel.

    :type family: str
    :type identifier: int
    :type sequence: int
    :rtype: bytes
    """
    words = struct.pack("!HH", identifier, sequence) + b"portledger"
    start = struct.pack("!BB", _ECHO_REQUEST[family], 0)
    checksum = _checksum(start + b"\0\0" + words) if family == "ipv4" else 0
    return start + struct.pack("!H", checksum) + words


def _checksum(data):
    total = sum(struct.unpack("!%dH" % (len(data) // 2), data))
    total = (total >> 16) + (total & 0xFFFF)
    return ~(total + (total >> 16)) & 0xFFFF


def read_message(family, data, sender):
    """What a raw socket has received, or None where it does not answer a packet.

    :type family: str
    :type data: bytes
    :param sender: its address as the socket tells it
    :type sender: str
    :rtype: Message | None
    """
    try:
        if family == "ipv4":
            # Here, and only here, the packet's own header comes with it.
            data = data[(bytearray(data[:1])[0] & 15) * 4:]
        kind, code = struct.unpack("!BB", data[:2])
        if kind == _ECHO_REPLY[family]:
            about = Conversation("", sender, "icmp", struct.unpack("!HH", data[4:8]))
            return Message(sender, "reply", code, about)
        if kind == _UNREACHABLE[family] and not (family == "ipv4" and code == _TOO_BIG):
            return Message(sender, "unreachable", code, _quoted(family, data[8:]))
        if kind == _TIME_EXCEEDED[family]:
            return Message(sender, "time exceeded", code, _quoted(family, data[8:]))
    except (struct.error, IndexError, ValueError):
        # Not sent by anything that got a packet of ours.
        return None
    return None


def _quoted(family, packet):
    """The beginning of our packet, as an error gives it back. Ours have no extension headers."""
    if family == "ipv4":
        protocol, ends, rest = bytearray(packet)[9], packet[12:20], packet[(bytearray(packet)[0] & 15) * 4:]
    else:
        protocol, ends, rest = bytearray(packet)[6], packet[8:40], packet[40:]
    half = len(ends) // 2
    source, destination = (socket.inet_ntop(_AF[family], end) for end in (ends[:half], ends[half:]))
    transport = TRANSPORTS.get(protocol, str(protocol))
    numbers = struct.unpack("!HH", rest[4:8] if transport == "icmp" else rest[:4])
    return Conversation(source, destination, transport, numbers)


def meaning(family, message):
    """What an error says about the path to where our packet was sent.

    :type family: str
    :type message: Message
    :returns: result, the address on the path that reports it (None: the target, or none), why
    :rtype: tuple[str, str | None, str]
    """
    destination, transport = message.about.key[:2]
    if message.kind == "time exceeded":
        return "unreachable", message.sender, "time exceeded"
    if message.sender == message.about.source and message.code == _NO_NEIGHBOUR[family]:
        return "unreachable", None, "the next hop does not answer"
    words = _WORDS[family].get(message.code, "ICMP code %d" % message.code)
    if transport == "udp" and message.sender == destination and message.code == _PORT_UNREACHABLE[family]:
        return "closed", None, words
    return "rejected", message.sender, words
