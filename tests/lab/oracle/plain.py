# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A firewall straight from the oracle: a rule for each source address, no sets, no thought for size.

For testing the lab and the prober themselves, without the collection.
"""

from __future__ import annotations

from collections.abc import Iterator

from tests.lab.oracle.oracle import Masks, Oracle
from tests.lab.traffic import ports as portsets
from tests.lab.world.lab import Lab
from tests.lab.world.topology import Node

_TOOLS = {4: "iptables", 6: "ip6tables"}


def apply_plain(lab: Lab, oracle: Oracle) -> None:
    """Load it on every QRadar host (INPUT) and gateway (FORWARD), over empty tables."""
    for running in lab.nodes():
        for version, tool in _TOOLS.items():
            if running.node.name in oracle.hosts:
                rules = list(_host(oracle, running.node, version))
            elif running.node.forwards:
                rules = list(_gateway(oracle, running.node, version))
            else:
                continue
            running.run([f"{tool}-restore", "--noflush"], stdin="\n".join(["*filter", *rules, "COMMIT", ""]))


def _host(oracle: Oracle, node: Node, version: int) -> Iterator[str]:
    yield "-A INPUT -i lo -j ACCEPT"
    yield "-A INPUT -m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT"
    if version == 6:
        for kind in range(133, 137):
            yield f"-A INPUT -p icmpv6 --icmpv6-type {kind} -j ACCEPT"
    for source in oracle.topology.holders:
        if source.version == version and source not in node.addresses:
            for match in _matches(oracle.into_host(node, source).allowed, version):
                yield f"-A INPUT -s {source} {match} -j ACCEPT"
    yield "-A INPUT -j DROP"


def _gateway(oracle: Oracle, node: Node, version: int) -> Iterator[str]:
    yield "-A FORWARD -m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT"
    for destination in oracle.deployment:
        if destination.version != version:
            continue
        for source in oracle.topology.holders:
            if source.version == version and source != destination:
                for match in _matches(oracle.through_gateway(node, source, destination).allowed, version):
                    yield f"-A FORWARD -s {source} -d {destination} {match} -j ACCEPT"
        yield f"-A FORWARD -d {destination} -j DROP"


def _matches(masks: Masks, version: int) -> Iterator[str]:
    for transport in ("tcp", "udp"):
        for first, last in portsets.spans(masks[transport]):
            yield f"-p {transport} --dport {first}:{last}"
    if masks["icmp"]:
        yield "-p icmp --icmp-type 8" if version == 4 else "-p icmpv6 --icmpv6-type 128"
