# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sets of many scattered addresses: the time grows with their number, not with its square."""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

import os
import random
import unittest

from ansible_collections.portledger.qradar.plugins.module_utils._firewalld.files import render_files
from ansible_collections.portledger.qradar.plugins.module_utils._firewalld.rules import Builder, Names
from ansible_collections.portledger.qradar.plugins.module_utils._host.management import Management
from ansible_collections.portledger.qradar.plugins.module_utils._plan.plan import read_plan
from ansible_collections.portledger.qradar.plugins.module_utils._plan.policy import make_policy
from tests.unit.plugins.module_utils.support import small_plan

MANY = 20000
SECONDS = 10


def built(networks):
    family = "ipv6" if ":" in networks[0] else "ipv4"
    plan = read_plan(small_plan(sets={"component": {family: networks}}), "host")
    policy = make_policy(plan, Management(None, [], [22]), "drop", "leave")
    names = Names("host")
    model = Builder(names, policy, True).build()
    render_files(names, model)
    return model.sets[names.set(family, "component")].members


class LargeTest(unittest.TestCase):
    def check(self, form, sizes):
        chance = random.Random(3)
        networks = [form % tuple(chance.randrange(1, size) for size in sizes) for _number in range(MANY)]
        began = sum(os.times()[:2])
        self.assertEqual(set(networks), built(networks))
        self.assertLess(sum(os.times()[:2]) - began, SECONDS)

    def test_ipv4(self):
        self.check("%d.%d.%d.%d/32", (224, 256, 256, 256))

    def test_ipv6(self):
        self.check("2001:db8:%x:%x::%x/128", (65536, 65536, 65536))

    def test_networks_in_others_are_left_out(self):
        self.assertEqual(
            {"198.18.0.0/24", "198.18.2.0/25", "198.18.2.128/25"},
            built(["198.18.0.7/32", "198.18.2.0/25", "198.18.0.0/25", "198.18.0.0/24", "198.18.2.128/25"]),
        )


if __name__ == "__main__":
    unittest.main()
