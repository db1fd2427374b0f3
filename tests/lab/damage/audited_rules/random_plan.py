# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Plans at random, in the form that the controller sends: for tests that need many flows, and no meaning."""

from __future__ import annotations

import random
from typing import Any

_SERVICES = ("syslog", "ssh", "ariel_query", "imq", "ha_drbd", "netflow", "snmp_trap", "nfs", "https", "ntp")
_PLACES = ("component", "console", "log_sources", "users", "windows_hosts", "flow_sources")
_DEPLOYMENT = "deployment"


def random_plan(chance: random.Random, scope: str, interfaces: tuple[str, ...]) -> dict[str, Any]:
    """A plan with a dozen flows. interfaces: of a gateway."""
    sets = {label: _families(chance, number) for number, label in enumerate(_PLACES)}
    flows: dict[Any, dict[str, Any]] = {}
    for _number in range(chance.randrange(8, 16)):
        source = chance.choice(_PLACES)
        destination = chance.choice([one for one in _PLACES[:2] if one != source]) if scope == "gateway" else None
        service = chance.choice(_SERVICES)
        flows[service, source, destination] = {
            "service": service,
            "row": _SERVICES.index(service) + 1,
            "source": source,
            "destination": destination,
            "ports": sorted({_port(chance) for _number in range(chance.randrange(1, 4))}),
            "comment": None,
        }
    plan: dict[str, Any] = {"version": 1, "host": "random", "scope": scope, "sets": sets, "flows": list(flows.values())}
    if scope == "gateway":
        sets[_DEPLOYMENT] = {family: sets["component"][family] + sets["console"][family] for family in ("ipv4", "ipv6")}
        ssh = [{"destination": _DEPLOYMENT, "ports": ["tcp/22"]}]
        plan |= {"interfaces": list(interfaces), "deployment": _DEPLOYMENT, "ssh": ssh}
    used = {end for flow in plan["flows"] for end in (flow["source"], flow["destination"])} | {_DEPLOYMENT}
    plan["sets"] = {label: networks for label, networks in sets.items() if label in used}
    return plan


def _families(chance: random.Random, number: int) -> dict[str, list[str]]:
    """Networks of two families that no other set has."""
    ends = chance.sample(range(1, 250), chance.randrange(1, 5))
    ipv4 = [f"198.18.{10 + number}.{end}/32" for end in ends]
    ipv6 = [f"2001:db8:{10 + number}::{end:x}/128" for end in ends]
    if chance.random() < 0.4:
        ipv4.append(f"198.18.{100 + number}.0/24")
        ipv6.append(f"2001:db8:{100 + number}::/64")
    return {"ipv4": sorted(ipv4), "ipv6": sorted(ipv6)}


def _port(chance: random.Random) -> str:
    first = chance.randrange(100, 60000)
    transport = chance.choice(("tcp", "udp"))
    return (
        f"{transport}/{first}" if chance.random() < 0.7 else f"{transport}/{first}-{first + chance.randrange(1, 900)}"
    )
