# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The difference, as people read it."""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

import unittest

from ansible_collections.portledger.qradar.plugins.module_utils._plan.difference import Meaning, difference


ARIEL = ("ariel_query", "tcp/32006", "component", None)
SYSLOG = ("syslog", "udp/514", "log_sources", "console")


def meaning(flows=(), fixed=(), unrecognised=(), **members):
    found = Meaning()
    found.flows.update(flows)
    found.fixed = {text: text for text in fixed}
    found.unrecognised = list(unrecognised)
    found.members = {label: set(networks) for label, networks in members.items()}
    return found


def lines(present, wanted):
    """Each a pair of IPv4 and IPv6."""
    return difference(*({"ipv4": ipv4, "ipv6": ipv6} for ipv4, ipv6 in (present, wanted)))


class DifferenceTest(unittest.TestCase):
    def test_nothing(self):
        both = [meaning([ARIEL], ["replies"], component=["198.18.1.1/32"]), meaning()]
        self.assertEqual([], lines(both, both))

    def test_flow_over_both_families(self):
        wanted = [meaning([ARIEL], component=["198.18.1.1/32"]), meaning([ARIEL], component=["2001:db8::/64"])]
        text = "tcp/32006 ariel_query from component (1 address, 1 network)"
        self.assertEqual(["+ " + text], lines([meaning(), meaning()], wanted))
        self.assertEqual(["- " + text], lines(wanted, [meaning(), meaning()]))

    def test_flow_lost_in_one_family(self):
        wanted = [meaning([ARIEL], component=["198.18.1.1/32"]), meaning([ARIEL], component=["2001:db8::1/128"])]
        present = [wanted[0], meaning(component=["2001:db8::1/128"])]
        self.assertEqual(["+ tcp/32006 ariel_query from component (1 address) (IPv6)"], lines(present, wanted))

    def test_set_that_gains_a_family_is_one_line(self):
        present = [meaning([ARIEL], component=["198.18.1.1/32"]), meaning()]
        wanted = [present[0], meaning([ARIEL], component=["2001:db8::1/128"])]
        self.assertEqual(["~ component: +2001:db8::1"], lines(present, wanted))
        self.assertEqual(["~ component: -2001:db8::1"], lines(*reversed([present, wanted])))

    def test_gateway_flow(self):
        consoles = ["198.18.1.1/32", "198.18.1.2/32"]
        wanted = [meaning([SYSLOG], log_sources=["198.18.7.0/24"], console=consoles), meaning()]
        self.assertEqual(["+ udp/514 syslog from log_sources (1 network) to console (2 addresses)"],
                         lines([meaning(), meaning()], wanted))

    def test_members(self):
        present = [meaning([ARIEL], component=["198.18.8.0/24", "198.18.1.1/32"]), meaning()]
        wanted = [meaning([ARIEL], component=["198.18.7.0/24", "198.18.1.1/32"]), meaning()]
        self.assertEqual(["~ component: +198.18.7.0/24, -198.18.8.0/24"], lines(present, wanted))

    def test_members_that_are_no_networks(self):
        """Somebody else put them into a set of ours, or made it anew, of another kind: it differs, and that is said."""
        wanted = [meaning([ARIEL], component=["198.18.1.1/32"]), meaning()]
        for odd in (
            "10.0.0.0/8 nomatch", "0.0.0.0/1 timeout 600", "198.18.1.7,tcp:80", "198.18.1.7,tcp:80,10.0.0.0/31",
            "10.0.0.0/31,eth0", "00:11:22:33:44:55", "eth0", "80", "nonsense/31", "2001:db8::/127,80", "1.2.3.4/33", "",
        ):
            present = [meaning([ARIEL], component=["198.18.1.1/32", odd]), meaning()]
            self.assertEqual(["~ component: -%s" % odd], lines(present, wanted))
            self.assertEqual(1, len(lines(present, [meaning(), meaning()])))
            present = [meaning([ARIEL], component=["198.18.2.1/32", odd, "198.18.0.0/31"]), meaning()]
            self.assertEqual(
                ["~ component: +198.18.1.1, -198.18.0.0, -198.18.0.1, -198.18.2.1, -%s" % odd], lines(present, wanted)
            )

    def test_many_members(self):
        present = [meaning([ARIEL], component=["198.18.1.1/32"]), meaning()]
        wanted = [meaning([ARIEL], component=["198.18.1.%d/32" % n for n in range(1, 24)]), meaning()]
        names = ", ".join("+198.18.1.%d" % n for n in range(2, 12))
        self.assertEqual(["~ component: %s, +and 12 more" % names], lines(present, wanted))

    def test_two_neighbours_are_hosts(self):
        flows = [ARIEL]
        wanted = [meaning(flows, component=["198.18.1.10/31", "198.18.1.12/32"]),
                  meaning(flows, component=["2001:db8::a/127"])]
        self.assertEqual(["+ tcp/32006 ariel_query from component (5 addresses)"],
                         lines([meaning(), meaning()], wanted))
        present = [meaning(flows, component=["198.18.1.10/32", "198.18.1.12/32"]),
                   meaning(flows, component=["2001:db8::a/127"])]
        self.assertEqual(["~ component: +198.18.1.11"], lines(present, wanted))
        less, more = present, wanted
        self.assertEqual(["~ component: -198.18.1.11"], lines(more, less))
        # Where that is all that differs, it is told as it is.
        same = [meaning(flows, component=["198.18.1.10/32", "198.18.1.11/32", "198.18.1.12/32"]), wanted[1]]
        self.assertEqual(["~ component: +198.18.1.10, +198.18.1.11, -198.18.1.10/31"], lines(wanted, same))

    def test_ports_in_order(self):
        flows = [("a", port, "component", None) for port in ("udp/9", "tcp/100", "tcp/9", "icmp")]
        wanted = [meaning(flows, component=["198.18.1.1/32"]), meaning()]
        self.assertEqual(["icmp", "tcp/9", "tcp/100", "udp/9"],
                         [line.split()[1] for line in lines([meaning(), meaning()], wanted)])

    def test_what_is_no_flow(self):
        present = [meaning(fixed=["replies", "unlisted: log"], unrecognised=["rule without a service: -j ACCEPT"]),
                   meaning(fixed=["unlisted: log"])]
        wanted = [meaning(fixed=["replies", "unlisted: drop"]), meaning(fixed=["replies", "unlisted: drop"])]
        self.assertEqual(["- unlisted: log", "+ replies (IPv6)", "+ unlisted: drop",
                          "- rule without a service: -j ACCEPT (IPv4)"], lines(present, wanted))


if __name__ == "__main__":
    unittest.main()
