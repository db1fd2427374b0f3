# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How wide readings are read: profiles.

Note that this plugin util is **PRIVATE** to the collection.
"""

from __future__ import annotations

from dataclasses import dataclass

from ansible_collections.portledger.qradar.plugins.plugin_utils._base.ports import PortRange, merge_ports
from ansible_collections.portledger.qradar.plugins.plugin_utils._base.words import LEAST
from ansible_collections.portledger.qradar.plugins.plugin_utils._catalog.catalog import Reading, Service
from ansible_collections.portledger.qradar.plugins.plugin_utils._inventory.deployment import Settings


@dataclass(frozen=True, slots=True)
class Profiled:
    """A reading as a profile reads it: from whom to whom, when, and on which ports."""

    from_: tuple[str, ...]
    to: tuple[str, ...]
    when: str | None
    ports: tuple[PortRange, ...]


def service_ports(service: Service, settings: Settings) -> tuple[PortRange, ...]:
    """The ports of a service here: its pins where there are any, else what the table documents."""
    return pinned_ports(service, settings) or merge_ports(spec.range() for spec in service.ports)


def pinned_ports(service: Service, settings: Settings) -> tuple[PortRange, ...]:
    """The pins of a service; none where it has none, or no dynamic port."""
    if service.service in settings.pins and any(spec.dynamic for spec in service.ports):
        return merge_ports(settings.pins[service.service])
    return ()


def as_documented(service: Service, reading: Reading, settings: Settings) -> Profiled:
    """A reading as the profile ``documented`` reads it, whatever the deployment's own is."""
    return Profiled(reading.from_, reading.to, reading.when, service_ports(service, settings))


def in_profile(service: Service, reading: Reading, settings: Settings) -> Profiled | None:
    """A reading as the deployment's profile reads it; None where that leaves nothing of it."""
    least = reading.least if settings.profile == LEAST else None
    if least is None:
        return as_documented(service, reading, settings)
    pins = pinned_ports(service, settings)
    if least.closed or (least.pinned and not pins):
        return None
    from_, to = ((word,) for word in least.ends) if least.ends else (reading.from_, reading.to)
    ports = service_ports(service, settings)
    if least.ports and not pins:
        ports = merge_ports(PortRange(spec.transport, *least.ports) for spec in service.ports)
    return Profiled(from_, to, least.when or reading.when, ports)
