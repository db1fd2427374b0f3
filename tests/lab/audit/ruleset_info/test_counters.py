# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""ruleset_info on a small lab: what the rules of a host and of a gateway have counted."""

from __future__ import annotations

from typing import Any

import pytest

from tests.lab.audit.ruleset_info.asking import CONSOLE, IPV4, IPV6, Asker, send
from tests.lab.hosts.cases import hide
from tests.lab.hosts.rules import HOSTS
from tests.lab.world.lab import Lab


def used(info: dict[str, Any]) -> list[dict[str, Any]]:
    return [entry for entry in info["counters"] if entry["packets"]]


def counter(service: str, source: str | None, destination: str | None, *what: Any) -> dict[str, Any]:
    ports, packets, octets = what
    return {
        "service": service,
        "source": source,
        "destination": destination,
        "ports": ports,
        "packets": packets,
        "bytes": octets,
    }


def test_counters_of_a_host(lab: Lab, console: Asker) -> None:
    console.apply()
    assert used(console.info()) == []
    ipv4, ipv6 = CONSOLE
    send(lab["source"], ("udp", ipv4, 514, 7), ("udp", ipv6, 514, 5))
    send(lab["guest"], ("udp", ipv4, 514, 3), ("udp", ipv6, 9999, 2))
    expected = [
        counter("syslog", "log_sources", None, ["tcp/514", "udp/514"], 12, 7 * IPV4 + 5 * IPV6),
        counter("unlisted: drop", None, None, [], 5, 3 * IPV4 + 2 * IPV6),
    ]
    found = console.info()
    assert used(found) == expected
    # Every flow of the plan is told, used or not; what was asked does not count.
    assert len(found["counters"]) > 20
    assert used(console.info()) == expected


@pytest.mark.parametrize("provider", ["iptables"], indirect=True)
def test_counters_without_ipset(lab: Lab, console: Asker, gateway: Asker) -> None:
    for name in HOSTS:
        hide(lab[name], "ipset")
    console.apply()
    gateway.apply(egress="log")
    send(lab["source"], ("udp", CONSOLE[0], 514, 4), ("udp", CONSOLE[1], 514, 3))
    send(lab["source"], ("udp", CONSOLE[0], 9999, 2))
    assert used(console.info()) == [
        counter("syslog", "log_sources", None, ["tcp/514", "udp/514"], 7, 4 * IPV4 + 3 * IPV6),
    ]
    assert used(gateway.info()) == [
        counter("syslog", "log_sources", "event_listener", ["tcp/514", "udp/514"], 7, 4 * IPV4 + 3 * IPV6),
        counter("unlisted: drop", None, None, [], 2, 2 * IPV4),
    ]
