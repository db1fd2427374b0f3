# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the kernel says: all of it, or an error."""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

import errno
import struct
import unittest

from ansible_collections.portledger.qradar.plugins.module_utils._host import netlink
from ansible_collections.portledger.qradar.plugins.module_utils._host.host import Host
from tests.unit.plugins.module_utils.support import attribute

DONE, ERROR, TOLD = 3, 2, 0xA00


def message(kind, data, marks=0):
    return struct.pack("=IHHII", 16 + len(data), kind, marks, 1, 0) + data + b"\0" * (-len(data) % 4)


class Kernel:
    """In the place of a socket."""

    def __init__(self, *answers):
        self.answers = list(answers)
        self.asked = []
        self.closed = False

    def settimeout(self, _seconds):
        pass

    def bind(self, _address):
        pass

    def send(self, data):
        self.asked.append(data)

    def recv(self, _most):
        return self.answers.pop(0)

    def close(self):
        self.closed = True


class TellTest(unittest.TestCase):
    def asked(self, *answers, **options):
        self.kernel = Kernel(*answers)
        before, netlink._socket = netlink._socket, lambda: self.kernel
        try:
            return Host(None).kernel_list(netlink.NF_TABLES, 7, 1, ["t"], **options)
        finally:
            netlink._socket = before

    def test_all_messages_of_all_answers_until_the_end(self):
        first = message(TOLD, b"\1\0\0\0" + b"abc") + message(TOLD, b"\1\0\0\0" + b"defg")
        found = self.asked(first, message(TOLD, b"\1\0\0\0h"), message(DONE, struct.pack("=i", 0)))
        self.assertEqual([b"abc", b"defg", b"h"], found)
        self.assertTrue(self.kernel.closed)
        question = self.kernel.asked[0]
        self.assertEqual((len(question), 0xA07, 0x301), struct.unpack_from("=IHH", question))
        self.assertEqual([(1, b"t\0")], [(n, question[20:][a:b]) for n, a, b in netlink.attributes(question[20:])])

    def test_one_message_has_no_end(self):
        self.assertEqual([b"x"], self.asked(message(TOLD, b"\1\0\0\0x"), dump=False))
        self.assertEqual(1, struct.unpack_from("=IHH", self.kernel.asked[0])[2])

    def test_not_all_of_it_is_nothing(self):
        told = message(TOLD, b"\1\0\0\0x")
        for last in (
            message(ERROR, struct.pack("=i", -errno.ENOENT)),
            message(DONE, struct.pack("=i", -errno.EMSGSIZE)),
            message(TOLD, b"\1\0\0\0y", marks=0x10),
            message(TOLD, b"\1\0\0\0y")[:-4],
            struct.pack("=IHHII", 3, TOLD, 0, 1, 0),
        ):
            self.assertIsNone(self.asked(told, last), last)
            self.assertTrue(self.kernel.closed)

    def test_attributes(self):
        data = attribute(1, b"abc") + attribute(0x8002, attribute(3, b"")) + attribute(0x4004, b"12345678")
        found = [(number, data[first:last]) for number, first, last in netlink.attributes(data)]
        self.assertEqual([(1, b"abc"), (2, attribute(3, b"")), (4, b"12345678")], found)
        for wrong in (attribute(1, b"abcd")[:-1], struct.pack("=HH", 3, 1)):
            with self.assertRaises(ValueError):
                list(netlink.attributes(wrong))


if __name__ == "__main__":
    unittest.main()
