# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Addresses and networks of both families, and their algebra.

Note that this plugin util is **PRIVATE** to the collection.
"""

from __future__ import annotations

import ipaddress
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from typing import Final, TypeAlias

try:
    import netaddr
except ImportError:  # require_netaddr reports it
    HAS_NETADDR = False
else:
    HAS_NETADDR = True

from ansible_collections.portledger.qradar.plugins.plugin_utils._base.errors import PortledgerError
from ansible_collections.portledger.qradar.plugins.plugin_utils._base.intervals import (
    Interval,
    Intervals,
    intersection,
    interval_of,
    merged,
    of_addresses,
    summarized,
)

Address: TypeAlias = ipaddress.IPv4Address | ipaddress.IPv6Address
Cidrs: TypeAlias = "tuple[netaddr.IPNetwork, ...]"


_BROADCAST: Final = ipaddress.IPv4Address("255.255.255.255")
_RESERVED: Final = ipaddress.IPv4Network("240.0.0.0/4")


class NetworkError(PortledgerError):
    """A text that is not a usable address or network; ``problem`` and ``remedy`` as in ``InputError``."""

    def __init__(self, problem: str, remedy: str) -> None:
        self.problem = problem
        self.remedy = remedy
        super().__init__(f"{problem}. {remedy}")


def require_netaddr() -> None:
    """Call this before anything else in this file.

    Raises:
        PortledgerError: the library is missing.
    """
    if not HAS_NETADDR:
        raise PortledgerError(
            f"The Python library netaddr is missing on the controller. Install it for the Python that runs Ansible: "
            f"{sys.executable} -m pip install netaddr."
        )


@dataclass(frozen=True)
class Networks:
    """A set of addresses as the fewest prefixes, IPv4 before IPv6, sorted.

    Build it with :meth:`merged`; ``cidrs`` is taken as already merged.
    """

    cidrs: tuple[netaddr.IPNetwork, ...] = ()

    @classmethod
    def merged(cls, items: Iterable[netaddr.IPNetwork]) -> Networks:
        """The union of some networks."""
        known = {interval_of(cidr.version, cidr.first, cidr.last): (cidr,) for cidr in items}
        return cls._of(merged(known), known)

    @classmethod
    def of_addresses(cls, addresses: Iterable[Address]) -> Networks:
        """The union of some addresses."""
        return cls._of(of_addresses(addresses), {})

    @classmethod
    def _of(cls, intervals: Intervals, known: Mapping[Interval, Cidrs]) -> Networks:
        """What intervals hold. known: the networks of some intervals, which need not be made anew."""
        runs = {interval: known.get(interval) or _cidrs(interval) for interval in intervals}
        found = cls(tuple(chain.from_iterable(runs.values())))
        # As cached_property keeps them.
        found.__dict__.update(intervals=intervals, _runs=runs)
        return found

    @cached_property
    def intervals(self) -> Intervals:
        """The same addresses as numbers; see ``_intervals``."""
        return tuple(self._runs)

    @cached_property
    def _runs(self) -> Mapping[Interval, Cidrs]:
        """The networks of each interval, in order."""
        return Networks.merged(self.cidrs)._runs

    def __bool__(self) -> bool:
        return bool(self.cidrs)

    def __or__(self, other: Networks) -> Networks:
        return union((self, other)) if other else self

    def __and__(self, other: Networks) -> Networks:
        few = min(self, other, key=lambda one: len(one.cidrs))
        return Networks._of(intersection(self.intervals, other.intervals), few._runs)

    def __contains__(self, address: Address) -> bool:
        return bool(intersection(of_addresses([address]), self.intervals))

    @property
    def ipv4(self) -> list[str]:
        """The IPv4 prefixes, e.g. ``["198.18.0.0/15"]``."""
        return [str(cidr) for cidr in self.cidrs if cidr.version == 4]

    @property
    def ipv6(self) -> list[str]:
        """The IPv6 prefixes, e.g. ``["2001:db8::/32"]``."""
        return [str(cidr) for cidr in self.cidrs if cidr.version == 6]


def union(sets: Iterable[Networks]) -> Networks:
    """One set out of several."""
    known: dict[Interval, Cidrs] = {}
    for one in sets:
        known |= one._runs
    return Networks._of(merged(known), known)


def _cidrs(interval: Interval) -> Cidrs:
    # netaddr has a function for this that takes five times as long.
    return tuple(_cidr(network) for network in summarized(interval))


def _cidr(network: ipaddress.IPv4Network | ipaddress.IPv6Network) -> netaddr.IPNetwork:
    return netaddr.IPNetwork((int(network.network_address), network.prefixlen), version=network.version)


def parse_network(value: object) -> netaddr.IPNetwork:
    """Read an address or a network: ``198.18.0.0/24``, ``2001:db8::1``.

    Raises:
        NetworkError: it is neither, or has host bits set.
    """
    if not isinstance(value, str):
        raise NetworkError("is not a string", "Write a network, such as 198.18.0.0/24, as a string")
    try:
        parsed = ipaddress.ip_network(value)
    except ValueError:
        raise _why_no_network(value) from None
    _refuse_forms_of_one_host(parsed.network_address)
    length = value.partition("/")[2]
    if not length.isascii() or (length and (not length.isdigit() or str(int(length)) != length)):
        raise NetworkError("does not end in a plain length", f"Write {parsed}")
    return _cidr(parsed)


def _refuse_forms_of_one_host(address: Address) -> None:
    """Zones and IPv4-mapped IPv6 exist only on one host; no packet carries them."""
    if not isinstance(address, ipaddress.IPv6Address):
        return
    if address.scope_id is not None:
        raise NetworkError("has a zone, which only one host knows", "Leave out the percent sign and what follows it")
    if address.ipv4_mapped is not None:
        raise NetworkError("is IPv4 written as IPv6", f"Write it as IPv4, such as {address.ipv4_mapped}")


def _why_no_network(value: str) -> NetworkError:
    try:
        loose = ipaddress.ip_network(value, strict=False)
        address = value.partition("/")[0]
    except ValueError:
        return NetworkError(
            "is neither an address nor a network",
            "Write an address or a network, such as 198.18.0.0/24 or 2001:db8::/64",
        )
    return NetworkError(
        "has host bits set", f"Write {loose} for the network or {address}/{loose.max_prefixlen} for the one address"
    )


def parse_address(value: object) -> Address:
    """Read the address of a host.

    Raises:
        ValueError: it is not an address (it may be a name).
        NetworkError: it is an address that no other host can reach.
    """
    if not isinstance(value, str):
        raise NetworkError("is not a string", "Write an address, such as 198.18.0.1, as a string")
    address = ipaddress.ip_address(value)
    kinds = (
        ("a loopback address", address.is_loopback),
        ("a multicast address", address.is_multicast),
        ("the unspecified address", address.is_unspecified),
        ("a link-local address", address.is_link_local),
        ("the broadcast address", address == _BROADCAST),
        ("a reserved address", address in _RESERVED),
    )
    for kind, true in kinds:
        if true:
            raise NetworkError(f"is {kind}", "Give the address that the other hosts see")
    _refuse_forms_of_one_host(address)
    return address
