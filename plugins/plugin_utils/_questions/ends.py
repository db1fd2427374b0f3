# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The two ends of a question: the hosts and addresses that a word stands for.

Note that this plugin util is **PRIVATE** to the collection.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from ansible_collections.portledger.qradar.plugins.plugin_utils._base.errors import PortledgerError, choices
from ansible_collections.portledger.qradar.plugins.plugin_utils._base.intervals import (
    Intervals,
    difference,
    intersection,
    of_addresses,
)
from ansible_collections.portledger.qradar.plugins.plugin_utils._base.networks import (
    Address,
    NetworkError,
    Networks,
    parse_network,
)
from ansible_collections.portledger.qradar.plugins.plugin_utils._inventory.deployment import Deployment
from ansible_collections.portledger.qradar.plugins.plugin_utils._inventory.extra_flows import SIDE_WORDS
from ansible_collections.portledger.qradar.plugins.plugin_utils._plan.sides import Sides


@dataclass(frozen=True)
class End:
    """One end of a question, or a part of it with the same treatment everywhere.

    Attributes:
        label: for people: a host, a party or a network.
        hosts: owners of its addresses; two where they are a pair's cluster addresses, none outside the deployment.
        addresses: what was asked for, or None for a host that was asked for by its name or role: which of its
            addresses are meant depends on the NAT group of the other end.
        word: the party or role that was asked for, of which this may be a part.
    """

    label: str
    hosts: frozenset[str]
    addresses: Intervals | None = None
    word: str | None = None


class Ends:
    """Makes ends from words."""

    def __init__(self, deployment: Deployment) -> None:
        self._hosts = deployment.hosts
        self._sides = Sides(deployment)
        self._owners: defaultdict[Address, set[str]] = defaultdict(set)
        for host in deployment.hosts.values():
            for address in host.all_addresses:
                self._owners[address].add(host.name)
        self._everyone = deployment.addresses

    def of(self, option: str, word: str) -> tuple[End, ...]:
        """The ends that a word means; none for a party without networks, and for a role without hosts.

        Args:
            option: how the error names the word, ``source`` or ``destination``.
            word: a host, party, role, address or network.

        Raises:
            PortledgerError: it is none of these.
        """
        if word in SIDE_WORDS or word in self._hosts:
            side = self._sides.named(word)
            asked = word if word in SIDE_WORDS else None
            named = tuple(End(name, frozenset({name}), word=asked) for name in sorted(side.hosts))
            return (*named, *self._split(word, side.networks, asked))
        if "." not in word and ":" not in word:
            known = {*SIDE_WORDS, *self._hosts}
            raise PortledgerError(f"{option}: {word!r} is not a host, party, role or address. {choices(word, known)}.")
        try:
            return tuple(self._split(word, Networks.merged([parse_network(word)])))
        except NetworkError as error:
            raise PortledgerError(f"{option}: {word!r} {error.problem}. {error.remedy}.") from None

    def owners(self, address: Address) -> frozenset[str]:
        """Owners of an address; both nodes of a pair for a shared one."""
        return frozenset(self._owners.get(address, ()))

    def _split(self, label: str, networks: Networks, word: str | None = None) -> Iterator[End]:
        """By owner, as each host has its own rules."""
        inside: defaultdict[frozenset[str], list[Address]] = defaultdict(list)
        if intersection(networks.intervals, self._everyone):
            for address in self._owners:
                if intersection(networks.intervals, of_addresses([address])):
                    inside[self.owners(address)].append(address)
        for hosts, addresses in sorted(inside.items(), key=lambda item: sorted(item[0])):
            yield End(" and ".join(sorted(hosts)), hosts, of_addresses(addresses), word)
        outside = difference(networks.intervals, self._everyone)
        if outside:
            yield End(label, frozenset(), outside, word)
