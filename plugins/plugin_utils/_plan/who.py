# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which roles are behind a name or an address.

Note that this plugin util is **PRIVATE** to the collection.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from ansible_collections.portledger.qradar.plugins.plugin_utils._inventory.deployment import Deployment

Roles: TypeAlias = frozenset[str]


@dataclass(frozen=True)
class Who:
    """Roles by a host's name in the inventory, and by each of its addresses."""

    names: Mapping[str, Roles] = field(default_factory=dict)
    addresses: Mapping[str, Roles] = field(default_factory=dict)

    @classmethod
    def of(cls, deployment: Deployment) -> Who:
        """All hosts of a deployment."""
        hosts = deployment.hosts.values()
        return cls(
            {host.name: host.roles for host in hosts},
            {str(address): host.roles for host in hosts for address in host.all_addresses},
        )

    @classmethod
    def from_data(cls, data: Mapping[str, Mapping[str, Iterable[str]]]) -> Who:
        """What :meth:`as_data` gave."""
        return cls(*({key: frozenset(roles) for key, roles in data[kind].items()} for kind in ("names", "addresses")))

    def as_data(self) -> dict[str, dict[str, list[str]]]:
        """In the form of JSON."""
        return {
            kind: {key: sorted(roles) for key, roles in found.items()}
            for kind, found in (("names", self.names), ("addresses", self.addresses))
        }
