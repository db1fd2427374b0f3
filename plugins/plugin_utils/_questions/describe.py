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
        self._hosts = {name: _of_families(of_addresses(host.all_addresses)) for name, host in deployment.hosts.items()}
        self._parties = {
            party: _of_families(difference(networks.intervals, deployment.addresses))
            for party, networks in deployment.settings.parties.items()
        }
        self._groups = {
            word: frozenset(name for name, host in deployment.hosts.items() if plays(word, host.roles))
            for word in (*GROUP_WORDS, *ROLES)
        }
        self._found: dict[Intervals, tuple[tuple[str, ...], tuple[str, ...]]] = {}

    def describe_both(self, sources: Intervals, destinations: Intervals) -> tuple[Described, Described]:
        """Words for both ends of a flow: a host that is the whole other end may be missing from a role."""
        ends = [self.describe(addresses) for addresses in (sources, destinations)]
        lone = [frozenset(end.hosts) if len(end.words) == 1 and len(end.hosts) == 1 else frozenset() for end in ends]
        return self.describe(sources, lone[1]), self.describe(destinations, lone[0])

    def describe(self, addresses: Intervals, apart: frozenset[str] = frozenset()) -> Described:
        """Words for a set; whether hosts that stand apart are in it does not matter for the name of a role."""
        if addresses not in self._found:
            self._found[addresses] = self._parts(addresses)
        hosts, others = self._found[addresses]
        return Described(tuple(dict.fromkeys((*self._words(hosts, apart), *others))), hosts, addresses)

    def _parts(self, addresses: Intervals) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """The hosts in a set, and the words for what is left."""
        inside = {
            name: whole
            for name, parts in self._hosts.items()
            if (whole := [part for part in parts if intersection(part, addresses) == part])
        }
        # Once for all hosts: what is left can be thousands of ranges.
        rest = difference(addresses, union(part for whole in inside.values() for part in whole))
        words: list[str] = []
        for party, parts in self._parties.items():
            for part in parts:
                common = intersection(rest, part)
                if not common:
                    continue
                if common == part:
                    words.append(party)
                    rest = difference(rest, part)
                elif len(common) > _MANY:
                    words.append(f"{len(common):,} ranges of {party}")
                    rest = difference(rest, part)
        return tuple(inside), (*words, *prefixes(rest, self._deployment.addresses))

    def _words(self, hosts: tuple[str, ...], apart: frozenset[str]) -> tuple[str, ...]:
        if len(hosts) > _FEW:
            for word, members in self._groups.items():
                if members - apart == frozenset(hosts) - apart:
                    return (word,)
        return hosts


def _of_families(addresses: Intervals) -> tuple[Intervals, ...]:
    """The parts of a set, IPv4 before IPv6, without an empty one."""
    return tuple(part for family in (IPV4, IPV6) if (part := intersection(addresses, family)))
