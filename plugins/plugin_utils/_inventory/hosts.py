# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One host's own variables.

Note that this plugin util is **PRIVATE** to the collection.
"""

from __future__ import annotations

import re
import socket
from collections.abc import Callable, Mapping, Sequence
from typing import TypeAlias

from ansible_collections.portledger.qradar.plugins.plugin_utils._base.errors import InputError, choices
from ansible_collections.portledger.qradar.plugins.plugin_utils._base.networks import (
    Address,
    NetworkError,
    Networks,
    parse_address,
)
from ansible_collections.portledger.qradar.plugins.plugin_utils._base.printable import shown
from ansible_collections.portledger.qradar.plugins.plugin_utils._base.words import CONTAINER_INTERFACES, ROLES
from ansible_collections.portledger.qradar.plugins.plugin_utils._inventory.deployment import Gateway, Host
from ansible_collections.portledger.qradar.plugins.plugin_utils._inventory.values import (
    as_boolean,
    as_list,
    as_mapping,
    as_networks,
    as_number,
    as_words,
)

_MOST = 2**31 - 1

Variables: TypeAlias = Mapping[str, object]
Resolver: TypeAlias = Callable[[str], Sequence[str]]

_SEGMENTS_FORM = "each interface with the networks behind it, such as {eth0: [198.18.1.0/24], eth1: [198.18.2.0/24]}"


def resolve(name: str) -> Sequence[str]:
    """The addresses of a name, from the controller's resolver.

    Raises:
        OSError: there are none.
    """
    return sorted({str(found[4][0]) for found in socket.getaddrinfo(name, None, type=socket.SOCK_STREAM)})


def read_host(name: str, variables: Variables, groups: Sequence[str], resolver: Resolver) -> Host:
    """Make a host of its variables and of the names of the groups that it is in.

    Raises:
        InputError: a variable cannot be used.
    """
    return Host(
        name=name,
        roles=_roles(name, variables, groups),
        addresses=_addresses(name, variables, resolver),
        public_addresses=_address_list(
            name, "qradar_public_addresses", variables.get("qradar_public_addresses"), resolver
        ),
        cluster_addresses=_address_list(
            name, "qradar_cluster_addresses", variables.get("qradar_cluster_addresses"), resolver
        ),
        nat_group=as_number(name, "qradar_nat_group", _given(variables, "qradar_nat_group", 0), 0, _MOST),
        encrypted=as_boolean(name, "qradar_encrypted", _given(variables, "qradar_encrypted", False)),
        ha_peer=_peer(name, variables),
        ssh_port=as_number(name, "ansible_port", variables.get("ansible_port") or 22, 1, 65535),
        container_interfaces=_container_interfaces(name, variables),
    )


def _given(variables: Variables, variable: str, default: object) -> object:
    """A variable's value; nothing (null) is the default."""
    value = variables.get(variable)
    return default if value is None else value


def _container_interfaces(name: str, variables: Variables) -> tuple[str, ...]:
    variable = "qradar_container_interfaces"
    given = variables.get(variable)
    if given is None:
        return CONTAINER_INTERFACES
    interfaces = as_list(name, variable, given)
    for interface in interfaces:
        _check_interface(name, variable, interface)
        if interface == "lo":
            problem = "is the loopback interface, by which a host may talk to itself anyway"
            raise InputError(name, variable, interface, problem, "Remove it")
    return tuple(dict.fromkeys(map(str, interfaces)))


def _peer(name: str, variables: Variables) -> str | None:
    variable = "qradar_ha_peer"
    peer = _given(variables, variable, "")
    if isinstance(peer, bool) or not isinstance(peer, str | int) or (isinstance(peer, int) and abs(peer) > _MOST):
        raise InputError(
            name, variable, peer, "is not the name of a host", "Write the other node's name in the inventory"
        )
    return (peer if isinstance(peer, str) else str(peer)) or None


def _roles(name: str, variables: Variables, groups: Sequence[str]) -> frozenset[str]:
    if variables.get("qradar_roles") is not None:
        roles = as_words(name, "qradar_roles", variables["qradar_roles"], ROLES, "role")
        if not roles:
            raise InputError(name, "qradar_roles", [], "names no role", choices("", ROLES))
        return frozenset(roles)
    prefixed = [group.removeprefix("qradar_") for group in groups if group.startswith("qradar_")]
    roles_of_groups = frozenset(prefixed) & frozenset(ROLES)
    if not roles_of_groups:
        unknown = next(iter(sorted(set(prefixed))), "")
        raise InputError(
            name,
            "qradar_roles",
            None,
            "is not set, and no group qradar_<role> has the host",
            f"Set qradar_roles or put the host into such a group. {choices(unknown, ROLES)}",
        )
    return roles_of_groups


def _addresses(name: str, variables: Variables, resolver: Resolver) -> tuple[Address, ...]:
    if variables.get("qradar_addresses") is not None:
        addresses = _address_list(name, "qradar_addresses", variables["qradar_addresses"], resolver)
        if not addresses:
            raise InputError(name, "qradar_addresses", [], "names no address", "List every address of the host")
        return addresses
    given = variables.get("ansible_host") or name
    try:
        return (parse_address(given if isinstance(given, str) else shown(given)),)
    except NetworkError as error:
        problem = error.problem
    except ValueError:
        problem = "is not an address"
    raise InputError(
        name,
        "ansible_host",
        given,
        f"{problem}, and qradar_addresses is not set",
        "Set qradar_addresses to every address of the host",
    )


def _address_list(name: str, variable: str, value: object, resolver: Resolver) -> tuple[Address, ...]:
    found: dict[Address, None] = {}
    for item in as_list(name, variable, value):
        try:
            for address in _address_or_name(name, variable, item, resolver):
                found[address] = None
        except NetworkError as error:
            raise InputError(name, variable, item, error.problem, error.remedy) from None
    return tuple(found)


def _address_or_name(name: str, variable: str, item: object, resolver: Resolver) -> list[Address]:
    try:
        return [parse_address(item)]
    except ValueError:
        text = str(item)
    # A network or a mistyped address must not reach a name server.
    if "/" in text or ":" in text or not re.search("[A-Za-z]", text):
        raise InputError(
            name, variable, item, "is not an address", "Write an address, such as 198.18.0.1 or 2001:db8::1"
        )
    remedy = "Write the addresses themselves"
    try:
        found = resolver(text)
    except (OSError, UnicodeError):
        found = ()
    if not found:
        raise InputError(name, variable, item, "is a name that does not resolve on the controller", remedy)
    try:
        return [parse_address(address) for address in found]
    except NetworkError as error:
        problem = f"resolves on the controller to {', '.join(found)}, and one of these {error.problem}"
        raise InputError(name, variable, item, problem, remedy) from None


def read_gateway(name: str, variables: Variables) -> Gateway:
    """Make a gateway of its ``qradar_gateway_segments``.

    Raises:
        InputError: fewer than two segments, networks that overlap, or a name that no interface can have.
    """
    variable = "qradar_gateway_segments"
    given = as_mapping(name, variable, variables.get(variable), _SEGMENTS_FORM)
    if len(given) < 2:
        raise InputError(
            name,
            variable,
            dict(given) or None,
            "names fewer than two segments, so nothing crosses this gateway",
            f"Write {_SEGMENTS_FORM}",
        )
    segments: dict[str, Networks] = {}
    for interface, networks in given.items():
        _check_interface(name, variable, interface)
        segments[interface] = as_networks(name, f"{variable}.{interface}", networks)
        if not segments[interface]:
            raise InputError(
                name, f"{variable}.{interface}", networks, "names no network", "List the networks behind the interface"
            )
    _refuse_overlaps(name, variable, segments)
    return Gateway(name, segments)


def _check_interface(name: str, variable: str, interface: object) -> None:
    """Refuse what no interface is called, and what a firewall could read as more than one of them."""
    fits = isinstance(interface, str) and re.fullmatch(r"[A-Za-z0-9_.:@-]{1,15}", interface)
    if not fits or str(interface).startswith("-"):
        raise InputError(name, variable, interface, "is not the name of an interface", "Write it as `ip link` shows it")
    device = re.split("[@:]", str(interface))[0]
    if device != interface:
        problem = "is not the name of an interface: what follows @ is its other end, what follows : is a label"
        raise InputError(name, variable, interface, problem, f"Write {device}" if device else "Write it without that")


def _refuse_overlaps(name: str, variable: str, segments: Mapping[str, Networks]) -> None:
    """Side by side in the order of their addresses: many segments take time in their number, not in its square."""
    everything = sorted(
        ((first, last, interface) for interface, networks in segments.items() for first, last in networks.intervals),
    )
    order = list(segments)
    reach, owner = -1, ""
    for first, last, interface in everything:
        if first <= reach and interface != owner:
            one, other = sorted((owner, interface), key=order.index)
            raise InputError(
                name,
                variable,
                str((segments[one] & segments[other]).cidrs[0]),
                f"is behind both {one} and {other}",
                "List each network behind one interface only",
            )
        if last > reach:
            reach, owner = last, interface
