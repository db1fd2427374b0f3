# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Chains that no plan makes are read, too, however they lead to one another."""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

import unittest

from ansible_collections.portledger.qradar.plugins.module_utils._iptables.meaning import read_meaning
from ansible_collections.portledger.qradar.plugins.module_utils._iptables.rule import Rule
from ansible_collections.portledger.qradar.plugins.module_utils._iptables.tables import Names
from ansible_collections.portledger.qradar.plugins.module_utils._iptables.words import split

NAMES = Names("host")
SYSLOG = Rule(split("-p tcp -m tcp --dport 514 -m comment --comment syslog -j ACCEPT"))


def leads(network, target):
    return Rule(split("-s %s -m comment --comment log_sources -j %s" % (network, target)))


class DepthTest(unittest.TestCase):
    def read(self, chains):
        return read_meaning(chains, {}, NAMES, "ipv4")

    def test_thousands_of_chains_in_a_row(self):
        name = "PORTLEDGER-IN-%d"
        chains = {name % at: [leads("198.18.0.0/16", name % (at + 1))] for at in range(3000)}
        chains.update({NAMES.main: [leads("198.18.0.0/16", name % 0)], name % 3000: [SYSLOG]})
        found = self.read(chains)
        self.assertEqual({("syslog", "tcp/514", "log_sources", None)}, found.flows)
        self.assertEqual([], found.unrecognised)

    def test_chains_that_lead_back(self):
        chains = {NAMES.main: [leads("198.18.0.0/16", "PORTLEDGER-IN-a")],
                  "PORTLEDGER-IN-a": [SYSLOG, leads("198.18.1.0/24", "PORTLEDGER-IN-a"), SYSLOG]}
        found = self.read(chains)
        self.assertEqual({("syslog", "tcp/514", "log_sources", None)}, found.flows)
        self.assertEqual({"198.18.0.0/16", "198.18.1.0/24"}, found.members["log_sources"])

    def test_what_stands_behind_a_chain_is_told_after_it(self):
        odd = Rule(split("-p tcp -m tcp --dport 9 -j ACCEPT")), Rule(split("-p tcp -m tcp --dport 10 -j ACCEPT"))
        chains = {NAMES.main: [leads("198.18.0.0/16", "PORTLEDGER-IN-a"), odd[1]], "PORTLEDGER-IN-a": [odd[0]]}
        self.assertEqual(
            ["rule without a service: -p tcp -m tcp --dport 9 -j ACCEPT (from log_sources)",
             "rule without a service: -p tcp -m tcp --dport 10 -j ACCEPT"],
            self.read(chains).unrecognised,
        )
