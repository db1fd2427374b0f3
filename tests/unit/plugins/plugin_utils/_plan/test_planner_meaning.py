# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Plans and queries of small random deployments say what a slow and plain second reading of the rules says."""

from __future__ import annotations

import datetime
import ipaddress
from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from ansible_collections.portledger.qradar.plugins.plugin_utils._base.ports import PortRange
from ansible_collections.portledger.qradar.plugins.plugin_utils._catalog.catalog import load_catalog
from ansible_collections.portledger.qradar.plugins.plugin_utils._inventory.read import read_deployment
from ansible_collections.portledger.qradar.plugins.plugin_utils._plan.planner import Plan, Planner
from ansible_collections.portledger.qradar.plugins.plugin_utils._questions.flows import query_flows
from ansible_collections.portledger.qradar.tests.unit.plugins.plugin_utils.naive import (
    Machine,
    Naive,
    Opened,
    World,
    differences,
    mask,
)

TODAY = datetime.date(2026, 11, 23)
GROUPS = {"qradar_gateways": ["gw"]}
ROLES = (
    "event_processor",
    "event_collector",
    "flow_processor",
    "flow_collector",
    "data_node",
    "app_host",
    "risk_manager",
    "vulnerability_processor",
    "vulnerability_scanner",
    "forensics",
)
PARTIES = ("users", "log_sources", "nfs_servers", "wincollect_agents", "windows_hosts", "offsite_sources", "lan")
# Some inside the sites, where hosts are, and some that name a host's, a cluster's or a public address alone.
NETWORKS = (
    "198.18.1.0/29",
    "198.18.2.4/30",
    "198.18.3.0/24",
    "198.18.1.2",
    "198.18.1.101/32",
    "198.18.9.2/31",
    "198.18.51.0/30",
    "198.18.52.0/31",
    "198.18.90.0/30",
    "2001:db8:1::/125",
    "2001:db8:51::/126",
    "2001:db8:52::9",
)
OUTSIDERS = ("198.18.77.7", "2001:db8:77::7", "198.18.51.99")
SEGMENTS = {
    "eth0": ["198.18.1.0/24", "198.18.51.0/24", "2001:db8:1::/64", "2001:db8:51::/64"],
    "eth1": ["198.18.2.0/24", "198.18.9.0/24", "198.18.52.0/25", "2001:db8:2::/64", "2001:db8:52::/64"],
    "eth2.3": ["198.18.3.0/24", "2001:db8:3::/64"],
}
SUPPLEMENTS = tuple(load_catalog().supplements())
EXTRA_PORTS = ("tcp/8443", "udp/8443", "tcp/32000-32010", "tcp/22", "icmp", "udp/1-65535")
PINS: Mapping[str, tuple[str, ...]] = {
    "imq_dynamic": ("tcp/40913", "tcp/40920-40922"),
    "rmi_dynamic": ("udp/5", "tcp/33000-33010"),
    "portmapper_dynamic": ("tcp/40000",),
}


@st.composite
def machines(draw: st.DrawFn) -> tuple[Machine, ...]:
    """A console, alone or as a pair, and up to five others; at most one other pair."""
    count = draw(st.integers(1, 7))
    names = [f"h{number}" for number in range(count)]
    if count > 2 and draw(st.booleans()):
        names[-1] = draw(st.sampled_from(("users", "forensics", "risk_manager", "198.18.51.1", "h.example")))
    paired = {}
    for start in (0, 3):
        if count > start + 1 and draw(st.booleans()):
            paired[start] = start + 1
    nat = draw(st.booleans())
    made: list[Machine] = []
    for number, name in enumerate(names):
        first = next((one for one, other in paired.items() if other == number), None)
        site = draw(st.integers(1, 3))
        own: tuple[str, ...] = draw(
            st.sampled_from(
                (
                    (f"198.18.{site}.{number + 1}",),
                    (f"198.18.{site}.{number + 1}", f"2001:db8:{site}::{number + 1}"),
                    (f"2001:db8:{site}::{number + 1}", f"198.18.{site % 3 + 1}.{number + 1}"),
                )
            )
        )
        roles = draw(st.lists(st.sampled_from(ROLES), min_size=1, max_size=2, unique=True))
        if number == 0:
            roles = ["console", *(roles if draw(st.integers(0, 3)) == 0 else [])]
        nat_group = draw(st.integers(0, 2)) if nat else 0
        public: tuple[str, ...] = ()
        if nat and (nat_group or draw(st.booleans())):
            public = (f"198.18.9.{number + 1}",)
        cluster: tuple[str, ...] = ()
        if number in paired:
            shared: list[tuple[str, ...]] = [
                (),
                (f"198.18.{site}.{number + 101}",),
                ("198.18.1.101", "2001:db8:2::101"),
            ]
            cluster = draw(st.sampled_from(shared))
            if number and made[0].cluster and set(cluster) & set(made[0].cluster):
                cluster = ()
        peer = names[paired[number]] if number in paired else None
        if first is not None:
            roles = list(made[first].roles)
            peer, cluster = made[first].name, made[first].cluster
            one_address = draw(st.booleans())
            if one_address and public and made[first].public:
                public = made[first].public
        made.append(Machine(name, tuple(roles), own, public, cluster, nat_group, draw(st.integers(0, 2)) == 0, peer))
    return tuple(made)


@st.composite
def worlds(draw: st.DrawFn) -> World:
    hosts = draw(machines())
    networks = st.lists(st.sampled_from(NETWORKS), max_size=3, unique=True)
    sides = st.lists(
        st.sampled_from(
            (
                *PARTIES,
                *(
                    "component",
                    "managed_host",
                    "event_listener",
                    "flow_listener",
                    "console",
                    "event_processor",
                    "app_host",
                    "forensics",
                ),
                *(host.name for host in hosts),
                *NETWORKS,
            )
        ),
        min_size=1,
        max_size=2,
    )
    extra = st.fixed_dictionaries(
        {"from": sides, "to": sides, "ports": st.lists(st.sampled_from(EXTRA_PORTS), min_size=1, max_size=2)},
        optional={
            "comment": st.sampled_from(("one", "other")),
            "expires": st.sampled_from(("2026-11-22", "2026-11-23", "2027-06-30")),
        },
    )
    interfaces = ("eth0", "eth1", "eth2.3") if draw(st.booleans()) else ("eth0", "eth1")
    return World(
        machines=hosts,
        segments={interface: SEGMENTS[interface] for interface in interfaces},
        parties=draw(st.dictionaries(st.sampled_from(PARTIES), networks, max_size=4)),
        features=tuple(
            draw(st.lists(st.sampled_from(("snmp_agent", "imm", "emulex_hba", "rpc")), max_size=3, unique=True))
        ),
        profile=draw(st.sampled_from(("documented", "least"))),
        supplements=draw(
            st.one_of(st.none(), st.lists(st.sampled_from(SUPPLEMENTS), max_size=4, unique=True).map(tuple))
        ),
        version=draw(st.sampled_from(("7.5.0", "7.2.5", "7.2.6", "7.5.0 UP10"))),
        pins={name: list(PINS[name]) for name in draw(st.lists(st.sampled_from(sorted(PINS)), max_size=2))},
        excluded=tuple(draw(st.lists(st.sampled_from(("ssh", "rmi", "rmi_dynamic", "ha_icmp", "dcom")), max_size=2))),
        extra=tuple(draw(st.lists(extra, max_size=3))),
    )


def planner_of(world: World) -> Planner:
    catalog = load_catalog()
    return Planner(read_deployment(world.inventory(), GROUPS, catalog, today=TODAY), catalog)


def interesting_addresses(world: World) -> list[str]:
    """Every address of a host, the edges of each network and what lies just outside, and some that nobody has."""
    found = dict.fromkeys(address for machine in world.machines for address in machine.everywhere)
    for text in (*NETWORKS, "198.18.51.1"):
        network = ipaddress.ip_network(text)
        for address in (network[0] - 1, network[0], network[-1], network[-1] + 1):
            found[str(address)] = None
    return [*dict.fromkeys((*found, *OUTSIDERS))]


def behind(world: World, address: str) -> str | None:
    """The interface that an address lies behind."""
    return next((name for name, networks in world.segments.items() if in_any(address, tuple(networks))), None)


@cache
def in_any(address: str, networks: tuple[str, ...]) -> bool:
    return any(ipaddress.ip_address(address) in ipaddress.ip_network(network) for network in networks)


class Packets:
    """What a plan lets through, asked address by address."""

    def __init__(self, plan: Plan) -> None:
        self._flows = [
            ((flow["service"], flow["row"], flow["comment"]), flow["source"], flow["destination"], ports_of(flow))
            for flow in plan["flows"]
            if "interfaces" not in flow
        ]
        self._sets = {name: tuple(one["ipv4"] + one["ipv6"]) for name, one in plan["sets"].items()}

    def opened(self, source: str, destination: str | None) -> Opened:
        found: defaultdict[Any, int] = defaultdict(int)
        for name, from_, to, ports in self._flows:
            if in_any(source, self._sets[from_]) and (destination is None or in_any(destination, self._sets[to])):
                found[name] |= ports
        return dict(found)


def ports_of(flow: Mapping[str, Any]) -> int:
    return mask(PortRange.parse(port) for port in flow["ports"])


SLOW = settings(
    max_examples=60,
    deadline=None,
    derandomize=True,
    phases=(Phase.explicit, Phase.generate, Phase.shrink),
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


@SLOW
@given(worlds())
def test_host_plans(world: World) -> None:
    planner, naive = planner_of(world), Naive(world, load_catalog(), TODAY)
    for machine in world.machines:
        packets = Packets(planner.plan(machine.name, "host"))
        for source in interesting_addresses(world):
            must, may = (naive.into_host(source, machine.name, lax=lax) for lax in (False, True))
            if source in (*machine.own, *machine.public) and source not in machine.cluster:
                must = {}
            wrong = differences(packets.opened(source, None), must, may)
            assert not wrong, f"from {source} into {machine}"


@SLOW
@given(worlds())
def test_own_containers(world: World) -> None:
    """They may open what console_apps lists, on a console, whatever else is there."""
    chosen = world.supplements is None or "console_apps" in world.supplements
    expected = {("app_https", ("tcp/443",)), ("app_syslog", ("tcp/514", "udp/514"))}
    planner = planner_of(world)
    for machine in world.machines:
        flows = [flow for flow in planner.plan(machine.name, "host")["flows"] if "interfaces" in flow]
        found = {(flow["service"], tuple(flow["ports"])) for flow in flows}
        assert found == (expected if chosen and "console" in machine.roles else set())
        assert {flow["source"] for flow in flows} <= {None}
    assert not any("interfaces" in flow for flow in planner.plan("gw", "gateway")["flows"])


@SLOW
@given(worlds(), st.randoms(use_true_random=False))
def test_gateway_plans(world: World, chance: Any) -> None:
    planner, naive = planner_of(world), Naive(world, load_catalog(), TODAY)
    packets = Packets(planner.plan("gw", "gateway"))
    for source, destination in some_pairs(world, chance, 250):
        interfaces = behind(world, source), behind(world, destination)
        if interfaces[0] == interfaces[1]:
            continue
        must, may = (naive.on_the_wire(source, destination, lax=lax) for lax in (False, True))
        if None in interfaces:
            must = may = {}
        wrong = differences(packets.opened(source, destination), must, may)
        assert not wrong, f"from {source} to {destination}"


@SLOW
@given(worlds(), st.randoms(use_true_random=False))
def test_queries(world: World, chance: Any) -> None:
    planner, naive = planner_of(world), Naive(world, load_catalog(), TODAY)
    for source, destination in some_pairs(world, chance, 25):
        must, may = (naive.on_the_wire(source, destination, lax=lax) for lax in (False, True))
        found: defaultdict[Any, int] = defaultdict(int)
        for flow in query_flows(planner, source=whole(source), destination=whole(destination)):
            assert [flow[end]["addresses"] for end in ("source", "destination")] == [
                [whole(source)],
                [whole(destination)],
            ]
            found[flow["service"], flow["row"], flow["comment"]] |= ports_of(flow)
        wrong = differences(dict(found), must, may)
        assert not wrong, f"from {source} to {destination}"


def some_pairs(world: World, chance: Any, count: int) -> Iterable[tuple[str, str]]:
    """Pairs of addresses, those between hosts first among equals."""
    addresses = interesting_addresses(world)
    hosts = [address for machine in world.machines for address in machine.everywhere]
    for _number in range(count):
        yield chance.choice(addresses + hosts * 2), chance.choice(addresses + hosts * 2)


def whole(address: str) -> str:
    """As a network: a host of the inventory may be named like the address of another."""
    return str(ipaddress.ip_network(address))
