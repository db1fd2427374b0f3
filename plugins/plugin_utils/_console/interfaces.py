# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Addresses of further interfaces: a second network, IPv6, the crossover link of an HA pair.

Note that this plugin util is **PRIVATE** to the collection.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from ansible_collections.portledger.qradar.plugins.plugin_utils._base.networks import (
    Address,
    NetworkError,
    parse_address,
)
from ansible_collections.portledger.qradar.plugins.plugin_utils._console.fetch import INTERFACES
from ansible_collections.portledger.qradar.plugins.plugin_utils._console.fields import Record, records
from ansible_collections.portledger.qradar.plugins.plugin_utils._console.managed_hosts import ManagedHost, Members

_USED: Final = frozenset({"regular", "management", "hacrossover"})


@dataclass
class Further:
    """Addresses besides those of hosts and servers: of a server, by its ID, and of a pair, by the ID of its host."""

    own: dict[int, list[Address]] = field(default_factory=dict)
    clusters: dict[int, list[Address]] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)


def read_interfaces(api: str, answers: Mapping[str, Any], members: Members) -> Further:
    """Further addresses of each server.

    Args:
        api: URL of the API, for errors.
        answers: by kind of interface and ID of the server, such as ``ethernet/101``; empty where nobody asked.
        members: of the deployment.

    Raises:
        InputError: an answer cannot be used.
    """
    further = Further()
    taken = {address for host in members.hosts for address in (host.address, *(one.address for one in host.servers))}
    owners: dict[Address, ManagedHost] = {}
    shared: dict[Address, None] = {}
    for host in members.hosts:
        for server in host.servers:
            for address, moves in _addresses(api, answers, server.id):
                if address in taken:
                    continue
                pair = moves and len(host.servers) > 1
                found = further.clusters.setdefault(host.id, []) if pair else further.own.setdefault(server.id, [])
                if address not in found:
                    found.append(address)
                    other = owners.setdefault(address, host)
                    if other is not host or (not pair and _on_both_nodes(further, host, address)):
                        shared[address] = None
    _leave_out(further, shared)
    return further


def _addresses(api: str, answers: Mapping[str, Any], server_id: int) -> Iterator[tuple[Address, bool]]:
    """Each address that others can reach, and whether it moves to the node that is active."""
    for kind, path in INTERFACES.items():
        for record in records(api + path.format(server_id), answers.get(f"{kind}/{server_id}", [])):
            if record.text("role") not in _USED or not record.fields.get("ip"):
                continue
            address = _address(record)
            if address is not None:
                yield address, record.optional_boolean("is_moving_config_with_active_ha")


def _address(record: Record) -> Address | None:
    """None for one that only the host itself can use, such as the link-local one of every IPv6 interface."""
    try:
        return parse_address(record.fields["ip"])
    except NetworkError:
        return None
    except ValueError:
        return record.address("ip")


def _on_both_nodes(further: Further, host: ManagedHost, address: Address) -> bool:
    return sum(address in further.own.get(server.id, []) for server in host.servers) > 1


def _leave_out(further: Further, shared: Mapping[Address, None]) -> None:
    """Crossover links of two pairs may have the same addresses. No rule could tell their hosts apart."""
    for addresses in (*further.own.values(), *further.clusters.values()):
        addresses[:] = [address for address in addresses if address not in shared]
    if shared:
        further.warnings.append(
            f"{', '.join(map(str, shared))}: more than one server has this address on an interface, so it is in the "
            "inventory of none. Where it belongs to a crossover link, permit its traffic with qradar_extra_flows."
        )
