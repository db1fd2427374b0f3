# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a reading of the table lacks to apply between two ends.

An empty tuple: it applies already. None: nothing can make it apply.

Note that this plugin util is **PRIVATE** to the collection.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from ansible_collections.portledger.qradar.plugins.plugin_utils._base.intervals import (
    Memo,
    difference,
    intersection,
    of_addresses,
    prefixes,
)
from ansible_collections.portledger.qradar.plugins.plugin_utils._base.ports import PortRange
from ansible_collections.portledger.qradar.plugins.plugin_utils._base.words import (
    DOCUMENTED,
    FEATURES,
    HA_NODE,
    OWN_CONTAINERS,
    PARTIES,
    ROLE_FEATURES,
    plays,
    roles_of,
)
from ansible_collections.portledger.qradar.plugins.plugin_utils._catalog.catalog import Reading, Service
from ansible_collections.portledger.qradar.plugins.plugin_utils._inventory.deployment import Host
from ansible_collections.portledger.qradar.plugins.plugin_utils._plan.flows import active_features, version_below
from ansible_collections.portledger.qradar.plugins.plugin_utils._plan.planner import Planner
from ansible_collections.portledger.qradar.plugins.plugin_utils._plan.profiles import (
    Profiled,
    as_documented,
    in_profile,
)
from ansible_collections.portledger.qradar.plugins.plugin_utils._plan.sides import Sides
from ansible_collections.portledger.qradar.plugins.plugin_utils._questions.changes import (
    ADD,
    REMOVE,
    SET,
    Change,
    Endpoint,
)

_MOST_ADDRESSES: Final = 8
"""More addresses than this are a network, not a host."""


class Lacks:
    """What readings lack in one deployment.

    Args:
        planner: knows the deployment.
        port: one port, or icmp.
    """

    def __init__(self, planner: Planner, port: PortRange) -> None:
        self._deployment = planner.deployment
        self._settings = planner.deployment.settings
        self._features = active_features(planner.deployment)
        self._sides = Sides(planner.deployment)
        self._port = port
        self._memo = Memo()
        self._several_nat_groups = len({host.nat_group for host in self._deployment.hosts.values()}) > 1

    def readings(self, service: Service, reading: Reading) -> Iterator[tuple[Profiled, tuple[Change, ...]]]:
        """Ways to read a line, with what each lacks.

        It is excluded, pinned to other ports, of another profile, or of a supplement that is not chosen.
        """
        excluded = service.service in self._settings.excluded_services
        changes: tuple[Change, ...] = ()
        if excluded:
            changes += (Change("qradar_excluded_services", REMOVE, (service.service,)),)
        if service.supplement and not self._settings.chooses(service):
            changes += (Change("qradar_supplements", ADD, (service.supplement.id,)),)
        documented = as_documented(service, reading, self._settings)
        here = in_profile(service, reading, self._settings)
        pin = (Change(f"qradar_dynamic_ports.{service.service}", ADD, (str(self._port),)),)
        if here is None and reading.least and reading.least.pinned:
            yield documented, changes + pin
        elif here is not None:
            yield here, changes + (() if any(self._port in ports for ports in here.ports) else pin)
        if here != documented and any(self._port in ports for ports in documented.ports):
            yield documented, (*changes, Change("qradar_profile", SET, DOCUMENTED))

    def condition(self, when: str | None, source: Endpoint, destination: Endpoint) -> tuple[Change, ...] | None:
        """What a condition lacks."""
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
        if when in ("app_host_encrypted", "app_host_unencrypted"):
            encrypted = when == "app_host_encrypted"
            app_hosts = [host for host in both if "app_host" in host.roles]
            wrong = [host for host in app_hosts if host.encrypted != encrypted]
            return _encryption(wrong, str(encrypted).lower()) if app_hosts else None
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

    def end(self, word: str, endpoint: Endpoint) -> tuple[Change, ...] | None:
        """What one end lacks to match a word of the table."""
        if word == OWN_CONTAINERS:
            return None
        if word == HA_NODE:
            paired = not endpoint.outside and all(host.ha_peer for host in self._hosts(endpoint))
            return () if paired else None
        if word in PARTIES:
            missing = self._memo.call(difference, endpoint.addresses, self._sides.named(word).networks.intervals)
            addresses = tuple(self._memo.call(prefixes, missing, self._deployment.addresses))
            change = Change(f"qradar_parties.{word}", ADD, addresses, of_ours=bool(endpoint.hosts))
            return (change,) if missing else ()
        if endpoint.outside:
            return self._unknown_host(word, endpoint)
        lacking = [host for host in self._hosts(endpoint) if not plays(word, host.roles)]
        if not lacking:
            return ()
        role = _role_to_give(word)
        if role is None:
            return None
        names = {host.name for host in lacking} | {host.ha_peer for host in lacking if host.ha_peer}
        return (Change("qradar_roles", ADD, (role,), hosts=tuple(sorted(names))),)

    def sees(self, other: Endpoint, one: Endpoint) -> bool:
        """Whether every host of one end sees the other by these addresses: other NAT groups see the public ones only.

        Both nodes of a pair have its cluster address, so that a node may be among the hosts of both ends.
        """
        hosts = self._hosts(one)
        return one.outside or all(
            any(intersection(one.addresses, of_addresses(host.seen_from(peer.nat_group))) for host in others)
            for peer in self._hosts(other)
            if (others := [host for host in hosts if host is not peer])
        )

    def _unknown_host(self, word: str, endpoint: Endpoint) -> tuple[Change, ...] | None:
        """Unknown addresses may belong to a host that is missing from the inventory."""
        few = sum(last - first + 1 for first, last in endpoint.addresses) <= _MOST_ADDRESSES
        # With NAT, the right address list depends on the other end.
        if endpoint.hosts or not few or word == "ha_peer" or self._several_nat_groups:
            return None
        return (Change("qradar_addresses", ADD, tuple(prefixes(endpoint.addresses)), role=word),)

    def _hosts(self, endpoint: Endpoint) -> list[Host]:
        return [self._deployment.hosts[name] for name in sorted(endpoint.hosts)]


def _encryption(hosts: list[Host], value: str) -> tuple[Change, ...]:
    names = tuple(sorted(host.name for host in hosts))
    return (Change("qradar_encrypted", SET, value, hosts=names),) if names else ()


def _role_to_give(word: str) -> str | None:
    """The role that makes a host match a word. There is one console, and it cannot become a managed host."""
    if word == "event_listener":
        return "event_processor"
    if word == "flow_listener":
        return "flow_collector"
    if word in ("console", "managed_host", "ha_peer") or len(roles_of(word)) != 1:
        return None
    return word
