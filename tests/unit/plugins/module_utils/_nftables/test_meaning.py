# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What differs between two tables, in lines for people; what is in the table and not of us; the module's errors."""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

import copy
import io
import json
import os
import unittest

from ansible_collections.portledger.qradar.plugins.module_utils._nftables.provider import Nftables
from ansible_collections.portledger.qradar.plugins.module_utils._base.errors import RulesetError
from ansible_collections.portledger.qradar.plugins.module_utils._nftables.meaning import counted_flows
from ansible_collections.portledger.qradar.plugins.module_utils._nftables.meaning import table_difference
from ansible_collections.portledger.qradar.plugins.module_utils._nftables.rule import Rule
from ansible_collections.portledger.qradar.plugins.module_utils._nftables.table import Chain, read_table
from ansible_collections.portledger.qradar.plugins.module_utils._ruleset import apply_ruleset
from tests.unit.plugins.module_utils.support import TRACKED, Folder, golden_plan, options
from tests.unit.plugins.module_utils._nftables.test_render import RECORDED, recorded, table


def difference(scope, present, wanted):
    return table_difference(scope, present, wanted, lambda rule: rule.text())


UNTRACKED = {TRACKED: "0\n", "proc/uptime": "1000.00 0\n"}


class DifferenceTest(unittest.TestCase):
    maxDiff = None

    def test_nothing(self):
        for scope in ("host", "gateway"):
            self.assertEqual([], difference(scope, read_table(recorded(scope, "1.0.6")), table(scope)))
            self.assertEqual([], difference(scope, None, None))

    def test_there_and_back(self):
        for scope in ("host", "gateway"):
            there = difference(scope, None, table(scope))
            back = difference(scope, table(scope), None)
            self.assertEqual(sorted("-" + line[1:] for line in there), sorted(back))
            self.assertEqual(len(there), len(set(there)))

    def test_reads_as_that_of_iptables(self):
        lines = difference("gateway", None, table("gateway", "drop", "log"))
        self.assertEqual(
            ["+ tcp/22 ssh from console (1 address) to event_collector (1 address)",
             "+ tcp/22 ssh from event_collector (1 address) to log_sources (1 address, 1 network)",
             "+ tcp/514 syslog from log_sources (1 address, 2 networks) to console (2 addresses)",
             "+ udp/514 syslog from log_sources (1 address, 2 networks) to console (2 addresses)",
             "+ tcp/514 syslog from log_sources (1 address, 1 network) to event_collector (1 address)",
             "+ udp/514 syslog from log_sources (1 address, 1 network) to event_collector (1 address)",
             "+ tcp/22 ssh from management (2 networks) to deployment (1 address, 2 networks)",
             "+ tcp/22 ssh from running connection (1 address) to deployment (1 address, 1 network)",
             "+ tcp/135 windows_log from wincollect_agents (1 network) to windows_hosts (1 network)",
             "+ tcp/445 windows_log from wincollect_agents (1 network) to windows_hosts (1 network)",
             "+ replies from windows_hosts (1 network) to wincollect_agents (1 network)",
             "+ ICMP errors", "+ egress: log", "+ replies", "+ replies of deployment", "+ segment eth0",
             "+ segment eth1", "+ unlisted: drop", "+ what nothing allows"],
            lines,
        )

    def changed(self, change, scope="host"):
        """What is said where the present table was changed."""
        present = copy.deepcopy(table(scope))
        change(present)
        self.assertFalse(present.same(table(scope)))
        return difference(scope, present, table(scope))

    def test_members_in_the_words_of_the_plan(self):
        plan = golden_plan("host")
        plan["sets"]["component"]["ipv4"] = ["198.18.1.0/32", "198.18.1.1/32", "198.18.1.2/31", "198.18.2.4/32"]
        wanted = table("host", plan=plan)
        plan["sets"]["component"]["ipv4"] = ["198.18.1.0/30", "198.18.2.4/31"]
        present = table("host", plan=plan)
        self.assertEqual(["~ component: -198.18.2.5"], difference("host", present, wanted))
        self.assertEqual(["~ component: +198.18.2.5"], difference("host", wanted, present))

    def test_ports_in_the_words_of_the_plan(self):
        plan = golden_plan("host")
        plan["flows"] = [dict(plan["flows"][0], ports=["tcp/1-5", "tcp/6"])]
        wanted = table("host", plan=plan)
        plan["flows"][0]["ports"] = ["tcp/1-7"]
        present = table("host", plan=plan)
        service, source = plan["flows"][0]["service"], plan["flows"][0]["source"]
        lines = difference("host", present, wanted)
        self.assertEqual(1, len(lines), lines)
        self.assertTrue(lines[0].startswith("- tcp/7 %s from %s (" % (service, source)), lines)

    def test_published_ports_that_differ_alone(self):
        def change(present):
            for name, chain in present.chains.items():
                if name.startswith("published_from_component"):
                    del chain.rules[0]
        self.assertEqual(["+ tcp/7676-7677 imq from component (4 addresses), published by containers"],
                         self.changed(change))

    def test_published_ports_that_nothing_judges(self):
        def change(present):
            del present.chains["forward"].rules[1]
        lines = self.changed(change)
        self.assertIn("+ unlisted: log, published by containers", lines)
        self.assertIn("+ tcp/514 syslog from log_sources (2 networks), published by containers", lines)
        self.assertEqual([], [line for line in lines if not line.endswith(", published by containers")])

    def test_what_others_put_in(self):
        def change(present):
            present.chains["input"].rules.insert(0, Rule([("ip saddr", ("198.18.6.6/32",))], ["accept"], "mine"))
            present.chains["mine"] = Chain([], ("filter", "output", 0, "accept"))
            present.chains["yours"] = Chain([Rule([], ["drop"])])
            present.sets["mine"] = present.sets["component_6985ca1f_v4"]
            present.others.append("map mine")
        self.assertEqual(
            ['- rule without a service: ip saddr 198.18.6.6 accept comment "mine" (IPv4)',
             "- chain mine that hooks into output", "- chain yours that nothing leads to",
             "- set mine that no rule uses", "- map mine"],
            self.changed(change),
        )

    def test_a_rule_of_ours_in_a_source_chain_is_no_rule_of_ours(self):
        """What drops the rest, among the flows of one source, would shut that source out."""
        def change(present):
            chain = present.chains["from_component_6985ca1f"]
            chain.rules.insert(0, Rule([], ["return"], "unlisted: log", True))
        self.assertEqual(
            ['- rule without a service: counter return comment "unlisted: log" (from component)'], self.changed(change))

    def test_base_chains(self):
        def change(present):
            present.chains["input"].base = ("filter", "input", 300, "accept")
            present.chains["forward"].base = None
        self.assertEqual(
            ["~ chain forward restored (was not hooked in)",
             "~ chain input restored (was type filter hook input priority 300 policy accept)"],
            self.changed(change),
        )

    def test_counters(self):
        found = table("host", "drop")
        for chain in ("from_ha_peer_7d47acff", "published_from_ha_peer_7d47acff", "input", "published"):
            for rule in found.chains[chain].rules:
                rule.count = (2, 100)
        flows = {flow["service"]: flow for flow in counted_flows("host", found)}
        self.assertEqual({"service": "ha_drbd", "source": "ha_peer", "destination": None,
                          "ports": ["tcp/7789", "udp/7789"], "packets": 8, "bytes": 400}, flows["ha_drbd"])
        self.assertEqual({"service": "ha_icmp", "source": "ha_peer", "destination": None, "ports": ["icmp"],
                          "packets": 4, "bytes": 200}, flows["ha_icmp"])
        self.assertEqual({"service": "unlisted: drop", "source": None, "destination": None, "ports": [],
                          "packets": 4, "bytes": 200}, flows["unlisted: drop"])
        self.assertEqual(0, flows["imq"]["packets"])


HOST_TABLE = "table inet portledger_host {\n}\n"


class Nft(object):
    """Answers for nft, and keeps what it was asked."""

    def __init__(self, there=None, answers=()):
        self.there = there
        self.answers = dict(answers)
        self.calls = []

    def __call__(self, arguments, data, seconds=None):
        call = " ".join(arguments[1:])
        self.calls.append((call, data))
        if call in self.answers:
            return self.answers[call]
        if call == "--version":
            return 0, "nftables v1.0.6 (Lester Gooch #5)\n", ""
        if call == "list flowtables":
            return 0, "table ip portledger_gateway {\n}\n" + (HOST_TABLE if self.there else ""), ""
        if call == "-j list table inet portledger_host" and self.there:
            return 0, self.there, ""
        return 0, "", ""


class ModuleTest(unittest.TestCase):
    maxDiff = None

    def apply(self, nft, check=False, programs=("nft",), files=None, **changes):
        folder = Folder(files, programs)
        self.addCleanup(folder.remove)
        return apply_ruleset(folder.host(nft), options(provider="nftables", **changes), check)

    def refused(self, message, nft, **changes):
        with self.assertRaises(RulesetError) as caught:
            self.apply(nft, **changes)
        self.assertEqual(message, str(caught.exception))

    def test_running_connections_are_known_before_the_first_rules(self):
        track = ("add table inet portledger_host; add chain inet portledger_host tracking; "
                 "add rule inet portledger_host tracking ct state established")
        nft = Nft()
        self.apply(nft, files=UNTRACKED)
        self.assertEqual([track, "-c -f -", "-f -"], [call for call, _data in nft.calls][-3:])
        nft = Nft(answers={"-c -f -": (1, "", "Error: no room\n")})
        self.refused("nft -c -f -: failed: Error: no room. Nothing was changed.", nft, files=UNTRACKED)
        self.assertEqual([track, "-c -f -", "delete table inet portledger_host"],
                         [call for call, _data in nft.calls][-3:])
        nft = Nft(answers={"-f -": (1, "", "netlink: Error: cache initialization failed: Operation not permitted\n")})
        self.refused("nft -f -: failed: netlink: Error: cache initialization failed: Operation not permitted. "
                     "Nothing was changed.", nft, files=UNTRACKED)
        self.assertEqual([track, "-c -f -", "-f -", "delete table inet portledger_host"],
                         [call for call, _data in nft.calls][-4:])
        answers = {"-f -": (1, "", "Error: no room\n"), "delete table inet portledger_host": (1, "", "Error: busy\n")}
        self.refused("nft -f -: failed: Error: no room. Putting back failed too: nft delete table inet "
                     "portledger_host: failed: Error: busy.", Nft(answers=answers), files=UNTRACKED)
        nft = Nft()
        self.apply(nft, files={TRACKED: "7\n"})
        self.assertNotIn(track, [call for call, _data in nft.calls])

    def test_order_of_work(self):
        nft = Nft()
        result = self.apply(nft, management=["198.18.9.0/24"])
        calls = [call for call, _data in nft.calls]
        self.assertEqual(["--version", "-j list flowtables", "list flowtables", "-c -f -", "-f -"], calls)
        self.assertEqual(nft.calls[3][1], nft.calls[4][1])
        self.assertTrue(nft.calls[4][1].startswith(
            "table inet portledger_host\ndelete table inet portledger_host\ntable inet portledger_host {\n"))
        self.assertEqual("nftables", result["provider"])
        self.assertEqual(
            ["+ tcp/32006 ariel_query from component (3 addresses)", "+ ICMP errors", "+ loopback",
             "+ management tcp/22 from 198.18.9.0/24", "+ multicast listeners", "+ neighbour discovery", "+ replies",
             "+ unlisted: drop"],
            result["difference"],
        )

    def test_check_mode_only_reads(self):
        nft = Nft()
        result = self.apply(nft, check=True)
        self.assertEqual(["--version", "-j list flowtables", "list flowtables"], [call for call, _data in nft.calls])
        self.assertEqual(self.apply(Nft()), result)

    def test_nothing_there_nothing_to_remove(self):
        nft = Nft()
        result = self.apply(nft, state="absent", plan=None)
        self.assertEqual((False, []), (result["changed"], result["difference"]))
        # The table of the other family is a sign, and a look closer tells.
        self.assertEqual(["list flowtables"] * 2, [call for call, _data in nft.calls])

    def test_removing(self):
        with io.open(os.path.join(RECORDED, "host-1.0.6.json"), encoding="utf-8") as stream:
            nft = Nft(stream.read())
        self.assertTrue(self.apply(nft, state="absent", plan=None)["changed"])
        self.assertEqual("table inet portledger_host\ndelete table inet portledger_host\n", nft.calls[-1][1])

    def test_a_failing_test_changes_nothing(self):
        words = "/dev/stdin:3:1-5: Error: Could not process rule: Operation not supported\ntable inet x {\n^^^^^\n"
        nft = Nft(answers={"-c -f -": (1, "", words)})
        self.refused(
            "nft -c -f -: failed: Error: Could not process rule: Operation not supported. The line is: "
            "table inet portledger_host {. Nothing was changed.", nft)
        self.assertEqual("-c -f -", nft.calls[-1][0])

    def test_words_without_a_place(self):
        nft = Nft(answers={"-f -": (1, "", "netlink: Error: cache initialization failed: Operation not permitted\n")})
        self.refused("nft -f -: failed: netlink: Error: cache initialization failed: Operation not permitted. "
                     "Nothing was changed.", nft)

    def test_what_is_no_json(self):
        self.refused("nft -j: printed something other than JSON: table inet x { }",
                     Nft("table inet x {\n}\n"))

    def test_what_has_another_form(self):
        text = json.dumps({"nftables": [{"chain": {"family": "inet"}}]})
        self.refused(
            "nft -j list table inet portledger_host: its answer has a form that cannot be read (KeyError: 'name'). "
            "Install another release of nft, or choose another provider.", Nft(text))

    def test_traces(self):
        folder = Folder({}, ["nft"])
        self.addCleanup(folder.remove)
        for answer, found in (
            ((0, "table inet x {\n}\n" + HOST_TABLE, ""), True),
            ((0, "table inet portledger_hosts {\n}\ntable ip portledger_host {\n}\n", ""), False),
            ((0, "", ""), False),
        ):
            self.assertEqual(found, Nftables().traces(folder.host(Nft(answers={"list flowtables": answer})), "host"))
        # A program that fails may show anything, unless the kernel says that it has no such tables.
        for has, found in ((True, True), (None, True), (False, False)):
            host = folder.host(Nft(answers={"list flowtables": (1, "", "Error: Operation not permitted\n")}))
            host.kernel_has = lambda part, has=has: has
            self.assertEqual(found, Nftables().traces(host, "host"))
        empty = Folder()
        self.addCleanup(empty.remove)
        nft = Nft()
        self.assertFalse(Nftables().traces(empty.host(nft), "host"))
        self.assertEqual([], nft.calls)


if __name__ == "__main__":
    unittest.main()
