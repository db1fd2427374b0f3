# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What hosts say of their dynamic ports, and which hosts a pin is for.

Note that this plugin util is **PRIVATE** to the collection.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from ansible_collections.portledger.qradar.plugins.module_utils._base.contract import IMQ_DYNAMIC
from ansible_collections.portledger.qradar.plugins.plugin_utils._base.ports import PortRange
from ansible_collections.portledger.qradar.plugins.plugin_utils._catalog.catalog import Catalog
from ansible_collections.portledger.qradar.plugins.plugin_utils._inventory.deployment import Deployment
from ansible_collections.portledger.qradar.plugins.plugin_utils._plan.planner import Planner


@dataclass(frozen=True)
class LivePort:
    """A port that a service of a host uses, or may use.

    Attributes:
        name: the port mapper's name for it, or how it was found.
        listens: whether a process listens on it.
        certain: whether it is the service's for certain.
        offered: whether it can be pinned: it listens for the network, in the range that the vendor's table documents.
    """

    port: PortRange
    name: str
    listens: bool
    processes: tuple[str, ...]
    certain: bool
    offered: bool


@dataclass(frozen=True)
class Live:
    """A service on one host.

    Attributes:
        running: whether something listens on its fixed port.
        why: why its ports could not be read, None where they were.
        lacks: what may be missing among them.
    """

    service: str
    running: bool
    why: str | None
    lacks: tuple[str, ...] = ()
    ports: tuple[LivePort, ...] = ()

    @property
    def offered(self) -> tuple[LivePort, ...]:
        """Those that can be pinned."""
        return tuple(one for one in self.ports if one.offered)

    @property
    def is_absent(self) -> bool:
        """Whether the host does not have the service at all.

        Every managed host has a message queue, so one that does not run has ports again later. The table does not say
        which hosts have a web application container.
        """
        return not self.running and self.service != IMQ_DYNAMIC


LiveServices: TypeAlias = Mapping[str, Live]
"""By the name of the service, on one host."""


def read_live(result: Mapping[str, Any], catalog: Catalog) -> LiveServices:
    """Out of what ``dynamic_ports_info`` returns, once it has the form ``DYNAMIC_PORTS``.

    A host is not to be believed: what it offers outside the documented range is not offered.
    """
    return {one["service"]: _service(one, documented_ranges(one["service"], catalog)) for one in result["services"]}


def documented_ranges(service: str, catalog: Catalog) -> tuple[PortRange, ...]:
    """What the vendor's table documents for a service."""
    return tuple(spec.range() for one in catalog.service(service) for spec in one.ports)


def _service(given: Mapping[str, Any], ranges: Iterable[PortRange]) -> Live:
    ports = []
    for one in given["ports"]:
        port = PortRange.parse(one["port"])
        offered = one["offered"] and one["listens"] and any(port in documented for documented in ranges)
        ports.append(
            LivePort(port, one["name"], one["listens"], tuple(one["processes"]), one["certain"], bool(offered))
        )
    why = None if given["read"] else given["why"] or "the host does not say why"
    return Live(given["service"], given["running"], why, tuple(given["lacks"]), tuple(ports))


def receivers(planner: Planner, service: str) -> list[str]:
    """Hosts that flows of a service enter, in the order of the inventory: pins of other hosts permit nothing."""
    reached: set[str] = set()
    for flow in planner.flows:
        if flow.service == service and flow.row is not None:
            alone = flow.source.hosts if len(flow.source.hosts) == 1 and not flow.source.networks else frozenset()
            reached |= flow.destination.members - alone
    return [name for name in planner.deployment.hosts if name in reached]


def unknown_hosts(names: Iterable[str], live: Mapping[str, Live | None], deployment: Deployment) -> list[str]:
    """Those of some hosts whose ports of a service are not known whole.

    Only one node of an HA pair runs the services, so what is known of one node is known of the pair.
    """

    def is_known(name: str | None) -> bool:
        one = live.get(name) if name else None
        return one is not None and (one.is_absent or (one.why is None and not one.lacks))

    return [name for name in names if not is_known(name) and not is_known(deployment.hosts[name].ha_peer)]
