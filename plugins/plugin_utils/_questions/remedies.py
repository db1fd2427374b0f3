# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which variables would permit what is blocked.

For each reading of the table with the port: what it lacks to apply between the two ends. Only those that lack the least
are returned. An extra flow is always possible, and comes last.

Note that this plugin util is **PRIVATE** to the collection.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ansible_collections.portledger.qradar.plugins.module_utils._base.contract import DROP, HOST, SCOPES
from ansible_collections.portledger.qradar.plugins.plugin_utils._base.intervals import Memo, difference, prefixes
from ansible_collections.portledger.qradar.plugins.plugin_utils._base.ports import PortRange
from ansible_collections.portledger.qradar.plugins.plugin_utils._base.words import PARTIES, ROLE_FEATURES
from ansible_collections.portledger.qradar.plugins.plugin_utils._catalog.catalog import Service
from ansible_collections.portledger.qradar.plugins.plugin_utils._inventory.extra_flows import SIDE_WORDS
from ansible_collections.portledger.qradar.plugins.plugin_utils._plan.flows import EXTRA_SERVICE
from ansible_collections.portledger.qradar.plugins.plugin_utils._plan.planner import Planner
from ansible_collections.portledger.qradar.plugins.plugin_utils._plan.profiles import (
    Profiled,
    as_documented,
    in_profile,
    service_ports,
)
from ansible_collections.portledger.qradar.plugins.plugin_utils._plan.sides import Sides
from ansible_collections.portledger.qradar.plugins.plugin_utils._questions.changes import (
    ADD,
    SET,
    Change,
    Endpoint,
    Remedy,
)
from ansible_collections.portledger.qradar.plugins.plugin_utils._questions.judgement import (
    MANAGEMENT,
    Judgement,
    Reason,
)
from ansible_collections.portledger.qradar.plugins.plugin_utils._questions.lacks import Lacks


class Remedies:
    """What would permit a port.

    Args:
        planner: knows the deployment and the catalog.
        port: one port, or icmp.
    """

    def __init__(self, planner: Planner, port: PortRange) -> None:
        self._deployment = planner.deployment
        self._settings = planner.deployment.settings
        self._sides = Sides(planner.deployment)
        self._port = port
        self._lacks = Lacks(planner, port)
        self._memo = Memo()
        self._services = [
            service
            for service in planner.catalog.services
            if any(port in spec.range() for spec in service.ports)
            or port in service_ports(service, planner.deployment.settings)
        ]

    def between(
        self, source: Endpoint, destination: Endpoint, judgements: Iterable[Judgement] = ()
    ) -> tuple[Remedy, ...]:
        """What would permit the port between two ends, least side effects first.

        Args:
            source: where the connection comes from.
            destination: where it goes.
            judgements: of hosts and gateways; where one drops, management may be changed.

        Returns:
            Nothing where a flow applies to these ends, though not by these addresses.
        """
        found: dict[tuple[Change, ...], list[Reason]] = {}
        holds = False
        for changes, reason in (
            *self._by_readings(source, destination),
            *self._by_ended_flows(source, destination),
            *self._by_management(source, judgements),
        ):
            holds = holds or not changes
            found.setdefault(changes, []).append(reason)
        if holds:
            return ()
        least = min(map(_count, found), default=0)
        remedies = [
            Remedy(changes, tuple(dict.fromkeys(reasons)))
            for changes, reasons in found.items()
            if _count(changes) == least
        ]
        remedies.sort(key=lambda remedy: max(change.weight for change in remedy.changes))
        return (*remedies, self._extra_flow(source, destination))

    def notes(self) -> list[str]:
        """Rows of the table with this port that give no flow."""
        notes = []
        for service in self._services:
            where = f"{service.service} ({service.where})"
            if service.klass == "local":
                notes.append(
                    f"{where} uses {self._port} between parts of one host, so it permits nothing from the network."
                )
            if service.klass == "unspecified":
                notes.append(f"{where} documents {self._port} without a direction, so it permits nothing.")
            notes.extend(
                f"{where} is narrower in the profile least ({least}): {evidence}"
                for least, evidence in self._narrower(service)
            )
        return notes

    def _narrower(self, service: Service) -> Iterator[tuple[str, str]]:
        """What the profile takes of a service's readings, and why; each once."""
        found = {
            (str(reading.least), reading.evidence.en): None
            for reading in service.readings
            if reading.least
            and reading.evidence
            and in_profile(service, reading, self._settings) != as_documented(service, reading, self._settings)
        }
        yield from found

    def _by_readings(self, source: Endpoint, destination: Endpoint) -> Iterator[tuple[tuple[Change, ...], Reason]]:
        for service in self._services:
            if service.klass in ("local", "unspecified"):
                continue
            for written in service.readings:
                for reading, lacks in self._lacks.readings(service, written):
                    yield from self._by_reading(service, reading, lacks, source, destination)

    def _by_reading(
        self, service: Service, reading: Profiled, lacks: tuple[Change, ...], source: Endpoint, destination: Endpoint
    ) -> Iterator[tuple[tuple[Change, ...], Reason]]:
        condition = self._lacks.condition(reading.when, source, destination)
        if condition is None:
            return
        for from_ in reading.from_:
            for to in reading.to:
                ends = self._lacks.end(from_, source), self._lacks.end(to, destination)
                # Where neither end fits, the question is about another service.
                if ends[0] is None or ends[1] is None or (ends[0] and ends[1]):
                    continue
                changes = _joined((*lacks, *condition), (*ends[0], *ends[1]))
                if changes and not (
                    (from_ in PARTIES or self._lacks.sees(destination, source))
                    and (to in PARTIES or self._lacks.sees(source, destination))
                ):
                    continue
                if not self._far_fetched(service, changes):
                    supplement = service.supplement.id if service.supplement else None
                    yield (
                        changes,
                        Reason(service.service, service.row, from_, to, reading.when, supplement=supplement),
                    )

    def _far_fetched(self, service: Service, changes: tuple[Change, ...]) -> bool:
        """Whether the port merely is in a wide dynamic range, and more than one thing is missing."""
        if any(self._port in spec.range() for spec in service.ports if not spec.dynamic):
            return False
        return len(changes) > 1 or any(change.of_ours for change in changes)

    def _by_ended_flows(self, source: Endpoint, destination: Endpoint) -> Iterator[tuple[tuple[Change, ...], Reason]]:
        for flow in self._settings.ended_flows:
            sides = self._covering(flow.from_, source), self._covering(flow.to, destination)
            if None not in sides and any(self._port in ports for ports in flow.ports):
                reason = Reason(EXTRA_SERVICE, None, str(sides[0]), str(sides[1]), None, flow.comment, flow.place)
                yield (Change(f"{flow.place}.expires", SET, f"later than {flow.expires}"),), reason

    def _covering(self, words: Iterable[str], end: Endpoint) -> str | None:
        """The first word of an extra flow that contains the whole end."""
        for word in words:
            side = self._sides.named(word)
            if (end.hosts and not end.outside and end.hosts <= side.hosts) or (
                side.networks and not difference(end.addresses, side.networks.intervals)
            ):
                return word
        return None

    def _by_management(
        self, source: Endpoint, judgements: Iterable[Judgement]
    ) -> Iterator[tuple[tuple[Change, ...], Reason]]:
        dropping = [judgement for judgement in judgements if judgement.verdict == DROP]
        ports = {self._deployment.hosts[one.name].ssh_port for one in dropping if one.scope == HOST}
        if ports != {self._port.first} or self._port.transport != "tcp":
            return
        changes = tuple(
            Change(
                f"{scope}_firewall_management",
                ADD,
                tuple(self._memo.call(prefixes, source.addresses, self._deployment.addresses)),
                hosts=tuple(names),
            )
            for scope in SCOPES
            if (names := sorted(one.name for one in dropping if one.scope == scope))
        )
        yield changes, Reason(MANAGEMENT, None, MANAGEMENT, "component", variable="host_firewall_management")

    def _extra_flow(self, source: Endpoint, destination: Endpoint) -> Remedy:
        value = {
            "from": self._as_side(source),
            "to": self._as_side(destination),
            "ports": [str(self._port)],
        }
        return Remedy((Change("qradar_extra_flows", ADD, value),))

    def _as_side(self, end: Endpoint) -> list[str]:
        """The word of the question, hosts by name where the question names them, else addresses."""
        if end.word is not None:
            return [end.word]
        if end.named and end.hosts.isdisjoint(SIDE_WORDS):
            return sorted(end.hosts)
        return list(self._memo.call(prefixes, end.addresses, self._deployment.addresses))


def _count(changes: Iterable[Change]) -> int:
    """How many facts it takes: management is one, on a host and on the gateways before it."""
    return len({change.variable.rpartition("_firewall_")[2] for change in changes})


def _joined(conditions: tuple[Change, ...], ends: tuple[Change, ...]) -> tuple[Change, ...]:
    """All changes once. A feature that follows from a role is on when an end gets such a role."""
    given = {role for change in ends if change.variable == "qradar_roles" for role in change.value}
    following = {feature for feature, roles in ROLE_FEATURES.items() if not given.isdisjoint(roles)}
    needed = [c for c in conditions if not any(c.role in ROLE_FEATURES[feature] for feature in following)]
    return tuple(dict.fromkeys((*needed, *ends)))
