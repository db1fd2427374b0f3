# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Targets are read with care, and asked for in an order that spares them."""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

import unittest

from ansible_collections.portledger.qradar.plugins.module_utils._base.errors import RulesetError
from ansible_collections.portledger.qradar.plugins.module_utils._reach.targets import read_targets
from ansible_collections.portledger.qradar.plugins.module_utils._reachability import read_limits


def target(address="198.18.1.1", port="tcp/22", **more):
    return dict(more, address=address, port=port)


def shown(targets):
    return ["%s %s" % (one.address, one.port_text) for one in targets]


ADDRESS = "Write the address of one host, such as 198.18.1.1 or 2001:db8::1."
PORT = "Write a transport and one port, such as tcp/514 or udp/514, or icmp."


class TargetsTest(unittest.TestCase):
    def refusal(self, *entries):
        with self.assertRaises(RulesetError) as caught:
            read_targets(list(entries))
        return str(caught.exception)

    def test_forms(self):
        found = read_targets([target(), target("2001:DB8:0::1", "icmp"), target(port="udp/65535", expected="drop")])
        self.assertEqual(["198.18.1.1 tcp/22", "2001:db8::1 icmp", "198.18.1.1 udp/65535"], shown(found))
        self.assertEqual(["ipv4", "ipv6", "ipv4"], [one.family for one in found])
        self.assertEqual(["pass", "pass", "drop"], [one.expected for one in found])

    def test_addresses_take_turns(self):
        entries = [target("198.18.1.%d" % host, "tcp/%d" % port) for host in (1, 2, 3) for port in (1, 2)]
        self.assertEqual(
            ["198.18.1.1 tcp/1", "198.18.1.2 tcp/1", "198.18.1.3 tcp/1",
             "198.18.1.1 tcp/2", "198.18.1.2 tcp/2", "198.18.1.3 tcp/2"],
            shown(read_targets(entries)),
        )

    def test_each_is_asked_for_once(self):
        (one,) = read_targets([target(services=["ssh"]), target(services=["ssh", "tunnel"]), target()])
        self.assertEqual(["ssh", "tunnel"], one.services)

    def test_to_pass_and_to_drop(self):
        self.assertEqual(
            "targets[1].expected: 'drop' contradicts targets[0], where the same address and port are to pass. "
            "Leave out one of them.",
            self.refusal(target(), target(expected="drop")),
        )

    def test_addresses_that_are_none(self):
        for address in ("con1", "198.18.1.0/24", "198.18.1.1/32", "198.18.1", "", "::1%lo", 7, None):
            text = "'%s'" % address if isinstance(address, str) else address
            self.assertEqual(
                "targets[1].address: %s is not an address. %s" % (text, ADDRESS),
                self.refusal(target(), target(address)),
            )

    def test_addresses_of_nobody(self):
        for address in ("0.0.0.0", "224.0.0.1", "239.255.255.250", "255.255.255.255", "::", "ff02::1", "fe80::1",
                        "::ffff:198.18.1.1"):
            self.assertEqual(
                "targets[0].address: '%s' is not the address of a single host. %s" % (address, ADDRESS),
                self.refusal(target(address)),
            )

    def test_ports_that_are_none(self):
        for port in ("22", "tcp", "tcp/", "TCP/22", "sctp/22", "tcp/22-23", "tcp/22 ", "icmp/8", "tcp/22\n", 22):
            text = "'%s'" % port if isinstance(port, str) else port
            self.assertEqual("targets[0].port: %s is not a port. %s" % (text, PORT), self.refusal(target(port=port)))

    def test_ports_out_of_bounds(self):
        for port in ("tcp/0", "udp/65536"):
            self.assertEqual(
                "targets[0].port: '%s' is not within 1 to 65535. %s" % (port, PORT), self.refusal(target(port=port))
            )


class LimitsTest(unittest.TestCase):
    GOOD = {"timeout": 3.5, "rate": 400, "time_limit": 60, "parallel": 500}

    def refusal(self, **changes):
        with self.assertRaises(RulesetError) as caught:
            read_limits(dict(self.GOOD, **changes))
        return str(caught.exception)

    def test_good(self):
        self.assertEqual(self.GOOD, read_limits(dict(self.GOOD, targets=[])))

    def test_out_of_bounds(self):
        said = "%s: %s is not within %s to %s. Write a number that is."
        self.assertEqual(said % ("rate", 0, 1, 10000), self.refusal(rate=0))
        self.assertEqual(said % ("rate", 10001, 1, 10000), self.refusal(rate=10001))
        self.assertEqual(said % ("timeout", 0.01, 0.1, 60), self.refusal(timeout=0.01))
        self.assertEqual(said % ("timeout", 61, 0.1, 60), self.refusal(timeout=61))
        self.assertEqual(said % ("time_limit", 3601, 1, 3600), self.refusal(time_limit=3601))
        self.assertEqual(said % ("parallel", 0, 1, 10000), self.refusal(parallel=0))

    def test_no_time_for_a_single_one(self):
        self.assertEqual(
            "time_limit: 3 is less than timeout, 3.5, so that nothing could be probed. Write a larger one.",
            self.refusal(time_limit=3),
        )


if __name__ == "__main__":
    unittest.main()
