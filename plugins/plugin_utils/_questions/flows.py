# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Search in the flows of a deployment: by source, destination, gateway, service and port.

Note that this plugin util is **PRIVATE** to the collection.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ansible_collections.portledger.qradar.plugins.module_utils._base.contract import GATEWAY
from ansible_collections.portledger.qradar.plugins.plugin_utils._base.errors import PortledgerError, choices
from ansible_collections.portledger.qradar.plugins.plugin_utils._base.networks import Networks
from ansible_collections.portledger.qradar.plugins.plugin_utils._base.ports import PortRange
from ansible_collections.portledger.qradar.plugins.plugin_utils._base.words import OWN_CONTAINERS
from ansible_collections.portledger.qradar.plugins.plugin_utils._inventory.extra_flows import SIDE_WORDS
from ansible_collections.portledger.qradar.plugins.plugin_utils._plan.address_book import NatView
from ansible_collections.portledger.qradar.plugins.plugin_utils._plan.flows import EXTRA_SERVICE, Flow
from ansible_collections.portledger.qradar.plugins.plugin_utils._plan.planner import Planner, no_plan
from ansible_collections.portledger.qradar.plugins.plugin_utils._plan.sides import NOWHERE
from ansible_collections.portledger.qradar.plugins.plugin_utils._questions.flow_terms import (
    asked_network,
    asked_ports,
    asked_service,
    narrowed,
)
from ansible_collections.portledger.qradar.plugins.plugin_utils._questions.side_data import SideData


def query_flows(
    planner: Planner,
    *,
    source: str | None = None,
    destination: str | None = None,
    gateway: str | None = None,
    service: str | None = None,
    port: object = None,
) -> list[dict[str, Any]]:
    """The flows that match, narrowed to the question.

    Args:
        planner: knows the deployment.
        source: a role, party, host, address or network; only what comes from there.
        destination: the same, for where it goes.
        gateway: only what crosses this gateway, with the addresses that lie behind it.
        service: only this service.
        port: only these ports; see :func:`asked_ports`.

    Returns:
        One dictionary a flow: ``service``, ``row`` (None for an extra flow and one of a supplement), ``supplement``
        (its name, or None), ``ports`` (list of ``tcp/514``),
        ``when`` (the condition that holds, or None), ``comment``, and ``source`` and ``destination``, each with
        ``label``, ``hosts`` (names of hosts of the deployment), ``roles`` and ``parties`` (words that have an address
        in it) and ``addresses`` (merged prefixes).

    Raises:
        PortledgerError: an unknown name.
    """
    question = _Question(planner, source, destination)
    if gateway is not None and gateway not in planner.deployment.gateways:
        raise PortledgerError(no_plan(gateway, GATEWAY))
    wanted = None if port is None else asked_ports(port)
    return [
        _as_data(flow, ports, sides)
        for flow in _of_service(planner, service)
        if (ports := flow.ports if wanted is None else narrowed(flow.ports, wanted))
        for sides in question.answers(flow, gateway)
    ]


def _of_service(planner: Planner, service: str | None) -> list[Flow]:
    if service is None:
        return list(planner.flows)
    name = asked_service(service, (*planner.catalog.names(), EXTRA_SERVICE))
    return [flow for flow in planner.flows if flow.service == name]


class _Question:
    def __init__(self, planner: Planner, source: str | None, destination: str | None) -> None:
        self._planner = planner
        self._describe = SideData(planner)
        self._owners = {str(address): host for host in planner.deployment.hosts.values() for address in host.addresses}
        self._containers = source == OWN_CONTAINERS
        self._source = None if self._containers else self._addresses("source", source)
        self._destination = self._addresses("destination", destination)

    def _addresses(self, option: str, term: str | None) -> Networks | None:
        if term is None:
            return None
        hosts = self._planner.deployment.hosts
        if term in SIDE_WORDS or term in hosts:
            return self._describe.addresses_of(term)
        if "." not in term and ":" not in term:
            raise PortledgerError(
                f"{option}: {term!r} is not a role, party or host. {choices(term, {*SIDE_WORDS, *hosts})}."
            )
        return asked_network(option, term)

    def answers(self, flow: Flow, gateway: str | None) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
        if flow.source.own_containers:
            yield from self._from_own_containers(flow, gateway)
            return
        if self._containers:
            return
        book = self._planner.book
        for views in book.views(flow):
            if gateway is None:
                both = book.on_the_wire(flow.source, views[0]), book.on_the_wire(flow.destination, views[1])
            else:
                crossing = book.crossing(flow, views, self._planner.deployment.gateways[gateway])
                if crossing is None:
                    continue
                both = crossing
            sources = both[0] if self._source is None else both[0] & self._source
            destinations = both[1] if self._destination is None else both[1] & self._destination
            if sources and destinations and not self._one_host(sources, destinations):
                yield self._describe.of(flow.source, sources), self._describe.of(flow.destination, destinations)

    def _from_own_containers(self, flow: Flow, gateway: str | None) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
        """By interface: no address means them, and no gateway sees them."""
        whole = self._planner.book.on_the_wire(flow.destination, NatView(translated=True))
        destinations = whole if self._destination is None else whole & self._destination
        if destinations and gateway is None and self._source is None:
            yield self._describe.of(flow.source, NOWHERE), self._describe.of(flow.destination, destinations)

    def _one_host(self, sources: Networks, destinations: Networks) -> bool:
        """Whether both are nothing but addresses of one and the same host: it needs no flow to itself."""
        both = sources | destinations
        if len(both.cidrs) == 1 and both.cidrs[0].size == 1:
            return True
        owner = self._owners.get(str(sources.cidrs[0].network))
        if owner is None:
            return False
        return both & Networks.of_addresses(owner.addresses) == both


def _as_data(flow: Flow, ports: tuple[PortRange, ...], sides: tuple[dict[str, Any], dict[str, Any]]) -> dict[str, Any]:
    return {
        "service": flow.service,
        "row": flow.row,
        "supplement": flow.supplement,
        "ports": [str(one) for one in ports],
        "when": flow.when,
        "comment": flow.comment,
        "source": sides[0],
        "destination": sides[1],
    }
