# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Remarks on an answer.

Note that this plugin util is **PRIVATE** to the collection.
"""

from __future__ import annotations

from collections.abc import Iterable

from ansible_collections.portledger.qradar.plugins.module_utils._base.contract import DROP, GATEWAY, HOST
from ansible_collections.portledger.qradar.plugins.plugin_utils._base.ports import PortRange
from ansible_collections.portledger.qradar.plugins.plugin_utils._plan.planner import Planner
from ansible_collections.portledger.qradar.plugins.plugin_utils._questions.judgement import DENIED, Cell, Judgement


def off_path_notes(cell: Cell) -> list[str]:
    """Gateways on the way that do not know one end: nothing is listed there for it."""
    by_verdict: dict[str, list[str]] = {}
    for one in cell.off_path:
        by_verdict.setdefault(f"{GATEWAY}_firewall_{one.why} is {one.verdict}", []).append(one.name)
    return [
        f"One end is not behind any interface of {' and '.join(names)} (qradar_gateway_segments), so no "
        f"flow lists the packets there, and {verdict}. List its network behind the interface that leads to it."
        for verdict, names in by_verdict.items()
    ]


def running_connection(judgements: Iterable[Judgement], planner: Planner, port: PortRange) -> list[str]:
    """Lock-out protection, where the question is about SSH."""
    hosts = planner.deployment.hosts
    for one in judgements:
        if one.scope == HOST and one.verdict == DROP and str(port) == f"tcp/{hosts[one.name].ssh_port}":
            return [
                "The address that Ansible connects from always remains allowed over SSH. "
                "Only the host knows this address."
            ]
    return []


def by_other_addresses(cell: Cell, planner: Planner) -> list[str]:
    """NAT: the host sees other addresses than those that were asked for."""
    if cell.verdict != DENIED:
        return []
    hosts = planner.deployment.hosts
    notes = []
    for name in sorted(cell.destination.hosts):
        for other in sorted(cell.source.hosts):
            seen = hosts[other].seen_from(hosts[name].nat_group)
            if hosts[name].nat_group != hosts[other].nat_group:
                notes.append(
                    f"{name} and {other} are in different NAT groups (qradar_nat_group): {name} sees {other} as "
                    f"{' and '.join(map(str, seen))}. Ask by the host's name."
                )
    return notes
