# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Prints as JSON how many ports the hosts of the demo's lab open, in each profile.

Counted are the ports of TCP and UDP over IPv4 that a host's plan lists for one address:
{from: {to: [documented, least]}}, with the names of the lab's file; once with its pins and once without any.
"""

from __future__ import annotations

import datetime
import json

from tests.lab.oracle.plans import make_planner, planned
from tests.lab.world.labs import LABS
from tests.lab.world.topology import Address, Node, load_topology

PROFILES = ("documented", "least")


def opened(**variables: object) -> dict[str, dict[str, list[int]]]:
    """Count.

    :param variables: of the deployment as a whole, in the place of the lab's own
    """
    topology = load_topology(LABS / "demo.yml")
    today = datetime.date(2026, 11, 1)
    planners = [make_planner(topology, today, qradar_profile=profile, **variables) for profile in PROFILES]
    hosts = [node for node in topology.nodes.values() if topology.is_qradar(node)]
    plans = {host.name: [planner.plan(host.name, "host") for planner in planners] for host in hosts}
    found: dict[str, dict[str, list[int]]] = {}
    for source in topology.nodes.values():
        address = _ipv4(source)
        if source.forwards or address is None:
            continue
        for host in hosts:
            to = _ipv4(host)
            if host is source or to is None:
                continue
            masks = [planned(plan, address, to) for plan in plans[host.name]]
            counts = [(mask["tcp"].bit_count() + mask["udp"].bit_count()) for mask in masks]
            if any(counts):
                found.setdefault(source.name, {})[host.name] = counts
    return found


def _ipv4(node: Node) -> Address | None:
    return next((one for one in node.own_addresses if one.version == 4), None)


if __name__ == "__main__":
    print(json.dumps({"pinned": opened(), "unpinned": opened(qradar_dynamic_ports={})}))
