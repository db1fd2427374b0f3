# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which services of the vendor's table a logged flow could be.

It was logged because no flow of the plan allows it: a condition does not hold, a party lacks a network, the inventory
lacks a host. So conditions do not count here, and an unknown address may belong to any system.

Note that this plugin util is **PRIVATE** to the collection.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Mapping
from typing import Any

from ansible_collections.portledger.qradar.plugins.module_utils._base.contract import HOST
from ansible_collections.portledger.qradar.plugins.plugin_utils._base.words import OWN_CONTAINERS, PARTIES, SELF, plays
from ansible_collections.portledger.qradar.plugins.plugin_utils._catalog.catalog import Catalog, PortSpec
from ansible_collections.portledger.qradar.plugins.plugin_utils._catalog.model import Reading
from ansible_collections.portledger.qradar.plugins.plugin_utils._plan.who import Roles, Who

_ECHO_REQUEST = (8, 128)


def add_services(logged: Iterable[dict[str, Any]], name: str, scope: str, who: Who, catalog: Catalog) -> None:
    """Add ``services`` to each flow that ``ruleset_info`` found in a log.

    Args:
        logged: the flows; they are changed.
        name: of the host whose log it is.
        scope: ``host`` or ``gateway``.
        who: empty where the roles are unknown; then only transport and port decide.
        catalog: the vendor's table.
    """
    for flow in logged:
        source = who.addresses.get(_canonical(flow["source"]))
        # Whatever address of a host a packet is sent to, it is this host's.
        destination = who.names.get(name) if scope == HOST else who.addresses.get(_canonical(flow["destination"]))
        found = (
            service.service
            for service in catalog.services
            # Of what a container publishes, the log has the container's own port.
            if service.klass == "network"
            and not flow["published"]
            and any(_uses(port, flow) for port in service.ports)
            and any(_fits(reading, source, destination) for reading in service.readings)
        )
        flow["services"] = list(dict.fromkeys(found))


def _canonical(address: str) -> str:
    return str(ipaddress.ip_address(address))


def _uses(port: PortSpec, flow: Mapping[str, Any]) -> bool:
    if port.transport != flow["transport"]:
        return False
    if port.transport == "icmp":
        return flow["icmp_type"] in _ECHO_REQUEST
    return flow["port"] is not None and port.first <= flow["port"] <= port.last


def _fits(reading: Reading, source: Roles | None, destination: Roles | None) -> bool:
    # Containers are known by their interface, which the flows of a log no longer have; hardly any line is of one.
    if SELF in reading.from_ or OWN_CONTAINERS in reading.from_:
        return False
    # A host may be in a party's networks as well.
    from_ = source is None or any(word in PARTIES or plays(word, source) for word in reading.from_)
    to = destination is None or any(plays(word, destination) for word in reading.to)
    return from_ and to
