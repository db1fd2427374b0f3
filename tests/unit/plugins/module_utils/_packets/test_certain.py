# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What was once said for certain, and was wrong: with packets. Whatever is not known is "may"."""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

import unittest

from tests.unit.plugins.module_utils._packets.asking import DROPPED, MAY, PASSES, TRANSLATED, Asking, field, match

DROP, ACCEPT = {"drop": None}, {"accept": None}
FORWARD, PREROUTING = {"hook": "forward"}, {"hook": "prerouting", "prio": -300}
SSH, SYSLOG = {"port": "tcp/22"}, {"port": "tcp/514"}
UDP_SSH, ECHO, IPV6 = {"port": "udp/22"}, {"port": "icmp/8"}, {"family": "ipv6"}
DPORT, SADDR, SPORT = field("tcp dport"), field("ip saddr"), field("tcp sport")
INLINE = "jump {\n\t\t\tip saddr 198.19.1.3 accept\n\t\t\tdrop\n\t\t}"


def vmap(key, entries):
    return {"vmap": {"key": key, "data": entries if isinstance(entries, str) else {"set": entries}}}


def looked_up(key, data):
    return {"map": {"key": key, "data": data if isinstance(data, str) else {"set": data}}}


def concat(*parts):
    return {"concat": list(parts)}


def fib(flags, result):
    return {"fib": {"flags": flags, "result": result}}


def dnat(target, family="ip"):
    return {"dnat": {"family": family, "addr": target}}


def mark(value, kind="meta"):
    return {"mangle": {"key": {kind: {"key": "mark"}}, "value": value}}


class NftTest(Asking):
    def test_a_chain_within_a_rule(self):
        # nft 1.0.6 shows it as text; nobody knows what it does with those that come to it.
        rule = [match("tcp dport", 22), INLINE]
        self.assertEqual(MAY, self.nft([rule], SSH))
        self.assertEqual("unknown", self.verdicts[0])
        self.assertEqual(['jump { ip saddr 198.19.1.3 accept drop }'], self.unsure)
        self.assertEqual(PASSES, self.nft([rule], SYSLOG))
        self.assertEqual(MAY, self.nft([[match("tcp dport", 22), {"goto": {"chain": {"rules": []}}}]], SSH))
        self.assertEqual(MAY, self.nft([[vmap(DPORT, [[22, {"jump": {"chain": []}}]])]], SSH))
        self.assertEqual(PASSES, self.nft([[vmap(DPORT, [[22, {"jump": {"chain": []}}]])]], SYSLOG))

    def test_interfaces(self):
        through = [match("meta iifname", "core"), match("meta oifname", "remote"), ACCEPT]
        chain = dict(FORWARD, policy="drop")
        for packet, answer in (({"came": "core", "goes": "remote"}, PASSES), ({"came": "core"}, DROPPED)):
            self.assertEqual(answer, self.nft([through], dict(packet, scope="gateway"), chain=chain))
        # A packet to the host itself goes out by none.
        self.assertEqual(PASSES, self.nft([[match("meta oifname", "eth1"), DROP]]))
        self.assertEqual(MAY, self.nft([[match("meta oifname", "eth1", "!="), DROP]]))
        self.assertEqual(DROPPED, self.nft([[match("meta iifname", "eth1", "!="), DROP]]))
        self.assertEqual(MAY, self.nft([[match("meta iif", 7), DROP]]))
        post = {"hook": "postrouting"}
        self.assertEqual(MAY, self.nft([[match("meta iifname", "eth0"), DROP]], {"scope": "gateway"}, chain=post))
        some = [{"name": "these", "type": "ifname", "elem": ["lo", "eth*"]}]
        self.assertEqual(DROPPED, self.nft([[match("meta iifname", "@these"), DROP]], sets=some))
        pair = concat(field("meta iifname"), DPORT)
        self.assertEqual(DROPPED, self.nft([[vmap(pair, [[concat("eth0", 514), DROP]])]]))

    def test_kinds_of_destinations(self):
        for kind in ("broadcast", "multicast", "anycast", "blackhole"):
            for scope in ("host", "gateway"):
                rule = [match(fib(["daddr"], "type"), kind), DROP]
                self.assertEqual(PASSES, self.nft([rule], {"scope": scope}, chain=PREROUTING), kind)
                rule = [match(fib(["daddr"], "type"), kind, "!="), DROP]
                self.assertEqual(DROPPED, self.nft([rule], {"scope": scope}, chain=PREROUTING), kind)
        local = [match(fib(["daddr"], "type"), {"set": ["local", "broadcast"]}), DROP]
        self.assertEqual(DROPPED, self.nft([local], chain=PREROUTING))
        self.assertEqual(PASSES, self.nft([local], {"scope": "gateway"}, chain=PREROUTING))
        entries = [["local", ACCEPT], ["*", DROP]]
        self.assertEqual(PASSES, self.nft([[vmap(fib(["daddr"], "type"), entries)]], chain=PREROUTING))
        self.assertEqual(
            DROPPED, self.nft([[vmap(fib(["daddr"], "type"), entries)]], {"scope": "gateway"}, chain=PREROUTING))
        # An address of this host need not be one of the interface by which packets come.
        by = fib(["daddr", "iif"], "type")
        self.assertEqual(MAY, self.nft([[match(by, "local"), DROP]]))
        self.assertEqual(PASSES, self.nft([[match(by, "broadcast"), DROP]]))
        self.assertEqual(MAY, self.nft([[match(fib(["saddr"], "type"), "local"), DROP]]))

    def test_where_the_kernel_begins_to_know_connections(self):
        """At -200 it does so itself, and what has the same priority comes before it or after it."""
        both = {"set": ["new", "invalid"]}
        for value, answers in (
            ("new", (PASSES, MAY, DROPPED)), ("invalid", (DROPPED, MAY, PASSES)), (both, (DROPPED, DROPPED, DROPPED)),
            ("established", (PASSES, PASSES, PASSES)),
        ):
            rule = [match("ct state", value), DROP]
            chains = [{"hook": "prerouting", "prio": priority} for priority in (-201, -200, -199)]
            self.assertEqual(answers, tuple(self.nft([rule], chain=chain) for chain in chains), value)
        for key, value in (("direction", "original"), ("status", "assured")):
            chain = {"hook": "prerouting", "prio": -200}
            self.assertEqual(MAY, self.nft([[match("ct " + key, value), DROP]], chain=chain), key)
        self.assertEqual(DROPPED, self.nft([[match("ct state", "new"), DROP]], chain={"prio": -200}))

    def test_routes_back(self):
        for missing in (False, "0", 0, "missing"):
            for flags in (["saddr", "iif"], ["saddr"], ["saddr", "mark", "iif"]):
                rule = [match(fib(flags, "oif"), missing), DROP]
                self.assertEqual(PASSES, self.nft([rule], {"scope": "gateway"}, chain=PREROUTING), missing)
                rule = [match(fib(flags, "oif"), missing, "!="), DROP]
                self.assertEqual(DROPPED, self.nft([rule], {"scope": "gateway"}, chain=PREROUTING), missing)
        self.assertEqual(DROPPED, self.nft([[match(fib(["saddr"], "oif"), True), DROP]]))
        self.assertEqual(MAY, self.nft([[match(fib(["saddr"], "oif"), "eth0"), DROP]]))
        self.assertEqual(MAY, self.nft([[match(fib(["saddr"], "oifname"), "eth0"), DROP]]))
        self.assertEqual(MAY, self.nft([[match(fib(["daddr"], "oif"), False), DROP]]))

    def test_maps_of_verdicts(self):
        net = {"prefix": {"addr": "198.18.1.0", "len": 24}}
        by_source = [vmap(SADDR, [[net, ACCEPT], ["*", DROP]])]
        self.assertEqual(PASSES, self.nft([by_source]))
        self.assertEqual(DROPPED, self.nft([by_source], {"source": "198.18.2.1"}))
        self.assertEqual(PASSES, self.nft([by_source], IPV6))
        by_port = [vmap(DPORT, [[22, {"jump": {"target": "more"}}], ["*", DROP]])]
        for packet, answer in ((SSH, PASSES), (SYSLOG, DROPPED), (UDP_SSH, PASSES), (ECHO, PASSES)):
            self.assertEqual(answer, self.nft([by_port], packet), packet)
        # What "continue" takes goes on within the rule.
        self.assertEqual(DROPPED, self.nft([[vmap(DPORT, [[22, {"continue": None}]]), DROP]], SSH))
        self.assertEqual(PASSES, self.nft([[vmap(DPORT, [[22, {"continue": None}]]), DROP]]))
        named = [{"name": "m", "type": "inet_service", "map": "verdict", "elem": [[22, DROP], ["*", ACCEPT]]}]
        self.assertEqual(DROPPED, self.nft([[vmap(DPORT, "@m")], [DROP]], SSH, maps=named))
        self.assertEqual(PASSES, self.nft([[vmap(DPORT, "@m")], [DROP]], maps=named))
        self.assertEqual(MAY, self.nft([[vmap(DPORT, "@unknown")]]))
        self.assertEqual(MAY, self.nft([[vmap(field("meta mark"), [[1, ACCEPT], ["*", DROP]])]]))
        states = [vmap(field("ct state"), [["established", ACCEPT], ["new", DROP]])]
        self.assertEqual(DROPPED, self.nft([states]))
        flags = {"&": [field("tcp flags"), ["fin", "syn", "rst", "ack"]]}
        self.assertEqual(DROPPED, self.nft([[vmap(flags, [["syn", DROP], ["*", ACCEPT]])]]))

    def test_concatenations(self):
        left = concat(SADDR, DPORT)
        net = concat({"prefix": {"addr": "198.18.1.0", "len": 24}}, {"range": [500, 600]})
        for right in ({"set": [net, concat("198.18.1.1", 22)]}, "@both"):
            some = [{"name": "both", "type": ["ipv4_addr", "inet_service"], "elem": [net, concat("198.18.1.1", 22)]}]
            for packet, answer in (
                (SSH, DROPPED), (SYSLOG, DROPPED), ({"port": "tcp/80"}, PASSES), ({"port": "udp/514"}, PASSES),
                (IPV6, PASSES), (dict(SSH, source="198.18.1.2"), PASSES), (dict(SYSLOG, source="198.18.1.2"), DROPPED),
            ):
                self.assertEqual(answer, self.nft([[match(left, right), DROP]], packet, sets=some), packet)
                other = {PASSES: DROPPED, DROPPED: PASSES}[answer]
                if packet not in (IPV6, {"port": "udp/514"}):
                    self.assertEqual(other, self.nft([[match(left, right, "!="), DROP]], packet, sets=some), packet)
        ends = concat(field("meta l4proto"), field("th dport"))
        for packet, answer in ((SYSLOG, DROPPED), ({"port": "udp/514"}, PASSES), (ECHO, MAY)):
            rule = [match(ends, {"set": [concat("tcp", 514), concat("icmp", 514)]}), DROP]
            self.assertEqual(answer, self.nft([rule], packet), packet)
        marked = [match(concat(DPORT, field("meta mark")), {"set": [concat(514, 1)]}), DROP]
        self.assertEqual(MAY, self.nft([marked]))
        self.assertEqual(PASSES, self.nft([marked], SSH))

    def test_ports_of_protocols_without_any(self):
        self.assertEqual(MAY, self.nft([[match("th dport", 22, "!="), DROP]], ECHO))
        self.assertEqual(DROPPED, self.nft([[match("th dport", 22, "!="), DROP]]))
        self.assertEqual(PASSES, self.nft([[match("meta l4proto", "tcp"), match("th dport", 22, "!="), DROP]], ECHO))

    def test_statements_with_maps(self):
        keys = [{"name": "m", "type": "inet_service", "map": "ipv4_addr", "elem": [[22, "198.18.1.9"]]}]
        nat = {"type": "nat", "hook": "prerouting", "prio": -100}
        for data in ("@m", [[22, "198.18.1.9"]]):
            rule = [dnat(looked_up(DPORT, data))]
            for packet in (SSH, SYSLOG, UDP_SSH, ECHO, IPV6):
                answer = TRANSLATED if packet is SSH else PASSES
                self.assertEqual(answer, self.nft([rule], packet, maps=keys, chain=nat), packet)
        self.assertEqual(MAY, self.nft([[dnat(looked_up(DPORT, "@unknown"))]], chain=nat))
        self.assertEqual(MAY, self.nft([[dnat(looked_up({"numgen": {"mod": 2}}, [[0, "198.18.1.9"]]))]], chain=nat))
        for kind in ("meta", "ct"):
            for data in ("@prio", [[22, 7]]):
                some = [{"name": "prio", "type": "inet_service", "map": "mark", "elem": [[22, 7]]}]
                rule = [mark(looked_up(DPORT, data), kind), ACCEPT]
                for packet, answer in ((SSH, PASSES), (SYSLOG, DROPPED), (UDP_SSH, DROPPED)):
                    found = self.nft([rule], packet, maps=some, chain={"policy": "drop"})
                    self.assertEqual(answer, found, (kind, packet))
        counted = [{"counter": looked_up(DPORT, [[22, "a"]])}, ACCEPT]
        self.assertEqual(DROPPED, self.nft([counted], chain={"policy": "drop"}))

    def test_what_a_statement_looks_at(self):
        # It ends the rule for packets that have no such thing.
        add = {"set": {"op": "add", "elem": SADDR, "set": "@seen"}}
        some = [{"name": "seen", "type": "ipv4_addr", "size": 65535, "elem": ["198.18.1.7"]}]
        # Where the set is full, or grows at this moment, the rule ends as well. Taking away always goes on.
        self.assertEqual(MAY, self.nft([[add, ACCEPT]], sets=some, chain={"policy": "drop"}))
        self.assertEqual(DROPPED, self.nft([[add, ACCEPT]], IPV6, sets=some, chain={"policy": "drop"}))
        take = {"set": {"op": "delete", "elem": SADDR, "set": "@seen"}}
        self.assertEqual(PASSES, self.nft([[take, ACCEPT]], sets=some, chain={"policy": "drop"}))
        refused = [{"reject": {"type": "tcp reset"}}]
        self.assertEqual(PASSES, self.nft([refused], UDP_SSH))

    def test_sets_that_rules_change(self):
        # Another packet may have put the address in, by any rule of the table, whatever its hook.
        some = [{"name": "seen", "type": "ipv4_addr", "size": 65535, "elem": ["198.18.1.7"]}]
        for op in ("add", "update", "delete"):
            for chain in ("input", "more"):
                change = [match("tcp dport", 22), {"set": {"op": op, "elem": SADDR, "set": "@seen"}}]
                for operator in ("==", "!="):
                    rules = [(chain, change), [match(SADDR, "@seen", operator), DROP]]
                    self.assertEqual(MAY, self.nft(rules, sets=some), rules)
        for op in (None, 7, ["add"], {}, True):
            rules = [("more", [{"set": {"op": op, "elem": SADDR, "set": "@seen"}}]), [match(SADDR, "@seen"), DROP]]
            self.assertEqual(MAY, self.nft(rules, {"source": "198.18.1.7"}, sets=some), op)
        # What is in it stays, unless rules take away.
        for op, answer in (("add", DROPPED), ("update", DROPPED), ("delete", MAY)):
            rules = [("more", [{"set": {"op": op, "elem": SADDR, "set": "@seen"}}]), [match(SADDR, "@seen"), DROP]]
            self.assertEqual(answer, self.nft(rules, {"source": "198.18.1.7"}, sets=some), op)
        change = ("more", [{"map": {"op": "add", "elem": DPORT, "data": "x", "map": "@m"}}])
        by_map = [{"name": "m", "type": "inet_service", "map": "verdict", "elem": [[22, DROP], ["*", ACCEPT]]}]
        self.assertEqual(DROPPED, self.nft([[vmap(DPORT, "@m")]], SSH, maps=by_map))
        self.assertEqual(MAY, self.nft([change, [vmap(DPORT, "@m")]], SSH, maps=by_map))
        self.assertEqual(MAY, self.nft([change, [vmap(DPORT, "@m")]], maps=by_map))

    def test_packets_that_are_changed(self):
        change = {"mangle": {"key": field("tcp dport"), "value": 22}}
        self.assertEqual(MAY, self.nft([[change], [match("tcp dport", 22), DROP]]))
        # The old port says nothing any more.
        self.assertEqual(MAY, self.nft([[change], [match("tcp dport", 514), DROP]]))
        self.assertEqual(PASSES, self.nft([[change]], UDP_SSH))
        self.assertEqual(MAY, self.nft([[{"notrack": None}], [match("ct state", "new", "!="), DROP]]))
        for harmless in ("dscp", "ecn"):
            self.assertEqual(PASSES, self.nft([[{"mangle": {"key": field("ip " + harmless), "value": 1}}]]))
        self.assertEqual(MAY, self.nft([[{"mangle": {"key": field("ip ttl"), "value": 1}}]]))
        self.assertEqual(PASSES, self.nft([[{"mangle": {"key": field("ip ttl"), "value": 64}}]]))

    def test_statements_that_nobody_knows(self):
        for statement in ({"queue": None}, {"synproxy": None}, {"a new one": 7}, "some text", 7, None, {},
                          {"mangle": {"key": {"meta": {"key": "x"}}}}, {"drop": None, "accept": None}):
            self.assertEqual(MAY, self.nft([[match("tcp dport", 514), statement]]), statement)
            self.assertEqual(PASSES, self.nft([[match("tcp dport", 514), statement]], SSH), statement)

    def test_flags(self):
        flags, masked = field("tcp flags"), {"&": [field("tcp flags"), {"|": ["syn", "ack"]}]}
        for left, operator, right, answer in (
            (masked, "==", {"set": ["syn", "ack"]}, DROPPED),
            (masked, "==", ["syn", "ack"], PASSES),
            (masked, "!=", ["syn", "ack"], DROPPED),
            (masked, "==", {"|": ["syn", "ack"]}, PASSES),
            (masked, "!=", {"set": ["syn", "ack"]}, PASSES),
            (masked, "!=", 0, DROPPED),
            (masked, "==", 2, DROPPED),
            (flags, "==", {"set": ["syn", "ack"]}, DROPPED),
            (flags, "==", {"set": ["ack", ["syn", "ack"]]}, PASSES),
            (flags, "in", ["syn", "ack"], DROPPED),
            (flags, "!", ["syn", "ack"], PASSES),
            (flags, "!", "ack", DROPPED),
            (flags, "==", "unheard", MAY),
            (flags, "<", "syn", MAY),
        ):
            self.assertEqual(answer, self.nft([[match(left, right, operator), DROP]]), (left, operator, right))
            self.assertEqual(PASSES, self.nft([[match(left, right, operator), DROP]], UDP_SSH))

    def test_states(self):
        for key, operator, right, answer in (
            ("ct state", "!", "new", PASSES), ("ct state", "!", ["established", "related"], DROPPED),
            ("ct state", "!=", "established", DROPPED), ("ct state", "==", {"set": ["new", "invalid"]}, DROPPED),
            ("ct state", "in", 8, DROPPED), ("ct state", "in", "unheard", MAY),
            ("ct status", "!", "dnat", DROPPED), ("ct status", "!=", "dnat", DROPPED),
            ("ct status", "in", "dnat", PASSES), ("ct status", "in", ["snat", "dnat"], MAY),
            ("ct status", "in", "confirmed", MAY),
            ("ct direction", "!=", "original", PASSES), ("ct direction", "==", "original", DROPPED),
            ("meta pkttype", "==", {"set": ["host", "broadcast"]}, DROPPED), ("meta pkttype", "!=", "host", PASSES),
            ("meta pkttype", "==", "multicast", PASSES), ("meta protocol", "!=", "ip", PASSES),
            ("meta protocol", "==", {"set": ["ip", "ip6"]}, DROPPED), ("meta nfproto", "!=", "ipv6", DROPPED),
        ):
            self.assertEqual(answer, self.nft([[match(key, right, operator), DROP]]), (key, operator, right))

    def test_sets(self):
        element = {"elem": {"val": "198.18.1.1", "timeout": 60, "expires": 9}}
        some = [{"name": "s", "type": "ipv4_addr", "elem": [element]}]
        self.assertEqual(DROPPED, self.nft([[match(SADDR, "@s"), DROP]], sets=some))
        some[0]["elem"][0]["elem"] = {"val": "198.18.1.1", "counter": {"packets": 0, "bytes": 0}}
        self.assertEqual(DROPPED, self.nft([[match(SADDR, "@s"), DROP]], sets=some))
        some[0]["elem"][0]["elem"] = {"val": "198.18.1.1", "limit": {"rate": 1}}
        self.assertEqual(MAY, self.nft([[match(SADDR, "@s"), DROP]], sets=some))
        some[0]["elem"] = ["*"]
        self.assertEqual(DROPPED, self.nft([[match(SADDR, "@s"), DROP]], sets=some))
        some[0]["elem"] = []
        self.assertEqual(PASSES, self.nft([[match(SADDR, "@s"), DROP]], sets=some))
        self.assertEqual(DROPPED, self.nft([[match(SADDR, "@s", "!="), DROP]], sets=some))
        self.assertEqual(PASSES, self.nft([[match(SADDR, "@s", "!="), DROP]], IPV6, sets=some))
        bits = {"&": [SADDR, "0.0.0.255"]}
        self.assertEqual(MAY, self.nft([[match(bits, "0.0.0.1"), DROP]]))
        self.assertEqual(PASSES, self.nft([[match(bits, "0.0.0.1"), DROP]], IPV6))

    def test_where_a_rule_may_lead_past_others(self):
        # Behind "goto", nothing comes back to the rules that follow.
        leaves = [{"limit": {"rate": 1}}, {"goto": {"target": "empty"}}]
        rules = [("input", [{"jump": {"target": "more"}}]), ("more", leaves), ("more", [DROP])]
        self.assertEqual(MAY, self.nft(rules))
        self.assertEqual(MAY, self.nft([[{"jump": {"target": "not listed"}}], [DROP]]))
        # Where it may be accepted by one chain, the next one drops it all the same.
        self.assertEqual(DROPPED, self.nft([[{"limit": {"rate": 1}}, DROP], [DROP]]))


class IptablesTest(Asking):
    def test_routes_back(self):
        rules = ["PREROUTING -m rpfilter%s -j RETURN", "PREROUTING -j DROP"]
        for options, answer in (
            (" --validmark", PASSES), ("", PASSES), (" --loose --accept-local", PASSES), (" --invert", DROPPED),
            (" --validmark --invert", DROPPED), (" --loose --invert", DROPPED),
        ):
            self.assertEqual(answer, self.iptables([rules[0] % options, rules[1]], table="raw"), options)

    def test_ipset(self):
        rule = ["INPUT -m set --match-set blk src -j DROP"]
        for create, member, answer in (
            ("hash:ip family inet hashsize 1024 maxelem 65536 netmask 24", "198.18.1.0", DROPPED),
            ("hash:ip family inet netmask 24", "198.18.2.0", PASSES),
            ("hash:ip family inet netmask 25", "198.18.1.128", PASSES),
            ("bitmap:ip range 198.18.0.0/16 netmask 24", "198.18.1.0", DROPPED),
            ("hash:ip family inet bitmask 255.255.0.255", "198.18.0.1", MAY),
            ("hash:ip family inet netmask x", "198.18.1.0", MAY),
            ("hash:ip family inet timeout 600", "198.18.1.1 timeout 5", DROPPED),
            ("hash:ip family inet counters skbinfo", "198.18.1.1 packets 7 bytes 9", DROPPED),
            ("hash:ip,port family inet", "198.18.1.1,tcp:514", MAY),
            ("hash:net,iface family inet", "198.18.1.0/24,eth0", MAY),
            ("list:set size 8", "other", MAY),
        ):
            self.answers["ipset"] = (0, "create blk %s\nadd blk %s\n" % (create, member), "")
            self.assertEqual(answer, self.iptables(rule), create)
            if answer != MAY:
                other = {PASSES: DROPPED, DROPPED: PASSES}[answer]
                self.assertEqual(other, self.iptables([rule[0].replace("--match", "! --match")]), create)
        # A packet may be in a set that it has entered just now.
        self.answers["ipset"] = (0, "create blk hash:ip family inet\n", "")
        enters = "INPUT -p tcp -m tcp --dport 514 -j SET --add-set blk src"
        self.assertEqual(MAY, self.iptables([enters] + rule))
        self.assertEqual(PASSES, self.iptables(rule))

    def test_interfaces_and_kinds(self):
        for rule, answer in (
            ("-o eth1", PASSES), ("! -o eth1", DROPPED), ("-i eth1", PASSES), ("-i +", DROPPED), ("! -i eth1", DROPPED),
            ("-m addrtype --dst-type LOCAL", DROPPED), ("-m addrtype --dst-type BROADCAST,MULTICAST", PASSES),
            ("-m addrtype ! --dst-type LOCAL", PASSES), ("-m addrtype --dst-type UNICAST", PASSES),
            ("-m addrtype --dst-type LOCAL --limit-iface-in", MAY), ("-m addrtype --src-type LOCAL", MAY),
            ("-m pkttype --pkt-type unicast", DROPPED), ("-m pkttype --pkt-type broadcast", PASSES),
            ("-m pkttype ! --pkt-type multicast", DROPPED), ("-m mark --mark 0x1", MAY), ("-m unheard", MAY),
            ("-m policy --dir in --pol none", MAY), ("-p tcp -m tcp --dport 514 -m owner --uid-owner 0", MAY),
        ):
            self.assertEqual(answer, self.iptables(["INPUT %s -j DROP" % rule]), rule)

    def test_targets(self):
        for target, answer in (
            ("TTL --ttl-set 64", PASSES), ("TTL --ttl-set 1", MAY), ("TTL --ttl-inc 1", PASSES),
            ("TTL --ttl-dec 1", MAY),
            ("CT --notrack", MAY), ("NOTRACK", MAY), ("CT --zone 3", PASSES), ("NFQUEUE --queue-num 3", MAY),
            ("", PASSES),
            ("MARK --set-xmark 0x1/0x1", PASSES), ("SNAT --to-source 198.18.1.9", MAY),
        ):
            self.assertEqual(answer, self.iptables(["INPUT" + (" -j " + target if target else "")]), target)
        for broken in ("INPUT -j", "INPUT -p", "INPUT -m set --match-set", "INPUT -j TTL", "INPUT !", "INPUT -m"):
            self.assertIn(self.iptables([broken]), (MAY, PASSES), broken)


if __name__ == "__main__":
    unittest.main()
