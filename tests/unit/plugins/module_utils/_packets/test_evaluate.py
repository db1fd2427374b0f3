# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What becomes of a packet, by rules of iptables and nft. What the kernel makes of such rules is asked in tests/lab."""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

import json
import unittest

from ansible_collections.portledger.qradar.plugins.module_utils._packets.evaluate import Interfaces
from tests.unit.plugins.module_utils._packets.asking import PASSES, Asking, match, ruleset

DROP, ACCEPT = {"drop": None}, {"accept": None}


class PacketTest(Asking):
    def asked(self, **packet):
        """Whether a packet passes, or may."""
        return Asking.asked(self, **packet) in (PASSES, "may")

    def nft(self, *rules, **more):
        return Asking.nft(self, rules, **more)

    def test_iptables(self):
        drops = (
            "INPUT -p tcp -m tcp --dport 514 -j DROP",
            "INPUT -p tcp -m multiport --dports 22,500:600 -j REJECT --reject-with tcp-reset",
            "INPUT -s 198.18.1.0/24 -j DROP",
            "INPUT ! -s 198.18.2.0/24 -j DROP",
            "INPUT -i eth+ -j DROP",
            "INPUT ! -p udp -j DROP",
            "INPUT -p tcp -m tcp ! --dport 22 -j DROP",
            "INPUT -m state --state NEW -j DROP",
            "INPUT -p tcp -m tcp --tcp-flags FIN,SYN,RST,ACK SYN -j DROP",
            "INPUT -m iprange --src-range 198.18.1.0-198.18.1.9 -j DROP",
            "INPUT -m addrtype --dst-type LOCAL -j DROP",
            'INPUT -m comment --comment "-j ACCEPT" -j DROP',
        )
        for rule in drops:
            self.assertFalse(self.iptables([rule]), rule)
            self.assertEqual([], self.unsure)
        passes = (
            "INPUT -p udp -m udp --dport 514 -j DROP",
            "INPUT -i lo -j DROP",
            "INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j DROP",
            "INPUT -m conntrack ! --ctstate NEW -j DROP",
            "INPUT -p tcp -m tcp ! --syn -j DROP",
            "INPUT -m rpfilter --invert -j DROP",
            "INPUT -j LOG",
            "INPUT -d 198.18.1.0/33 -j NFLOG",
        )
        for rule in passes:
            self.assertTrue(self.iptables([rule]), rule)
            self.assertEqual([], self.unsure)

    def test_chains(self):
        self.assertFalse(self.iptables(["INPUT -j mine", "mine -p udp -j RETURN", "mine -j DROP"]))
        self.assertTrue(self.iptables(["INPUT -j mine", "INPUT -j ACCEPT", "mine -p tcp -j RETURN", "mine -j DROP"],
                                      policy="DROP"))
        # What is left with -g comes back to nobody.
        self.assertFalse(self.iptables(["INPUT -g mine", "INPUT -j ACCEPT", "mine -p udp -j ACCEPT"], policy="DROP"))

    def test_chains_that_lead_back_or_are_entered_too_often(self):
        """They are left open, and cost no hours: each of 22 chains is entered twice from the one before."""
        for rules in (
            ["INPUT -j mine", "mine -g mine", "mine -j mine", "mine -m limit --limit 1/sec -g mine"],
            ["INPUT -j a", "a -j b", "b -j a", "a -g b", "b -g a"],
            ["INPUT -j c0"] + ["c%d -j c%d" % (one, one + 1) for one in range(22) for _twice in range(2)]
            + ["c22 -p udp -j DROP"],
        ):
            self.verdicts = []
            self.assertTrue(self.iptables(rules))
            self.assertEqual({"unknown"}, set(self.verdicts))

    def test_before_connections_are_known(self):
        rule = "PREROUTING -m conntrack --ctstate %s -j DROP"
        self.assertTrue(self.iptables([rule % "NEW"], table="raw"))
        self.assertFalse(self.iptables([rule % "INVALID"], table="raw"))
        self.assertFalse(self.iptables([rule % "NEW"], table="mangle"))

    def test_what_is_unsure(self):
        for rule, why in (
            ("INPUT -m limit --limit 10/min -j DROP", "-m limit, --limit 10/min"),
            ("INPUT -m recent --rcheck --name bad --rsource -j DROP", "-m recent, --rcheck, --name bad, --rsource"),
            ("INPUT -m set --match-set unknown src -j DROP", "--match-set unknown src"),
            ("INPUT -p tcp -m tcp ! --sport 40000 ! --dport 22 -j DROP", "! --sport with ! --dport"),
        ):
            self.assertTrue(self.iptables([rule]))
            self.assertEqual([why], self.unsure)
        # Where all drops, it does not matter.
        self.assertFalse(self.iptables(["INPUT -m limit --limit 10/min -j DROP", "INPUT -j DROP"]))
        # What has a target that is not known may do anything.
        self.assertTrue(self.iptables(["INPUT -j TARPIT"]))
        self.assertEqual(["unknown"], self.verdicts)

    def test_ipset(self):
        rule = ["INPUT -m set --match-set bad src -j DROP"]
        save = "create bad hash:net family inet hashsize 64 maxelem 65536%s\nadd bad 198.18.1.0/24%s\n"
        self.answers["ipset"] = (0, save % (" timeout 60", " timeout 12"), "")
        self.assertFalse(self.iptables(rule))
        self.assertTrue(self.iptables(rule, source="198.18.2.1"))
        self.answers["ipset"] = (0, save % ("", " nomatch"), "")
        self.assertTrue(self.iptables(rule))
        self.assertEqual(["--match-set bad src"], self.unsure)
        self.answers["ipset"] = (0, "create bad hash:ip,port family inet\nadd bad 198.18.1.1,tcp:514\n", "")
        self.assertTrue(self.iptables(rule))
        self.assertEqual(["--match-set bad src"], self.unsure)

    def test_nft(self):
        some = [{"name": "bad", "type": "ipv4_addr", "elem": [{"prefix": {"addr": "198.18.1.0", "len": 24}}]},
                {"name": "ports", "type": "inet_service", "elem": [22, {"range": [500, 600]}]}]
        port = match("tcp dport", 514)
        for expr in (
            [port, DROP],
            [match("tcp dport", {"set": [22, {"range": [500, 600]}]}), {"counter": {"packets": 0, "bytes": 0}}, DROP],
            [match("tcp dport", "@ports"), {"reject": {"type": "tcp reset"}}],
            [{"reject": {"type": "icmp", "expr": "port-unreachable"}}],
            [{"reject": {"type": "icmpx", "expr": "port-unreachable"}}],
            [match("ip saddr", "@bad"), DROP],
            [match("ip saddr", "198.18.2.1", "!="), DROP],
            [match("meta iifname", "eth*"), DROP],
            [match("meta l4proto", "tcp"), match("th dport", 500, ">="), DROP],
            [match("ct state", ["new", "established"], "in"), DROP],
            [match("ct state", {"set": ["new"]}), DROP],
            [match("meta nfproto", "ipv4"), DROP],
            [match("tcp flags", "ack", "!="), DROP],
            [{"vmap": {"key": {"payload": {"protocol": "tcp", "field": "dport"}},
                       "data": {"set": [[22, {"accept": None}], [514, {"drop": None}]]}}}],
        ):
            self.assertFalse(self.nft(expr, sets=some), expr)
            self.assertEqual([], self.unsure)
        for expr in (
            [{"reject": {"type": "icmpv6", "expr": "port-unreachable"}}],
            [match("udp dport", 514), DROP],
            [match("ip6 saddr", "2001:db8::1"), DROP],
            [match("ct state", ["established", "related"], "in"), DROP],
            [match("ct status", "dnat"), DROP],
            [match("tcp flags", "ack", "in"), DROP],
            [{"match": {"op": "==", "left": {"fib": {"result": "oif", "flags": ["saddr"]}}, "right": False}}, DROP],
            [port, {"log": None}],
            [port, ACCEPT],
        ):
            self.assertTrue(self.nft(expr, sets=some), expr)
            self.assertEqual([], self.unsure)

    def test_nft_tables(self):
        goes = [("input", [{"jump": {"target": "more"}}]), ("more", [match("tcp dport", 514), DROP])]
        self.assertFalse(self.nft(*goes))
        self.assertFalse(self.nft(chain={"policy": "drop"}))
        # Of our own table, nothing is asked; a table that sleeps does nothing.
        self.assertTrue(self.nft([DROP], table="portledger_host"))
        self.assertTrue(self.nft([DROP], chain={"hook": "output"}))

    def test_what_is_unsure_in_nft(self):
        self.assertTrue(self.nft([{"limit": {"rate": 10, "per": "minute"}}, DROP]))
        self.assertEqual(["limit"], self.unsure)
        self.assertTrue(self.nft([match("tcp sport", 7, "!="), match("tcp dport", 8, "!="), DROP]))
        self.assertEqual(["sport !=, dport !="], self.unsure)
        self.assertTrue(self.nft([match("meta mark", 7), DROP]))
        self.assertEqual(["meta mark"], self.unsure)
        self.assertTrue(self.nft([{"queue": None}]))
        self.assertEqual(["unknown"], self.verdicts)

    def test_what_iptables_has_shown_is_not_read_twice(self):
        text = json.loads(ruleset([("input", [DROP])], table="filter"))
        for entry in text["nftables"]:
            for about in entry.values():
                if "family" in about:
                    about["family"] = "ip"
        self.answers["nft"] = (0, json.dumps(text), "")
        self.assertTrue(self.iptables([]))
        # With the old iptables, that table is somebody's own.
        self.answers["iptables"] = (0, "iptables v1.8.9 (legacy)\n", "")
        self.assertFalse(self.iptables([]))

    def test_what_cannot_be_read(self):
        self.folder.write("proc/net/ip_tables_names", "filter\n")
        self.answers["nft"] = (1, "", "Error: no")
        self.assertTrue(self.iptables([]))
        legacy = "tables of iptables-legacy, for iptables-legacy-save is not there"
        self.assertEqual([legacy, "tables of nft: Error: no"], self.unread)


class InterfacesTest(unittest.TestCase):
    def test_numbers(self):
        interfaces = Interfaces(["eth0", "et*", "lo"])
        self.assertEqual([0, 1, 2, 1, 3],
                         [interfaces.number(name) for name in ("lo", "et1", "eth0", "etx", "other")])
        self.assertEqual([(1, 1), (2, 2)], interfaces.intervals("et*"))
        self.assertEqual([], interfaces.intervals("other"))


if __name__ == "__main__":
    unittest.main()
