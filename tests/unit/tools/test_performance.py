# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The tables of docs/performance.md say what the results say."""

from __future__ import annotations

import sys

from tests.pythons import ROOT

sys.path.insert(0, str(ROOT / "tools"))

import performance_reference

MARKS = "\n".join(performance_reference.MARKS)


def test_tables() -> None:
    machine = {"date": "2026-11-28", "kernel": "6.1"}
    times = {"ping": [1.0, 2.0], "first apply": [2.0, 3.0], "nothing to do": [1.0, 1.0]}
    peer = {"a loop": [20.0, 30.0], "a loop, nothing to do": [10.0, 10.0]}
    rates = {
        kind: {name: [float(rate)] for name, rate in known.items()}
        for kind, known in {
            "connections": {
                "no firewall": 100,
                "nftables": 90,
                "connection tracking alone": 95,
                "a rule for each network": 5,
            },
            "new flows": {
                "no firewall": 10,
                "nftables": 9,
                "connection tracking alone": 9,
                "a rule for each network": 1,
            },
            "datagrams": {
                "no firewall": 10,
                "nftables": 8,
                "connection tracking alone": 8,
                "a rule for each network": 8,
            },
        }.items()
    }
    results = {
        "a": {
            "part": "one host",
            "provider": "nftables",
            "machine": machine,
            "times": {**times, **peer},
            "calls": {"a loop": 1234},
        },
        "b": {"part": "four hosts", "provider": "nftables", "networks": 10_000, "machine": machine, "times": times},
        "d": {
            "part": "four hosts",
            "provider": "nftables",
            "networks": 10_000,
            "machine": machine,
            "times": times,
            "where": "group_vars",
        },
        "e": {
            "part": "questions",
            "hosts": 1000,
            "networks": 10,
            "machine": machine,
            "times": {"no question": [1.0, 3.0], "check": [3.0, 4.0]},
            "memory": {"no question": 60, "check": 70},
        },
        "c": {
            "part": "kernel",
            "place": "gateway",
            "provider": "nftables",
            "networks": 10,
            "machine": machine,
            "rates": rates,
        },
    }
    page = performance_reference.page(MARKS, results)
    ours = "2.50 s, 1.75 (1.50 to 2.00) | 1.00 s, 0.75 (0.50 to 1.00)"
    for line in (
        "| first apply | 2.50 s, 1.75 (1.50 to 2.00) |",
        "| audit | - |",
        "| a loop | `nftables` | 1,234 | 25.00 s | 10.0 | 10.00 s | 10.0 |",
        f"| `nftables` | 10,000 | 1.50 s | {ours} | - |",
        f"| `nftables` | 10,000, in `group_vars` | 1.50 s | {ours} | - |",
        "| hosts | networks of log sources | no question | check |",
        "| 1,000 | 10 | 2.0 s, 60 MiB | 3.5 s, 70 MiB |",
        "| gateway | 10 | `nftables` | 0.90 | 0.90 | 0.80 |",
        "| gateway | 10 | a rule for each network | 0.05 | 0.10 | 0.80 |",
        "Taken on: kernel 6.1.",
        "Rounds: 2; 2026-11-28.",
    ):
        assert line in page.splitlines(), line
    assert performance_reference.page(page, results) == page
    results["b"]["machine"] = results["d"]["machine"] = {"date": "2026-11-29", "kernel": "6.2"}
    two = performance_reference.page(MARKS, results).splitlines()
    assert [line for line in two if line.startswith(("Taken", "1.", "2.", "Rounds"))] == [
        "Taken on:",
        "1. kernel 6.1",
        "2. kernel 6.2",
        "Rounds: 2; 2026-11-28 on 1.",
        "Rounds: 2; 2026-11-29 on 2.",
        "Rounds: 2; 2026-11-28 on 1.",
        "Rounds: 1; 2026-11-28 on 1.",
    ]
    assert performance_reference.page(page, {}) == "\n\n".join(performance_reference.MARKS)
