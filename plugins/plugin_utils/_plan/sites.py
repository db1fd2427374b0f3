# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sites: what lies behind the same interface of every gateway, and which interface leads to which of them.

Note that this plugin util is **PRIVATE** to the collection.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

from ansible_collections.portledger.qradar.plugins.plugin_utils._base.intervals import (
    IPV4,
    IPV6,
    Intervals,
    classes,
    difference,
    intersection,
    of_addresses,
    union,
)
from ansible_collections.portledger.qradar.plugins.plugin_utils._inventory.deployment import Deployment

Place: TypeAlias = tuple[tuple[str, str], ...]
"""An interface of each gateway, sorted by gateway; a gateway of which no interface leads there is left out."""

_EVERYWHERE: Final[Intervals] = (*IPV4, *IPV6)


@dataclass(frozen=True)
class Site:
    """Addresses between which no packet crosses a gateway.

    Attributes:
        place: of the site.
        addresses: all that could be in it.
        hosts: of the deployment.
        parties: with networks in it.
    """

    place: Place
    addresses: Intervals
    hosts: tuple[str, ...] = ()
    parties: tuple[str, ...] = ()


@dataclass(frozen=True)
class Link:
    """An interface of a gateway, and the site that is next to it."""

    gateway: str
    interface: str
    site: int


def find_sites(deployment: Deployment) -> list[Site]:
    """Every site that has a host or a party, those with hosts first."""
    segments = [
        (gateway.name, interface, networks.intervals)
        for gateway in deployment.gateways.values()
        for interface, networks in gateway.segments.items()
    ]
    found: dict[Place, list[Intervals]] = {}
    for key, addresses in classes([one for _gateway, _interface, one in segments]).items():
        place = {name: interface for bit, (name, interface, _all) in enumerate(segments) if key >> bit & 1}
        found.setdefault(tuple(sorted(place.items())), []).append(addresses)
    covered = union(one for _gateway, _interface, one in segments)
    areas = {(): difference(_EVERYWHERE, covered), **{place: union(parts) for place, parts in found.items()}}
    sites = [_site(place, addresses, deployment) for place, addresses in areas.items()]
    return sorted((one for one in sites if one.hosts or one.parties), key=lambda one: (not one.hosts, one.place))


def _site(place: Place, addresses: Intervals, deployment: Deployment) -> Site:
    # A host with addresses in several sites is where its first one is.
    hosts = [
        host.name for host in deployment.hosts.values() if intersection(of_addresses(host.addresses[:1]), addresses)
    ]
    parties = [
        party for party, networks in deployment.settings.parties.items() if intersection(networks.intervals, addresses)
    ]
    return Site(place, addresses, tuple(hosts), tuple(parties))


def link(sites: Sequence[Site], gateways: Sequence[str]) -> tuple[list[Site], list[Link]]:
    """Which site is next to each interface.

    Of two gateways in a row, the network between them may have neither hosts nor parties: it becomes a site, too.

    Returns:
        The sites, new ones last, and a link for each interface.
    """
    every = list(sites)
    links = []
    for gateway in gateways:
        interfaces = sorted({dict(site.place)[gateway] for site in sites if gateway in dict(site.place)})
        around = _around(gateway, sites)
        for interface in interfaces:
            place = tuple(sorted({**around, gateway: interface}.items()))
            number = _at(place, every)
            if number is None:
                every.append(Site(place, ()))
                number = len(every) - 1
            links.append(Link(gateway, interface, number))
    return every, links


def _at(place: Place, sites: Sequence[Site]) -> int | None:
    """The site of a place, else one that does not contradict it."""
    wanted = dict(place)
    fitting = []
    for number, site in enumerate(sites):
        if site.place == place:
            return number
        shared = wanted.keys() & dict(site.place).keys()
        if (
            shared
            and len(dict(site.place)) < len(wanted)
            and all(dict(site.place)[name] == wanted[name] for name in shared)
        ):
            fitting.append(number)
    return fitting[0] if len(fitting) == 1 else None


def _around(gateway: str, sites: Sequence[Site]) -> Mapping[str, str]:
    """Behind which interface of each other gateway a gateway stands.

    It is the one behind which sites of most of the gateway's own interfaces lie.
    """
    counts: dict[str, Counter[str]] = {}
    seen = set()
    for site in sites:
        place = dict(site.place)
        for other, interface in site.place:
            vote = (place.get(gateway), other, interface)
            if gateway in place and other != gateway and vote not in seen:
                seen.add(vote)
                counts.setdefault(other, Counter())[interface] += 1
    return {other: count.most_common(1)[0][0] for other, count in counts.items()}
