# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The addresses that packets between two ends carry, before and after NAT.

Note that this plugin util is **PRIVATE** to the collection.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from ansible_collections.portledger.qradar.plugins.plugin_utils._base.intervals import Intervals, of_addresses
from ansible_collections.portledger.qradar.plugins.plugin_utils._inventory.deployment import Host
from ansible_collections.portledger.qradar.plugins.plugin_utils._questions.ends import End


class Rectangle(NamedTuple):
    """Source addresses by destination addresses. ``arrived``: as the destination itself sees them."""

    sources: Intervals
    destinations: Intervals
    arrived: bool


class Rectangles:
    """Knows the addresses of the hosts of a deployment."""

    def __init__(self, hosts: Mapping[str, Host]) -> None:
        self._hosts = hosts

    def between(self, source: End, destination: End) -> list[Rectangle]:
        """With NAT, a packet leaves for a public address and arrives from one."""
        group_from, group_to = self._nat_group(source), self._nat_group(destination)
        sent = Rectangle(self._here(source, group_to), self._seen(destination, group_from), False)
        arrived = Rectangle(self._seen(source, group_to), self._here(destination, group_from), True)
        return [arrived] if sent[:2] == arrived[:2] else [sent, arrived]

    def loopback(self, source: End, destination: End) -> Rectangle:
        """From a host to itself."""
        return Rectangle(self._here(source, None), self._here(destination, None), True)

    def _nat_group(self, end: End) -> int | None:
        return next((self._hosts[name].nat_group for name in sorted(end.hosts)), None)

    def _here(self, end: End, other: int | None) -> Intervals:
        """An end's addresses as it has them itself."""
        if end.addresses is not None:
            return end.addresses
        return of_addresses(
            address
            for host in self._hosts_of(end)
            for address in (host.all_addresses if other is None else host.addresses + host.cluster_addresses)
        )

    def _seen(self, end: End, other: int | None) -> Intervals:
        """An end's addresses as a NAT group sees them, None for somebody outside the deployment."""
        if end.addresses is not None:
            return end.addresses
        return of_addresses(
            address
            for host in self._hosts_of(end)
            for address in (host.all_addresses if other is None else host.seen_from(other))
        )

    def _hosts_of(self, end: End) -> list[Host]:
        return [self._hosts[name] for name in sorted(end.hosts)]
