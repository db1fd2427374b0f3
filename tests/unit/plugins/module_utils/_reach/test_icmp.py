# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""ICMP as bytes, of both families."""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

import binascii
import socket
import struct
import unittest

from ansible_collections.portledger.qradar.plugins.module_utils._reach.icmp import echo_request, meaning, read_message

OWN = {"ipv4": "198.18.1.1", "ipv6": "2001:db8::1"}
TARGET = {"ipv4": "198.18.2.9", "ipv6": "2001:db8:2::9"}
ROUTER = {"ipv4": "198.18.1.254", "ipv6": "2001:db8::fe"}
PROTOCOLS = {"tcp": 6, "udp": 17}


def packed(family, address):
    return socket.inet_pton(socket.AF_INET if family == "ipv4" else socket.AF_INET6, address)


def ours(family, transport, first=40000, second=514):
    """The beginning of a packet of ours."""
    ends = packed(family, OWN[family]) + packed(family, TARGET[family])
    if transport == "icmp":
        rest = echo_request(family, first, second)[:8]
        protocol = 1 if family == "ipv4" else 58
    else:
        rest, protocol = struct.pack("!HHI", first, second, 7), PROTOCOLS[transport]
    if family == "ipv4":
        return struct.pack("!BBHHHBBH", 0x45, 0, 40, 0, 0, 64, protocol, 0) + ends + rest
    return struct.pack("!IHBB", 0x60000000, len(rest), protocol, 64) + ends + rest


def error(family, kind, code, inside):
    icmp = struct.pack("!BBHI", kind, code, 0, 0) + inside
    # With options, its own header is longer than usual.
    return (b"\x46" + b"\0" * 23 + icmp) if family == "ipv4" else icmp


def read(family, kind, code, transport, sender):
    return read_message(family, error(family, kind, code, ours(family, transport)), sender)


class IcmpTest(unittest.TestCase):
    def said(self, family, kind, code, transport, sender):
        return meaning(family, read(family, kind, code, transport, sender))

    def test_echo_request(self):
        self.assertEqual(
            b"0800cc5212340056706f72746c6564676572", binascii.hexlify(echo_request("ipv4", 0x1234, 0x56))
        )
        self.assertEqual(
            b"8000000012340056706f72746c6564676572", binascii.hexlify(echo_request("ipv6", 0x1234, 0x56))
        )

    def test_the_checksum_adds_up(self):
        for number in (0, 1, 0x5678, 0xFFFF):
            words = struct.unpack("!9H", echo_request("ipv4", number, number))
            total = sum(words)
            while total >> 16:
                total = (total >> 16) + (total & 0xFFFF)
            self.assertEqual(0xFFFF, total)

    def test_a_reply_names_who_was_asked(self):
        for family, kind in (("ipv4", 0), ("ipv6", 129)):
            reply = struct.pack("!BBHHH", kind, 0, 0, 7, 8) + b"portledger"
            data = b"\x45" + b"\0" * 19 + reply if family == "ipv4" else reply
            message = read_message(family, data, TARGET[family])
            self.assertEqual("reply", message.kind)
            self.assertEqual((TARGET[family], "icmp", 7, 8), message.about.key)

    def test_an_error_names_our_packet(self):
        for family, kind in (("ipv4", 3), ("ipv6", 1)):
            for transport in ("tcp", "udp", "icmp"):
                message = read(family, kind, 1, transport, ROUTER[family])
                self.assertEqual((TARGET[family], transport, 40000, 514), message.about.key)
                self.assertEqual(OWN[family], message.about.source)

    def test_who_refuses(self):
        cases = (
            ("ipv4", 13, "administratively prohibited"),
            ("ipv4", 10, "host prohibited"),
            ("ipv4", 9, "network prohibited"),
            ("ipv4", 1, "host unreachable"),
            ("ipv4", 3, "port unreachable"),
            ("ipv4", 77, "ICMP code 77"),
            ("ipv6", 1, "administratively prohibited"),
            ("ipv6", 0, "no route"),
            ("ipv6", 3, "address unreachable"),
            ("ipv6", 4, "port unreachable"),
            ("ipv6", 77, "ICMP code 77"),
        )
        for family, code, words in cases:
            for transport in ("tcp", "udp", "icmp"):
                kind = 3 if family == "ipv4" else 1
                self.assertEqual(
                    ("rejected", ROUTER[family], words), self.said(family, kind, code, transport, ROUTER[family])
                )

    def test_a_port_where_nothing_listens(self):
        for family, kind, code in (("ipv4", 3, 3), ("ipv6", 1, 4)):
            target = TARGET[family]
            self.assertEqual(("closed", None, "port unreachable"), self.said(family, kind, code, "udp", target))
            # Where nothing listens, TCP says so with a reset.
            self.assertEqual(("rejected", target, "port unreachable"), self.said(family, kind, code, "tcp", target))

    def test_the_target_refuses(self):
        for family, kind, code in (("ipv4", 3, 13), ("ipv6", 1, 1)):
            for transport in ("tcp", "udp", "icmp"):
                self.assertEqual(
                    ("rejected", TARGET[family], "administratively prohibited"),
                    self.said(family, kind, code, transport, TARGET[family]),
                )

    def test_no_neighbour(self):
        for family, kind, code in (("ipv4", 3, 1), ("ipv6", 1, 3)):
            self.assertEqual(
                ("unreachable", None, "the next hop does not answer"),
                self.said(family, kind, code, "tcp", OWN[family]),
            )

    def test_this_host_refuses_by_a_rule(self):
        self.assertEqual(
            ("rejected", OWN["ipv4"], "port unreachable"), self.said("ipv4", 3, 3, "udp", OWN["ipv4"])
        )

    def test_a_loop(self):
        for family, kind in (("ipv4", 11), ("ipv6", 3)):
            self.assertEqual(
                ("unreachable", ROUTER[family], "time exceeded"), self.said(family, kind, 0, "tcp", ROUTER[family])
            )

    def test_what_answers_nothing(self):
        self.assertIsNone(read("ipv4", 3, 4, "tcp", ROUTER["ipv4"]), "the size of packets")
        self.assertIsNone(read("ipv6", 2, 0, "tcp", ROUTER["ipv6"]), "the size of packets")
        self.assertIsNone(read("ipv4", 8, 0, "tcp", ROUTER["ipv4"]), "somebody else's question")
        for family, kind in (("ipv4", 3), ("ipv6", 1)):
            whole = error(family, kind, 1, ours(family, "tcp"))
            self.assertIsNotNone(read_message(family, whole, ROUTER[family]))
            # The last four bytes of it are of no use to anybody.
            for length in range(len(whole) - 4):
                self.assertIsNone(read_message(family, whole[:length], ROUTER[family]), length)


if __name__ == "__main__":
    unittest.main()
