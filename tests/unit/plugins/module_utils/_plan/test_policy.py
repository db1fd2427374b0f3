# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The policy: what it decides, and that every provider's rules are read back as exactly the policy."""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

import unittest

from ansible_collections.portledger.qradar.plugins.module_utils._base.networks import FAMILIES
from ansible_collections.portledger.qradar.plugins.module_utils._firewalld import meaning as firewalld
from ansible_collections.portledger.qradar.plugins.module_utils._firewalld.rules import Builder
from ansible_collections.portledger.qradar.plugins.module_utils._firewalld.rules import Names as FirewalldNames
from ansible_collections.portledger.qradar.plugins.module_utils._host.management import Management
from ansible_collections.portledger.qradar.plugins.module_utils._iptables.meaning import read_meaning
from ansible_collections.portledger.qradar.plugins.module_utils._iptables.render import render as render_iptables
from ansible_collections.portledger.qradar.plugins.module_utils._iptables.tables import Names
from ansible_collections.portledger.qradar.plugins.module_utils._nftables.meaning import table_meaning
from ansible_collections.portledger.qradar.plugins.module_utils._nftables.render import render as render_nftables
from ansible_collections.portledger.qradar.plugins.module_utils._plan.plan import read_plan
from ansible_collections.portledger.qradar.plugins.module_utils._plan.policy import make_policy
from ansible_collections.portledger.qradar.plugins.module_utils._plan.rules import ACCEPT, EGRESS, FLOW, REPLIES
from ansible_collections.portledger.qradar.plugins.module_utils._plan.rules import UNLISTED
from ansible_collections.portledger.qradar.plugins.module_utils._plan.rules import Rule, by_ends, merged
from tests.unit.plugins.module_utils.support import golden_plan, small_plan

MANAGEMENT = Management(("198.18.9.7", 2222), ["198.18.9.0/24", "2001:db8:9::/64"], [22, 2222])
NOBODY = Management(None, [], [22])


def policy_of(scope, unlisted="drop", egress="leave", management=MANAGEMENT, plan=None):
    return make_policy(read_plan(plan or golden_plan(scope), scope), management, unlisted, egress)


def words(rule):
    """A rule in one line: what of it says something."""
    parts = [rule.name, rule.action]
    if rule.families != FAMILIES:
        parts.append("/".join(rule.families))
    if rule.established:
        parts.append("established")
    for word, value in (
        ("by", rule.came_by), ("out", rule.leaves_by), ("from", rule.network), ("from", rule.source_set),
        ("to", rule.destination_set), ("either", rule.either_set), ("hops", rule.hop_limit),
    ):
        parts.extend(["%s %s" % (word, value)] if value else [])
    parts.extend(rule.ports)
    parts.extend("type %d" % kind for kind in rule.icmp)
    return ", ".join(parts)


def flows_of(rules, family):
    """Flows as a Meaning has them; replies between parties have an empty port."""
    return {
        (rule.name, port, rule.source_set, rule.destination_set)
        for rule in rules
        if rule.is_between_sets() and family in rule.families
        for port in rule.ports or ("",)
    }


class DecisionsTest(unittest.TestCase):
    maxDiff = None

    def test_a_host(self):
        self.assertEqual(
            [
                "loopback, accept, by lo",
                "replies, accept, established",
                "ariel_query, accept, from component, tcp/32006",
                "running connection, accept, ipv4, from 198.18.9.7/32, tcp/2222",
                "management, accept, ipv4, from 198.18.9.0/24, tcp/22, tcp/2222",
                "management, accept, ipv6, from 2001:db8:9::/64, tcp/22, tcp/2222",
                "ICMP errors, accept, ipv4, type 3, type 11, type 12",
                "ICMP errors, accept, ipv6, type 1, type 2, type 3, type 4",
                "neighbour discovery, accept, ipv6, hops 255, type 133, type 134, type 135, type 136, type 137",
                "multicast listeners, accept, ipv6, from fe80::/10, type 130, type 131, type 132, type 143",
                "multicast listeners, accept, ipv6, from ::/128, type 131, type 143",
                "unlisted: drop, drop",
            ],
            [words(rule) for rule in policy_of("host", plan=small_plan()).rules],
        )

    def test_what_containers_publish(self):
        plan = small_plan()
        echo = dict(plan["flows"][0], service="ha_icmp", ports=["icmp"])
        plan["flows"].append(echo)
        self.assertEqual(
            ["replies, leave, established", "ariel_query, accept, from component, tcp/32006", "unlisted: log, log"],
            [words(rule) for rule in policy_of("host", "log", plan=plan).published],
        )

    def test_a_gateway(self):
        policy = policy_of("gateway", "log", "drop")
        found = [words(rule) for rule in policy.rules]
        self.assertEqual(
            [
                "segment, leave, by %s, out %s" % (name, name)
                for name in read_plan(golden_plan("gateway"), "gateway").interfaces
            ] + [
                "replies, accept, established, either deployment",
                "replies, accept, ipv4, established, from windows_hosts, to wincollect_agents",
            ],
            found[: len(policy.interfaces()) + 2],
        )
        self.assertEqual(
            [
                "ICMP errors, accept, ipv4, either deployment, type 3, type 11, type 12",
                "ICMP errors, accept, ipv6, either deployment, type 1, type 2, type 3, type 4",
                "unlisted: log, log, to deployment",
                "egress: drop, drop, from deployment",
            ],
            found[-4:],
        )
        self.assertEqual([], policy.published)
        self.assertEqual(("log", "drop"), (policy.action_on(UNLISTED), policy.action_on(EGRESS)))

    def test_management_may_pass_a_gateway(self):
        found = [words(rule) for rule in policy_of("gateway").rules if rule.name == "ssh"]
        self.assertIn("ssh, accept, ipv4, from running connection, to deployment, tcp/22", found)
        self.assertIn("ssh, accept, from management, to deployment, tcp/22", found)
        named = golden_plan("gateway")
        named["sets"]["management"] = named["sets"].pop("windows_hosts")
        for flow in named["flows"]:
            for end in ("source", "destination"):
                flow[end] = "management" if flow[end] == "windows_hosts" else flow[end]
        policy = policy_of("gateway", plan=named)
        self.assertEqual(["198.18.9.0/24"], policy.sets["management of the firewall"]["ipv4"])
        self.assertNotEqual(["198.18.9.0/24"], policy.sets["management"]["ipv4"])

    def test_without_addresses_there_is_nothing_to_say(self):
        plan = small_plan()
        plan["sets"]["component"] = {"ipv4": [], "ipv6": []}
        policy = policy_of("host", plan=plan, management=NOBODY)
        self.assertEqual([], policy.of_kind(FLOW))
        self.assertEqual("unlisted: drop", policy.rules[-1].name)
        plan = golden_plan("gateway")
        plan["sets"] = {name: {"ipv4": [], "ipv6": []} for name in plan["sets"]}
        empty = policy_of("gateway", plan=plan, management=NOBODY)
        self.assertEqual(["segment"], sorted({rule.name for rule in empty.rules}))
        self.assertEqual("leave", empty.action_on(UNLISTED))

    def test_an_action_is_one_of_four(self):
        self.assertRaises(ValueError, Rule, FLOW, "permit")

    def test_a_network_of_all_addresses_asks_for_nothing(self):
        self.assertIsNone(Rule(FLOW, ACCEPT, network="::/0").network)


class EndsTest(unittest.TestCase):
    def flow(self, name, source, destination, ports, order, families=FAMILIES):
        return Rule(
            FLOW, ACCEPT, name, families, source_set=source, destination_set=destination, ports=ports, order=order
        )

    def test_a_service_is_one_rule_with_all_its_ports(self):
        rules = [
            self.flow("b", "s", None, ("tcp/9",), 7, ("ipv4",)),
            self.flow("a", "s", None, ("tcp/5",), 3),
            self.flow("b", "s", None, ("tcp/1", "tcp/9"), 2, ("ipv6",)),
        ]
        found = [(rule.name, rule.ports, rule.order, rule.families) for rule in merged(rules)]
        self.assertEqual([("b", ("tcp/1", "tcp/9"), 2, FAMILIES), ("a", ("tcp/5",), 3, FAMILIES)], found)

    def test_a_service_called_like_replies_is_a_service(self):
        rules = [Rule(REPLIES, ACCEPT, established=True, source_set="s", destination_set="d"),
                 self.flow("replies", "s", "d", ("tcp/5",), 1)]
        self.assertEqual([True, False], [rule.established for rule in merged(rules)])

    def test_by_source_and_destination(self):
        rules = [
            self.flow("a", "y", "q", ("tcp/1",), 1),
            self.flow("b", "x", "q", ("tcp/2",), 2, ("ipv6",)),
            self.flow("c", "x", "p", ("tcp/3",), 3, ("ipv4",)),
        ]
        shape = [
            (source, families, [(end, those, [rule.name for rule in some]) for end, those, some in ends])
            for source, families, ends in by_ends(rules)
        ]
        self.assertEqual(
            [
                ("x", ["ipv4", "ipv6"], [("p", ["ipv4"], ["c"]), ("q", ["ipv6"], ["b"])]),
                ("y", ["ipv4", "ipv6"], [("q", ["ipv4", "ipv6"], ["a"])]),
            ],
            shape,
        )
        self.assertEqual(["x"], [source for source, _families, _ends in by_ends(rules[1:], ["ipv4"])])


class ReadBackTest(unittest.TestCase):
    """What a provider makes of the policy is read back as the policy."""

    maxDiff = None

    def each(self):
        for scope in ("host", "gateway"):
            for unlisted, egress in (("drop", "log"), ("log", "leave"), ("leave", "drop")):
                yield scope, policy_of(scope, unlisted, egress)

    def check(self, policy, family, meaning, replies=True, apart=True):
        self.assertEqual([], meaning.unrecognised)
        wanted = {flow for flow in flows_of(policy.rules, family) if replies or flow[1]}
        self.assertEqual(wanted, meaning.flows)
        published = flows_of(policy.published, family) if apart else set()
        self.assertEqual({flow for flow in published if flow[1] != "icmp"}, meaning.published)
        for label in {flow[2] for flow in wanted}:
            self.assertEqual(set(policy.sets[label][family]), meaning.members[label], label)
        fixed = set(meaning.fixed.values())
        for kind in (UNLISTED, EGRESS):
            for rule in policy.of_kind(kind):
                if replies or rule.action != "leave":
                    self.assertIn(rule.name, fixed)

    def test_iptables(self):
        for scope, policy in self.each():
            for family in FAMILIES:
                for with_sets in (True, False):
                    names = Names(scope)
                    made = render_iptables(policy, names, family, with_sets)
                    self.check(policy, family, read_meaning(made.chains, made.sets, names, family))

    def test_nftables(self):
        for scope, policy in self.each():
            for family, meaning in table_meaning(scope, render_nftables(policy)).items():
                self.check(policy, family, meaning)

    def test_firewalld(self):
        for scope, policy in self.each():
            names = FirewalldNames(scope)
            model = Builder(names, policy, True).build()
            for family, meaning in firewalld.file_meaning(names, model).items():
                # It accepts all replies by itself, and has rules of its own for what containers publish.
                self.check(policy, family, meaning, replies=False, apart=False)


if __name__ == "__main__":
    unittest.main()
