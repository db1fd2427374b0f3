# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sets that go, and the clock."""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

import time
import unittest

from ansible_collections.portledger.qradar.plugins.module_utils._iptables.ipset import SetChange, SetState


class BusyHost:
    """Its sets stay in use for ever."""

    def __init__(self):
        self.asked, self.now = 0, 1000.0

    def run(self, _program, arguments, _data=None):
        self.asked += 1
        assert self.asked < 1000, "it never ends"
        return 1, "", "ipset v7.17: Set cannot be destroyed: it is in use by a kernel component"

    def uptime(self):
        return self.now

    def sleep(self, seconds):
        self.now += seconds


class IpsetTest(unittest.TestCase):
    def test_a_set_in_use_is_waited_for_whatever_the_time_of_day_does(self):
        for step in (-86400, 86400):
            host, real = BusyHost(), time.time
            self.addCleanup(setattr, time, "time", real)
            # Set back, or ahead, while it waits.
            time.time = lambda host=host, step=step: 1e9 + step * host.asked
            present = SetState({"portledger-4x": set()}, {"portledger-4x": "hash:net family inet"})
            SetChange(host, "portledger-", present, SetState({}, {}), set()).finish()
            # Once all together, then every 0.05 s for 3 s.
            self.assertIn(host.asked, (61, 62))
            time.time = real


if __name__ == "__main__":
    unittest.main()
