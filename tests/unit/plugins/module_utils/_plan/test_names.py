# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Different sets never share a name on the host, whatever their names in the plan are."""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

import itertools
import unittest

from ansible_collections.portledger.qradar.plugins.module_utils._base.text import as_comment
from ansible_collections.portledger.qradar.plugins.module_utils._firewalld import rules as firewalld
from ansible_collections.portledger.qradar.plugins.module_utils._host.management import Management
from ansible_collections.portledger.qradar.plugins.module_utils._iptables import render as iptables
from ansible_collections.portledger.qradar.plugins.module_utils._iptables.tables import Names
from ansible_collections.portledger.qradar.plugins.module_utils._nftables import render as nftables
from ansible_collections.portledger.qradar.plugins.module_utils._plan.plan import read_plan
from ansible_collections.portledger.qradar.plugins.module_utils._plan.policy import make_policy
from tests.unit.plugins.module_utils.support import golden_plan

NOBODY = Management(None, [], [22])
# Names of one group are the same for people, or for a kernel that keeps some letters of them.
ALIKE = [
    ["web 1", "web\t1", "web\n1", "web\x7f1", "web\x001", " web 1", "web 1 ", "web\t\t1", "web  1"],
    ["x" * 300, "x" * 301, "x" * 240, "x" * 240 + " y", "x" * 239 + u"\u00e9"],
    [u"web\ud800", u"web\udc80", u"web\ufffd", u"web\uffff"],
    [u"\u6771\u4eac" * 40 + end for end in ("", "1", "2")],
    # What the names of those above could become.
    ["web 1~0", "web 1~1", "web 1~2f3a9c11"],
    # Their hashes have the same first 32 bits.
    ["collectors-of-site-tokyo-030817", "collectors-of-site-tokyo-131196"],
    ["segment, eth0", "segment,eth0", "eth0", "segment, core"],
    ["deployment", "Deployment", "deployment ", "management", "running connection", "published", "ours", "rest"],
]


def plan_of(scope, names):
    """A flow on a port of its own from each set, which has an address of its own."""
    sets, flows = {}, []
    for number, name in enumerate(names):
        sets[name] = {"ipv4": ["198.18.%d.%d/32" % (number // 200, number % 200 + 1)], "ipv6": []}
        flow = {"service": "s%d" % number, "row": None, "source": name, "ports": ["tcp/%d" % (1000 + number)]}
        flows.append(dict(flow, destination=None if scope == "host" else names[0], comment=None))
    plan = {"version": 1, "host": "x", "scope": scope, "sets": sets, "flows": flows}
    if scope == "gateway":
        sets["all of it"] = {"ipv4": ["198.18.0.0/16"], "ipv6": []}
        plan.update(interfaces=["eth0", "core"], deployment="all of it", ssh=[])
    return plan


class _FewNames(Names):
    """As if the kernel kept two letters of a hash."""

    def hashed_chain(self, *labels):
        return Names.hashed_chain(self, *labels)[: len(self.main) + 3]


class NamesTest(unittest.TestCase):
    def policies(self):
        groups = ALIKE + [list(itertools.chain(*ALIKE))]
        for names, scope in itertools.product(groups, ("host", "gateway")):
            plan = plan_of(scope, names)
            yield plan, make_policy(read_plan(plan, scope), NOBODY, "drop", "leave")

    def expected(self, plan):
        return sorted(
            (plan["sets"][flow["source"]]["ipv4"][0], int(flow["ports"][0].rpartition("/")[2]))
            for flow in plan["flows"]
        )

    def test_plan(self):
        for plan, policy in self.policies():
            found = [(policy.sets[rule.source_set]["ipv4"], rule.ports) for rule in policy.of_kind("flow")]
            wanted = [(plan["sets"][one["source"]]["ipv4"], tuple(one["ports"])) for one in plan["flows"]]
            self.assertEqual(sorted(wanted), sorted(found))
            for label in policy.sets:
                self.assertEqual(label, as_comment(label))

    def test_ordinary_names_stay(self):
        for scope in ("host", "gateway"):
            plan = golden_plan(scope)
            self.assertEqual(set(plan["sets"]), set(read_plan(plan, scope).sets))

    def test_nftables(self):
        for plan, policy in self.policies():
            table, found = nftables.render(policy), []
            for rule in table.chains["input" if plan["scope"] == "host" else "forward"].rules:
                value = rule.values().get("ip saddr", ("",))[0]
                if value.startswith("@") and rule.target() != "rest":
                    (address,) = table.sets[value[1:]].networks
                    found.extend((address, port) for port in self.ports_of(table, rule.target()))
            self.assertEqual(self.expected(plan), sorted(found))

    def ports_of(self, table, chain):
        found = []
        for rule in table.chains[chain].rules:
            if rule.target():
                found.extend(self.ports_of(table, rule.target()))
            else:
                found.append(rule.values()["tcp dport"][0][0])
        return found

    def test_iptables(self):
        for with_sets, names in itertools.product((True, False), (Names, _FewNames)):
            for plan, policy in self.policies():
                named, found = names(plan["scope"]), []
                rendered = iptables.render(policy, named, "ipv4", with_sets)
                for rule in rendered.chains[named.main]:
                    words = rule.options()
                    source = words.get("--match-set", words.get("-s", ("",)))[0]
                    if words.get("-j", ("",))[0].startswith("PORTLEDGER") and source:
                        (address,) = rendered.sets[source] if with_sets else [source]
                        ports = self.ports_of_chain(rendered, words["-j"][0])
                        found.extend((address, port) for port in ports)
                self.assertEqual(self.expected(plan), sorted(set(found)))

    def ports_of_chain(self, rendered, chain):
        found = []
        for rule in rendered.chains[chain]:
            words = rule.options()
            if words["-j"][0] in rendered.chains:
                found.extend(self.ports_of_chain(rendered, words["-j"][0]))
            elif "--dport" in words:
                found.append(int(words["--dport"][0]))
        return found

    def test_firewalld(self):
        for plan, policy in self.policies():
            model, found = firewalld.Builder(firewalld.Names(plan["scope"]), policy, True).build(), []
            for rule in model.policy.rules:
                if rule.priority == firewalld.PRIORITY[firewalld.FLOW]:
                    (address,) = model.sets[rule.source[1]].members
                    ports = model.services[rule.match[1]].flows
                    found.extend((address, int(port.rpartition("/")[2])) for port in ports)
            self.assertEqual(self.expected(plan), sorted(found))
            interfaces = [one for one in model.sets.values() if firewalld.with_interface(one.members)]
            self.assertEqual(4 if plan["scope"] == "gateway" else 0, len(interfaces))


if __name__ == "__main__":
    unittest.main()
