# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Flows: the readings of the catalog made concrete for one deployment.

Note that this plugin util is **PRIVATE** to the collection.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from ansible_collections.portledger.qradar.plugins.plugin_utils._base.ports import PortRange, merge_ports
from ansible_collections.portledger.qradar.plugins.plugin_utils._base.words import PAIR_CONDITIONS, ROLE_FEATURES
from ansible_collections.portledger.qradar.plugins.plugin_utils._catalog.catalog import Catalog, Reading
from ansible_collections.portledger.qradar.plugins.plugin_utils._inventory.deployment import (
    Deployment,
    ExtraFlow,
    Host,
)
from ansible_collections.portledger.qradar.plugins.plugin_utils._plan.profiles import Profiled, in_profile
from ansible_collections.portledger.qradar.plugins.plugin_utils._plan.sides import Side, Sides

EXTRA_SERVICE = "extra_flow"
"""The service name of flows that the operator added."""


_EITHER_END: Final[dict[str, tuple[str, Callable[[Host], bool]]]] = {
    "encrypted": ("encrypted {}", lambda host: host.encrypted),
    "app_host_encrypted": ("encrypted app_host", lambda host: host.encrypted and "app_host" in host.roles),
    "app_host_unencrypted": ("unencrypted app_host", lambda host: not host.encrypted and "app_host" in host.roles),
}
"""Conditions that one end has to meet: the label of the hosts that do, and which these are."""


@dataclass(frozen=True, eq=False)
class Flow:
    """From each of the source's addresses to each of the destination's, on these ports.

    ``row`` is None for a flow of a supplement, whose name is ``supplement`` then. ``row``, ``supplement`` and
    ``reading`` are None for an extra flow; ``extra`` is that flow, and ``comment`` may be set.
    """

    service: str
    row: int | None
    ports: tuple[PortRange, ...]
    source: Side
    destination: Side
    when: str | None = None
    comment: str | None = None
    reading: Reading | None = None
    extra: ExtraFlow | None = None
    supplement: str | None = None


def make_flows(deployment: Deployment, catalog: Catalog) -> tuple[Flow, ...]:
    """All flows of a deployment, in the order of the table; then those of supplements, extra flows last."""
    return tuple(_FlowMaker(deployment).make(catalog))


def active_features(deployment: Deployment) -> frozenset[str]:
    """Features set by the operator, and those that follow from the roles present."""
    present = frozenset().union(*(host.roles for host in deployment.hosts.values()))
    following = {feature for feature, roles in ROLE_FEATURES.items() if not present.isdisjoint(roles)}
    return deployment.settings.features | following


def version_below(version: str, limit: str) -> bool:
    """Whether a version such as ``7.5.0 UP10`` comes before ``limit``, a number such as ``7.2.6``."""
    numbers = [tuple(map(int, re.findall("[0-9]+", text.upper().partition("UP")[0]))) for text in (version, limit)]
    return numbers[0] < numbers[1]


class _FlowMaker:
    def __init__(self, deployment: Deployment) -> None:
        self._settings = deployment.settings
        self._features = active_features(deployment)
        self._sides = Sides(deployment)

    def make(self, catalog: Catalog) -> Iterator[Flow]:
        for service in catalog.services:
            if service.klass in ("local", "unspecified") or service.service in self._settings.excluded_services:
                continue
            if not self._settings.chooses(service):
                continue
            for reading in service.readings:
                here = in_profile(service, reading, self._settings)
                if here is None:
                    continue
                for source, destination in self._pairs_of_sides(here):
                    yield Flow(
                        service.service,
                        service.row,
                        here.ports,
                        source,
                        destination,
                        here.when,
                        reading=reading,
                        supplement=service.supplement.id if service.supplement else None,
                    )
        for extra in self._settings.extra_flows:
            for from_ in extra.from_:
                for to in extra.to:
                    sides = self._sides.named(from_), self._sides.named(to)
                    if _worth_a_flow(*sides):
                        ports = merge_ports(extra.ports)
                        yield Flow(EXTRA_SERVICE, None, ports, *sides, comment=extra.comment, extra=extra)

    def _pairs_of_sides(self, reading: Profiled) -> Iterator[tuple[Side, Side]]:
        if not self._condition_holds(reading.when):
            return
        if reading.when == "ha":
            for pair in self._sides.pairs():
                yield pair, pair
            return
        for from_ in reading.from_:
            for to in reading.to:
                for source, destination in self._split(from_, to, reading.when):
                    if _worth_a_flow(source, destination):
                        yield source, destination

    def _condition_holds(self, when: str | None) -> bool:
        """Conditions on the deployment as a whole; those on a pair of hosts are for ``_split``."""
        if when is None or when in PAIR_CONDITIONS:
            return True
        if when.startswith("version<"):
            return version_below(self._settings.version, when.removeprefix("version<"))
        return when in self._features

    def _split(self, from_: str, to: str, when: str | None) -> Iterator[tuple[Side, Side]]:
        """Turn a condition on a pair into sides: "either end" is two flows, "neither end" one."""
        source, destination = self._sides.named(from_), self._sides.named(to)
        if when == "unencrypted":
            yield (
                self._sides.which(from_, f"unencrypted {from_}", lambda host: not host.encrypted),
                self._sides.which(to, f"unencrypted {to}", lambda host: not host.encrypted),
            )
        elif when in _EITHER_END:
            label, test = _EITHER_END[when]
            yield from _either_end(
                source,
                self._sides.which(from_, label.format(from_), test),
                destination,
                self._sides.which(to, label.format(to), test),
            )
        else:
            yield source, destination


def _either_end(
    source: Side, some_sources: Side, destination: Side, some_destinations: Side
) -> Iterator[tuple[Side, Side]]:
    yield source, some_destinations
    # Where all destinations are meant already, the sources add nothing.
    if some_destinations is not destination:
        yield some_sources, destination


def _worth_a_flow(source: Side, destination: Side) -> bool:
    """An empty side permits nothing, and a host needs no flow to itself."""
    alone = len(source.hosts) == 1 and source.hosts == destination.hosts
    return bool(source) and bool(destination) and not (alone and not source.networks and not destination.networks)
