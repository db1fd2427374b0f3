# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One side of a flow: hosts by role or name, or networks.

Note that this plugin util is **PRIVATE** to the collection.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

from ansible_collections.portledger.qradar.plugins.plugin_utils._base.networks import Networks, parse_network
from ansible_collections.portledger.qradar.plugins.plugin_utils._base.words import (
    HA_NODE,
    OWN_CONTAINERS,
    PARTIES,
    plays,
    roles_of,
)
from ansible_collections.portledger.qradar.plugins.plugin_utils._inventory.deployment import Deployment, Host

NOWHERE: Final = Networks()


@dataclass(frozen=True, eq=False)
class Side:
    """Source or destination of a flow. Two sides are the same only where they are one object.

    Attributes:
        label: for people, e.g. ``component`` or ``encrypted managed_host``.
        hosts: hosts that belong to it by role or name.
        networks: what a party, or an extra flow, names.
        inside: hosts with an address in ``networks``: they are that party too.
        own_containers: whether it is the containers on the destination itself, which have no address that others know.
    """

    label: str
    hosts: frozenset[str] = frozenset()
    networks: Networks = NOWHERE
    inside: frozenset[str] = frozenset()
    own_containers: bool = False

    @property
    def members(self) -> frozenset[str]:
        """Every host of the deployment that this side has."""
        return self.hosts | self.inside

    def __bool__(self) -> bool:
        return bool(self.hosts or self.networks or self.own_containers)


class Sides:
    """Makes sides from words, each once."""

    def __init__(self, deployment: Deployment) -> None:
        self._deployment = deployment
        self._made: dict[tuple[str, str], Side] = {}
        self._owners: defaultdict[str, list[str]] = defaultdict(list)
        for host in deployment.hosts.values():
            for address in host.all_addresses:
                self._owners[str(address)].append(host.name)
        self._everyone = Networks.of_addresses(
            address for host in deployment.hosts.values() for address in host.all_addresses
        )

    def named(self, word: str) -> Side:
        """The side that a role, a party, a shared word, a host or a network names."""
        key = (word, "")
        if key not in self._made:
            self._made[key] = self._make(word)
        return self._made[key]

    def which(self, word: str, label: str, test: Callable[[Host], bool]) -> Side:
        """Those hosts of a role or shared word that pass a test; where all do, the side of the word itself."""
        whole = self.named(word)
        key = (word, label)
        if key not in self._made:
            hosts = frozenset(name for name in whole.hosts if test(self._deployment.hosts[name]))
            self._made[key] = whole if hosts == whole.hosts else Side(label, hosts)
        return self._made[key]

    def pairs(self) -> Iterable[Side]:
        """Each HA pair, once."""
        for name, host in sorted(self._deployment.hosts.items()):
            if host.ha_peer is not None and name < host.ha_peer:
                key = ("ha_peer", name)
                if key not in self._made:
                    self._made[key] = Side("ha_peer", frozenset({name, host.ha_peer}))
                yield self._made[key]

    def _make(self, word: str) -> Side:
        hosts = self._deployment.hosts
        if word in PARTIES:
            return self._of_networks(word, self._deployment.settings.parties.get(word, NOWHERE))
        if word == OWN_CONTAINERS:
            return Side(word, own_containers=True)
        if word == HA_NODE:
            return Side(word, frozenset(name for name, host in hosts.items() if host.ha_peer is not None))
        by_role = frozenset(name for name, host in hosts.items() if plays(word, host.roles))
        if by_role or roles_of(word):
            return Side(word, by_role)
        if word in hosts:
            return Side(word, frozenset({word}))
        if "." in word or ":" in word:
            return self._of_networks(word, Networks.merged([parse_network(word)]))
        return Side(word)

    def _of_networks(self, label: str, networks: Networks) -> Side:
        """A host inside is meant too, and the cluster address of its pair stands for it."""
        inside = frozenset(name for address in _single(networks & self._everyone) for name in self._owners[address])
        cluster = [a for name in inside for a in self._deployment.hosts[name].cluster_addresses]
        return Side(label, networks=networks | Networks.of_addresses(cluster), inside=inside)


def _single(networks: Networks) -> Iterable[str]:
    """Each address of a set that is known to be small."""
    for cidr in networks.cidrs:
        for address in cidr:
            yield str(address)
