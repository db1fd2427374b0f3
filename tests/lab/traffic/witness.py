# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a packet was lost to the rules of a node, or elsewhere on its way: a busy machine loses some as well.

Each node counts packets before all rules and behind all rules, in a table of its own that lets everything pass. What
came and did not go on was dropped between the two: by rules, or by the connection tracking that they use.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterable

from tests.lab.world.lab import Lab, RunningNode
from tests.lab.world.topology import LabError

_TABLE = "inet lab_witness"
# Before defragmentation, and behind whatever a firewall of these labs has.
_FIRST, _LAST = -450, 500
_SECONDS = 15  # for TCP to end
_BEFORE, _BEHIND = ("received", "sent"), ("heard", "left")
_CHAINS = (
    ("received", "prerouting", _FIRST, "iif"),
    ("sent", "output", _FIRST, "oif"),
    ("heard", "input", _LAST, "iif"),
    ("left", "postrouting", _LAST, "oif"),
)


def begin(lab: Lab, ports: Iterable[int]) -> None:
    """Count from now on, in every node, TCP and UDP to and from these ports, echoes, and what finds neighbours."""
    named = ", ".join(str(port) for port in sorted(set(ports)))
    counted = (
        *(f"meta l4proto {{ tcp, udp }} th {end} {{ {named} }}" for end in ("dport", "sport")),
        "icmp type { echo-request, echo-reply }",
        "icmpv6 type { echo-request, echo-reply }",
        # What is sent to a group comes to nodes that are not in it, and goes no further there.
        "icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert } ip6 daddr != ff00::/8",
    )
    text = "".join(
        f"add counter {_TABLE} {name}\n"
        f"add chain {_TABLE} {name} {{ type filter hook {hook} priority {priority}; policy accept; }}\n"
        + "".join(
            f'add rule {_TABLE} {name} {interface} != "lo" {packets} counter name {name}\n' for packets in counted
        )
        for name, hook, priority, interface in _CHAINS
    )
    for name in lab.topology.nodes:
        lab[name].run(["nft", "-f", "-"], stdin=f"add table {_TABLE}\n{text}")


def dropped(lab: Lab) -> dict[str, int]:
    """Packets that came to a node and did not go on, by node; those that lost none are left out.

    Waits until nothing is under way any more: whoever sent has to have ended.
    """
    before, counted = None, _counted(lab)
    deadline = time.monotonic() + _SECONDS
    while counted != before:
        if time.monotonic() > deadline:
            raise LabError(f"packets are still under way after {_SECONDS} s")
        time.sleep(0.2)
        before, counted = counted, _counted(lab)
    lost = {
        name: sum(packets[chain] for chain in _BEFORE) - sum(packets[chain] for chain in _BEHIND)
        for name, packets in counted.items()
    }
    return {name: count for name, count in lost.items() if count}


def _counted(lab: Lab) -> dict[str, dict[str, int]]:
    """node -> chain -> packets"""
    return {name: _in_node(lab[name]) for name in lab.topology.nodes}


def _in_node(node: RunningNode) -> dict[str, int]:
    told = json.loads(node.run(["nft", "-j", "list", "counters", "table", *_TABLE.split()]).stdout)
    counters = [entry["counter"] for entry in told["nftables"] if "counter" in entry]
    return {counter["name"]: counter["packets"] for counter in counters}
