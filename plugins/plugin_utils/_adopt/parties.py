# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which party of the vendor's table the sources of a rule are: where the table says what a flow is for.

Note that this plugin util is **PRIVATE** to the collection.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from ansible_collections.portledger.qradar.plugins.module_utils._base.contract import HOST
from ansible_collections.portledger.qradar.plugins.plugin_utils._adopt.answers import Answers, Permitted, Rule
from ansible_collections.portledger.qradar.plugins.plugin_utils._adopt.boxes import (
    ANYWHERE,
    Packets,
    networks_of,
    ports_of,
    without,
)
from ansible_collections.portledger.qradar.plugins.plugin_utils._adopt.permitted import PermittedByPlan
from ansible_collections.portledger.qradar.plugins.plugin_utils._adopt.today import Today
from ansible_collections.portledger.qradar.plugins.plugin_utils._adopt.wants import Want
from ansible_collections.portledger.qradar.plugins.plugin_utils._base.intervals import (
    Intervals,
    difference,
    intersection,
    union,
)
from ansible_collections.portledger.qradar.plugins.plugin_utils._base.networks import Networks, parse_network
from ansible_collections.portledger.qradar.plugins.plugin_utils._base.words import PARTIES
from ansible_collections.portledger.qradar.plugins.plugin_utils._questions import boxes as lines

EXACT: Final = "exact"
FITTING: Final = "fitting"
MODES: Final = (EXACT, FITTING)

# A rule for more ports than these meets services by chance.
_MOST_PORTS: Final = 100
# What permits more ports than these beyond the rules is not what they meant.
_MOST_SURPLUS: Final = 10

# SSH alone says nothing of who its sources are.
_ANYBODY: Final = frozenset({"ssh"})


@dataclass(frozen=True)
class Fit:
    """Sources of rules, as networks of a party.

    Attributes:
        services: of the catalog that the rules permit, as ``syslog (row 14)``.
        surplus: what the party permits and no rule did, by host.
    """

    party: str
    sources: Intervals
    origins: tuple[Rule, ...]
    services: tuple[str, ...]
    surplus: Mapping[str, Intervals]

    def surplus_text(self) -> str:
        """For people: ``tcp/6514 on console, tcp/514 and tcp/6514 on ec1``."""
        by_ports: dict[Intervals, list[str]] = {}
        for name, ports in self.surplus.items():
            by_ports.setdefault(ports, []).append(name)
        return "; ".join(
            f"{', '.join(map(str, lines.ports_of(ports)))} on {', '.join(names)}" for ports, names in by_ports.items()
        )


@dataclass(frozen=True)
class _Service:
    name: str
    ports: Intervals
    hosts: frozenset[str]


class Parties:
    """Knows what each party may reach in one deployment."""

    def __init__(self, plan: PermittedByPlan, answers: Answers) -> None:
        self._plan = plan
        self._today = Today(plan, answers)
        self._arriving: dict[str, list[Packets]] = {}
        self._reached = {party: list(self._services(party)) for party in PARTIES}

    def fits(self, wants: Iterable[Want], mode: str) -> Iterator[Fit]:
        """Parties for what is wanted on hosts: of the sources of each rule, the party that fits best, then the next."""
        hosts = self._plan.planner.deployment.hosts
        left: dict[Intervals, list[Want]] = {}
        for want in wants:
            wide = Permitted(networks_of(want.sources), Networks(), ()).is_wide or _size(want.ports) > _MOST_PORTS
            if not wide and all(name in hosts for name in want.to):
                left.setdefault(want.sources, []).append(want)
        for sources, some in left.items():
            yield from self._best(sources, some, mode)

    def hints(self, want: Want) -> list[Fit]:
        """Parties that want's sources could be, if more may be permitted."""
        return list(self._best(want.sources, [want], FITTING))

    def _best(self, sources: Intervals, wants: Sequence[Want], mode: str) -> Iterator[Fit]:
        rest = list(wants)
        for _party in PARTIES:
            fits = [fit for party in PARTIES if (fit := self._fit(party, sources, rest, mode)) is not None]
            if not fits:
                return
            best = min(fits, key=lambda fit: (_size(union(fit.surplus.values())), -len(fit.origins)))
            yield best
            rest = list(self._without(rest, best.party))

    def _without(self, wants: Iterable[Want], party: str) -> Iterator[Want]:
        for want in wants:
            reached = [one.ports for one in self._reached[party] if want.to <= one.hosts]
            ports = difference(want.ports, union(reached))
            if ports:
                yield Want(want.sources, want.to, ports, want.origins)

    def _fit(self, party: str, sources: Intervals, wants: Sequence[Want], mode: str) -> Fit | None:
        services = self._reached[party]
        meant = [
            (service, want)
            for service in services
            for want in wants
            if want.to & service.hosts and intersection(want.ports, service.ports)
        ]
        known = {service.name for service, _want in meant if self._is_meant(service, sources)}
        if not {name for name in known if name.partition(" ")[0] not in _ANYBODY}:
            return None
        surplus: dict[str, Intervals] = {}
        for name in sorted({name for service in services for name in service.hosts}):
            ports = union(service.ports for service in services if name in service.hosts)
            more = without([Packets(sources, ANYWHERE, ports)], self._permitted(name))
            if more:
                surplus[name] = ports_of(more)
        if _size(union(surplus.values())) > (0 if mode == EXACT else _MOST_SURPLUS):
            return None
        origins = tuple(dict.fromkeys(rule for service, want in meant for rule in want.origins))
        return Fit(party, sources, origins, tuple(sorted(known)), surplus)

    def _is_meant(self, service: _Service, sources: Intervals) -> bool:
        """Whether each host that such a party reaches permits some whole range of a service to all sources."""
        return all(
            any(not without([Packets(sources, ANYWHERE, (port,))], self._permitted(name)) for port in service.ports)
            for name in service.hosts
        )

    def _permitted(self, name: str) -> list[Packets]:
        if name not in self._arriving:
            self._arriving[name] = self._today.arriving(name, self._today.of(name, HOST))
        return self._arriving[name]

    def _services(self, party: str) -> Iterator[_Service]:
        """What a system of a party reaches, tried with an address that is nowhere else."""
        probe = Networks.merged([parse_network(self._nobody())])
        plan = self._plan.adopting({party: probe}, ())
        hosts: dict[tuple[str, Intervals], set[str]] = {}
        for name in plan.planner.deployment.hosts:
            for by in plan.of(name, HOST):
                if by.reason.source == party:
                    label = f"{by.reason.service} (row {by.reason.row})"
                    hosts.setdefault((label, by.packets.ports), set()).add(name)
        for (label, ports), names in hosts.items():
            yield _Service(label, ports, frozenset(names))

    def _nobody(self) -> str:
        deployment = self._plan.planner.deployment
        known = {str(address) for host in deployment.hosts.values() for address in host.all_addresses}
        network = ipaddress.ip_network("192.0.2.0/24")
        return next(str(address) for address in network.hosts() if str(address) not in known)


def _size(ports: Intervals) -> int:
    return sum(last - first + 1 for first, last in ports)
