# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The deployment: hosts with roles and addresses, parties with networks, gateways with segments.

Note that this plugin util is **PRIVATE** to the collection.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from ansible_collections.portledger.qradar.plugins.plugin_utils._base.intervals import Intervals, of_addresses
from ansible_collections.portledger.qradar.plugins.plugin_utils._base.networks import Address, Networks
from ansible_collections.portledger.qradar.plugins.plugin_utils._base.ports import PortRange
from ansible_collections.portledger.qradar.plugins.plugin_utils._base.words import CONTAINER_INTERFACES, DOCUMENTED
from ansible_collections.portledger.qradar.plugins.plugin_utils._catalog.model import Service

DEFAULT_VERSION = "7.5.0"


@dataclass(frozen=True)
class Host:
    """A QRadar host. ``public_addresses`` are what hosts of another NAT group see.

    ``container_interfaces`` are those by which packets of its own containers enter it.
    """

    name: str
    roles: frozenset[str]
    addresses: tuple[Address, ...]
    public_addresses: tuple[Address, ...] = ()
    cluster_addresses: tuple[Address, ...] = ()
    nat_group: int = 0
    encrypted: bool = False
    ha_peer: str | None = None
    ssh_port: int = 22
    container_interfaces: tuple[str, ...] = CONTAINER_INTERFACES

    def seen_from(self, nat_group: int) -> tuple[Address, ...]:
        """The addresses that a host of a NAT group sees; a host outside NAT (group 0) has only its own."""
        if nat_group == self.nat_group or (self.nat_group == 0 and not self.public_addresses):
            return self.addresses + self.cluster_addresses
        return self.public_addresses

    @property
    def all_addresses(self) -> tuple[Address, ...]:
        """Every address that may stand for this host in a packet."""
        return self.addresses + self.cluster_addresses + self.public_addresses


@dataclass(frozen=True)
class Gateway:
    """A Linux firewall between networks: what lies behind each of its interfaces."""

    name: str
    segments: Mapping[str, Networks]


@dataclass(frozen=True)
class ExtraFlow:
    """A flow that the table does not list. ``from_`` and ``to`` are roles, parties, hosts or networks, as written.

    ``place`` is where it is defined, e.g. ``qradar_extra_flows[0]``.
    """

    from_: tuple[str, ...]
    to: tuple[str, ...]
    ports: tuple[PortRange, ...]
    comment: str | None = None
    expires: datetime.date | None = None
    place: str = ""


@dataclass(frozen=True)
class Settings:
    """Settings of the deployment as a whole. ``ended_flows`` are extra flows that have expired and permit nothing."""

    parties: Mapping[str, Networks] = field(default_factory=dict)
    features: frozenset[str] = frozenset()
    version: str = DEFAULT_VERSION
    pins: Mapping[str, tuple[PortRange, ...]] = field(default_factory=dict)
    excluded_services: frozenset[str] = frozenset()
    extra_flows: tuple[ExtraFlow, ...] = ()
    ended_flows: tuple[ExtraFlow, ...] = ()
    profile: str = DOCUMENTED
    supplements: frozenset[str] = frozenset()

    def chooses(self, service: Service) -> bool:
        """Whether an entry of the catalog counts: all of the table do, and those of chosen supplements."""
        return service.supplement is None or service.supplement.id in self.supplements


@dataclass(frozen=True)
class Deployment:
    """Everything that flows are made of. ``warnings`` are for the operator and do not stop a run."""

    hosts: Mapping[str, Host]
    gateways: Mapping[str, Gateway]
    settings: Settings
    warnings: tuple[str, ...] = ()

    @cached_property
    def addresses(self) -> Intervals:
        """Every address of every host."""
        return of_addresses(address for host in self.hosts.values() for address in host.all_addresses)

    @cached_property
    def cluster_addresses(self) -> Intervals:
        """Addresses that the nodes of an HA pair share."""
        return of_addresses(address for host in self.hosts.values() for address in host.cluster_addresses)
