# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The port mapper's answer, from a real server on the loopback, and whatever else may listen there."""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

import socket
import unittest

from ansible_collections.portledger.qradar.plugins.module_utils._base.errors import RulesetError
from ansible_collections.portledger.qradar.plugins.module_utils._dynamic_ports.port_mapper import ask, read_table
from tests.unit.plugins.module_utils.mapper import HEAD, Mapper, table

ADMIN = b"admin tcp ADMIN 43691\n"


class AskTest(unittest.TestCase):
    def refusal(self, mapper, seconds=5.0):
        with self.assertRaises(RulesetError) as caught:
            ask("127.0.0.1", mapper.port, seconds)
        return str(caught.exception)

    def test_a_table(self):
        with Mapper(table()) as mapper:
            self.assertEqual(table(), ask("127.0.0.1", mapper.port))

    def test_a_mapper_that_waits_for_the_client_to_close(self):
        """As Open MQ does: nobody waits for it once the table is there."""
        with Mapper(table(), hang=True) as mapper:
            self.assertEqual(table(), ask("127.0.0.1", mapper.port, 20))

    def test_a_table_in_pieces(self):
        with Mapper(*[bytes(bytearray([byte])) for byte in bytearray(table())]) as mapper:
            self.assertEqual(table(), ask("127.0.0.1", mapper.port))

    def test_where_only_ipv6_is_listened_on(self):
        with Mapper(table(), address="::1") as mapper:
            self.assertEqual(table(), ask("::1", mapper.port))
            said = "tcp/%d on 127.0.0.1: Connection refused" % mapper.port
            self.assertEqual(said, self.refusal(mapper))

    def test_where_nothing_listens(self):
        free = socket.socket()
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
        with self.assertRaises(RulesetError) as caught:
            ask("127.0.0.1", port)
        free.close()
        self.assertEqual("tcp/%d on 127.0.0.1: Connection refused" % port, str(caught.exception))

    def test_one_that_says_nothing(self):
        with Mapper(hang=True) as mapper:
            said = "tcp/%d on 127.0.0.1 gave no whole answer within 0.2 s" % mapper.port
            self.assertEqual(said, self.refusal(mapper, 0.2))

    def test_one_that_never_comes_to_an_end(self):
        """Each byte in time does not make an answer in time."""
        with Mapper(*[b"x"] * 50, pause=0.05) as mapper:
            said = "tcp/%d on 127.0.0.1 gave no whole answer within 0.3 s" % mapper.port
            self.assertEqual(said, self.refusal(mapper, 0.3))

    def test_one_that_says_too_much(self):
        with Mapper(*[b"x" * 1000] * 100) as mapper:
            said = "tcp/%d on 127.0.0.1 sent more than 65536 bytes" % mapper.port
            self.assertEqual(said, self.refusal(mapper))

    def test_one_that_closes_at_once(self):
        with Mapper() as mapper:
            self.assertEqual(b"", ask("127.0.0.1", mapper.port))


class TableTest(unittest.TestCase):
    maxDiff = None

    def refusal(self, raw):
        with self.assertRaises(RulesetError) as caught:
            read_table(raw)
        return str(caught.exception)

    def test_what_it_says(self):
        found = read_table(table())
        self.assertEqual("imqbroker 4.4 Update 1", found.broker)
        self.assertEqual([], found.odd)
        self.assertEqual(
            [
                {"name": "portmapper", "protocol": "tcp", "type": "PORTMAPPER", "port": 7676},
                {"name": "cluster_discovery", "protocol": "tcp", "type": "CLUSTER_DISCOVERY", "port": 44913},
                {"name": "jmxrmi", "protocol": "rmi", "type": "JMX", "port": 0},
                {"name": "admin", "protocol": "tcp", "type": "ADMIN", "port": 43691},
                {"name": "jms", "protocol": "tcp", "type": "NORMAL", "port": 7677},
                {"name": "cluster", "protocol": "tcp", "type": "CLUSTER", "port": 36615},
            ],
            [entry.as_data() for entry in found.entries],
        )
        self.assertEqual([None, None, "service:jmx:rmi://ep1/stub/", None, None, None],
                         [entry.url for entry in found.entries])

    def test_a_table_without_entries(self):
        self.assertEqual([], read_table(HEAD + b".\n").entries)

    def test_lines_that_are_no_entries(self):
        for line in (b"admin tcp ADMIN 70000", b"admin tcp ADMIN -1", b"admin tcp ADMIN", b"admin  tcp ADMIN 5",
                     b"admin tcp ADMIN 5 x", b"admin tcp ADMIN 0x5", b"", b"..", b"admin tcp ADMIN 5 [a=b"):
            found = read_table(HEAD + line + b"\n" + ADMIN + b".\n")
            self.assertEqual([43691], [entry.port for entry in found.entries])
            self.assertEqual(["'%s'" % line.decode("ascii")], found.odd)

    def test_port_0_is_an_entry_without_a_port(self):
        self.assertEqual([0], [entry.port for entry in read_table(HEAD + b"admin tcp ADMIN 0\n.\n").entries])

    def test_many_odd_lines(self):
        found = read_table(HEAD + b"x\n" * 9 + b".\n")
        self.assertEqual(["'x'"] * 5 + ["4 more"], found.odd)

    def test_what_is_not_a_table(self):
        long = b"x" * 400
        for raw, said in (
            (b"", "the answer is empty"),
            (b"\x16\x03\x01", "the answer is not text"),
            (HEAD + b"admin tcp ADMIN 5\t\n.\n", "the answer is not text"),
            (b"SSH-2.0-OpenSSH_9.2\n", "the answer begins with 'SSH-2.0-OpenSSH_9.2', which no port mapper does"),
            (b"100 imqbroker 2.0\n.\n", "the answer begins with '100 imqbroker 2.0', which no port mapper does"),
            (long + b"\n.\n", "the answer begins with '%s ...', which no port mapper does" % ("x" * 160)),
            (HEAD, "the answer breaks off before its end"),
            (HEAD + ADMIN, "the answer breaks off before its end"),
            (HEAD + ADMIN[:-3], "the answer breaks off before its end"),
            (HEAD + b".", "the answer goes on after its end"),
            (HEAD + b".\n" + ADMIN, "the answer goes on after its end"),
            (HEAD + ADMIN * 200 + b".\n", "the answer has more than 200 entries"),
        ):
            self.assertEqual(said, self.refusal(raw))


if __name__ == "__main__":
    unittest.main()
