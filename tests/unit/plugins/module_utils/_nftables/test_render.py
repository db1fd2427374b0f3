# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rendering, against golden files, and reading back what each version of nft tells of them.

PORTLEDGER_UPDATE_GOLDEN=1 writes the golden files anew. golden/nftables/SCOPE-VERSION.json is what nft of that version
printed with "-j list table" when it had loaded golden/SCOPE.nft; 0.9.3 had loaded what an earlier release made of the
same plan.
"""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

import io
import json
import os
import re
import unittest

from ansible_collections.portledger.qradar.plugins.module_utils._host.management import Management
from ansible_collections.portledger.qradar.plugins.module_utils._nftables.meaning import table_difference
from ansible_collections.portledger.qradar.plugins.module_utils._nftables.render import flow_rules, render
from ansible_collections.portledger.qradar.plugins.module_utils._nftables.rule import Rule, label, read_rule
from ansible_collections.portledger.qradar.plugins.module_utils._nftables.sets import set_of
from ansible_collections.portledger.qradar.plugins.module_utils._nftables.table import TABLES, read_table
from ansible_collections.portledger.qradar.plugins.module_utils._nftables.table import table_data, table_from
from ansible_collections.portledger.qradar.plugins.module_utils._nftables.table import table_text
from ansible_collections.portledger.qradar.plugins.module_utils._plan.plan import read_plan
from ansible_collections.portledger.qradar.plugins.module_utils._plan.policy import make_policy
from ansible_collections.portledger.qradar.plugins.module_utils._plan.rules import ACCEPT, FLOW, merged
from ansible_collections.portledger.qradar.plugins.module_utils._plan.rules import Rule as PolicyRule
from tests.unit.plugins.module_utils.support import GOLDEN, golden_plan

MANAGEMENT = Management(("198.18.9.7", 2222), ["198.18.9.0/24", "2001:db8:9::/64"], [22, 2222])
RECORDED = os.path.join(GOLDEN, "nftables")
VERSIONS = ("0.9.8", "1.0.6", "1.1.3")


def table(scope, unlisted="log", egress="drop", plan=None):
    return render(make_policy(read_plan(plan or golden_plan(scope), scope), MANAGEMENT, unlisted, egress))


def recorded(scope, version):
    with io.open(os.path.join(RECORDED, "%s-%s.json" % (scope, version)), encoding="utf-8") as stream:
        return json.load(stream)["nftables"]


class GoldenTest(unittest.TestCase):
    maxDiff = None

    def check(self, scope):
        path = os.path.join(GOLDEN, scope + ".nft")
        text = table_text(TABLES[scope], table(scope))
        if os.environ.get("PORTLEDGER_UPDATE_GOLDEN"):
            with open(path, "w") as stream:
                stream.write(text)
        with io.open(path, encoding="utf-8") as stream:
            self.assertEqual(stream.read().splitlines(), text.splitlines())

    def test_host(self):
        self.check("host")

    def test_gateway(self):
        self.check("gateway")


class ReadingTest(unittest.TestCase):
    maxDiff = None

    def test_every_version_reads_back_as_wanted(self):
        for scope in ("host", "gateway"):
            wanted = table(scope)
            for version in VERSIONS:
                found = read_table(recorded(scope, version))
                # The text first: where it differs, it says how.
                self.assertEqual(table_text("x", wanted), table_text("x", found), (scope, version))
                self.assertTrue(found.same(wanted), (scope, version))

    def test_the_order_of_an_earlier_release_is_all_that_differs(self):
        for scope in ("host", "gateway"):
            found, wanted = read_table(recorded(scope, "0.9.3")), table(scope)
            self.assertFalse(found.same(wanted))
            self.assertEqual(
                ["~ order of rules repaired"], table_difference(scope, found, wanted, lambda rule: rule.text())
            )

    def test_each_difference_is_one(self):
        wanted = table("host")
        entries = recorded("host", "1.0.6")
        total = 0
        for number, entry in enumerate(entries):
            (kind, _about), = entry.items()
            if kind in ("rule", "set"):
                self.assertFalse(read_table(entries[:number] + entries[number + 1:]).same(wanted), entry)
                total += 1
        self.assertGreater(total, 40)
        self.assertFalse(wanted.same(None))

    def test_data(self):
        for scope in ("host", "gateway"):
            wanted = table(scope)
            again = table_from(json.loads(json.dumps(table_data(wanted))))
            self.assertTrue(again.same(wanted))
            self.assertEqual(table_text("x", wanted), table_text("x", again))

    def test_odd_sets(self):
        plain = {"name": "s", "type": "ipv4_addr", "flags": ["interval"], "elem": ["198.18.1.1"]}
        wanted = set_of("ipv4", ["198.18.1.1/32"])
        for change, same in (
            ({}, True),
            ({"flags": "interval"}, True),
            ({"elem": [{"range": ["198.18.1.1", "198.18.1.1"]}]}, True),
            ({"elem": [{"prefix": {"addr": "198.18.1.1", "len": 32}}]}, True),
            ({"flags": ["interval", "timeout"]}, False),
            ({"flags": None}, False),
            ({"timeout": 60}, False),
            ({"auto-merge": True}, False),
            ({"type": "inet_service", "elem": [22]}, False),
            ({"type": ["ipv4_addr", "inet_service"]}, False),
            ({"type": "ipv6_addr"}, False),
            ({"elem": [{"elem": {"val": "198.18.1.1", "timeout": 60}}]}, False),
            ({"elem": ["198.18.1.1", "198.18.1.2"]}, False),
            ({"elem": []}, False),
            ({"elem": ["198.18.1.1", {"range": ["198.18.1.3", "198.18.1.2"]}]}, True),
        ):
            found = read_table([{"set": dict(plain, **change)}]).sets["s"]
            self.assertEqual(same, found.same(wanted), change)
            if same:
                self.assertEqual(wanted.networks, found.networks)

    def test_elements_that_are_no_networks(self):
        """What can be read is there, and the set is odd."""
        plain = {"name": "s", "type": "ipv4_addr", "flags": ["interval"]}
        for address, length in (("198.18.1.1", 31), ("198.18.1.0", 33), ("198.18.1.0", -1), ("198.18.1.0", "24"),
                                ("198.18.1.0", None), ("2001:db8::", 32), ("x", 24), (7, 24)):
            elements = [{"prefix": {"addr": address, "len": length}}, {"prefix": {"addr": "198.18.2.0", "len": 24}}]
            found = read_table([{"set": dict(plain, elem=elements)}]).sets["s"]
            self.assertEqual((True, ["198.18.2.0/24"]), (found.odd, found.networks))


def match(left, right, operator="=="):
    return {"match": {"op": operator, "left": left, "right": right}}


PORT = {"payload": {"protocol": "tcp", "field": "dport"}}
STATE = {"ct": {"key": "state"}}


class RuleTest(unittest.TestCase):
    def read(self, *expressions, **more):
        return read_rule(dict({"expr": list(expressions) + [{"accept": None}]}, **more))

    def test_same_in_other_words(self):
        rule = Rule([("tcp dport", ((22, 22), (23, 23), (80, 80)))], ["accept"])
        for expressions in (
            [match(PORT, {"set": [22, 23, 80]})],
            [match(PORT, {"set": [80, {"range": [22, 23]}]})],
            [match({"meta": {"key": "l4proto"}}, "tcp"), match(PORT, {"set": [22, 23, 80]})],
            [match({"meta": {"key": "l4proto"}}, 6), match(PORT, {"set": [22, 23, 80]})],
        ):
            self.assertEqual(rule.key, self.read(*expressions).key)
        rule = Rule([("ct state", ("established", "related"))], ["accept"])
        for right in (["related", "established"], {"|": ["established", "related"]}):
            self.assertEqual(rule.key, self.read(match(STATE, right, "in")).key)
        rule = Rule([("icmpv6 type", ((128, 128),))], ["accept"])
        kind = match({"payload": {"protocol": "icmpv6", "field": "type"}}, "echo-request")
        for expressions in (
            [kind],
            [match({"meta": {"key": "l4proto"}}, "ipv6-icmp"), kind],
            [match({"meta": {"key": "l4proto"}}, 58), kind],
            [match({"meta": {"key": "nfproto"}}, "ipv6"), kind],
        ):
            self.assertEqual(rule.key, self.read(*expressions).key)

    def test_not_the_same(self):
        rule = Rule([("tcp dport", ((22, 22),))], ["accept"])
        self.assertEqual(rule.key, self.read(match(PORT, 22)).key)
        for expressions in (
            [],
            [match(PORT, 23)],
            [match(PORT, 22, "!=")],
            [match(PORT, {"range": [22, 23]})],
            [match(PORT, "@ports")],
            [match({"payload": {"protocol": "udp", "field": "dport"}}, 22)],
            [match({"payload": {"protocol": "tcp", "field": "sport"}}, 22)],
            [match({"payload": {"protocol": "th", "field": "dport"}}, 22)],
            [match({"payload": {"base": "th", "offset": 16, "len": 16}}, 22)],
            [match({"&": [PORT, 255]}, 22)],
            [match({"meta": {"key": "l4proto"}}, "udp"), match(PORT, 22)],
            [match(PORT, 22), match({"meta": {"key": "mark"}}, 1)],
            [match(PORT, 22), {"counter": {"packets": 0, "bytes": 0}}],
            [match(PORT, 22), {"counter": "named"}],
            [match(PORT, 22), {"limit": {"rate": 10, "per": "minute", "burst": 20}}],
            [match(PORT, 22), {"limit": {"rate": 10, "per": "minute", "burst": 20, "inv": True}}],
            [{"limit": {"rate": 10, "per": "minute", "burst": 20}}, match(PORT, 22)],
            [match(PORT, 22), {"xt": None}],
        ):
            self.assertNotEqual(rule.key, self.read(*expressions).key, expressions)
        self.assertNotEqual(rule.key, self.read(match(PORT, 22), comment="x").key)
        state = Rule([("ct state", ("established", "related"))], ["accept"])
        for right, operator in ((["established"], "in"), (["established", "related", "new"], "in"),
                                (["established", "related"], "=="), (["established", "related"], "!="),
                                ({"set": ["established", "related"]}, "==")):
            self.assertNotEqual(state.key, self.read(match(STATE, right, operator)).key)

    def test_what_we_never_write_is_not_known(self):
        self.assertTrue(self.read(match(PORT, 22)).known())
        self.assertFalse(self.read(match(PORT, 22, "!=")).known())

    def test_comments(self):
        for text in ('a "b" c', "100 %", "%22", '%25"', u"\u4e88\u5099".encode("utf-8").decode("utf-8")):
            text = text if isinstance(text, str) else text.encode("utf-8")
            written = re.match('^accept comment "([^"]*)"$', Rule([], ["accept"], label(text)).text()).group(1)
            self.assertEqual(text, self.read(comment=written).comment)

    def test_a_long_comment_is_cut_between_letters_and_stays_its_own(self):
        for letter in (u"a", u'"', u"\u9577", u"\U0001f525"):
            texts = [letter * number for number in range(1, 200)]
            texts = texts if isinstance(texts[0], str) else [text.encode("utf-8") for text in texts]
            labels = [label(text) for text in texts]
            self.assertEqual(len(texts), len(set(labels)))
            for found in labels:
                written = Rule([], ["accept"], found).text()[len('accept comment "'):-1]
                raw = written if isinstance(written, bytes) else written.encode("utf-8")
                self.assertLessEqual(len(raw), 128)
                raw.decode("utf-8")
                self.assertEqual(found, self.read(comment=written).comment)


class ShapeTest(unittest.TestCase):
    def test_an_empty_plan_still_drops(self):
        plan = golden_plan("host")
        plan.update(flows=[], sets={})
        found = table("host", "drop", plan=plan)
        for chain in ("input", "published"):
            self.assertEqual("counter drop comment \"unlisted: drop\"", found.chains[chain].rules[-1].text())
        self.assertEqual({}, found.sets)

    def test_log_is_limited_and_then_leaves(self):
        found = table("host", "log")
        for chain in ("input", "published"):
            self.assertEqual(
                ['limit rate 10/minute burst 20 packets log prefix "portledger: " level debug comment "unlisted: log"',
                 'counter return comment "unlisted: log"'],
                [rule.text() for rule in found.chains[chain].rules[-2:]],
            )
        self.assertNotIn("drop", table_text("x", found).replace("ha_drbd", ""))

    def test_what_a_gateway_never_drops(self):
        """Only what goes to or comes from the deployment reaches a rule that drops."""
        found = table("gateway", "drop", "drop")
        rules = [(name, rule) for name, chain in found.chains.items() for rule in chain.rules]
        dropping = {name for name, rule in rules if "drop" in rule.statements}
        self.assertEqual({"unlisted", "egress"}, dropping)
        leading = [rule for _name, rule in rules if rule.target() in dropping]
        self.assertEqual(4, len(leading))
        for rule in leading:
            self.assertIn(rule.matches[0][1][0], ("@deployment_aee50b18_v4", "@deployment_aee50b18_v6"))

    def test_rules_grow_with_rows_and_sets_not_with_networks(self):
        plan = golden_plan("host")
        plan["sets"]["log_sources"]["ipv4"] = ["198.18.1.0/24"]
        few = sum(len(chain.rules) for chain in table("host", plan=plan).chains.values())
        plan["sets"]["log_sources"]["ipv4"] = ["198.%d.%d.0/24" % (18 + n // 256, n % 256) for n in range(300)]
        self.assertEqual(few, sum(len(chain.rules) for chain in table("host", plan=plan).chains.values()))

    def test_only_flows_between_parties_have_replies_of_their_own(self):
        found = table("gateway")
        replies = [name for name, chain in found.chains.items() for rule in chain.rules
                   if rule.comment == "replies" and rule.statements == ("accept",)]
        self.assertEqual(1, len(replies))
        self.assertIn("windows_hosts_to_wincollect_agents", replies[0])

    def test_one_rule_a_service_and_transport(self):
        flows = [
            PolicyRule(FLOW, ACCEPT, "a", source_set="s", ports=("tcp/5", "tcp/1-3", "udp/7"), order=2),
            PolicyRule(FLOW, ACCEPT, "b", source_set="s", ports=("icmp",), order=1),
            PolicyRule(FLOW, ACCEPT, "a", source_set="s", ports=("tcp/9",), order=2),
        ]
        self.assertEqual(
            ['icmp type 8 counter accept comment "b"', 'icmpv6 type 128 counter accept comment "b"',
             'tcp dport { 1-3, 5, 9 } counter accept comment "a"', 'udp dport 7 counter accept comment "a"'],
            [rule.text() for flow in merged(flows) for rule in flow_rules(flow)],
        )

    def test_networks_that_nest_are_one_element(self):
        plan = golden_plan("host")
        plan["sets"]["component"]["ipv4"] = ["198.18.1.0/24", "198.18.1.7/32", "198.18.1.0/25", "198.18.2.1/32"]
        text = table_text("x", table("host", plan=plan))
        self.assertIn("elements = {\n\t\t\t198.18.1.0/24,\n\t\t\t198.18.2.1\n\t\t}", text)

    def test_names_begin_with_a_letter(self):
        for name in ("198.18.1.0/24", u"\u9577", "9", "__", "a" * 300, "Deployment"):
            plan = golden_plan("host")
            plan["sets"] = {name: {"ipv4": ["198.18.1.1"], "ipv6": []}}
            plan["flows"] = [dict(plan["flows"][0], source=name)]
            found = table("host", plan=plan)
            for one in list(found.sets) + list(found.chains):
                self.assertTrue(re.match("^[a-z][a-z0-9_]{0,60}$", one), one)
                self.assertFalse("__" in one, one)


if __name__ == "__main__":
    unittest.main()
