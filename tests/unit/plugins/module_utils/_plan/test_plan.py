# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Plans that do not fit are refused, by place, value and remedy."""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

import unittest

from ansible_collections.portledger.qradar.plugins.module_utils._base.errors import RulesetError
from ansible_collections.portledger.qradar.plugins.module_utils._plan.plan import port_bounds, read_plan
from tests.unit.plugins.module_utils.support import golden_plan, small_plan

REMEDY = "Let the action plugin of portledger.qradar.ruleset make the plan, from the same release as the module."


class PlanTest(unittest.TestCase):
    def test_host(self):
        plan = read_plan(golden_plan("host"), "host")
        self.assertEqual(["198.18.1.4/31", "198.18.2.4/32"], plan.sets["component"]["ipv4"])
        self.assertEqual("extra_flow (nightly backup)", plan.flows[-1].service)
        self.assertEqual(("tcp/514", "udp/514"), plan.flows[0].ports)
        self.assertIsNone(plan.deployment)

    def test_gateway(self):
        plan = read_plan(golden_plan("gateway"), "gateway")
        self.assertEqual(["eth0", "eth1"], plan.interfaces)
        self.assertEqual("deployment", plan.deployment)
        self.assertEqual([("deployment", ("tcp/22",))], plan.ssh)
        self.assertEqual("event_collector", plan.flows[0].destination)

    def test_ports(self):
        self.assertEqual(("tcp", 514, 514), port_bounds("tcp/514"))
        self.assertEqual(("udp", 40000, 40010), port_bounds("udp/40000-40010"))
        self.assertEqual(("icmp", 0, 0), port_bounds("icmp"))

    def refused(self, message, plan, scope="host"):
        with self.assertRaises(RulesetError) as caught:
            read_plan(plan, scope)
        self.assertEqual("plan: %s. %s" % (message, REMEDY), str(caught.exception))

    def flow(self, **changes):
        return small_plan(flows=[dict(small_plan()["flows"][0], **changes)])

    def test_whole_plan(self):
        self.refused("missing", None)
        self.refused("missing", {})
        self.refused("version: 2 is not 1", small_plan(version=2))
        self.refused("scope: 'gateway' is not the scope of this task, host", small_plan(scope="gateway"))
        self.refused("scope: 'host' is not the scope of this task, gateway", small_plan(), "gateway")
        self.refused("sets: None is not a dictionary", small_plan(sets=None))
        self.refused("flows: 'all' is not a list", small_plan(flows="all"))

    def test_sets(self):
        bad = {"component": {"ipv4": ["198.18.1.1/24"]}}
        problem = "has host bits set; the network is 198.18.1.0/24"
        self.refused("sets.component.ipv4: '198.18.1.1/24' %s" % problem, small_plan(sets=bad))
        bad = {"component": {"ipv6": ["198.18.1.1"]}}
        self.refused("sets.component.ipv6: '198.18.1.1' is ipv4", small_plan(sets=bad))
        self.refused("sets.component: 7 is not a dictionary", small_plan(sets={"component": 7}))

    def test_flows(self):
        self.refused("flows[0]: 7 is not a dictionary", small_plan(flows=[7]))
        self.refused("flows[0].source: 'nobody' is not one of the plan's sets", self.flow(source="nobody"))
        problem = "flows[0].destination: 'component' stands in a plan for a host"
        self.refused(problem, self.flow(destination="component"))
        self.refused("flows[0].service: None is not a name", self.flow(service=None))
        self.refused("flows[0].row: 'last' is not a number", self.flow(row="last"))
        self.refused("flows[0].ports: [] is not a list of ports", self.flow(ports=[]))
        self.refused("flows[0].ports: 'tcp' is not a port", self.flow(ports=["tcp"]))
        self.refused("flows[0].ports: 'tcp/0' is not within 1 to 65535", self.flow(ports=["tcp/0"]))
        self.refused("flows[0].ports: 'tcp/9-8' is not within 1 to 65535", self.flow(ports=["tcp/9-8"]))
        self.refused("flows[0].ports: 'udp/65536' is not within 1 to 65535", self.flow(ports=["udp/65536"]))

    def test_gateway_refusals(self):
        plan = golden_plan("gateway")
        self.refused("deployment: None is not a name", dict(plan, deployment=None), "gateway")
        self.refused("interfaces: None is not a list", dict(plan, interfaces=None), "gateway")
        ssh = [{"destination": "nobody", "ports": ["tcp/22"]}]
        self.refused("ssh[0].destination: 'nobody' is not one of the plan's sets", dict(plan, ssh=ssh), "gateway")
        flows = [dict(plan["flows"][0], destination=None)]
        self.refused("flows[0].destination: None is not a name", dict(plan, flows=flows), "gateway")


if __name__ == "__main__":
    unittest.main()
