# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which variable would open what is closed.

For each reading of the table that has the port, what is missing for it to hold between two ends; those where the least
is missing are told. An extra flow is always possible, and told last.

Note that this plugin util is **PRIVATE** to the collection.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from ansible_collections.portledger.qradar.plugins.plugin_utils._base.intervals import (
    Intervals,
    Kept,
    difference,
    prefixes,
)
from ansible_collections.portledger.qradar.plugins.plugin_utils._base.ports import PortRange
from ansible_collections.portledger.qradar.plugins.plugin_utils._base.words import (
    FEATURES,
    PARTIES,
    ROLE_FEATURES,
    plays,
    roles_of,
)
from ansible_collections.portledger.qradar.plugins.plugin_utils._catalog.catalog import Reading, Service
from ansible_collections.portledger.qradar.plugins.plugin_utils._inventory.deployment import Host
from ansible_collections.portledger.qradar.plugins.plugin_utils._inventory.extra_flows import SIDE_WORDS
from ansible_collections.portledger.qradar.plugins.plugin_utils._inventory.firewalls import DROP
from ansible_collections.portledger.qradar.plugins.plugin_utils._plan.flows import (
    EXTRA_SERVICE,
    active_features,
    service_ports,
    version_below,
)
from ansible_collections.portledger.qradar.plugins.plugin_utils._plan.planner import HOST, Planner
from ansible_collections.portledger.qradar.plugins.plugin_utils._plan.sides import Sides
from ansible_collections.portledger.qradar.plugins.plugin_utils._questions.judge import MANAGEMENT, Judgement, Reason

ADD: Final = "add"
REMOVE: Final = "remove"
SET: Final = "set"

_MOST_ADDRESSES: Final = 8
"""A host has no more addresses than this, so more are a network."""


_WEIGHT: Final = {
    "qradar_addresses": 1,
    "qradar_roles": 2,
    "qradar_ha_peer": 3,
    "qradar_encrypted": 3,
    "qradar_version": 4,
}
"""How much more than the flow that was asked for a change of a variable brings about."""


@dataclass(frozen=True)
class Change:
    """One variable to change.

    Attributes:
        variable: e.g. ``qradar_parties.log_sources``.
        action: add to a list, remove from it, or set.
        value: what to add, remove or set; a tuple of words, a dictionary of an extra flow, or a word.
        hosts: whose variable it is; none where it belongs to the deployment.
        role: where an address is to be added, what its host is; where a role is, none of the hosts has it yet.
        of_ours: a host of the deployment would be put into a party.
    """

    variable: str
    action: str
    value: Any
    hosts: tuple[str, ...] = ()
    role: str | None = None
    of_ours: bool = False

    @property
    def weight(self) -> int:
        """How much more than the flow that was asked for it brings about."""
        return 1 if self.of_ours else _WEIGHT.get(self.variable, 0)


@dataclass(frozen=True)
class Remedy:
    """Changes that together open a flow, and the flows that it would then be. None for an extra flow."""

    changes: tuple[Change, ...]
    reasons: tuple[Reason, ...] = ()

    @property
    def shape(self) -> object:
        """The same for remedies that differ in addresses and hosts only."""
        return tuple((change.variable, change.action, change.role) for change in self.changes), self.reasons


@dataclass(frozen=True)
class Who:
    """One end of a closed flow.

    Attributes:
        hosts: hosts of the deployment that have its addresses.
        addresses: all of it.
        named: its hosts were asked for by name.
        outside: some of its addresses are of no host.
        word: the party or role that was asked for, of which it may be a part.
    """

    hosts: frozenset[str]
    addresses: Intervals
    named: bool
    outside: bool
    word: str | None = None


class Remedies:
    """What would open a port.

    Args:
        planner: knows the deployment and the catalog.
        port: one port, or icmp.
    """

    def __init__(self, planner: Planner, port: PortRange) -> None:
        self._deployment = planner.deployment
        self._settings = planner.deployment.settings
        self._features = active_features(planner.deployment)
        self._sides = Sides(planner.deployment)
        self._port = port
        self._kept = Kept()
        self._several_nat_groups = len({host.nat_group for host in self._deployment.hosts.values()}) > 1
        self._services = [
            service
            for service in planner.catalog.services
            if any(port in spec.range() for spec in service.ports)
            or port in service_ports(service, planner.deployment.settings)
        ]

    def between(self, source: Who, destination: Who, judgements: Iterable[Judgement] = ()) -> tuple[Remedy, ...]:
        """What would open the port between two ends, the least first.

        Args:
            source: who opens the connection.
            destination: to whom.
            judgements: who judges; management is changed where one drops.

        Returns:
            Nothing where a flow means these ends, though not by these addresses.
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
        """What the table says of the port and no flow follows from."""
        notes = []
        for service in self._services:
            where = f"{service.service} (row {service.row})"
            if service.klass == "local":
                notes.append(
                    f"{where} uses {self._port} between parts of one host, so it opens nothing to the network."
                )
            if service.klass == "unspecified":
                notes.append(f"{where} documents {self._port} without a direction, so it opens nothing.")
        return notes

    def _by_readings(self, source: Who, destination: Who) -> Iterator[tuple[tuple[Change, ...], Reason]]:
        for service in self._services:
            if service.klass in ("local", "unspecified"):
                continue
            of_service = self._of_service(service)
            for reading in service.readings:
                condition = self._condition(reading.when, source, destination)
                if of_service is None or condition is None:
                    continue
                for from_ in reading.from_:
                    for to in reading.to:
                        ends = self._end(from_, source), self._end(to, destination)
                        # Where neither end fits, it is another service that is meant.
                        if ends[0] is None or ends[1] is None or (ends[0] and ends[1]):
                            continue
                        changes = _joined((*of_service, *condition), (*ends[0], *ends[1]))
                        if not self._far_fetched(service, changes):
                            yield changes, _reason(service, reading, from_, to)

    def _far_fetched(self, service: Service, changes: tuple[Change, ...]) -> bool:
        """Whether the port just happens to lie in a wide dynamic range, and more is missing than one thing."""
        if any(self._port in spec.range() for spec in service.ports if not spec.dynamic):
            return False
        return len(changes) > 1 or any(change.of_ours for change in changes)

    def _of_service(self, service: Service) -> tuple[Change, ...] | None:
        """What the service itself lacks here: it is excluded, or pinned elsewhere."""
        changes = []
        if service.service in self._settings.excluded_services:
            changes.append(Change("qradar_excluded_services", REMOVE, (service.service,)))
        if not any(self._port in ports for ports in service_ports(service, self._settings)):
            changes.append(Change(f"qradar_dynamic_ports.{service.service}", ADD, (str(self._port),)))
        return tuple(changes)

    def _condition(self, when: str | None, source: Who, destination: Who) -> tuple[Change, ...] | None:
        """What a condition lacks; None where nothing can make it hold."""
        if when is None or when in self._features:
            return ()
        if when in FEATURES:
            return (Change("qradar_features", ADD, (when,)),)
        if when in ROLE_FEATURES:
            return (Change("qradar_roles", ADD, (ROLE_FEATURES[when][0],), role=ROLE_FEATURES[when][0]),)
        if when.startswith("version<"):
            limit = when.removeprefix("version<")
            if version_below(self._settings.version, limit):
                return ()
            return (Change("qradar_version", SET, f"below {limit}"),)
        if source.outside or destination.outside:
            return None
        return self._pair_condition(when, self._hosts(source), self._hosts(destination))

    def _pair_condition(self, when: str, sources: list[Host], destinations: list[Host]) -> tuple[Change, ...] | None:
        both = list({host.name: host for host in (*sources, *destinations)}.values())
        if when == "unencrypted":
            return _encryption([host for host in both if host.encrypted], "false")
        if when == "encrypted":
            if all(one.encrypted or other.encrypted for one in sources for other in destinations):
                return ()
            ends = [end for end in (destinations, sources) if not any("console" in host.roles for host in end)]
            return _encryption([host for host in (ends or [destinations])[0] if not host.encrypted], "true")
        if when == "app_host_encrypted":
            app_hosts = [host for host in both if "app_host" in host.roles]
            return _encryption([host for host in app_hosts if not host.encrypted], "true") if app_hosts else None
        return self._pair(both)

    def _pair(self, both: list[Host]) -> tuple[Change, ...] | None:
        if len(both) != 2:
            return None
        one, other = both
        if one.ha_peer == other.name:
            return ()
        if one.ha_peer or other.ha_peer or one.roles != other.roles:
            return None
        return (Change("qradar_ha_peer", SET, (other.name, one.name), hosts=(one.name, other.name)),)

    def _end(self, word: str, who: Who) -> tuple[Change, ...] | None:
        """What one end lacks to be what a word of the table says; None where it cannot become that."""
        if word in PARTIES:
            missing = self._kept.call(difference, who.addresses, self._sides.named(word).networks.intervals)
            addresses = self._kept.call(_prefixes, missing)
            change = Change(f"qradar_parties.{word}", ADD, addresses, of_ours=bool(who.hosts))
            return (change,) if missing else ()
        if who.outside:
            return self._unknown_host(word, who)
        lacking = [host for host in self._hosts(who) if not plays(word, host.roles)]
        if not lacking:
            return ()
        role = _role_to_give(word)
        if role is None:
            return None
        names = {host.name for host in lacking} | {host.ha_peer for host in lacking if host.ha_peer}
        return (Change("qradar_roles", ADD, (role,), hosts=tuple(sorted(names))),)

    def _unknown_host(self, word: str, who: Who) -> tuple[Change, ...] | None:
        """Addresses of nobody may be those of a host, which the inventory does not name."""
        few = sum(last - first + 1 for first, last in who.addresses) <= _MOST_ADDRESSES
        # With NAT, which of the address lists it belongs to depends on who looks.
        if who.hosts or not few or word == "ha_peer" or self._several_nat_groups:
            return None
        return (Change("qradar_addresses", ADD, tuple(prefixes(who.addresses)), role=word),)

    def _by_ended_flows(self, source: Who, destination: Who) -> Iterator[tuple[tuple[Change, ...], Reason]]:
        for flow in self._settings.ended_flows:
            sides = self._covering(flow.from_, source), self._covering(flow.to, destination)
            if None not in sides and any(self._port in ports for ports in flow.ports):
                reason = Reason(EXTRA_SERVICE, None, str(sides[0]), str(sides[1]), None, flow.comment, flow.place)
                yield (Change(f"{flow.place}.expires", SET, f"later than {flow.expires}"),), reason

    def _covering(self, words: Iterable[str], who: Who) -> str | None:
        """The first word of an extra flow that means the whole of an end."""
        for word in words:
            side = self._sides.named(word)
            if (who.hosts and not who.outside and who.hosts <= side.hosts) or (
                side.networks and not difference(who.addresses, side.networks.intervals)
            ):
                return word
        return None

    def _by_management(
        self, source: Who, judgements: Iterable[Judgement]
    ) -> Iterator[tuple[tuple[Change, ...], Reason]]:
        closed = [judgement for judgement in judgements if judgement.verdict == DROP]
        ports = {self._deployment.hosts[one.name].ssh_port for one in closed if one.scope == HOST}
        if ports != {self._port.first} or self._port.transport != "tcp":
            return
        changes = tuple(
            Change(
                f"{scope}_firewall_management", ADD, self._kept.call(_prefixes, source.addresses), hosts=tuple(names)
            )
            for scope in ("host", "gateway")
            if (names := sorted(one.name for one in closed if one.scope == scope))
        )
        yield changes, Reason(MANAGEMENT, None, MANAGEMENT, "component", variable="host_firewall_management")

    def _extra_flow(self, source: Who, destination: Who) -> Remedy:
        value = {
            "from": self._as_side(source),
            "to": self._as_side(destination),
            "ports": [str(self._port)],
        }
        return Remedy((Change("qradar_extra_flows", ADD, value),))

    def _as_side(self, who: Who) -> list[str]:
        """The word that was asked for, hosts by name where they were asked for by name, else addresses."""
        if who.word is not None:
            return [who.word]
        if who.named and who.hosts.isdisjoint(SIDE_WORDS):
            return sorted(who.hosts)
        return list(self._kept.call(_prefixes, who.addresses))

    def _hosts(self, who: Who) -> list[Host]:
        return [self._deployment.hosts[name] for name in sorted(who.hosts)]


def _count(changes: Iterable[Change]) -> int:
    """How many things have to be known: who manages is one, on a host and on the gateways before it."""
    return len({change.variable.rpartition("_firewall_")[2] for change in changes})


def _joined(conditions: tuple[Change, ...], ends: tuple[Change, ...]) -> tuple[Change, ...]:
    """All changes once. A feature that follows from a role is on when an end gets such a role."""
    given = {role for change in ends if change.variable == "qradar_roles" for role in change.value}
    following = {feature for feature, roles in ROLE_FEATURES.items() if not given.isdisjoint(roles)}
    needed = [c for c in conditions if not any(c.role in ROLE_FEATURES[feature] for feature in following)]
    return tuple(dict.fromkeys((*needed, *ends)))


def _encryption(hosts: list[Host], value: str) -> tuple[Change, ...]:
    names = tuple(sorted(host.name for host in hosts))
    return (Change("qradar_encrypted", SET, value, hosts=names),) if names else ()


def _role_to_give(word: str) -> str | None:
    """The role that makes a host what a word says; there is one console, and it becomes no managed host."""
    if word == "event_listener":
        return "event_processor"
    if word in ("console", "managed_host", "ha_peer") or len(roles_of(word)) != 1:
        return None
    return word


def _reason(service: Service, reading: Reading, from_: str, to: str) -> Reason:
    return Reason(service.service, service.row, from_, to, reading.when)


def _prefixes(addresses: Intervals) -> tuple[str, ...]:
    return tuple(prefixes(addresses))
