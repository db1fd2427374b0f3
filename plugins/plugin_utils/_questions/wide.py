# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Wide ranges that flows permit, and how to find out what would pin them.

Note that this plugin util is **PRIVATE** to the collection.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from ansible_collections.portledger.qradar.plugins.plugin_utils._base.ports import PortRange, merge_ports
from ansible_collections.portledger.qradar.plugins.plugin_utils._plan.planner import Planner
from ansible_collections.portledger.qradar.plugins.plugin_utils._plan.profiles import pinned_ports

_READ: Final = "The playbook portledger.qradar.pins reads them from the hosts"
_HOW: Final = {
    "portmapper_dynamic": "On the console, 'rpcinfo -p' shows the ports of RPC services",
    "dcom_dynamic": "On Windows, 'netsh int ipv4 show dynamicport tcp' shows the range, and 'set' narrows it",
    "imq_dynamic": _READ,
    "rmi_dynamic": _READ,
}


@dataclass(frozen=True)
class WideRange:
    """A dynamic service without a pin.

    Attributes:
        service: its name.
        row: in the vendor's table.
        ports: what its flows permit.
        ends: ``from to``, of each flow once.
    """

    service: str
    row: int
    ports: tuple[PortRange, ...]
    ends: tuple[str, ...]

    @property
    def count(self) -> int:
        """How many ports these are."""
        return sum(one.last - one.first + 1 for one in self.ports)

    @property
    def variable(self) -> str:
        """The variable that pins it."""
        return f"qradar_dynamic_ports.{self.service}"

    @property
    def remedy(self) -> str:
        """What would pin it."""
        how = _HOW.get(self.service)
        return "Pin the ports that it really uses" + (f". {how}" if how else "")


def wide_ranges(planner: Planner) -> Iterator[WideRange]:
    """Each dynamic service without a pin that a flow permits, in row order."""
    settings = planner.deployment.settings
    for service in planner.catalog.services:
        if service.row is None or not any(spec.dynamic for spec in service.ports) or pinned_ports(service, settings):
            continue
        flows = [flow for flow in planner.flows if (flow.service, flow.row) == (service.service, service.row)]
        if flows:
            ports = tuple(merge_ports(port for flow in flows for port in flow.ports))
            ends = tuple(dict.fromkeys(f"{flow.source.label} to {flow.destination.label}" for flow in flows))
            yield WideRange(service.service, service.row, ports, ends)
