# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A lab of many hosts on one network, and what happens to which: a tenth cannot be reached, a tenth dies."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

UNREACHABLE, KILLED, CUT, FINE = "unreachable", "module killed", "cut off", "fine"

_ROLES = ("event_processor", "event_collector", "flow_processor", "flow_collector", "data_node")
_FIRST = int(ipaddress.ip_address("198.18.0.0"))


@dataclass(frozen=True)
class Deployment:
    """Hosts, and what happens to each in the first run.

    Of ten, the fourth cannot be reached, and the eighth dies between its change and the confirmation: its module is
    killed, or every other time it can no longer be reached.
    """

    hosts: dict[str, str]

    @classmethod
    def of(cls, size: int) -> Deployment:
        return cls({f"host{number:03}": _fate(number) for number in range(size)})

    def that(self, *fates: str) -> list[str]:
        """Names of the hosts that one of these happens to."""
        return [name for name, fate in self.hosts.items() if fate in fates]

    def write(self, path: Path, seconds: int) -> None:
        """The file of the lab.

        :param seconds: to confirm a change
        """
        nodes: dict[str, Any] = {}
        for number, name in enumerate(self.hosts):
            role = "console" if number == 0 else _ROLES[number % len(_ROLES)]
            addresses = [str(ipaddress.ip_address(_FIRST + number + 1)), f"2001:db8::{number + 1:x}"]
            nodes[name] = {"groups": [f"qradar_{role}"], "interfaces": {"core": addresses}}
        variables = {
            "qradar_parties": {"log_sources": ["198.19.2.0/24"], "users": ["198.19.3.0/24"]},
            "host_firewall_provider": "nftables",
            "host_firewall_confirm_seconds": seconds,
        }
        networks = {"core": {"prefixes": ["198.18.0.0/16", "2001:db8::/64"]}}
        path.write_text(yaml.safe_dump({"networks": networks, "nodes": nodes, "vars": variables}), encoding="utf-8")


def _fate(number: int) -> str:
    if number % 10 == 7:
        return CUT if number % 20 == 17 else KILLED
    return UNREACHABLE if number % 10 == 3 else FINE
