# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Flows that match, out of a list of flows.

Note that this plugin util is **PRIVATE** to the collection.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Sequence
from typing import Any, Final

from ansible_collections.portledger.qradar.plugins.plugin_utils._base.errors import InputError, choices
from ansible_collections.portledger.qradar.plugins.plugin_utils._base.networks import (
    NetworkError,
    Networks,
    parse_network,
    require_netaddr,
)
from ansible_collections.portledger.qradar.plugins.plugin_utils._base.ports import PortRange
from ansible_collections.portledger.qradar.plugins.plugin_utils._catalog.catalog import load_catalog
from ansible_collections.portledger.qradar.plugins.plugin_utils._catalog.query import flat
from ansible_collections.portledger.qradar.plugins.plugin_utils._filters.flows import (
    FLOWS_REMEDY,
    GivenFlow,
    GivenSide,
    plain_data,
    read_flows,
)
from ansible_collections.portledger.qradar.plugins.plugin_utils._inventory.extra_flows import SIDE_WORDS
from ansible_collections.portledger.qradar.plugins.plugin_utils._plan.flows import EXTRA_SERVICE
from ansible_collections.portledger.qradar.plugins.plugin_utils._questions.flow_terms import (
    asked_network,
    asked_ports,
    asked_service,
)

_TRANSPORTS: Final = ("tcp", "udp", "icmp")
SEVERAL: Final = ""
"""Not a host's name."""

_LIKE_A_WORD: Final = re.compile(r"[a-z_]+")
_LIKE_A_NETWORK: Final = re.compile(r"[0-9a-f]*[.:][0-9a-f.:]*(/[0-9]*)?", re.IGNORECASE)


def select_flows(
    flows: object,
    source: object = None,
    destination: object = None,
    service: object = None,
    port: object = None,
    transport: object = None,
) -> list[dict[str, Any]]:
    """The flows that match every option, unchanged and in order.

    Args:
        flows: as the lookup gives them.
        source: a role, party, host, address or network that must be part of the source.
        destination: the same of the destination.
        service: a service, or a list of which one must fit.
        port: a port, range or list; one of them must be a port of the flow.
        transport: tcp, udp or icmp. With ``port``, of that port.

    Raises:
        InputError: an option or a flow is not understood.
        PortledgerError: likewise.
    """
    given = read_flows(flows)
    services = None if service is None else _services(service, given)
    ports = None if port is None else asked_ports(port)
    ends = _Ends(given, source, destination)
    kind = _transport(transport)
    return [
        plain_data(flow.data)
        for flow in given
        if (services is None or flow.service in services) and _has_port(flow.ports, ports, kind) and ends.fit(flow)
    ]


def _services(service: object, flows: Iterable[GivenFlow]) -> frozenset[str]:
    known = {*load_catalog().names(), EXTRA_SERVICE, *(flow.service for flow in flows)}
    return frozenset(asked_service(name, known) for name in flat([service]))


def _transport(transport: object) -> str | None:
    if transport is None:
        return None
    if not isinstance(transport, str) or transport not in _TRANSPORTS:
        raise InputError(None, "transport", transport, "is not a transport", choices(transport, _TRANSPORTS))
    return transport


def _has_port(ports: Iterable[PortRange], wanted: Sequence[PortRange] | None, transport: str | None) -> bool:
    """Whether one and the same port has the transport and is asked for."""
    return any(
        transport in (None, port.transport) and (wanted is None or any(port.common(one) for one in wanted))
        for port in ports
    )


class _Ends:
    def __init__(self, flows: Iterable[GivenFlow], source: object, destination: object) -> None:
        sides = [side for flow in flows for side in (flow.source, flow.destination)]
        self._hosts = {name for side in sides for name in side.hosts}
        self._labels = {side.label for side in sides}
        self._networks: dict[tuple[str, ...], Networks] = {}
        self._source = self._term("source", source)
        self._destination = self._term("destination", destination)

    def fit(self, flow: GivenFlow) -> bool:
        sources, destinations = self._part(flow.source, self._source), self._part(flow.destination, self._destination)
        if sources is None or destinations is None:
            return False
        # One system needs no flow to itself.
        if isinstance(sources, Networks) != isinstance(destinations, Networks):
            return not (
                self._of_host(sources, flow.destination, destinations)
                or self._of_host(destinations, flow.source, sources)
            )
        alone = _is_single(sources) if isinstance(sources, Networks) else sources != SEVERAL
        return not (alone and sources == destinations)

    def _of_host(self, addresses: str | Networks, side: GivenSide, host: str | Networks) -> bool:
        """Whether all of some addresses are the host's that a side consists of."""
        if not isinstance(addresses, Networks) or side.has_networks or side.hosts != (host,):
            return False
        return self._networks_of(side) & addresses == addresses

    def _term(self, option: str, term: object) -> str | Networks | None:
        """A word to look for, or addresses."""
        if term is None:
            return None
        if not isinstance(term, str) or not term:
            problem = "is not a role, party, host, address or network"
            raise InputError(None, option, term, problem, "Write one of these, such as console or 198.18.0.0/24")
        if term in SIDE_WORDS or term in self._hosts:
            return term
        if _LIKE_A_NETWORK.fullmatch(term):
            require_netaddr()
            return asked_network(option, term)
        near = difflib.get_close_matches(term, SIDE_WORDS, n=1, cutoff=0.85)
        if near and _LIKE_A_WORD.fullmatch(term) and term not in self._labels:
            problem = "is not a role or a party, and no host of these flows has this name"
            raise InputError(None, option, term, problem, f"Did you mean {near[0]}?")
        # A host that these flows do not concern.
        return term

    def _part(self, side: GivenSide, term: str | Networks | None) -> str | Networks | None:
        """What of a side is meant: a single host, ``SEVERAL``, addresses, or None for nothing."""
        if isinstance(term, Networks):
            return self._networks_of(side) & term or None
        if term in side.hosts:
            return term
        if term in side.roles or (term in (None, side.label) and not side.has_networks):
            return side.hosts[0] if len(side.hosts) == 1 else SEVERAL
        return SEVERAL if term in (None, side.label) or term in side.parties else None

    def _networks_of(self, side: GivenSide) -> Networks:
        if side.addresses not in self._networks:
            try:
                networks = Networks.merged(parse_network(address) for address in side.addresses)
            except NetworkError as error:
                raise InputError(None, "addresses", list(side.addresses), error.problem, FLOWS_REMEDY) from None
            self._networks[side.addresses] = networks
        return self._networks[side.addresses]


def _is_single(networks: Networks) -> bool:
    return len(networks.cidrs) == 1 and networks.cidrs[0].size == 1
