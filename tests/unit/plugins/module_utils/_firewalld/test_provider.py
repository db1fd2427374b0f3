# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The provider firewalld without firewalld: files, what the kernel holds, and what both mean."""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

import json
import re
import unittest

from ansible_collections.portledger.qradar.plugins.module_utils._firewalld.provider import Firewalld
from ansible_collections.portledger.qradar.plugins.module_utils._firewalld.state import FirewalldState
from ansible_collections.portledger.qradar.plugins.module_utils._firewalld import published as _firewalld_published
from ansible_collections.portledger.qradar.plugins.module_utils._base.errors import RulesetError
from ansible_collections.portledger.qradar.plugins.module_utils._firewalld.files import parse_files, render_files
from ansible_collections.portledger.qradar.plugins.module_utils._firewalld.meaning import file_meaning
from ansible_collections.portledger.qradar.plugins.module_utils._firewalld.lost_rules import lost_rules
from ansible_collections.portledger.qradar.plugins.module_utils._firewalld.reload import parse_listing
from ansible_collections.portledger.qradar.plugins.module_utils._firewalld.rules import Builder, Model, Names
from ansible_collections.portledger.qradar.plugins.module_utils._firewalld.runtime import Atom, parse_table, simplest
from ansible_collections.portledger.qradar.plugins.module_utils._firewalld.runtime import wanted_runtime
from ansible_collections.portledger.qradar.plugins.module_utils._firewalld.daemon import version_of
from ansible_collections.portledger.qradar.plugins.module_utils._host.firewalld_conf import backend
from ansible_collections.portledger.qradar.plugins.module_utils._plan.difference import difference
from ansible_collections.portledger.qradar.plugins.module_utils._host.management import Management
from ansible_collections.portledger.qradar.plugins.module_utils._plan.plan import read_plan
from ansible_collections.portledger.qradar.plugins.module_utils._plan.policy import make_policy
from tests.unit.plugins.module_utils.support import Folder, Kernel, golden_plan, small_plan

MANAGEMENT = Management(("198.18.9.7", 2222), ["198.18.9.0/24"], [22])


def model_of(scope, unlisted="drop", egress="leave", destination_sets=True):
    policy = make_policy(read_plan(golden_plan(scope), scope), MANAGEMENT, unlisted, egress)
    return Builder(Names(scope), policy, destination_sets).build()


class FilesTest(unittest.TestCase):
    def test_files_mean_what_the_model_says(self):
        for scope in ("host", "gateway"):
            for destination_sets in (True, False):
                model = model_of(scope, destination_sets=destination_sets)
                again = parse_files(Names(scope), render_files(Names(scope), model))
                self.assertEqual(again.key(), model.key())
                self.assertEqual(again.unrecognised, [])

    def test_names_and_comments_of_any_characters(self):
        for odd in (
            u"\u2028", u"\u2029", u"\x85", u"\xa0", u"\u202e", u"\x9b", u"<&>\"'", u"]]>", u"\U0001f525", u"\uffff",
            u"\ud800", u"\n", u"\r\n", u"\t",
        ):
            if bytes is str and odd == u"\ud800":
                # Python 2 has no way to write half of a character into a file.
                continue
            plan = small_plan(host="ep1%sx" % odd, sets={u"a%sb" % odd: {"ipv4": ["198.18.1.1/32"], "ipv6": []}})
            plan["flows"] = [{"service": "extra_flow", "row": None, "source": u"a%sb" % odd, "destination": None,
                              "ports": ["tcp/514"], "comment": u"c%stcp/22 d" % odd}]
            policy = make_policy(read_plan(plan, "host"), MANAGEMENT, "drop", "leave")
            model = Builder(Names("host"), policy, True).build()
            again = parse_files(Names("host"), render_files(Names("host"), model))
            self.assertEqual((model.key(), []), (again.key(), again.unrecognised), repr(odd))

    def test_an_encoding_that_python_does_not_know(self):
        text = '<?xml version="1.0" encoding="no-such"?>\n%s'
        files = {"policies/portledger-host.xml": (text % '<policy target="DROP"/>').encode("ascii")}
        self.assertEqual(["policies/portledger-host.xml, which cannot be read"],
                         parse_files(Names("host"), files).unrecognised)
        with self.assertRaises(ValueError):
            _firewalld_published.parse(text % '<direct><chain chain="PORTLEDGER-PUB"/></direct>')

    def test_names_fit(self):
        for scope in ("host", "gateway"):
            self.assertTrue(len(Names(scope).policy) <= 17)
            model = model_of(scope)
            self.assertTrue(all(len(name) <= 31 for name in list(model.sets) + list(model.services)))
            self.assertFalse(any(name.startswith(("portledger-h", "portledger-g")) for name in model.sets))

    def test_difference_from_nothing(self):
        names = Names("host")
        lines = difference(file_meaning(names, Model()), file_meaning(names, model_of("host")))
        self.assertEqual(
            [line for line in lines if "component" not in line],
            [
                '+ tcp/8443 extra_flow (nightly backup) from backup "probe" (1 network)',
                "+ tcp/7789 ha_drbd from ha_peer (1 address)",
                "+ udp/7789 ha_drbd from ha_peer (1 address)",
                "+ icmp ha_icmp from ha_peer (1 address)",
                "+ tcp/514 syslog from log_sources (2 networks)",
                "+ udp/514 syslog from log_sources (2 networks)",
                "+ ICMP errors",
                "+ echo requests to multicast",
                "+ management tcp/22 from 198.18.9.0/24",
                "+ multicast listeners",
                "+ neighbour discovery",
                "+ running connection tcp/2222 from 198.18.9.7",
                "+ unlisted: drop",
            ],
        )

    def test_what_others_write_into_our_policy_is_named(self):
        names = Names("host")
        files = render_files(names, model_of("host"))
        rule = b'<rule><port port="9" protocol="tcp"/><accept/></rule><service name="ssh"/></policy>'
        files["policies/portledger-host.xml"] = files["policies/portledger-host.xml"].replace(b"</policy>", rule)
        lines = difference(file_meaning(names, parse_files(names, files)), file_meaning(names, model_of("host")))
        self.assertEqual(
            lines,
            [
                '- in the policy: <service name="ssh" />',
                '- rule without a service: rule priority="0" port port="9" protocol="tcp" accept',
            ],
        )

    def test_a_damaged_file_is_named(self):
        files = {"policies/portledger-host.xml": b"<policy"}
        model = parse_files(Names("host"), files)
        self.assertEqual(model.unrecognised, ["policies/portledger-host.xml, which cannot be read"])

    def test_overlapping_networks_are_one_entry(self):
        data = golden_plan("host")
        data["sets"]["component"]["ipv4"] = ["198.18.0.0/16", "198.18.1.4/31", "198.19.2.4/32"]
        policy = make_policy(read_plan(data, "host"), MANAGEMENT, "drop", "leave")
        model = Builder(Names("host"), policy, True).build()
        members = model.sets[Names("host").set("ipv4", "component")].members
        self.assertEqual(sorted(members), ["198.18.0.0/16", "198.19.2.4/32"])

    def test_egress_without_sets_as_destinations(self):
        with self.assertRaises(RulesetError) as caught:
            model_of("gateway", "leave", "drop", destination_sets=False)
        self.assertEqual(
            str(caught.exception),
            "egress: 'drop' cannot be had with unlisted 'leave' from firewalld before 1.0. Set unlisted to drop, or "
            "egress to leave.",
        )
        self.assertTrue(model_of("gateway", "drop", "drop", destination_sets=False).policy)

    def segments(self, model):
        found = file_meaning(Names("gateway"), model)["ipv4"].fixed.values()
        return sorted(text for text in found if text.startswith("segment"))

    def test_within_a_segment_nothing_is_dropped(self):
        interfaces = read_plan(golden_plan("gateway"), "gateway").interfaces
        self.assertTrue(len(interfaces) > 1)
        meant = sorted("segment %s" % interface for interface in interfaces)
        for unlisted, egress in (("drop", "leave"), ("leave", "drop"), ("drop", "drop")):
            self.assertEqual(self.segments(model_of("gateway", unlisted, egress)), meant)
        # They accept, so they must not be there where nothing is dropped.
        for unlisted, egress in (("log", "leave"), ("leave", "log"), ("leave", "leave")):
            self.assertEqual(self.segments(model_of("gateway", unlisted, egress)), [])

    def test_a_segment_that_somebody_widened_is_told(self):
        names = Names("gateway")
        model = model_of("gateway")
        path = sorted(path for path, text in render_files(names, model).items() if b"net,iface" in text)[0]
        files = render_files(names, model)
        self.assertIn(b"</entry>", files[path])
        files[path] = files[path].replace(b"</ipset>", b"  <entry>10.0.0.0/8,eth9</entry>\n</ipset>")
        there = parse_files(names, files)
        lines = difference(file_meaning(names, there), file_meaning(names, model))
        gone = [line for line in lines if line.startswith("- ")]
        self.assertEqual(len(gone), 1, lines)
        self.assertIn("10.0.0.0/8,eth9", gone[0])

    def test_interfaces_in_no_zone(self):
        plan = read_plan(golden_plan("gateway"), "gateway")
        policy = make_policy(plan, MANAGEMENT, "drop", "leave")
        about = {"version": (2, 3), "zoned": set(plan.interfaces[1:])}
        present = FirewalldState({}, Model(), None, ({}, {}), about)
        with self.assertRaises(RulesetError) as caught:
            Firewalld().build("gateway", present, policy)
        self.assertEqual(
            str(caught.exception),
            "qradar_gateway_segments: the interface '%s' is in no zone of firewalld, which since 2.0 asks policies "
            "only about interfaces in one. Put it into a zone: firewall-cmd --permanent --zone=ZONE "
            "--add-interface=%s, then firewall-cmd --reload." % (plan.interfaces[0], plan.interfaces[0]),
        )
        about["zoned"].add(plan.interfaces[0])
        self.assertTrue(Firewalld().build("gateway", present, policy).model.policy)


def match(left, right, operator="=="):
    return {"match": {"op": operator, "left": left, "right": right}}


def field(protocol, name):
    return {"payload": {"protocol": protocol, "field": name}}


class TableTest(unittest.TestCase):
    def table(self, dispatch, rules):
        chain = "filter_IN_policy_portledger-host"
        found = [{"rule": {"chain": dispatch, "expr": [{"jump": {"target": chain}}]}}]
        found.append({"rule": {"chain": chain, "expr": [{"jump": {"target": chain + "_pre"}}]}})
        found.append({"rule": {"chain": chain, "expr": [{"drop": None}]}})
        found.extend({"rule": {"chain": chain + "_pre", "expr": expr}} for expr in rules)
        elements = [{"prefix": {"addr": "198.18.0.0", "len": 25}}, {"range": ["198.18.0.128", "198.18.0.255"]}]
        name = "portledger-fh4-0"
        found.append({"set": {"name": name, "type": "ipv4_addr", "elem": elements + ["198.18.7.7"]}})
        found.append({"set": {"name": "somebody", "type": "ipv4_addr"}})
        return parse_table(found, Names("host"))

    def test_both_ways_in_which_releases_write(self):
        source = match(field("ip", "saddr"), "@portledger-fh4-0")
        state = match({"ct": {"key": "state"}}, {"set": ["new", "untracked"]}, "in")
        port = match(field("tcp", "dport"), {"range": [1, 9]})
        expected = Atom("ipv4", ("ipset", "portledger-fh4-0"), None, "tcp/1-9", "accept")
        for dispatch in ("filter_INPUT_POLICIES", "filter_INPUT_POLICIES_pre"):
            for rule in ([source, port, state, {"accept": None}], [source, port, {"accept": None}]):
                runtime = self.table(dispatch, [rule])
                self.assertEqual(runtime.atoms, frozenset([expected]))
                self.assertEqual((runtime.there, runtime.target, runtime.unrecognised), (True, "DROP", []))
                networks = frozenset(["198.18.0.0/24", "198.18.7.7/32"])
                self.assertEqual(runtime.sets, {"portledger-fh4-0": networks})

    def test_a_rule_of_no_form_of_ours(self):
        runtime = self.table("filter_INPUT_POLICIES", [[match(field("tcp", "sport"), 9), {"accept": None}]])
        self.assertEqual(len(runtime.unrecognised), 1)

    def test_a_list_of_values_is_no_form_of_ours(self):
        """As somebody adds by hand: ip saddr { 198.18.1.1, 198.18.1.2 } tcp dport { 22, 23 } accept."""
        for name, values in (("saddr", ["198.18.1.1", "198.18.1.2"]), ("dport", [22, 23])):
            one = match(field("ip" if name == "saddr" else "tcp", name), {"set": values})
            runtime = self.table("filter_INPUT_POLICIES", [[one, {"accept": None}]])
            self.assertEqual(
                runtime.unrecognised, ["rule " + json.dumps([one, {"accept": None}], sort_keys=True)], name)
            self.assertEqual(runtime.atoms, frozenset())

    def test_a_set_of_ours_of_another_type(self):
        entry = {"set": {"name": "portledger-fh4-0", "type": "inet_service", "elem": [22, 23]}}
        runtime = parse_table([entry], Names("host"))
        self.assertEqual(runtime.sets, {"portledger-fh4-0": frozenset()})
        self.assertEqual(runtime.unrecognised, ["set portledger-fh4-0, whose elements are not networks"])

    def test_what_is_no_network_stays_as_it_is(self):
        self.assertEqual(simplest(["198.18.1.0/24 nomatch", "198.18.2.0/32"]),
                         frozenset(["198.18.1.0/24 nomatch", "198.18.2.0/32"]))

    def test_no_jump_is_no_policy(self):
        self.assertFalse(self.table("filter_FORWARD_POLICIES", []).there)

    def test_halves_of_everything(self):
        networks = simplest(["0.0.0.0/1", "128.0.0.0/1", "2001:db8::/33"])
        self.assertEqual(networks, frozenset(["0.0.0.0/0", "2001:db8::/33"]))

    def test_ports_of_a_service_are_matches_of_their_own(self):
        runtime = wanted_runtime(model_of("host"))
        name = Names("host").set("ipv4", "log_sources")
        self.assertIn(Atom("ipv4", ("ipset", name), None, "udp/514", "accept"), runtime.atoms)
        self.assertEqual(runtime.sets[name], frozenset(["0.0.0.0/0"]))


class PublishedTest(unittest.TestCase):
    FOREIGN = (
        '<?xml version="1.0"?>\n<direct>\n  <rule ipv="ipv4" table="filter" chain="INPUT" priority="0">-j A</rule>\n'
    )

    def rules(self, unlisted="drop"):
        policy = make_policy(read_plan(golden_plan("host"), "host"), MANAGEMENT, unlisted, "leave")
        return _firewalld_published.published_rules(policy, Names("host"), True)

    def test_the_file_is_as_it_was_afterwards(self):
        for text in (None, self.FOREIGN + "</direct>\n", "<direct>\n</direct>"):
            written = _firewalld_published.edit(text, self.rules())
            found = _firewalld_published.parse(written)
            self.assertEqual(_firewalld_published.key_of(found), _firewalld_published.key_of(self.rules()))
            self.assertEqual(_firewalld_published.edit(written, self.rules()), written)
            self.assertEqual(_firewalld_published.edit(written, {}), text)

    def test_rules(self):
        self.assertEqual(self.rules("leave"), {})
        rules = self.rules()["ipv4"]
        self.assertEqual(" ".join(rules[0][1]), "-m conntrack --ctstate DNAT --ctdir ORIGINAL -j PORTLEDGER-PUB")
        self.assertEqual(rules[1][1][-2:], ["-j", "RETURN"])
        self.assertEqual(rules[-1][1][-2:], ["-j", "DROP"])
        self.assertEqual([chain for chain, _tokens in rules].count("FORWARD"), 1)


class OthersTest(unittest.TestCase):
    def test_lost_rules(self):
        before = (
            "*filter\n:INPUT ACCEPT [1:2]\n:FORWARD DROP [0:0]\n:f2b - [0:0]\n-A INPUT -j f2b\n-A INPUT -j B\nCOMMIT\n"
        )
        after = "*filter\n:INPUT ACCEPT [0:0]\n:FORWARD ACCEPT [0:0]\n-A INPUT -j B\nCOMMIT\n"
        restored = "*filter\n:FORWARD DROP [0:0]\n:f2b - [0:0]\n-I INPUT 1 -j f2b\nCOMMIT\n"
        self.assertEqual(lost_rules(before, after), restored)
        self.assertEqual(lost_rules(before, before), "")

    def test_former_order(self):
        for had, has, lines in (
            ("A B C", "", "+A +B +C"),
            ("A B C", "A B C", ""),
            # What is at the end needs no flush.
            ("A B C", "A B", "+C"),
            # Nor what goes between others: a rule that somebody adds meanwhile stays.
            ("A B C", "A C", "2+B"),
            ("A B C", "B", "1+A 3+C"),
            ("A B C", "C A", "F +A +B +C"),
            # What came since stays behind what it follows.
            ("A B", "N A", "+B"),
            ("A B", "N", "+A +B"),
            ("A B", "A N", "+B"),
            ("A B", "B N", "1+A"),
            ("A A B", "A B", "2+A"),
            # Ours are put back by nobody but firewalld.
            ("PORTLEDGER-PUB A", "", "+A"),
            ("A PORTLEDGER-PUB B", "PORTLEDGER-PUB", "1+A 3+B"),
        ):
            saves = [
                "*filter\n:INPUT ACCEPT [0:0]\n%sCOMMIT\n" % "".join("-A INPUT -j %s\n" % word for word in text.split())
                for text in (had, has)
            ]
            text = lost_rules(*saves).replace("-F INPUT", "F").replace("-A INPUT -j ", "+")
            found = re.sub(r"-I INPUT (\d+) -j ", r"\1+", text).split()
            self.assertEqual(lines.split(), found[1:-1], (had, has))

    def test_listing(self):
        text = 'public (active)\n  target: default\n  services: ssh http\n  rich rules: \n\trule a="b c" accept\n\n'
        self.assertEqual(
            parse_listing(text),
            {"public": {"target": ["default"], "services": ["ssh", "http"], "rich rules": ['rule a="b c" accept']}},
        )


class DetectTest(unittest.TestCase):
    def refused(self, answer, programs=("firewall-cmd", "nft")):
        folder = Folder(programs=programs)
        try:
            host = folder.host(Kernel({"firewall-cmd": answer}))
            with self.assertRaises(RulesetError) as caught:
                Firewalld().detect(host)
            return str(caught.exception).replace(folder.root, "")
        finally:
            folder.remove()

    def test_refusals(self):
        self.assertEqual(
            self.refused((252, "", "FirewallD is not running")),
            "firewalld is not running. Start it (systemctl start firewalld), or choose another provider.",
        )
        self.assertEqual(
            self.refused((254, "", "Error: somebody.")), "firewall-cmd --version: failed: Error: somebody."
        )
        self.assertEqual(
            self.refused((0, "0.8.2\n", "")),
            "firewalld 0.8.2 has no policies; needs 0.9 or newer. Choose the provider iptables or nftables, and stop "
            "firewalld.",
        )
        self.assertEqual(
            self.refused((0, "1.3.3\n", ""), programs=["firewall-cmd"]),
            "nft: not found in PATH (/bin). It reads back what firewalld has loaded. Install the package nftables.",
        )
        self.assertEqual(
            self.refused((0, "", ""), programs=[]),
            "firewall-cmd: not found in PATH (/bin). Install the package firewalld, or choose another provider.",
        )

    def test_backend(self):
        for text, expected in (
            ("", "nftables"),
            ("FirewallBackend=iptables\n", "iptables"),
            ("  FirewallBackend = IPTables\n", "iptables"),
            ("#FirewallBackend=iptables\nFirewallBackend=nftables\n", "nftables"),
            ("FirewallBackend=\niptables\n", "nftables"),
            # As firewalld does, which says that the second is one too many.
            ("FirewallBackend=nftables\nFirewallBackend=iptables\n", "nftables"),
            ("FirewallBackend=iptables\nFirewallBackend=nftables\n", "iptables"),
        ):
            folder = Folder({"etc/firewalld/firewalld.conf": text})
            try:
                self.assertEqual(expected, backend(folder.host(Kernel())), text)
            finally:
                folder.remove()

    def test_the_bus_is_asked_first(self):
        cases = (
            ((0, 's "1.3.3"\n', ""), ["busctl"], "1.3.3"),
            ((0, 's "2.0.1~rc1"\n', ""), ["busctl"], "2.0.1~rc1"),
            # Whatever else it says, firewall-cmd is asked.
            ((1, "", "The name org.fedoraproject.FirewallD1 was not provided"), ["busctl", "firewall-cmd"], "0.9.3"),
            ((124, "", "it took longer than 5 s"), ["busctl", "firewall-cmd"], "0.9.3"),
            ((0, 's ""\n', ""), ["busctl", "firewall-cmd"], "0.9.3"),
            ((0, 's "1.3.3"\ns "2.0"\n', ""), ["busctl", "firewall-cmd"], "0.9.3"),
            ((0, "1.3.3\n", ""), ["busctl", "firewall-cmd"], "0.9.3"),
        )
        for answer, asked, version in cases:
            kernel = Kernel({"busctl": answer, "firewall-cmd": (0, "0.9.3\n", "")})
            folder = Folder(programs=("busctl", "firewall-cmd"))
            try:
                host = folder.host(kernel)
                self.assertEqual([version, version], [version_of(host), version_of(host)], answer)
            finally:
                folder.remove()
            self.assertEqual(asked, [call[0] for call, _data in kernel.calls], answer)


if __name__ == "__main__":
    unittest.main()
