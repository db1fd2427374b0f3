# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One side of a flow as data: its hosts, and the words that it answers to.

Note that this plugin util is **PRIVATE** to the collection.
"""

from __future__ import annotations

from typing import Any, Final

from ansible_collections.portledger.qradar.plugins.plugin_utils._base.intervals import intersection
from ansible_collections.portledger.qradar.plugins.plugin_utils._base.networks import Networks
from ansible_collections.portledger.qradar.plugins.plugin_utils._base.words import PARTIES, plays
from ansible_collections.portledger.qradar.plugins.plugin_utils._inventory.extra_flows import SIDE_WORDS
from ansible_collections.portledger.qradar.plugins.plugin_utils._plan.address_book import NatView
from ansible_collections.portledger.qradar.plugins.plugin_utils._plan.planner import Planner
from ansible_collections.portledger.qradar.plugins.plugin_utils._plan.sides import Side, Sides

HOST_WORDS: Final = tuple(word for word in SIDE_WORDS if word not in PARTIES)
"""Roles, and the words for several of them."""


class SideData:
    """Describes sides of flows of one deployment."""

    def __init__(self, planner: Planner) -> None:
        self._hosts = planner.deployment.hosts
        self._sides = Sides(planner.deployment)
        self._book = planner.book
        self._with_role = {
            word: frozenset(name for name, host in self._hosts.items() if plays(word, host.roles))
            for word in HOST_WORDS
        }
        # The networks are kept, so that no other set can get their id.
        self._known: dict[tuple[Side, int], tuple[Networks, dict[str, Any]]] = {}
        self._parties = {
            party: self.addresses_of(party).intervals
            for party in PARTIES
            if planner.deployment.settings.parties.get(party)
        }

    def addresses_of(self, word: str) -> Networks:
        """Every address that may stand for a role, a party or a host in a packet."""
        return self._book.on_the_wire(self._sides.named(word), NatView(translated=True))

    def of(self, side: Side, networks: Networks) -> dict[str, Any]:
        """A side as far as it lies in some networks, as data of its own.

        Returns:
            ``label``, ``hosts``, ``roles``, ``parties`` and ``addresses``.
        """
        key = side, id(networks)
        if key not in self._known:
            self._known[key] = networks, self._describe(side, networks)
        found = self._known[key][1]
        return {name: list(value) if isinstance(value, list) else value for name, value in found.items()}

    def _describe(self, side: Side, networks: Networks) -> dict[str, Any]:
        hosts = sorted(name for name in side.members if any(a in networks for a in self._hosts[name].all_addresses))
        return {
            "label": side.label,
            "hosts": hosts,
            "roles": [word for word, members in self._with_role.items() if not members.isdisjoint(hosts)],
            "parties": [
                party for party, addresses in self._parties.items() if intersection(addresses, networks.intervals)
            ],
            "addresses": networks.ipv4 + networks.ipv6,
        }
