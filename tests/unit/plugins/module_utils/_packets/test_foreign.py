# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What rules of others do to a plan, told in flows."""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

import os
import unittest

from ansible_collections.portledger.qradar.plugins.module_utils._host.management import Management
from ansible_collections.portledger.qradar.plugins.module_utils._packets.foreign import is_ours, others
from ansible_collections.portledger.qradar.plugins.module_utils._plan.plan import read_plan
from tests.unit.plugins.module_utils.support import Folder, Kernel, golden_plan

FIB = """Local:
  +-- 198.18.1.0/24 2 0 2
     |-- 198.18.1.1
        /32 host LOCAL
     |-- 198.18.1.255
        /32 link BROADCAST
     |-- 127.0.0.1
        /32 host LOCAL
"""

USUAL = "0:\tfrom all lookup local\n32766:\tfrom all lookup main\n32767:\tfrom all lookup default\n"


class OthersTest(unittest.TestCase):
    def setUp(self):
        self.folder = Folder({"proc/net/fib_trie": FIB}, ["iptables-save", "iptables"])
        self.answers, self.ip, self.more = {}, [], []

    def tearDown(self):
        self.folder.remove()

    def found(self, *rules, **more):
        scope = more.get("scope", "host")
        hook, ours = {"host": ("INPUT", "PORTLEDGER-IN"), "gateway": ("FORWARD", "PORTLEDGER-FWD")}[scope]
        lines = []
        for table in more.get("tables", ["filter"]):
            lines.extend(["*" + table, ":%s %s [0:0]" % (hook, more.get("policy", "ACCEPT"))])
            lines.extend([":PREROUTING ACCEPT [0:0]", ":%s - [0:0]" % ours])
            lines.extend("-A " + rule for rule in rules)
            lines.append("COMMIT")
        lines.extend(self.more)
        self.answers["ip"] = list(self.ip)
        self.answers["iptables-save"] = (0, "\n".join(lines + [""]), "")
        host = self.folder.host(Kernel(self.answers))
        plan = read_plan(golden_plan(scope), scope)
        management = Management(("198.18.9.9", 22), ["198.18.9.0/24"], [22])
        options = {"unlisted": more.get("unlisted", "drop"), "egress": more.get("egress", "leave")}
        entries, self.unread = others(host, plan, management, options)
        self.entries = entries
        return [(one["effect"], one["flows"]) for one in entries]

    def test_nobody_else(self):
        self.assertEqual([], self.found("INPUT -j PORTLEDGER-IN"))

    def test_what_is_opened_before_ours(self):
        ours = "INPUT -j PORTLEDGER-IN"
        opened = self.found("INPUT -p tcp -m tcp --dport 7677:7678 -j ACCEPT", ours)
        self.assertEqual([("opens", ["tcp/7677-7678 from anywhere"])], opened)
        self.assertEqual(
            [{
                "family": "ipv4", "effect": "opens", "place": "iptables filter INPUT",
                "rule": "-p tcp -m tcp --dport 7677:7678 -j ACCEPT", "certain": True, "unknown": None,
                "flows": ["tcp/7677-7678 from anywhere"], "services": ["imq"],
            }],
            self.entries,
        )
        # The plan has it; it comes after ours; nothing is dropped after all.
        self.assertEqual([], self.found("INPUT -p udp -m udp --dport 514 -j ACCEPT", ours))
        self.assertEqual([], self.found("INPUT -s 198.18.9.7/32 -p tcp -m tcp --dport 22 -j ACCEPT", ours))
        self.assertEqual([], self.found(ours, "INPUT -p tcp -m tcp --dport 9 -j ACCEPT"))
        self.assertEqual([], self.found("INPUT -p tcp -m tcp --dport 9 -j ACCEPT", ours, unlisted="leave"))
        for harmless in ("-i lo", "-m conntrack --ctstate RELATED,ESTABLISHED", "-d 198.18.1.255/32",
                         "-p icmp -m icmp --icmp-type 3", "-s 127.0.0.0/8"):
            self.assertEqual([], self.found("INPUT %s -j ACCEPT" % harmless, ours), harmless)
        for rule, text in (("-s 198.18.7.0/24", "any protocol from 198.18.7.0/24"),
                           ("-p icmp", "icmp from anywhere"),
                           ("-p esp", "protocol 50 from anywhere"),
                           ("-d 198.18.1.1/32 -p tcp -m multiport --dports 8,9", "tcp/8-9 from anywhere")):
            self.assertEqual([("opens", [text])], self.found("INPUT %s -j ACCEPT" % rule, ours), rule)

    def test_what_is_opened_without_a_way_to_ours_is_the_drift_of_ours(self):
        self.assertEqual([], self.found("INPUT -p tcp -m tcp --dport 9 -j ACCEPT"))

    def test_what_is_closed(self):
        ours = "INPUT -j PORTLEDGER-IN"
        rule = "INPUT -p tcp -m tcp --dport %s -j DROP"
        self.assertEqual([("closes", ["tcp/514 syslog from log_sources"])], self.found(rule % 514, ours))
        self.assertEqual([("closes", ["tcp/22 management from 198.18.9.0/24", "tcp/22 management from 198.18.9.9"])],
                         self.found(rule % 22, ours))
        self.assertEqual([("closes", ["tcp/514 syslog from log_sources (198.18.66.0/24)"])],
                         self.found("INPUT -s 198.18.66.0/24 -p tcp -m tcp --dport 514 -j REJECT", ours))
        for harmless in (rule % 9, "INPUT -s 127.0.0.0/8 -j DROP", "INPUT -d 224.0.0.0/4 -j DROP",
                         "INPUT -m conntrack --ctstate INVALID -j DROP", "INPUT -i lo -j DROP"):
            self.assertEqual([], self.found(harmless, ours), harmless)
        # After ours, in the same chain, it is too late.
        self.assertEqual([], self.found(ours, rule % 514))

    def test_which_other_rule_makes_it_uncertain(self):
        ours, drop = "INPUT -j PORTLEDGER-IN", "INPUT -p tcp -m tcp --dport 514 -j DROP"

        some = "-m limit --limit 9/sec"
        looks_at = "-m limit, --limit 9/sec"
        earlier = looks_at + ", of an earlier rule, iptables filter INPUT: "
        for rules in (["INPUT %s -j RETURN"], ["INPUT -j mine", "mine %s -j RETURN", "mine -j ACCEPT"]):
            rules = [rule % some if "%s" in rule else rule for rule in rules]
            if "mine" in rules[0]:
                self.more = ["*filter", ":mine - [0:0]", "COMMIT"]
            self.assertIn(("closes", False, earlier + some + " -j RETURN"), self.told(*(rules + [drop, ours])), rules)
        # What is behind it, or about other packets, is not why.
        self.more = []
        self.assertEqual(("closes", True, None), self.told(drop, "INPUT %s -j DROP" % some, ours)[0])
        self.assertEqual(("closes", True, None), self.told("INPUT -p udp %s -j RETURN" % some, drop, ours)[0])
        self.more = ["*security", ":INPUT ACCEPT [0:0]", "-A INPUT %s -j DROP" % some, "COMMIT"]
        later = looks_at + ", of a later rule, iptables security INPUT: " + some + " -j DROP"
        self.assertIn(("opens", False, later), self.told("INPUT -p tcp -m tcp --dport 7677 -j ACCEPT", ours))

    def test_what_cannot_be_told(self):
        rule = "INPUT -p tcp -m tcp --dport 514 -m limit --limit 9/sec -j DROP"
        self.assertEqual([("closes", ["tcp/514 syslog from log_sources"])], self.found(rule, "INPUT -j PORTLEDGER-IN"))
        self.assertEqual([(False, "-m limit, --limit 9/sec")],
                         [(one["certain"], one["unknown"]) for one in self.entries])
        self.assertEqual([("may change", ["tcp/514 syslog from log_sources"])],
                         self.found("INPUT -p tcp -m tcp --dport 514 -j TARPIT", "INPUT -j PORTLEDGER-IN"))
        self.assertEqual([False], [one["certain"] for one in self.entries])

    def test_what_is_translated(self):
        rule = "PREROUTING -p tcp -m tcp --dport 514 -j REDIRECT --to-ports 517"
        self.assertEqual([("translates", ["tcp/514 syslog from log_sources"])], self.found(rule, tables=["nat"]))
        self.assertEqual("iptables nat PREROUTING", self.entries[0]["place"])

    def test_gateway(self):
        def opened(rule, **more):
            return self.found("FORWARD %s -j ACCEPT" % rule, "FORWARD -j PORTLEDGER-FWD", scope="gateway", **more)

        self.assertEqual([("opens", ["tcp/9 from anywhere"])], opened("-p tcp -m tcp --dport 9"))
        # Not to the deployment, or within one segment.
        self.assertEqual([], opened("-d 198.18.60.0/24 -p tcp -m tcp --dport 9"))
        self.assertEqual([], opened("-i eth0 -o eth0"))
        self.assertEqual([], opened("-s 198.18.1.1/32 -d 198.18.99.0/24"))
        self.assertEqual([("opens", ["any protocol from 198.18.1.1"])],
                         opened("-s 198.18.1.1/32 -d 198.18.99.0/24", egress="drop"))
        self.assertEqual(
            [("closes", ["tcp/514 syslog from log_sources to console"])],
            self.found("FORWARD -d 198.18.1.1/32 -p tcp -m tcp --dport 514 -j DROP", "FORWARD -j PORTLEDGER-FWD",
                       scope="gateway"),
        )

    def told(self, *rules, **more):
        """Effect, whether it is certain, and what is unknown."""
        self.found(*rules, **more)
        return [(one["effect"], one["certain"], one["unknown"]) for one in self.entries]

    def test_what_is_accepted_and_dropped_by_others_all_the_same(self):
        ours, rule = "INPUT -j PORTLEDGER-IN", "INPUT -p tcp -m tcp --dport 9 -j ACCEPT"
        self.assertEqual([("opens", True, None)], self.told(rule, ours))
        later = ("-m limit, --limit 9/sec, of a later rule, iptables security INPUT: "
                 "-m limit --limit 9/sec -j DROP")
        for after, answer in (("-p tcp -m tcp --dport 9 -j DROP", []),
                              ("-m limit --limit 9/sec -j DROP", [("opens", False, later)])):
            self.more = ["*security", ":INPUT ACCEPT [0:0]", "-A INPUT " + after, "COMMIT"]
            found = [one for one in self.told(rule, ours) if one[0] == "opens"]
            self.assertEqual(answer, found, after)

    def test_what_nobody_knows_may_open(self):
        ours = "INPUT -j PORTLEDGER-IN"
        self.assertEqual([("opens", ["tcp/9 from anywhere"])],
                         self.found("INPUT -p tcp -m tcp --dport 9 -j NFQUEUE --queue-num 1", ours))
        self.assertEqual([False], [one["certain"] for one in self.entries])
        self.assertEqual([], self.found(ours, "INPUT -p tcp -m tcp --dport 9 -j NFQUEUE --queue-num 1"))

    def with_interfaces(self, routes=None, rules=USUAL):
        """Those that there are, and the routes of IPv4."""
        self.folder.write("proc/net/dev", "Inter-|\n face |bytes\n    lo: 1 2\n  eth0: 1 2\n  eth1:1 2\n  eth2: 1 2\n")
        self.ip = [(0, rules, ""), (int(routes is None), routes or "", "")]
        if routes is not None:
            os.chmod(self.folder.write("bin/ip", ""), 0o755)

    def test_an_interface_that_is_not_there(self):
        rule, ours = "INPUT -i wg0 -j ACCEPT", "INPUT -j PORTLEDGER-IN"
        self.with_interfaces()
        self.assertEqual([("opens", False, "an interface that does not exist now")], self.told(rule, ours))
        self.assertEqual([("opens", True, None)], self.told(rule.replace("wg0", "eth1"), ours))
        self.assertEqual([], self.told("INPUT -i wg0 -j DROP", ours))

    def test_interfaces_that_flows_do_not_use(self):
        # A gateway with a policy of drop lets through between the interfaces in use: once, every flow was "closed".
        rule = "FORWARD -i eth0 -o eth1 -j ACCEPT"
        routes = "default via 198.18.200.1 dev eth2 \n198.18.50.0/23 dev eth0 proto kernel\n198.18.1.0/30 dev eth1\n"
        drop = {"scope": "gateway", "policy": "DROP"}
        which = ("closes", False, "the interface that packets use")
        to_console = ["tcp/514 syslog from log_sources to console", "udp/514 syslog from log_sources to console"]
        self.with_interfaces(routes)
        (_effect, every), = self.found(**drop)
        self.assertEqual(set(to_console), set(to_console) & set(every))
        (_effect, closed), = self.found(rule, **drop)
        self.assertEqual(sorted(every), sorted(closed + to_console))
        self.assertEqual([True], [one["certain"] for one in self.entries])
        # Where routes cannot tell, packets may come by any interface: no routes, or rules that choose between tables.
        policy = USUAL + "99:\tfrom all lookup 7\n"
        for unknown, rules in ((None, USUAL), ("", USUAL), ("what?", USUAL), (routes, policy)):
            self.with_interfaces(unknown, rules)
            self.assertEqual([which], self.told(rule, **drop))
            self.assertEqual([("closes", True, None)], self.told(**drop))
        # By several of them.
        hops = ["nexthop via 198.18.0.1 dev eth0 weight 1", "nexthop via 198.18.0.2 dev eth2 weight 1"]
        self.with_interfaces("default \\\t" + " \\\t".join(hops))
        self.assertEqual([which], self.told("FORWARD -i eth0 -j DROP", scope="gateway"))
        self.assertEqual([("closes", True, None)], self.told("FORWARD ! -i eth1 -j DROP", scope="gateway"))
        self.assertEqual([], self.told("FORWARD -i eth1 -j DROP", scope="gateway"))

    def test_whose_a_chain_is(self):
        for name in ("PORTLEDGER-IN", "PORTLEDGER-QFWD-rest", "filter_IN_policy_portledger-host_pre",
                     "IN_portledger-gw", "PORTLEDGER-PUB"):
            self.assertTrue(is_ours(name), name)
        for name in ("INPUT", "filter_IN_public", "f2b-PORTLEDGER", "portledger-hosts"):
            self.assertFalse(is_ours(name), name)


if __name__ == "__main__":
    unittest.main()
