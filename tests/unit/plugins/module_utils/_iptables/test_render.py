# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rendering, against golden files: PORTLEDGER_UPDATE_GOLDEN=1 writes them anew."""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

import io
import os
import unittest

from ansible_collections.portledger.qradar.plugins.module_utils._iptables.render import flow_rules, render
from ansible_collections.portledger.qradar.plugins.module_utils._iptables.tables import Names, Tables, transaction
from ansible_collections.portledger.qradar.plugins.module_utils._iptables.tables import wanted_tables
from ansible_collections.portledger.qradar.plugins.module_utils._host.management import Management
from ansible_collections.portledger.qradar.plugins.module_utils._plan.plan import read_plan
from ansible_collections.portledger.qradar.plugins.module_utils._plan.policy import make_policy
from ansible_collections.portledger.qradar.plugins.module_utils._plan.rules import ACCEPT, FLOW, Rule
from tests.unit.plugins.module_utils.support import GOLDEN, golden_plan

MANAGEMENT = Management(("198.18.9.7", 2222), ["198.18.9.0/24", "2001:db8:9::/64"], [22, 2222])


def rendered(scope, family, with_sets, unlisted="drop", egress="log", plan=None):
    """What is sent to iptables-restore on an empty host, and the sets."""
    names = Names(scope)
    policy = make_policy(read_plan(plan or golden_plan(scope), scope), MANAGEMENT, unlisted, egress)
    ruleset = render(policy, names, family, with_sets)
    lines = [transaction(Tables({}, [], False), wanted_tables(names, ruleset.chains))]
    for name in sorted(ruleset.sets):
        lines.append("# %s: %s\n" % (name, " ".join(sorted(ruleset.sets[name]))))
    return "".join(lines)


class GoldenTest(unittest.TestCase):
    maxDiff = None

    def check(self, scope, family, with_sets):
        name = "%s-%s-%s.rules" % (scope, "sets" if with_sets else "chains", family)
        path = os.path.join(GOLDEN, name)
        text = rendered(scope, family, with_sets)
        if os.environ.get("PORTLEDGER_UPDATE_GOLDEN"):
            with open(path, "w") as stream:
                stream.write(text)
        with io.open(path, encoding="utf-8") as stream:
            self.assertEqual(stream.read().splitlines(), text.splitlines())

    def test_host_sets_ipv4(self):
        self.check("host", "ipv4", True)

    def test_host_sets_ipv6(self):
        self.check("host", "ipv6", True)

    def test_host_chains_ipv4(self):
        self.check("host", "ipv4", False)

    def test_host_chains_ipv6(self):
        self.check("host", "ipv6", False)

    def test_gateway_sets_ipv4(self):
        self.check("gateway", "ipv4", True)

    def test_gateway_sets_ipv6(self):
        self.check("gateway", "ipv6", True)

    def test_gateway_chains_ipv4(self):
        self.check("gateway", "ipv4", False)

    def test_gateway_chains_ipv6(self):
        self.check("gateway", "ipv6", False)


class ShapeTest(unittest.TestCase):
    def test_what_is_judged_at_last_is_judged_in_one_chain(self):
        """RETURN behind -g comes back to where the chain that has it was entered, so none of a tree may have one."""
        plan = golden_plan("gateway")
        many = ["198.19.%d.1/32" % number for number in range(200)]
        plan["sets"]["deployment"]["ipv4"] = many
        text = rendered("gateway", "ipv4", False, plan=plan)
        went = [line.split() for line in text.splitlines() if " -g " in line]
        self.assertEqual({"PORTLEDGER-FWD-rest"}, {words[1] for words in went})
        for option, chain in (("-d", "unlisted"), ("-s", "egress")):
            found = [words[3] for words in went if words[2] == option and words[-1] == "PORTLEDGER-FWD-" + chain]
            self.assertEqual(many, sorted(found, key=many.index), chain)

    def test_names_fit_into_the_kernel(self):
        for scope in ("host", "gateway"):
            for family in ("ipv4", "ipv6"):
                for with_sets in (True, False):
                    for line in rendered(scope, family, with_sets).splitlines():
                        if line.startswith(":"):
                            self.assertLessEqual(len(line.split()[0]) - 1, 28, line)
                        if line.startswith("# "):
                            self.assertLessEqual(len(line.split(":")[0]) - 2, 31, line)

    def test_an_empty_plan_still_drops(self):
        plan = golden_plan("host")
        plan.update(flows=[], sets={})
        for family in ("ipv4", "ipv6"):
            text = rendered("host", family, True, plan=plan)
            self.assertIn('-A PORTLEDGER-IN -m comment --comment "unlisted: drop" -j DROP\n', text)
            self.assertIn('-A PORTLEDGER-IN-published -m comment --comment "unlisted: drop" -j DROP\n', text)
            self.assertEqual(2, sum(line.startswith(":") for line in text.splitlines()))

    def test_log_is_limited_and_then_leaves(self):
        text = rendered("host", "ipv4", True, unlisted="log")
        at = text.index('-A PORTLEDGER-IN -m limit --limit 10/min --limit-burst 20 -m comment --comment '
                        '"unlisted: log" -j LOG --log-prefix "portledger: " --log-level 7\n'
                        '-A PORTLEDGER-IN -m comment --comment "unlisted: log" -j RETURN\n')
        self.assertGreater(at, 0)
        self.assertNotIn("DROP", text)

    def test_a_multiport_match_takes_fifteen_slots(self):
        ports = tuple("tcp/%d" % port for port in range(1000, 1031, 2)) + ("tcp/2000-2010",)
        rules = flow_rules("ipv4", Rule(FLOW, ACCEPT, "many", source_set="component", ports=ports))
        slots = [
            sum(2 if ":" in port else 1 for port in rule.options()["--dports"][0].split(","))
            for rule in rules
        ]
        self.assertEqual([15, 3], slots)

    def test_rules_grow_with_rows_plus_networks(self):
        plan = golden_plan("host")
        plan["sets"]["log_sources"]["ipv4"] = ["198.%d.%d.0/24" % (18 + n // 256, n % 256) for n in range(300)]
        some = len(rendered("host", "ipv4", False, plan=plan).splitlines())
        plan["flows"] = plan["flows"] + [dict(plan["flows"][0], service="other%d" % n, row=n + 1) for n in range(50)]
        more = len(rendered("host", "ipv4", False, plan=plan).splitlines())
        # tcp and udp, to the host and to what containers publish
        self.assertEqual(200, more - some)

    def test_only_flows_between_parties_have_replies_of_their_own(self):
        for with_sets in (True, False):
            text = rendered("gateway", "ipv4", with_sets)
            replies = [line for line in text.splitlines() if "--comment replies -j ACCEPT" in line]
            self.assertEqual(1, len(replies))
            chain = replies[0].split()[1]
            leads = [line for line in text.splitlines() if line.endswith("-j " + chain)]
            self.assertEqual(1, len(leads))
            self.assertIn("--comment wincollect_agents", leads[0])


if __name__ == "__main__":
    unittest.main()
