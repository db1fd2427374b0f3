# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which dynamic ports are in use: what the port mapper says, beside what listens."""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

import os
import socket
import unittest

from ansible_collections.portledger.qradar.plugins.module_utils._base.errors import RulesetError
from ansible_collections.portledger.qradar.plugins.module_utils._dynamic_ports.find import (
    dynamic_ports_info, find_dynamic_ports,
)
from ansible_collections.portledger.qradar.plugins.module_utils._host.listeners import numbered_listeners
from tests.unit.plugins.module_utils.mapper import HEAD, Mapper, table
from tests.unit.plugins.module_utils.support import Folder

NO_RMI = "nothing listens on tcp/9913: no web application container is running"
ABSENT = {"running": False, "read": False, "lacks": [], "ports": []}
BROKER = ["12"]


def listener(port, numbers, addresses=("0.0.0.0",), loopback=False, name="java"):
    return {"transport": "tcp", "port": port, "addresses": list(addresses), "loopback": loopback,
            "processes": [name] if numbers else ["kernel"], "numbers": set(numbers)}


def port(number, name, why=None, certain=True, addresses=("0.0.0.0",)):
    return {"port": "tcp/%d" % number, "name": name, "listens": bool(addresses), "addresses": list(addresses),
            "processes": ["java"] if addresses else [], "certain": certain, "offered": why is None, "why": why}


class ImqTest(unittest.TestCase):
    maxDiff = None

    def find(self, raw, others, owner=("12",), **options):
        """What is found where the mapper answers so, and these listen too."""
        with Mapper(raw, **options) as mapper:
            found = find_dynamic_ports([listener(mapper.port, owner)] + list(others), mapper.port)
            if found["port_mapper"]:
                self.assertEqual(mapper.port, found["port_mapper"]["port"])
        self.assertEqual(dict(ABSENT, service="rmi_dynamic", why=NO_RMI),
                         found["services"][1])
        return found, found["services"][0]

    def test_all_four_ports(self):
        others = [listener(number, BROKER) for number in (7677, 36615, 40111, 43691, 44913)]
        found, imq = self.find(table(jmx=40111), others)
        self.assertEqual({"imq_dynamic": ["tcp/36615", "tcp/40111", "tcp/43691", "tcp/44913"]},
                         found["qradar_dynamic_ports"])
        self.assertEqual([port(36615, "cluster"), port(40111, "jmxrmi"), port(43691, "admin"),
                          port(44913, "cluster_discovery")], imq["ports"])
        self.assertEqual((True, True, None, []), tuple(imq[key] for key in ("running", "read", "why", "lacks")))
        self.assertEqual(("127.0.0.1", "imqbroker 4.4 Update 1", []),
                         tuple(found["port_mapper"][key] for key in ("address", "broker", "odd")))

    def test_a_url_that_does_not_tell_its_port(self):
        """It is one of those that the broker's process has open, and no other's."""
        others = [listener(number, BROKER) for number in (7677, 36615, 40111, 43691, 44913, 9000)]
        others += [listener(50000, ["77"]), listener(50001, BROKER, ["127.0.0.1"], True)]
        for raw in (table(), table(jmx=40222)):
            found, imq = self.find(raw, others)
            self.assertEqual({"imq_dynamic": ["tcp/36615", "tcp/40111", "tcp/43691", "tcp/44913"]},
                             found["qradar_dynamic_ports"])
            self.assertIn(port(40111, "jmxrmi, by its process", certain=False), imq["ports"])
            self.assertEqual([], imq["lacks"])

    def test_a_url_that_does_not_tell_its_port_where_no_process_is_known(self):
        others = [listener(number, ()) for number in (36615, 40111, 43691, 44913)]
        found, imq = self.find(table(), others, owner=())
        self.assertEqual({"imq_dynamic": ["tcp/36615", "tcp/43691", "tcp/44913"]}, found["qradar_dynamic_ports"])
        self.assertEqual(["the port of jmxrmi, which its URL does not tell"], imq["lacks"])

    def test_what_is_not_offered(self):
        others = [listener(36615, BROKER, ["127.0.0.1", "::1"], True), listener(22, BROKER), listener(43691, ["77"])]
        found, imq = self.find(table(discovery=22, jmx=50000), others)
        self.assertEqual({}, found["qradar_dynamic_ports"])
        self.assertEqual(
            [
                port(22, "cluster_discovery", "is outside what the table documents, tcp/32001-65535"),
                port(36615, "cluster", "listens on the loopback interface only", addresses=["127.0.0.1", "::1"]),
                port(43691, "admin", "another process listens there"),
                port(50000, "jmxrmi", "nothing listens there", addresses=()),
            ],
            imq["ports"],
        )

    def test_odd_lines_are_named(self):
        found, imq = self.find(HEAD + b"admin tcp ADMIN 43691\nx\n.\n", [listener(43691, BROKER)])
        self.assertEqual({"imq_dynamic": ["tcp/43691"]}, found["qradar_dynamic_ports"])
        self.assertEqual(["lines of the port mapper that are not understood: 'x'"], imq["lacks"])
        self.assertEqual(["'x'"], found["port_mapper"]["odd"])

    def test_too_many_ports(self):
        raw = HEAD + b"".join(b"x%d tcp NORMAL %d\n" % (number, 40000 + number) for number in range(33)) + b".\n"
        found, imq = self.find(raw, [])
        self.assertEqual((False, "the port mapper names 33 ports, which are not those of one service", []),
                         (imq["read"], imq["why"], imq["ports"]))
        self.assertEqual({}, found["qradar_dynamic_ports"])

    def test_where_nothing_listens(self):
        self.assertEqual(
            {
                "port_mapper": None,
                "services": [
                    dict(ABSENT, service="imq_dynamic",
                         why="nothing listens on tcp/7676: the message queue is not running"),
                    dict(ABSENT, service="rmi_dynamic", why=NO_RMI),
                ],
                "qradar_dynamic_ports": {},
            },
            find_dynamic_ports([dict(listener(7676, BROKER), transport="udp")]),
        )

    def test_something_else_that_listens(self):
        with Mapper(b"SSH-2.0-OpenSSH_9.2\r\n") as mapper:
            found = find_dynamic_ports([listener(mapper.port, BROKER, ["::"])], mapper.port)
        start = "tcp/%d on " % mapper.port
        self.assertEqual(
            start + "127.0.0.1: the answer is not text; " + start + "::1: Connection refused",
            found["services"][0]["why"],
        )
        self.assertIsNone(found["port_mapper"])

    def test_where_only_ipv6_is_listened_on(self):
        for addresses in (["::1"], ["::"]):
            with Mapper(table(), address="::1") as mapper:
                found = find_dynamic_ports([listener(mapper.port, BROKER, addresses)], mapper.port)
            self.assertEqual("::1", found["port_mapper"]["address"])

    def test_one_that_hangs(self):
        with Mapper(HEAD, hang=True) as mapper:
            found = find_dynamic_ports([listener(mapper.port, BROKER)], mapper.port, seconds=0.2)
        said = "tcp/%d on 127.0.0.1 gave no whole answer within 0.2 s" % mapper.port
        self.assertEqual(said, found["services"][0]["why"])


class RmiTest(unittest.TestCase):
    def find(self, *listening):
        found = find_dynamic_ports(listening)
        return found["services"][1], found["qradar_dynamic_ports"]

    def test_ports_of_the_same_process(self):
        rmi, pins = self.find(
            listener(9913, ["9"]), listener(41001, ["9"]), listener(41002, ["9"], ["127.0.0.1"], True),
            listener(41003, ["8"]), listener(61000, ["9"]), listener(8005, ["9"]),
        )
        self.assertEqual({"rmi_dynamic": ["tcp/41001"]}, pins)
        self.assertEqual([port(41001, "by its process", certain=False)], rmi["ports"])

    def test_where_none_is_registered(self):
        rmi, pins = self.find(listener(9913, ["9"]))
        self.assertEqual((True, [], {}), (rmi["read"], rmi["ports"], pins))

    def test_where_no_process_is_known(self):
        rmi, pins = self.find(listener(9913, ()), listener(41001, ()))
        self.assertEqual((False, "the kernel does not show which process listens on tcp/9913", {}),
                         (rmi["read"], rmi["why"], pins))

    def test_too_many(self):
        rmi, pins = self.find(listener(9913, ["9"]), *[listener(41000 + number, ["9"]) for number in range(33)])
        self.assertEqual((False, "the process on tcp/9913 listens on 33 ports, and the service has one", {}),
                         (rmi["read"], rmi["why"], pins))


class ModuleTest(unittest.TestCase):
    def info(self, host, **changes):
        return dynamic_ports_info(host, dict({"mapper_port": 7676, "rmi_port": 9913, "seconds": 5}, **changes))

    def test_where_nothing_can_be_read(self):
        folder = Folder({})
        found = self.info(folder.host())
        folder.remove()
        self.assertEqual((False, {}, None),
                         (found["changed"], found["qradar_dynamic_ports"], found["port_mapper"]))

    def test_real_sockets_of_this_process(self):
        if not os.path.exists("/proc/net/tcp"):
            self.skipTest("this machine has no /proc")
        folder = Folder({})
        host = folder.host()
        host.root = "/"
        live = socket.socket()
        live.bind(("127.0.0.1", 0))
        live.listen(1)
        number = live.getsockname()[1]
        with Mapper(table(admin=number, cluster=1, discovery=0)) as mapper:
            found = self.info(host, mapper_port=mapper.port)
            own = [one for one in numbered_listeners(host) if one["port"] == mapper.port]
        live.close()
        folder.remove()
        ports = {one["port"]: one["why"] for one in found["services"][0]["ports"]}
        self.assertEqual("listens on the loopback interface only", ports["tcp/%d" % number])
        self.assertEqual([{str(os.getpid())}], [one["numbers"] for one in own])

    def test_wrong_options(self):
        for option, value, said in (
            ("mapper_port", 0, "mapper_port: 0 is not a port. Write a number from 1 to 65535."),
            ("rmi_port", 70000, "rmi_port: 70000 is not a port. Write a number from 1 to 65535."),
            ("seconds", 0, "seconds: 0 is out of range. Write a number from 1 to 60."),
            ("seconds", 61, "seconds: 61 is out of range. Write a number from 1 to 60."),
        ):
            with self.assertRaises(RulesetError) as caught:
                self.info(None, **{option: value})
            self.assertEqual(said, str(caught.exception))


if __name__ == "__main__":
    unittest.main()
