# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What answers mean, and how people are told."""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

import unittest

from ansible_collections.portledger.qradar.plugins.module_utils._reach.asker import Answer
from ansible_collections.portledger.qradar.plugins.module_utils._reach.report import as_data, report, verdict
from ansible_collections.portledger.qradar.plugins.module_utils._reach.targets import Target

# result: what it says where packets must pass, and where they must not
MEANING = {
    "open": ("as_expected", "contradicted"),
    "closed": ("as_expected", "contradicted"),
    "filtered": ("contradicted", "as_expected"),
    "rejected": ("contradicted", "as_expected"),
    "unreachable": ("contradicted", "undecided"),
    "unknown": ("undecided", "undecided"),
    "not_asked": ("not_asked", "not_asked"),
}


def answer(result, port=22, expected="pass", name="ep1", address="198.18.1.2", services=("ssh",), **more):
    made = Answer(Target(address, more.pop("transport", "tcp"), port, expected, list(services), name))
    made.result = result
    for key, value in more.items():
        setattr(made, key, value)
    return made


class ReportTest(unittest.TestCase):
    maxDiff = None

    def test_verdicts(self):
        for result, (must_pass, must_drop) in MEANING.items():
            self.assertEqual(must_pass, verdict(answer(result)))
            self.assertEqual(must_drop, verdict(answer(result, expected="drop")))

    def test_as_data(self):
        self.assertEqual(
            {"address": "198.18.1.2", "port": "tcp/22", "name": "ep1", "services": ["ssh"], "expected": "pass",
             "result": "rejected", "by": "198.18.1.9", "reason": "host prohibited", "seconds": 0.25,
             "verdict": "contradicted"},
            as_data(answer("rejected", by="198.18.1.9", reason="host prohibited", seconds=0.25)),
        )

    def test_lines(self):
        answers = [
            answer("filtered", 443, services=["https"]),
            answer("filtered"),
            answer("filtered", 0, transport="icmp", services=["ha_icmp"]),
            answer("rejected", by="198.18.1.9", reason="host prohibited", name="", services=()),
            answer("open", 80),
            answer("unknown", 514, transport="udp"),
            answer("not_asked", 9, name="con1", address="2001:db8::1"),
            answer("unreachable", 10, name="con1", address="2001:db8::1", reason="no route"),
            answer("closed", 5432, "drop", "zoo", "198.18.9.9", ["postgresql"], reason="reset"),
        ]
        self.assertEqual(
            [
                "asked 8 in 3.5 s: 1 as expected, 6 contradicted, 1 undecided, 1 not asked",
                "zoo (198.18.9.9) must drop, is closed (reset): tcp/5432 postgresql",
                "198.18.1.2 must pass, is rejected by 198.18.1.9 (host prohibited): tcp/22",
                "con1 (2001:db8::1) must pass, is unreachable (no route): tcp/10 ssh",
                "ep1 (198.18.1.2) must pass, is filtered: icmp ha_icmp, tcp/22 ssh, tcp/443 https",
                "con1 (2001:db8::1) must pass, was not asked: tcp/9 ssh",
            ],
            report(answers, 3.5),
        )

    def test_nothing_to_ask(self):
        self.assertEqual(
            ["asked 0 in 0.0 s: 0 as expected, 0 contradicted, 0 undecided, 0 not asked"], report([], 0.0)
        )


if __name__ == "__main__":
    unittest.main()
