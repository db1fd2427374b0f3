# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What iptables-save -c counts, by flow."""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

import io
import os
import re
import unittest

from ansible_collections.portledger.qradar.plugins.module_utils._iptables.counters import count
from ansible_collections.portledger.qradar.plugins.module_utils._iptables.tables import Names
from tests.unit.plugins.module_utils.support import GOLDEN

JMX = ["tcp/5791", "tcp/7700", "tcp/7777-7783", "tcp/7787-7788", "tcp/7790-7795", "tcp/7799", "tcp/8989-8990",
       "tcp/9001", "tcp/9003", "tcp/9005"]


def counted(name, family):
    """Golden rules as the kernel shows them, each met by one packet of 100 bytes."""
    with io.open(os.path.join(GOLDEN, "%s-%s.rules" % (name, family)), encoding="utf-8") as stream:
        text = str(stream.read())
    text = text.replace("-I INPUT 1 ", "-A INPUT ").replace("-I FORWARD 1 ", "-A FORWARD ")
    return re.sub(r"(?m)^-A ", "[1:100] -A ", text)


def entry(service, source, destination, ports, packets):
    return {"service": service, "source": source, "destination": destination, "ports": ports, "packets": packets,
            "bytes": 100 * packets}


class CountersTest(unittest.TestCase):
    maxDiff = None

    def test_host(self):
        saves = {family: counted("host-chains", family) for family in ("ipv4", "ipv6")}
        # The rules of a host and those of what containers publish, of both families.
        self.assertEqual(
            [
                entry("extra_flow (nightly backup)", 'backup "probe"', None, ["tcp/8443"], 2),
                entry("imq", "component", None, ["tcp/7676-7677"], 4),
                entry("jmx", "component", None, JMX, 22),
                entry("ha_drbd", "ha_peer", None, ["tcp/7789", "udp/7789"], 4),
                entry("ha_icmp", "ha_peer", None, ["icmp"], 1),
                entry("syslog", "log_sources", None, ["tcp/514", "udp/514"], 8),
                entry("unlisted: drop", None, None, [], 4),
            ],
            count(saves, {}, Names("host")),
        )

    def test_sets(self):
        save = counted("host-sets", "ipv4")
        sets = {name: {"198.18.1.1/32"} for name in re.findall(r"portledger-h4-\w+", save)}
        whole = count({"ipv4": counted("host-chains", "ipv4")}, {}, Names("host"))
        self.assertEqual(whole, count({"ipv4": save}, sets, Names("host")))
        # Without the sets, nobody knows who the rules are about.
        self.assertEqual([entry("unlisted: drop", None, None, [], 2)], count({"ipv4": save}, {}, Names("host")))

    def test_gateway(self):
        found = count({"ipv4": counted("gateway-chains", "ipv4")}, {}, Names("gateway"))
        # Of a rule that logs and the one that decides, the latter has met all. Replies between parties are no flow.
        self.assertEqual(
            [entry("egress: log", None, None, [], 1), entry("unlisted: drop", None, None, [], 1)],
            [one for one in found if one["source"] is None],
        )
        self.assertIn(entry("syslog", "log_sources", "console", ["tcp/514", "udp/514"], 2), found)
        self.assertIn(entry("windows_log", "wincollect_agents", "windows_hosts", ["tcp/135", "tcp/445"], 1), found)
        self.assertEqual([], [one for one in found if one["service"] == "replies"])

    def test_what_others_have_is_not_counted(self):
        save = ("*nat\n:PORTLEDGER-IN - [0:0]\n[7:7] -A PORTLEDGER-IN -m comment --comment \"unlisted: drop\" -j DROP\n"
                "COMMIT\n*filter\n:INPUT ACCEPT [3:4]\n:PORTLEDGER-IN - [0:0]\n[5:6] -A INPUT -j PORTLEDGER-IN\n"
                "[2:3] -A PORTLEDGER-IN -m comment --comment \"unlisted: leave\" -j RETURN\n"
                "[8:9] -A PORTLEDGER-IN -p tcp -m tcp --dport 9 -j ACCEPT\nCOMMIT\n")
        self.assertEqual(
            [{"service": "unlisted: leave", "source": None, "destination": None, "ports": [], "packets": 2,
              "bytes": 3}],
            count({"ipv4": save}, {}, Names("host")),
        )
        self.assertEqual([], count({"ipv4": "", "ipv6": ""}, {}, Names("host")))


if __name__ == "__main__":
    unittest.main()
