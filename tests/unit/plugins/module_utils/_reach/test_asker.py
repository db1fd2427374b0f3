# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Asking on the loopback, without what only root may: a socket that hears nothing stands for that of ICMP."""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

import errno
import resource
import socket
import threading
import unittest

from ansible_collections.portledger.qradar.plugins.module_utils._reach import asker as _reach_asker
from ansible_collections.portledger.qradar.plugins.module_utils._base.errors import RulesetError
from ansible_collections.portledger.qradar.plugins.module_utils._reach.asker import Asker, Limits
from ansible_collections.portledger.qradar.plugins.module_utils._reach.pace import Pacer, clock, sent_again
from ansible_collections.portledger.qradar.plugins.module_utils._reach.targets import read_targets

HERE = "127.0.0.1"


class PaceTest(unittest.TestCase):
    def test_when_the_kernel_sends_again(self):
        self.assertEqual([], sent_again(1, 0))
        self.assertEqual([1], sent_again(3, 0))
        self.assertEqual([1, 3], sent_again(3.5, 0))
        self.assertEqual([1, 3, 7, 15], sent_again(20, 0))
        self.assertEqual([1, 2, 3], sent_again(3.5, 4))
        self.assertEqual([1, 2, 3, 4, 5, 7, 11, 19], sent_again(20, 4))

    def test_no_second_has_more_than_the_rate(self):
        pacer, left, now = Pacer(50), [], 100.0
        while now < 110:
            # Now and then the process is late, by up to half a second.
            now += 0.5 if int(now * 1000) % 1711 < 3 else 0.001
            while pacer.free_at <= now:
                pacer.spend(now)
                left.append(now)
        for at in left:
            self.assertLessEqual(sum(1 for other in left if at <= other < at + 1), 50)
        self.assertGreater(len(left), 250)
        self.assertEqual(len(left), pacer.spent)

    def test_the_clock_goes_on(self):
        readings = [clock() for _number in range(100)]
        self.assertEqual(sorted(readings), readings)


class AskerTest(unittest.TestCase):
    def setUp(self):
        self.opened = []
        self.real = _reach_asker.open_raw
        _reach_asker.open_raw = self.deaf
        self.addCleanup(setattr, _reach_asker, "open_raw", self.real)

    def tearDown(self):
        for one in self.opened:
            one.close()

    def deaf(self, _family):
        ends = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.opened.append(ends[1])
        ends[0].setblocking(False)
        return ends[0]

    def bound(self, kind):
        one = socket.socket(socket.AF_INET, kind)
        self.opened.append(one)
        one.bind((HERE, 0))
        return one, one.getsockname()[1]

    def listener(self):
        one, port = self.bound(socket.SOCK_STREAM)
        one.listen(128)
        return port

    def nobody(self, kind):
        """A port where nothing listens, for as long as nobody else takes it."""
        one, port = self.bound(kind)
        one.close()
        return port

    def asker(self, ports, timeout=0.5, rate=1000, time_limit=60, parallel=100):
        targets = read_targets([{"address": HERE, "port": port} for port in ports])
        return Asker(targets, Limits(timeout, rate, time_limit, parallel))

    def results(self, asker):
        return {answer.target.port_text: answer.result for answer in asker.run()}

    def test_who_listens_and_who_does_not(self):
        listening, mute = "tcp/%d" % self.listener(), "udp/%d" % self.bound(socket.SOCK_DGRAM)[1]
        free, deaf = "tcp/%d" % self.nobody(socket.SOCK_STREAM), "udp/%d" % self.nobody(socket.SOCK_DGRAM)
        asker = self.asker([listening, mute, free, deaf])
        self.assertEqual(
            {listening: "open", mute: "unknown", free: "closed", deaf: "closed"}, self.results(asker)
        )
        self.assertEqual(4, asker.packets)
        by_port = {answer.target.port_text: answer for answer in asker.answers}
        self.assertEqual("reset", by_port[free].reason)
        self.assertEqual("port unreachable", by_port[deaf].reason)
        self.assertIsNone(by_port[mute].seconds)
        self.assertLess(by_port[free].seconds, 0.5)

    def test_udp_that_answers(self):
        one, port = self.bound(socket.SOCK_DGRAM)
        heard = []

        def answer():
            data, sender = one.recvfrom(100)
            heard.append(data)
            one.sendto(b"", sender)

        thread = threading.Thread(target=answer)
        thread.start()
        found = self.results(self.asker(["udp/%d" % port], timeout=20))
        thread.join()
        self.assertEqual({"udp/%d" % port: "open"}, found)
        self.assertEqual([b""], heard)

    def test_a_datagram_is_sent_twice(self):
        one, port = self.bound(socket.SOCK_DGRAM)
        asker = self.asker(["udp/%d" % port], timeout=1.3)
        self.assertEqual({"udp/%d" % port: "unknown"}, self.results(asker))
        one.setblocking(False)
        self.assertEqual([b"", b""], [one.recv(100), one.recv(100)])
        self.assertRaises(socket.error, one.recv, 100)
        self.assertEqual(2, asker.packets)

    def test_a_few_at_once(self):
        port = self.listener()
        others = ["udp/%d" % self.bound(socket.SOCK_DGRAM)[1] for _number in range(4)]
        started = clock()
        found = self.results(self.asker(others + ["tcp/%d" % port], parallel=2, timeout=0.3))
        self.assertEqual(5, len(found))
        self.assertEqual("open", found["tcp/%d" % port])
        self.assertGreaterEqual(clock() - started, 0.55)

    def test_the_rate_holds(self):
        ports = ["tcp/%d" % self.listener() for _number in range(20)]
        started = clock()
        self.assertEqual({"open"}, set(self.results(self.asker(ports, rate=20)).values()))
        self.assertGreaterEqual(clock() - started, 0.9)

    def test_what_there_is_no_time_for(self):
        ports = ["tcp/%d" % self.listener() for _number in range(40)]
        started = clock()
        asker = self.asker(ports, rate=20, time_limit=1, timeout=0.5)
        found = self.results(asker)
        self.assertLess(clock() - started, 5)
        asked = sum(1 for result in found.values() if result == "open")
        self.assertEqual(40 - asked, sum(1 for result in found.values() if result == "not_asked"))
        self.assertEqual(asked, asker.packets)
        self.assertTrue(1 <= asked <= 12, asked)
        # Those that come first are asked first.
        self.assertEqual(["open"] * asked, [answer.result for answer in asker.answers[:asked]])

    def test_a_family_that_the_host_lacks(self):
        _reach_asker.open_raw = self.refuse(errno.EAFNOSUPPORT)
        targets = read_targets([{"address": "2001:db8::1", "port": "tcp/22"}])
        (answer,) = Asker(targets, Limits(0.5, 10, 60, 10)).run()
        self.assertEqual(("unreachable", None, "this host has no IPv6"), (answer.result, answer.by, answer.reason))

    def test_who_may_not(self):
        _reach_asker.open_raw = self.refuse(errno.EPERM)
        with self.assertRaises(RulesetError) as caught:
            self.asker(["tcp/22"]).run()
        self.assertEqual(
            "reachability: a raw ICMP socket cannot be opened: Operation not permitted. Run the task as root, with "
            "become: true.",
            str(caught.exception),
        )

    @staticmethod
    def refuse(number):
        def refused(_family):
            raise socket.error(number, "no")

        return refused

    def test_files_are_left_for_others(self):
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        self.addCleanup(resource.setrlimit, resource.RLIMIT_NOFILE, (soft, hard))
        resource.setrlimit(resource.RLIMIT_NOFILE, (64, hard))
        found = Limits(0.5, 10, 60, 500).parallel
        self.assertTrue(1 <= found <= 40, found)

    def test_nobody_to_ask(self):
        self.assertEqual([], self.asker([]).run())


if __name__ == "__main__":
    unittest.main()
