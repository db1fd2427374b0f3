# Copyright: (c) 2026, the portledger.qradar contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Addresses behind the lines of the difference."""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

import json
import unittest

from ansible_collections.portledger.qradar.plugins.module_utils._plan.difference import difference
from ansible_collections.portledger.qradar.plugins.module_utils._plan.line import Counted, Line, with_addresses
from tests.unit.plugins.module_utils._plan.test_difference import meaning

FLOWS = (("imq", "tcp/7676", "component", None), ("ssh", "tcp/22", "component", None),
         ("syslog", "udp/514", "sources", "console"))
SETS = {"component": ["198.18.1.10/31", "198.18.1.4/32"], "sources": ["198.18.9.0/24", "198.18.7.0/24"],
        "console": ["198.18.1.10/32"]}


def added(flows=FLOWS, **sets):
    return difference(*({"ipv4": one, "ipv6": meaning()} for one in (meaning(), meaning(flows, **sets))))


class LineTest(unittest.TestCase):
    def test_without_verbosity_lines_stay(self):
        lines = added(**SETS)
        self.assertEqual([
            "+ tcp/7676 imq from component (3 addresses)",
            "+ tcp/22 ssh from component (3 addresses)",
            "+ udp/514 syslog from sources (2 networks) to console (1 address)",
        ], with_addresses(lines, 0))
        self.assertEqual(lines, with_addresses(lines, 0))

    def test_addresses_follow_once(self):
        self.assertEqual([
            "+ tcp/7676 imq from component (3 addresses)",
            "  component (3 addresses): 198.18.1.4, 198.18.1.10, 198.18.1.11",
            "+ tcp/22 ssh from component (3 addresses)",
            "+ udp/514 syslog from sources (2 networks) to console (1 address)",
            "  sources (2 networks): 198.18.7.0/24, 198.18.9.0/24",
            "  console (1 address): 198.18.1.10",
        ], with_addresses(added(**SETS), 1))

    def test_the_same_words_for_other_addresses(self):
        """A line's addresses are always the last ones with its words."""
        one, other = [[Counted("a (1 address)", [network])] for network in ("198.18.1.1/32", "2001:db8::1/128")]
        lines = [Line("+ 1", one), Line("+ 2", other), Line("+ 3", other), Line("+ 4", one), "~ text"]
        self.assertEqual([
            "+ 1", "  a (1 address): 198.18.1.1",
            "+ 2", "  a (1 address): 2001:db8::1",
            "+ 3",
            "+ 4", "  a (1 address): 198.18.1.1",
            "~ text",
        ], with_addresses(lines, 1))

    def test_many(self):
        addresses = ["198.18.%d.1/32" % number for number in range(250)]
        lines = added(flows=FLOWS[:1], component=addresses)
        first = ", ".join("198.18.%d.1" % number for number in range(20))
        self.assertEqual("  component (250 addresses): %s and 230 more" % first, with_addresses(lines, 1)[1])
        self.assertTrue(with_addresses(lines, 2)[1].endswith(", 198.18.199.1 and 50 more"))
        for verbosity in (3, 4, 6):
            self.assertTrue(with_addresses(lines, verbosity)[1].endswith(", 198.18.248.1, 198.18.249.1"))

    def test_members(self):
        """Those that the line itself leaves out follow it, too."""
        addresses = ["198.18.%d.1/32" % number for number in range(13)]
        both = [{"ipv4": meaning(FLOWS[:1], component=one), "ipv6": meaning()} for one in (addresses[:1], addresses)]
        followed = "  component, added (12 addresses): " + ", ".join(one[:-3] for one in addresses[1:])
        line, following = with_addresses(difference(*both), 1)
        self.assertTrue(line.endswith(", +198.18.10.1, +and 2 more"), line)
        self.assertEqual(followed, following)
        self.assertEqual(followed.replace("added", "removed"), with_addresses(difference(*reversed(both)), 1)[1])
        few = [{"ipv4": meaning(FLOWS[:1], component=addresses[:size]), "ipv6": meaning()} for size in (1, 3)]
        self.assertEqual(["~ component: +198.18.1.1, +198.18.2.1"], with_addresses(difference(*few), 1))

    def test_published_by_containers(self):
        wanted = meaning(component=SETS["component"])
        wanted.published.add(FLOWS[0])
        lines = difference({"ipv4": meaning(), "ipv6": meaning()}, {"ipv4": wanted, "ipv6": meaning()})
        self.assertEqual([
            "+ tcp/7676 imq from component (3 addresses), published by containers",
            "  component (3 addresses): 198.18.1.4, 198.18.1.10, 198.18.1.11",
        ], with_addresses(lines, 1))

    def test_a_line_is_text(self):
        line = Line("+ a", [Counted("a (1 address)", ["198.18.1.1/32"])])
        self.assertEqual("+ a", line)
        self.assertEqual('["+ a"]', json.dumps([line]))
        self.assertEqual([str], [type(one) for one in with_addresses([line], 0)])


if __name__ == "__main__":
    unittest.main()
