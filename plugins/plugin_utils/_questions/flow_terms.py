# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The words that a question about flows may use, with or without a deployment at hand.

Note that this plugin util is **PRIVATE** to the collection.
"""

from __future__ import annotations

from collections.abc import Iterable

from ansible_collections.portledger.qradar.plugins.plugin_utils._base.errors import InputError, PortledgerError, choices
from ansible_collections.portledger.qradar.plugins.plugin_utils._base.networks import (
    NetworkError,
    Networks,
    parse_network,
)
from ansible_collections.portledger.qradar.plugins.plugin_utils._base.ports import (
    PORT_REMEDY,
    PortError,
    PortRange,
    merge_ports,
    parse_ports,
)
from ansible_collections.portledger.qradar.plugins.plugin_utils._catalog.query import flat


def asked_network(option: str, term: str) -> Networks:
    """An address or a network.

    Raises:
        PortledgerError: it is neither.
    """
    try:
        return Networks.merged([parse_network(term)])
    except NetworkError as error:
        raise PortledgerError(f"{option}: {term!r} {error.problem}. {error.remedy}.") from None


def asked_service(service: object, known: Iterable[str]) -> str:
    """A service of the catalog, or another name that flows have.

    Raises:
        PortledgerError: it is unknown.
    """
    names = frozenset(known)
    if not isinstance(service, str) or service not in names:
        raise PortledgerError(f"service: {service!r} is not a service in the catalog. {choices(service, names)}.")
    return service


def asked_ports(port: object) -> tuple[PortRange, ...]:
    """Ports as people ask for them (514, ``tcp/514``, ``20000-23000``, ``icmp``), one or a list.

    Raises:
        InputError: it is not a port.
    """
    found: list[PortRange] = []
    for one in flat([port]):
        try:
            found.extend(parse_ports(one))
        except PortError as error:
            raise InputError(None, "port", one, error.problem, PORT_REMEDY) from None
    return tuple(found)


def narrowed(ports: Iterable[PortRange], wanted: Iterable[PortRange]) -> tuple[PortRange, ...]:
    """What is asked for of some ports."""
    asked = tuple(wanted)
    return merge_ports(common for port in ports for one in asked if (common := port.common(one)) is not None)
