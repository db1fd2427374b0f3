# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Plans to test with, and what they permit, read from their data alone."""

from __future__ import annotations

import ipaddress
import random
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

from tests.lab.damage.audited_rules.random_plan import random_plan
from tests.unit.plugins.module_utils.support import golden_plan

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Allowed = Callable[[Address, str, int], bool]
"""Whether a packet from an address, of a transport, to a port, is permitted; icmp is echo request, to port 0."""

network = cache(ipaddress.ip_network)


def host_plans(count: int = 40) -> Iterator[dict[str, Any]]:
    """Of a deployment, and at random: echo, everything, an empty family, two services on one port, awkward names."""
    yield golden_plan("host")
    chance = random.Random(11)
    for _number in range(count):
        plan = random_plan(chance, "host", ())
        for flow in plan["flows"]:
            flow["ports"] = chance.choice([flow["ports"]] * 3 + [[*flow["ports"], "icmp"], ["icmp"], ["tcp/514"]])
            many = [f"tcp/{port}" for port in range(2000, 2080, 2)]
            flow["ports"] = chance.choice([flow["ports"]] * 5 + [many])
            flow["comment"] = chance.choice(
                [None, None, '"; drop " {{ 1 + 1 }} <b> ü \u202e =1+1' * chance.randrange(1, 9)]
            )
        for networks in plan["sets"].values():
            networks["ipv4"] = chance.choice([networks["ipv4"]] * 8 + [["0.0.0.0/0"], []])
            networks["ipv6"] = chance.choice([networks["ipv6"]] * 8 + [["::/0"], []])
        yield plan


def permitted(plan: dict[str, Any]) -> Allowed:
    """What the flows of a plan for a host say."""

    def allowed(source: Address, transport: str, port: int) -> bool:
        return any(
            any(source in network(one) for one in plan["sets"][flow["source"]][f"ipv{source.version}"])
            and any(within(value, transport, port) for value in flow["ports"])
            for flow in plan["flows"]
        )

    return allowed


def within(value: str, transport: str, port: int) -> bool:
    """Whether ``tcp/514``, ``udp/40000-40010`` or ``icmp`` is about this port."""
    of, _slash, numbers = value.partition("/")
    first, _dash, last = numbers.partition("-")
    return of == transport and (transport == "icmp" or int(first) <= port <= int(last or first))


def packets(plan: dict[str, Any], count: int = 150) -> Iterator[tuple[Address, str, int]]:
    """At edges of the networks and ports of flows, and one beyond."""
    chance = random.Random(str(plan))
    for _number in range(count):
        flow = chance.choice(plan["flows"])
        networks = plan["sets"][flow["source"]]
        some = networks["ipv4"] + networks["ipv6"] or ["198.18.0.0/16"]
        one = network(chance.choice(some))
        edge = chance.choice([int(one.network_address), int(one.broadcast_address)]) + chance.choice([-1, 0, 0, 0, 1])
        source = type(one.network_address)(min(max(edge, 0), (1 << one.max_prefixlen) - 1))
        transport, _slash, numbers = chance.choice(flow["ports"]).partition("/")
        first, _dash, last = numbers.partition("-")
        port = int(chance.choice([first, last or first]) or 0) + chance.choice([-1, 0, 0, 0, 1])
        transport = chance.choice([transport] * 4 + ["tcp", "udp", "icmp"])
        yield source, transport, 0 if transport == "icmp" else min(max(port, 1), 65535)
