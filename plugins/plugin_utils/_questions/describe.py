# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sets of addresses in the operator's words: roles, hosts, parties, and what is left.

Note that this plugin util is **PRIVATE** to the collection.
"""

from __future__ import annotations

from dataclasses import dataclass

from ansible_collections.portledger.qradar.plugins.plugin_utils._base.intervals import (
    IPV4,
    IPV6,
    Intervals,
    difference,
    intersection,
    of_addresses,
    prefixes,
    union,
)
from ansible_collections.portledger.qradar.plugins.plugin_utils._base.words import GROUP_WORDS, ROLES, plays
from ansible_collections.portledger.qradar.plugins.plugin_utils._inventory.deployment import Deployment

_FEW = 2
"""Up to so many hosts are named one by one, even where they are all hosts of a role."""

_MANY = 8
"""More ranges than this of one party are counted, not listed."""


@dataclass(frozen=True)
class Described:
    """A set of addresses.

    Attributes:
        words: a role or a shared word where exactly all its hosts are in it, else the hosts; parties that lie
            wholly in it, and how many ranges of those that do not; prefixes of the rest.
        hosts: hosts with all their addresses of a family in it.
        addresses: all of it.
    """

    words: tuple[str, ...]
    hosts: tuple[str, ...]
    addresses: Intervals


class Describer:
    """Finds words for sets, of one deployment."""

    def __init__(self, deployment: Deployment) -> None:
        self._deployment = deployment
        self._hosts = {name: of_addresses(host.all_addresses) for name, host in deployment.hosts.items()}
        self._parties = {
            party: difference(networks.intervals, deployment.addresses)
            for party, networks in deployment.settings.parties.items()
        }
        self._groups = {
            word: frozenset(name for name, host in deployment.hosts.items() if plays(word, host.roles))
            for word in (*GROUP_WORDS, *ROLES)
        }

    def describe_both(self, sources: Intervals, destinations: Intervals) -> tuple[Described, Described]:
        """Words for both ends of a flow: a host that is the whole other end may be missing from a role."""
        ends = [self.describe(addresses) for addresses in (sources, destinations)]
        lone = [frozenset(end.hosts) if len(end.words) == 1 and len(end.hosts) == 1 else frozenset() for end in ends]
        return self.describe(sources, lone[1]), self.describe(destinations, lone[0])

    def describe(self, addresses: Intervals, apart: frozenset[str] = frozenset()) -> Described:
        """Words for a set; whether hosts that stand apart are in it does not matter for the name of a role."""
        hosts, rest = [], addresses
        for name, own in self._hosts.items():
            parts = [part for family in (IPV4, IPV6) if (part := intersection(own, family))]
            whole = [part for part in parts if intersection(part, addresses) == part]
            if whole:
                hosts.append(name)
                rest = difference(rest, union(whole))
        words = self._words(hosts, apart)
        for party, networks in self._parties.items():
            for family in (IPV4, IPV6):
                part = intersection(networks, family)
                inside = intersection(rest, part)
                if not inside:
                    continue
                if inside == part:
                    words.append(party)
                    rest = difference(rest, part)
                elif len(inside) > _MANY:
                    words.append(f"{len(inside):,} ranges of {party}")
                    rest = difference(rest, part)
        return Described(
            tuple(dict.fromkeys((*words, *prefixes(rest, self._deployment.addresses)))), tuple(hosts), addresses
        )

    def _words(self, hosts: list[str], apart: frozenset[str]) -> list[str]:
        if len(hosts) > _FEW:
            for word, members in self._groups.items():
                if members - apart == frozenset(hosts) - apart:
                    return [word]
        return list(hosts)
