# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Addresses and networks of both families, and their algebra.

Note that this plugin util is **PRIVATE** to the collection.
"""

from __future__ import annotations

import bisect
import ipaddress
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Final, TypeAlias

try:
    import netaddr
except ImportError:  # require_netaddr reports it
    HAS_NETADDR = False
else:
    HAS_NETADDR = True

from ansible_collections.portledger.qradar.plugins.module_utils._base.intervals import networks_of, plain_interval
from ansible_collections.portledger.qradar.plugins.plugin_utils._base.errors import PortledgerError
from ansible_collections.portledger.qradar.plugins.plugin_utils._base.intervals import (
    IPV4,
    IPV6,
    Interval,
    Intervals,
    intersection,
    interval_of,
    merged,
    of_addresses,
    summarized,
)
from ansible_collections.portledger.qradar.plugins.plugin_utils._base.intervals import union as union_of_intervals

Address: TypeAlias = ipaddress.IPv4Address | ipaddress.IPv6Address


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
    """A set of addresses; build it with :meth:`merged`.

    Attributes:
        intervals: the addresses as numbers of one line; see ``intervals.py``.
    """

    intervals: Intervals = ()

    @classmethod
    def merged(cls, items: Iterable[netaddr.IPNetwork]) -> Networks:
        """The union of some networks."""
        return cls(merged(interval_of(cidr.version, cidr.first, cidr.last) for cidr in items))

    @classmethod
    def of_addresses(cls, addresses: Iterable[Address]) -> Networks:
        """The union of some addresses."""
        return cls(of_addresses(addresses))

    @cached_property
    def cidrs(self) -> tuple[netaddr.IPNetwork, ...]:
        """The fewest prefixes, IPv4 before IPv6, sorted. Most sets in a plan never need them."""
        # netaddr has a function for this that takes five times as long.
        return tuple(_cidr(network) for interval in self.intervals for network in summarized(interval))

    def __bool__(self) -> bool:
        return bool(self.intervals)

    def __or__(self, other: Networks) -> Networks:
        return union((self, other)) if other else self

    def __and__(self, other: Networks) -> Networks:
        return Networks(intersection(self.intervals, other.intervals))

    def __contains__(self, address: Address) -> bool:
        return bool(intersection(of_addresses([address]), self.intervals))

    @property
    def ipv4(self) -> list[str]:
        """The IPv4 prefixes, e.g. ``["198.18.0.0/15"]``."""
        return self._texts[0]

    @property
    def ipv6(self) -> list[str]:
        """The IPv6 prefixes, e.g. ``["2001:db8::/32"]``."""
        return self._texts[1]

    @property
    def whole(self) -> tuple[str, ...]:
        """The families whose every address is in the set, each as its network: ``0.0.0.0/0`` or ``::/0``."""
        # One interval has all of a family, the first or the last: nothing is before IPv4, and nothing behind IPv6.
        families = (("0.0.0.0/0", IPV4, self.intervals[:1]), ("::/0", IPV6, self.intervals[-1:]))
        return tuple(text for text, family, end in families if end == family)

    @cached_property
    def _texts(self) -> tuple[list[str], list[str]]:
        many = bisect.bisect(self.intervals, IPV4[0][1], key=lambda interval: interval[0])
        ipv4 = [text for interval in self.intervals[:many] for text in networks_of(interval, "ipv4")]
        ipv6 = [str(_cidr(network)) for interval in self.intervals[many:] for network in summarized(interval)]
        return ipv4, ipv6


def union(sets: Iterable[Networks]) -> Networks:
    """One set out of several."""
    return Networks(union_of_intervals(one.intervals for one in sets))


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


def parse_interval(value: object) -> Interval:
    """The same as :func:`parse_network`, as numbers of the line.

    Raises:
        NetworkError: as there.
    """
    # What is written in the plainest form needs no object to be read: a party may have many thousands of networks.
    plain: Interval | None = plain_interval(value) if isinstance(value, str) else None
    if plain is not None:
        return plain
    cidr = parse_network(value)
    return interval_of(cidr.version, cidr.first, cidr.last)


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
