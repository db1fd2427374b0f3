# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What foreign rules permit, as if ours were not there."""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

import unittest

from ansible_collections.portledger.qradar.plugins.module_utils._host.management import Management
from ansible_collections.portledger.qradar.plugins.module_utils._packets.makers import Makers
from ansible_collections.portledger.qradar.plugins.module_utils._packets.permits import count_lost, foreign_permits
from ansible_collections.portledger.qradar.plugins.module_utils._plan.plan import read_plan
from tests.unit.plugins.module_utils.support import Folder, Kernel, golden_plan

FIB = """Local:
  +-- 198.18.1.0/24 2 0 2
     |-- 198.18.1.1
        /32 host LOCAL
     |-- 198.18.1.2
        /32 host LOCAL
     |-- 127.0.0.1
        /32 host LOCAL
"""
DEV = "Inter-|\n face |\n    lo: 0\n  eth0: 0\n  eth1: 0\n"
RULES = "0:\tfrom all lookup local\n32766:\tfrom all lookup main\n32767:\tfrom all lookup default\n"
ROUTES = "default via 198.18.1.254 dev eth0\n198.18.1.0/24 dev eth0\n198.18.6.0/24 dev eth1\n"
ANYWHERE = ["0.0.0.0/0"]


class PermitsTest(unittest.TestCase):
    def setUp(self):
        self.folder = Folder({"proc/net/fib_trie": FIB, "proc/net/dev": DEV}, ["iptables-save", "iptables", "ip"])
        self.plan = golden_plan("host")

    def tearDown(self):
        self.folder.remove()

    def host(self, rules, policy):
        lines = ["*filter", ":INPUT %s [0:0]" % policy, ":PORTLEDGER-IN - [0:0]", ":MORE - [0:0]"]
        lines.extend("[%d:0] -A %s" % (number, rule) for number, rule in enumerate(rules))
        answers = {
            "iptables-save": (0, "\n".join(lines + ["COMMIT", ""]), ""),
            "ip": [(0, RULES, ""), (0, ROUTES, "")],
        }
        return self.folder.host(Kernel(answers))

    def asked(self, function, rules, policy="DROP"):
        plan = read_plan(self.plan, "host")
        management = Management(None, ["198.18.9.0/24"], [22])
        return function(self.host(rules, policy), plan, management, {"unlisted": "drop", "egress": "leave"})

    def entries(self, *rules, **more):
        found, unread = self.asked(foreign_permits, rules, more.get("policy", "DROP"))
        self.assertEqual([], unread)
        return found

    def flows(self, *rules):
        return [(flow["ports"], flow["sources"]) for entry in self.entries(*rules) for flow in entry["flows"]]

    def test_an_entry(self):
        self.assertEqual(
            [{
                "family": "ipv4", "place": "iptables filter INPUT", "chain": "MORE",
                "rule": "-s 198.18.7.0/24 -j ACCEPT", "made_by": "iptables", "packets": 1,
                "policy": False, "certain": True, "unknown": None,
                "interfaces": [], "rest": [],
                "flows": [{"ports": ["tcp/9100"], "sources": ["198.18.7.0/24"], "destinations": []}],
            }],
            self.entries("INPUT -p tcp -m tcp --dport 9100 -j MORE", "MORE -s 198.18.7.0/24 -j ACCEPT"),
        )

    def test_ours_are_passed_by(self):
        ours = ["INPUT -j PORTLEDGER-IN", "PORTLEDGER-IN -p tcp -m tcp --dport 514 -j ACCEPT", "PORTLEDGER-IN -j DROP"]
        found = self.flows(*(ours + ["INPUT -p tcp -m tcp --dport 9100 -j ACCEPT"]))
        self.assertEqual([(["tcp/9100"], ANYWHERE)], found)

    def test_as_far_as_it_comes_through(self):
        found = self.flows(
            "INPUT -s 198.18.7.128/25 -j DROP",
            "INPUT -s 198.18.7.0/24 -p udp -m multiport --dports 161,162 -j ACCEPT",
            "INPUT -j DROP",
            "INPUT -p tcp -m tcp --dport 22 -j ACCEPT",
        )
        self.assertEqual([(["udp/161-162"], ["198.18.7.0/25"])], found)

    def test_by_interface(self):
        rule = "INPUT -i %s -p tcp -m tcp --dport 22 -j ACCEPT"
        entry, = self.entries(rule % "eth1")
        self.assertEqual((["eth1"], True), (entry["interfaces"], entry["certain"]))
        self.assertEqual([["198.18.6.0/24"]], [flow["sources"] for flow in entry["flows"]])
        # An interface that is not there, and all of them.
        self.assertEqual([], self.entries(rule % "eth7"))
        self.assertEqual([(["tcp/22"], ANYWHERE)], self.flows(rule % "eth+"))

    def test_what_a_plan_cannot_express(self):
        for rule, unknown in (
            ("INPUT -p tcp -m tcp --dport 9 -m limit --limit 9/sec -j ACCEPT", "-m limit, --limit 9/sec"),
            ("INPUT -p udp -m udp --sport 53 -j ACCEPT", "the port that packets come from"),
            ("INPUT -p tcp -m tcp --dport 9 -j TARPIT", "what becomes of packets here"),
        ):
            entry = self.entries(rule)[0]
            self.assertEqual((False, unknown), (entry["certain"], entry["unknown"]))
        # A drop that cannot be read, before what permits: never wider.
        entry, = self.entries("INPUT -m geoip --source-country ZZ -j DROP", "INPUT -p tcp -m tcp --dport 9 -j ACCEPT")
        self.assertEqual("an earlier rule that cannot be read exactly, or that translates", entry["unknown"])
        entry, = self.entries("INPUT -p vrrp -j ACCEPT")
        self.assertEqual(([], ["protocol 112"]), (entry["flows"], entry["rest"]))
        entry, = self.entries("INPUT -p icmp -j ACCEPT")
        self.assertEqual((["icmp"], ["other ICMP messages"]), (entry["flows"][0]["ports"], entry["rest"]))

    def test_to_one_of_the_addresses(self):
        entry, = self.entries("INPUT -d 198.18.1.2/32 -p tcp -m tcp --dport 9 -j ACCEPT")
        self.assertEqual([["198.18.1.2"]], [flow["destinations"] for flow in entry["flows"]])
        self.assertEqual([], self.entries("INPUT -d 198.18.1.9/32 -p tcp -m tcp --dport 9 -j ACCEPT"))

    def test_what_no_rule_drops(self):
        entry, = self.entries(policy="ACCEPT")
        self.assertEqual(("no rule drops it", True), (entry["rule"], entry["policy"]))
        self.assertEqual([], self.entries("INPUT -j DROP", policy="ACCEPT"))

    def test_rules_that_are_lost(self):
        rules = [
            "INPUT -p icmp -m icmp --icmp-type 13 -j ACCEPT",
            "INPUT -s 198.18.9.7/32 -p tcp -m tcp --dport 22 -j ACCEPT",
            "INPUT -p tcp -m tcp --dport 9100 -j ACCEPT",
            "INPUT -p vrrp -j ACCEPT",
        ]
        self.assertEqual(2, self.asked(count_lost, rules))
        self.assertEqual(0, self.asked(count_lost, rules[:2]))

    def test_rules_for_containers_are_not_lost_as_far_as_the_plan_has_them(self):
        self.folder.write("proc/net/dev", DEV + "docker0: 0\n")
        flow = {"service": "app_https", "row": None, "supplement": "console_apps", "source": None}
        flow.update({"destination": None, "ports": ["tcp/443"], "comment": None, "interfaces": ["docker0", "podman0"]})
        self.plan["flows"].append(flow)
        rule = "INPUT -i %s -p tcp -m tcp --dport %d -j ACCEPT"
        self.assertEqual(0, self.asked(count_lost, [rule % ("docker0", 443)]))
        self.assertEqual(1, self.asked(count_lost, [rule % ("docker0", 8443)]))
        self.assertEqual(1, self.asked(count_lost, [rule % ("eth1", 443)]))
        self.assertEqual(1, self.asked(count_lost, ["INPUT -p tcp -m tcp --dport 443 -j ACCEPT"]))


class MakersTest(unittest.TestCase):
    def test_makers(self):
        pre = "# BEGIN\n-A INPUT -p tcp --dport 10050 -j ACCEPT\n"
        folder = Folder({"opt/qradar/conf/iptables.pre": pre}, [])
        try:
            makers = Makers(folder.host(Kernel()))
        finally:
            folder.remove()
        for place, chain, rule, name in (
            ("iptables filter INPUT", "INPUT", "-p tcp -m tcp --dport 10050 -j ACCEPT", "iptables.pre"),
            ("iptables filter INPUT", "QChain", "-p tcp -m tcp --dport 10050 -j ACCEPT", "iptables"),
            ("iptables filter INPUT", "ufw-user-input", "-j ACCEPT", "UFW"),
            ("iptables filter FORWARD", "DOCKER-USER", "-j ACCEPT", "docker"),
            ("iptables filter INPUT", "IN_public_allow", "-j ACCEPT", "firewalld zone public"),
            ("nft inet firewalld filter_INPUT", "filter_IN_public_allow", "accept", "firewalld zone public"),
            ("nft inet firewalld filter_INPUT", "filter_IN_policy_vpn_allow", "accept", "firewalld policy vpn"),
            ("nft inet filter input", "input", "accept", "nft"),
        ):
            self.assertEqual(name, makers.of("ipv4", place, chain, rule))
