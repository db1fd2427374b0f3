# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The rules of hosts and gateways against the independent calculation, address by address."""

from __future__ import annotations

import datetime
import ipaddress
import random
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any, Final

from ansible_collections.portledger.qradar.plugins.module_utils._host.management import Management
from ansible_collections.portledger.qradar.plugins.module_utils._plan.plan import read_plan
from ansible_collections.portledger.qradar.plugins.module_utils._plan.policy import make_policy
from ansible_collections.portledger.qradar.plugins.plugin_utils._base.errors import PortledgerError
from ansible_collections.portledger.qradar.plugins.plugin_utils._base.ports import PortRange
from ansible_collections.portledger.qradar.plugins.plugin_utils._catalog.catalog import load_catalog
from ansible_collections.portledger.qradar.plugins.plugin_utils._inventory.firewalls import FirewallOptions, Firewalls
from ansible_collections.portledger.qradar.plugins.plugin_utils._rulesets.offline import to_ruleset
from ansible_collections.portledger.qradar.tests.unit.plugins.plugin_utils.naive import Naive, Opened, differences, mask
from tests.inventories.reading import Read

SOURCES: Final = 5
PAIRS: Final = 16
PROVIDERS: Final = ("iptables", "nftables", "firewalld", "qradar")
_OUTSIDERS: Final = ("198.18.77.7", "2001:db8:77::7", "203.0.113.1", "198.18.1.99")

Plans = Mapping[tuple[str, str], dict[str, Any]]


def wrong_rules(
    said: Read, plans: Plans, firewalls: Firewalls, chance: random.Random, today: datetime.date
) -> Iterator[tuple[int, list[str]]]:
    """How many packets were asked about, and what is missing or too much."""
    naive = Naive(said.world, load_catalog(), today)
    for (name, scope), plan in plans.items():
        try:
            options = firewalls.options(name, scope)
        except PortledgerError:
            # The role refuses, and nothing is made of the plan.
            continue
        yield 0, list(_wrong_rulesets(plan, options, chance))
        rules = _Rules(plan, options)
        if scope == "host":
            yield from _wrong_host(said, naive, plan, rules, chance)
        else:
            yield from _wrong_gateway(said, naive, plan, rules, chance)


def _wrong_rulesets(plan: dict[str, Any], options: FirewallOptions, chance: random.Random) -> Iterator[str]:
    """One that cannot be made where it should be."""
    provider = chance.choice(PROVIDERS)
    if provider == "qradar" and plan["scope"] == "gateway":
        return
    management = [*options.management.ipv4, *options.management.ipv6]
    try:
        made = to_ruleset(plan, provider, options.unlisted, options.egress, management)
    except PortledgerError as error:
        yield f"{provider} cannot express the plan of {plan['host']!a}: {error}"
        return
    for text in made.values() if isinstance(made, dict) else [made]:
        text.encode()


class _Rules:
    """What a plan permits, by name, and all that the policy made of it permits."""

    def __init__(self, plan: dict[str, Any], options: FirewallOptions) -> None:
        self._flows = [
            ((flow["service"], flow["row"], flow["comment"]), flow["source"], flow["destination"], _mask(flow["ports"]))
            for flow in plan["flows"]
            # What own containers reach goes by interface, and no address says it.
            if flow["source"] is not None
        ]
        self.containers_of_plan = {
            (interface, flow["service"], *flow["ports"])
            for flow in plan["flows"]
            for interface in flow.get("interfaces", ())
        }
        self._sets = {name: (*one["ipv4"], *one["ipv6"]) for name, one in plan["sets"].items()}
        networks = [*options.management.ipv4, *options.management.ipv6]
        self.management = tuple(networks)
        policy = make_policy(
            read_plan(plan, plan["scope"]), Management(None, networks, [22]), options.unlisted, options.egress
        )
        self._policy_sets = {name: (*one["ipv4"], *one["ipv6"]) for name, one in policy.sets.items()}
        accepted = [rule for rule in policy.rules if rule.action == "accept" and rule.ports]
        self._policy = [rule for rule in accepted if rule.came_by is None]
        self.containers_of_policy = {
            (rule.came_by, rule.name, *rule.ports) for rule in accepted if rule.came_by is not None
        }

    @property
    def edges(self) -> list[str]:
        """The first and the last address of each network, and what lies beside."""
        found: dict[str, None] = {}
        for networks in self._sets.values():
            for text in networks:
                network = ipaddress.ip_network(text)
                first, last = int(network[0]), int(network[-1])
                most = (1 << network.max_prefixlen) - 1
                kind = ipaddress.IPv4Address if network.version == 4 else ipaddress.IPv6Address
                for one in (first - 1, first, last, last + 1):
                    if 0 <= one <= most:
                        found[str(kind(one))] = None
        return [*found]

    def planned(self, source: str, destination: str | None) -> Opened:
        found: defaultdict[Any, int] = defaultdict(int)
        for name, from_, to, ports in self._flows:
            if _in_any(source, self._sets[from_]) and (destination is None or _in_any(destination, self._sets[to])):
                found[name] |= ports
        return dict(found)

    def permitted(self, source: str, destination: str | None) -> int:
        """Ports, whatever rule permits them."""
        family, found = "ipv6" if ":" in source else "ipv4", 0
        for rule in self._policy:
            if (
                family in rule.families
                and (rule.network is None or _in_any(source, (rule.network,)))
                and (rule.source_set is None or _in_any(source, self._policy_sets[rule.source_set]))
                and (destination is None or _in_any(destination, self._policy_sets[rule.destination_set]))
            ):
                found |= _mask(rule.ports)
        return found


def _wrong_host(
    said: Read, naive: Naive, plan: dict[str, Any], rules: _Rules, chance: random.Random
) -> Iterator[tuple[int, list[str]]]:
    name = plan["host"]
    (machine,) = (one for one in said.world.machines if one.name == name)
    yield 1, _wrong_containers("console" in machine.roles, rules)
    for source in _some(chance, [*rules.edges, *_interesting(said)], SOURCES):
        must, may = (naive.into_host(source, name, lax=lax) for lax in (False, True))
        if source in (*machine.own, *machine.public) and source not in machine.cluster:
            must = {}
        found = differences(rules.planned(source, None), must, may)
        ssh = _mask(["tcp/22"]) if _in_any(source, rules.management) else 0
        found += _outside(rules.permitted(source, None), must, may, ssh)
        yield 1, [f"from {source} into {name!a}: {one}" for one in found]


def _wrong_containers(console: bool, rules: _Rules) -> list[str]:
    """Of each interface of a console's own containers: its API and its log, as supplements say by default."""
    found = {(service, *ports) for _interface, service, *ports in rules.containers_of_plan}
    must = {("app_https", "tcp/443"), ("app_syslog", "tcp/514", "udp/514")} if console else set()
    return [
        *(["own containers: another plan"] if found != must else []),
        *(["own containers: another policy"] if rules.containers_of_policy != rules.containers_of_plan else []),
    ]


def _wrong_gateway(
    said: Read, naive: Naive, plan: dict[str, Any], rules: _Rules, chance: random.Random
) -> Iterator[tuple[int, list[str]]]:
    segments = said.gateways[plan["host"]]
    everyone = {one: machine for machine in said.world.machines for one in machine.everywhere}
    ours = (*plan["sets"][plan["deployment"]]["ipv4"], *plan["sets"][plan["deployment"]]["ipv6"])
    addresses = [*rules.edges, *_interesting(said)]
    for _number in range(PAIRS):
        source, destination = (chance.choice((*addresses, *everyone, *everyone)) for _end in range(2))
        if (":" in source) != (":" in destination):
            continue
        if _in_any(destination, ours) != (destination in everyone):
            yield 1, [f"the deployment of {plan['host']!a} is wrong about {destination}"]
        ends = _behind(segments, source), _behind(segments, destination)
        if ends[0] is not None and ends[0] == ends[1]:
            # Nothing that a gateway judges.
            continue
        must, may = (naive.on_the_wire(source, destination, lax=lax) for lax in (False, True))
        if None in ends:
            must = may = {}
        found = differences(rules.planned(source, destination), must, may)
        ports = {said.ports[machine.name] for machine in said.world.machines if destination in machine.everywhere}
        ssh = _mask([f"tcp/{port}" for port in ports]) if _in_any(source, rules.management) else 0
        found += _outside(rules.permitted(source, destination), must, may, ssh)
        yield 1, [f"from {source} to {destination} through {plan['host']!a}: {one}" for one in found]


def _outside(permitted: int, must: Opened, may: Opened, ssh: int) -> list[str]:
    """Of the policy, which has no names: ports that nothing permits, and those that are missing."""
    least = most = ssh
    for bits in must.values():
        least |= bits
    for bits in may.values():
        most |= bits
    return [
        *(["the policy: too much"] if permitted & ~most else []),
        *(["the policy: missing"] if least & ~permitted else []),
    ]


def _interesting(said: Read) -> list[str]:
    return [*(one for machine in said.world.machines for one in machine.everywhere), *_OUTSIDERS]


def _some(chance: random.Random, items: Sequence[str], most: int) -> list[str]:
    different = [*dict.fromkeys(items)]
    return chance.sample(different, min(most, len(different)))


def _behind(segments: Mapping[str, Sequence[str]], address: str) -> str | None:
    return next((name for name, networks in segments.items() if _in_any(address, tuple(networks))), None)


@cache
def _network(text: str) -> Any:
    return ipaddress.ip_network(text)


def _in_any(address: str, networks: tuple[str, ...]) -> bool:
    one = ipaddress.ip_address(address)
    return any(one in _network(network) for network in networks)


def _mask(ports: Sequence[str]) -> int:
    return mask(PortRange.parse(port) for port in ports)
