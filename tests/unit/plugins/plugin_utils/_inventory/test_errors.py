# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Bad input: each case with its whole message, which names host, variable, value and remedy."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from ansible_collections.portledger.qradar.plugins.plugin_utils._base.errors import PortledgerError
from ansible_collections.portledger.qradar.plugins.plugin_utils._catalog.catalog import load_catalog
from ansible_collections.portledger.qradar.plugins.plugin_utils._inventory.deployment import Deployment
from ansible_collections.portledger.qradar.plugins.plugin_utils._inventory.read import read_deployment
from ansible_collections.portledger.qradar.plugins.plugin_utils._plan.planner import Planner

TODAY = datetime.date(2026, 11, 23)

Hosts = Mapping[str, Mapping[str, Any] | None]
"""What is changed in the small inventory: variables of each host; None takes the host out."""
Groups = Mapping[str, Sequence[str]]

SMALL: Mapping[str, Mapping[str, Any]] = {
    "con1": {"ansible_host": "198.18.1.1"},
    "ep1": {"ansible_host": "198.18.1.4"},
    "gw1": {"qradar_gateway_segments": {"eth0": ["198.18.1.0/24"], "eth1": ["198.18.50.0/24"]}},
}
PAIR: Mapping[str, Mapping[str, Any]] = {
    "con1": {"ansible_host": "198.18.1.1", "qradar_ha_peer": "con2"},
    "con2": {"ansible_host": "198.18.1.2", "qradar_ha_peer": "con1", "qradar_roles": ["console"]},
}

ALL_ROLES = (
    "Known are: app_host, console, data_node, event_collector, event_processor, flow_collector, flow_processor, "
    "forensics, risk_manager, vulnerability_processor, vulnerability_scanner."
)
ALL_PARTIES = (
    "Known are: api_clients, external_networks, flow_sources, lan, log_sources, nfs_servers, ntp_servers, "
    "offsite_sources, smtp_gateways, snmp_managers, srx_devices, users, wincollect_agents, windows_hosts."
)
ALL_FEATURES = "Known are: emulex_hba, imm, snmp_agent."
LIST_SERVICES = "List them with the lookup portledger.qradar.ports."
A_NETWORK = "Write a network, such as 198.18.0.0/24, as a string."
AN_ADDRESS = "Write an address, such as 198.18.0.1, as a string."
WHICH_ADDRESS = "Write an address, such as 198.18.0.1 or 2001:db8::1."
WHICH_NETWORK = "Write an address or a network, such as 198.18.0.0/24 or 2001:db8::/64."
SEEN_ADDRESS = "Give the address that the other hosts see."
OWN_ADDRESSES = "Give each host addresses of its own, and a pair's cluster address to no node alone."
EVERY_ADDRESS = "and qradar_addresses is not set. Set qradar_addresses to every address of the host."
THE_ADDRESSES = "Write the addresses themselves."
A_PORT = "Write a transport and its ports as one value, such as tcp/514 or udp/40000-40010."
A_FLOW = "Write {from: users, to: console, ports: [tcp/8443], comment: why, expires: 2027-03-31}."
A_DATE = "Write year, month and day, such as 2027-03-31."
A_SIDE = "is no role, party, host of the deployment or network. Name one of these."
A_PARTY = "Write a party and its networks, such as {log_sources: [198.18.0.0/24]}."
SEGMENTS = "Write each interface with the networks behind it, such as {eth0: [198.18.1.0/24], eth1: [198.18.2.0/24]}."
ONE_CONSOLE = "that are no HA pair. Leave one console, or set qradar_ha_peer on both nodes of the pair."
OF_ALL = "but it belongs to the deployment as a whole. Set it once, on a group that has all QRadar hosts and gateways."


def small(hosts: Hosts, groups: Groups | None = None) -> Deployment:
    """Read the small inventory with some variables changed."""
    inventory = {name: {**SMALL.get(name, {}), **(hosts.get(name) or {})} for name in (*SMALL, *hosts)}
    inventory = {name: inventory[name] for name in inventory if hosts.get(name, {}) is not None}
    named: dict[str, Sequence[str]] = {
        "qradar_console": [name for name in ("con1",) if name in inventory],
        "qradar_event_processor": [name for name in ("ep1", "ep2") if name in inventory],
        "qradar_gateways": ["gw1"],
        **(groups or {}),
    }
    return read_deployment(inventory, named, load_catalog(), today=TODAY, resolver=resolver)


def resolver(name: str) -> list[str]:
    known = {
        "con1.example.org": ["198.18.1.1", "2001:db8:1::1"],
        "debian": ["127.0.1.1"],
        "scoped": ["198.18.1.8", "fe80::8%2"],
        "nothing": [],
    }
    if name not in known:
        raise OSError(f"no such name: {name}")
    return known[name]


def con1(**variables: Any) -> Hosts:
    return {"con1": variables}


def ep1(**variables: Any) -> Hosts:
    return {"ep1": variables}


def gw1(segments: object) -> Hosts:
    return {"gw1": {"qradar_gateway_segments": segments}}


def users(networks: object) -> Hosts:
    return con1(qradar_parties={"users": networks})


def extra(**changed: object) -> Hosts:
    flow = {"from": "users", "to": "console", "ports": ["tcp/8443"], **changed}
    return con1(qradar_extra_flows=[{key: value for key, value in flow.items() if value != "left out"}])


def both(one: Hosts, other: Hosts) -> Hosts:
    return {name: {**(one.get(name) or {}), **(other.get(name) or {})} for name in (*one, *other)}


ROLES: dict[str, tuple[Hosts, str]] = {
    "misspelt": (
        con1(qradar_roles=["consol"]),
        f"con1: qradar_roles: 'consol' is no role. Did you mean console? {ALL_ROLES}",
    ),
    "string": (
        con1(qradar_roles="console"),
        "con1: qradar_roles: 'console' is a string where a list is meant. Write [console].",
    ),
    "empty": (con1(qradar_roles=[]), f"con1: qradar_roles: [] names no role. {ALL_ROLES}"),
    "null in it": (con1(qradar_roles=[None]), f"con1: qradar_roles: None is no role. {ALL_ROLES}"),
    "nested": (
        con1(qradar_roles=[["data_node"]]),
        f"con1: qradar_roles: ['data_node'] is no role. Did you mean data_node? {ALL_ROLES}",
    ),
    "no console": (
        {"con1": None},
        "qradar_roles: 'console' is the role of no host. Put the console into the group qradar_console.",
    ),
    "nobody": (
        {"con1": None, "ep1": None},
        "The inventory has no QRadar host. Put hosts into groups named qradar_<role> below a group qradar, or set "
        "qradar_roles on them. Roles are: console, event_processor, event_collector, flow_processor, flow_collector, "
        "data_node, app_host, risk_manager, vulnerability_processor, vulnerability_scanner, forensics.",
    ),
    "two consoles": (
        {"con2": {"ansible_host": "198.18.1.2", "qradar_roles": ["console"]}},
        f"con1 and con2: qradar_roles: 'console' is the role of 2 hosts {ONE_CONSOLE}",
    ),
    "a pair and a third": (
        {**PAIR, "con3": {"ansible_host": "198.18.1.3", "qradar_roles": ["console"]}},
        f"con1 and con2 and con3: qradar_roles: 'console' is the role of 3 hosts {ONE_CONSOLE}",
    ),
}

ADDRESSES: dict[str, tuple[Hosts, str]] = {
    "none": (ep1(ansible_host=None), f"ep1: ansible_host: 'ep1' is no address, {EVERY_ADDRESS}"),
    "name in ansible_host": (
        ep1(ansible_host="ep1.example.org"),
        f"ep1: ansible_host: 'ep1.example.org' is no address, {EVERY_ADDRESS}",
    ),
    "loopback in ansible_host": (
        ep1(ansible_host="127.0.0.1"),
        f"ep1: ansible_host: '127.0.0.1' is a loopback address, {EVERY_ADDRESS}",
    ),
    "empty": (
        ep1(qradar_addresses=[]),
        "ep1: qradar_addresses: [] names no address. List every address of the host.",
    ),
    "twice": (
        ep1(ansible_host="198.18.1.1"),
        f"con1 and ep1: qradar_addresses: '198.18.1.1' is used twice. {OWN_ADDRESSES}",
    ),
    "twice, written in two ways": (
        both(con1(qradar_addresses=["2001:DB8::1"]), ep1(qradar_addresses=["2001:db8:0:0::1"])),
        f"con1 and ep1: qradar_addresses: '2001:db8::1' is used twice. {OWN_ADDRESSES}",
    ),
    "cluster's is another host's": (
        both(PAIR, con1(qradar_cluster_addresses=["198.18.1.4"])),
        f"con1 and ep1: qradar_addresses: '198.18.1.4' is used twice. {OWN_ADDRESSES}",
    ),
    "cluster's is a node's": (
        both(PAIR, con1(qradar_cluster_addresses=["198.18.1.1"])),
        f"con1: qradar_cluster_addresses: '198.18.1.1' is used twice. {OWN_ADDRESSES}",
    ),
    "public twice": (
        both(con1(qradar_public_addresses=["198.18.9.1"]), ep1(qradar_public_addresses=["198.18.9.1"])),
        f"con1 and ep1: qradar_public_addresses: '198.18.9.1' is used twice. {OWN_ADDRESSES}",
    ),
    "public is another host's own": (
        ep1(qradar_public_addresses=["198.18.1.1"]),
        f"con1 and ep1: qradar_public_addresses: '198.18.1.1' is used twice. {OWN_ADDRESSES}",
    ),
    "unknown name": (
        ep1(qradar_addresses=["ep9.example.org"]),
        f"ep1: qradar_addresses: 'ep9.example.org' is a name that does not resolve on the controller. {THE_ADDRESSES}",
    ),
    "name of nothing": (
        ep1(qradar_addresses=["nothing"]),
        f"ep1: qradar_addresses: 'nothing' is a name that does not resolve on the controller. {THE_ADDRESSES}",
    ),
    "name of the loopback": (
        ep1(qradar_addresses=["debian"]),
        "ep1: qradar_addresses: 'debian' resolves on the controller to 127.0.1.1, and one of these is a loopback "
        f"address. {THE_ADDRESSES}",
    ),
    "name of a link-local address": (
        ep1(qradar_addresses=["scoped"]),
        "ep1: qradar_addresses: 'scoped' resolves on the controller to 198.18.1.8, fe80::8%2, and one of these is a "
        f"link-local address. {THE_ADDRESSES}",
    ),
    "network": (
        ep1(qradar_addresses=["198.18.1.0/24"]),
        f"ep1: qradar_addresses: '198.18.1.0/24' is no address. {WHICH_ADDRESS}",
    ),
    "mistyped": (
        ep1(qradar_addresses=["198.18.1.444"]),
        f"ep1: qradar_addresses: '198.18.1.444' is no address. {WHICH_ADDRESS}",
    ),
    "zone": (
        ep1(qradar_addresses=["2001:db8::1%eth0"]),
        "ep1: qradar_addresses: '2001:db8::1%eth0' has a zone, which only one host knows. Leave out the percent sign "
        "and what follows it.",
    ),
    "IPv4 in IPv6": (
        ep1(qradar_addresses=["::ffff:198.18.1.4"]),
        "ep1: qradar_addresses: '::ffff:198.18.1.4' is IPv4 written as IPv6. Write it as IPv4, such as 198.18.1.4.",
    ),
    "multicast": (
        ep1(qradar_addresses=["ff02::1"]),
        f"ep1: qradar_addresses: 'ff02::1' is a multicast address. {SEEN_ADDRESS}",
    ),
    "link-local": (
        ep1(qradar_addresses=["fe80::1%eth0"]),
        f"ep1: qradar_addresses: 'fe80::1%eth0' is a link-local address. {SEEN_ADDRESS}",
    ),
    "unspecified": (
        ep1(qradar_addresses=["0.0.0.0"]),
        f"ep1: qradar_addresses: '0.0.0.0' is the unspecified address. {SEEN_ADDRESS}",
    ),
    "string": (
        ep1(qradar_addresses="198.18.1.4"),
        "ep1: qradar_addresses: '198.18.1.4' is a string where a list is meant. Write [198.18.1.4].",
    ),
    "mapping": (ep1(qradar_addresses={"a": 1}), "ep1: qradar_addresses: {'a': 1} is no list. Write a list."),
    "integer": (ep1(qradar_addresses=[3321888772]), f"ep1: qradar_addresses: 3321888772 is no text. {AN_ADDRESS}"),
    "null in it": (ep1(qradar_addresses=[None]), f"ep1: qradar_addresses: None is no text. {AN_ADDRESS}"),
    "nested": (
        ep1(qradar_addresses=[["198.18.1.4"]]),
        f"ep1: qradar_addresses: ['198.18.1.4'] is no text. {AN_ADDRESS}",
    ),
    "boolean": (ep1(qradar_addresses=[True]), f"ep1: qradar_addresses: True is no text. {AN_ADDRESS}"),
    "empty string": (ep1(qradar_addresses=[""]), f"ep1: qradar_addresses: '' is no address. {WHICH_ADDRESS}"),
    "NAT group without public address": (
        con1(qradar_nat_group=1),
        "con1: qradar_public_addresses: None is not set, but ep1 is in another NAT group (0, not 1) and must see a "
        "public address. Set qradar_public_addresses, or put both into one qradar_nat_group.",
    ),
}

PAIRS: dict[str, tuple[Hosts, str]] = {
    "unknown": (
        con1(qradar_ha_peer="ep2"),
        "con1: qradar_ha_peer: 'ep2' is no host of the deployment. Known are: ep1.",
    ),
    "misspelt": (
        {"con1": {"qradar_ha_peer": "con_2"}, "con2": PAIR["con2"]},
        "con1: qradar_ha_peer: 'con_2' is no host of the deployment. Did you mean con2? Known are: con2, ep1.",
    ),
    "gateway": (
        con1(qradar_ha_peer="gw1"),
        "con1: qradar_ha_peer: 'gw1' is no host of the deployment. Known are: ep1.",
    ),
    "oneself": (
        con1(qradar_ha_peer="con1"),
        "con1: qradar_ha_peer: 'con1' is the host itself. Name the other node of the pair.",
    ),
    "one side only": (
        {"con1": {"qradar_ha_peer": "con2"}, "con2": {**PAIR["con2"], "qradar_ha_peer": None}},
        "con1: qradar_ha_peer: 'con2' does not name con1 in turn (it names nobody). Set qradar_ha_peer of con2 to "
        "con1.",
    ),
    "three in a ring": (
        {"ep1": {"qradar_ha_peer": "con1"}, "con1": {"qradar_ha_peer": "con2"}, "con2": {**PAIR["con2"]}},
        "ep1: qradar_ha_peer: 'con1' does not name ep1 in turn (it names con2). Set qradar_ha_peer of con1 to ep1.",
    ),
    "other roles": (
        both(con1(qradar_ha_peer="ep1"), ep1(qradar_ha_peer="con1")),
        "con1 and ep1: qradar_roles: [['console'], ['event_processor']] differ, but the two are an HA pair. Give both "
        "nodes the same roles.",
    ),
    "list": (
        con1(qradar_ha_peer=["ep1"]),
        "con1: qradar_ha_peer: ['ep1'] is no name of a host. Write the other node's name in the inventory.",
    ),
    "cluster address of no pair": (
        con1(qradar_cluster_addresses=["198.18.1.3"]),
        "con1: qradar_cluster_addresses: ['198.18.1.3'] belong to an HA pair, but qradar_ha_peer is not set. Set "
        "qradar_ha_peer on both nodes, or remove the cluster addresses.",
    ),
    "two cluster addresses": (
        both(
            PAIR,
            {
                "con1": {"qradar_cluster_addresses": ["198.18.1.3"]},
                "con2": {"qradar_cluster_addresses": ["198.18.1.8"]},
            },
        ),
        "con1 and con2: qradar_cluster_addresses: [['198.18.1.3'], ['198.18.1.8']] differ, but the two are an HA pair. "
        "Give both nodes the same cluster addresses, or only one of them.",
    ),
}

SINGLE_VALUES: dict[str, tuple[Hosts, str]] = {
    "encrypted": (
        con1(qradar_encrypted="maybe"),
        "con1: qradar_encrypted: 'maybe' is neither true nor false. Write true or false.",
    ),
    "encrypted by 2": (
        con1(qradar_encrypted=2),
        "con1: qradar_encrypted: 2 is neither true nor false. Write true or false.",
    ),
    "NAT group": (
        con1(qradar_nat_group="one"),
        "con1: qradar_nat_group: 'one' is no whole number from 0 to 2147483647. Write a number.",
    ),
    "NAT group below 0": (
        con1(qradar_nat_group=-1),
        "con1: qradar_nat_group: -1 is no whole number from 0 to 2147483647. Write a number.",
    ),
    "NAT group true": (
        con1(qradar_nat_group=True),
        "con1: qradar_nat_group: True is no whole number from 0 to 2147483647. Write a number.",
    ),
    "SSH port": (
        con1(ansible_port=70000),
        "con1: ansible_port: 70000 is no whole number from 1 to 65535. Write a number.",
    ),
    "version": (
        con1(qradar_version="seven"),
        "con1: qradar_version: 'seven' is no version of QRadar. Write it as 7.5.0 or 7.5.0 UP10.",
    ),
    "list of versions": (
        con1(qradar_version=["7.5.0"]),
        "con1: qradar_version: ['7.5.0'] is no version of QRadar. Write it as 7.5.0 or 7.5.0 UP10.",
    ),
}

PARTIES: dict[str, tuple[Hosts, str]] = {
    "misspelt": (
        con1(qradar_parties={"user": ["198.18.60.0/24"]}),
        f"con1: qradar_parties: 'user' is no party. Did you mean users? {ALL_PARTIES}",
    ),
    "list": (con1(qradar_parties=["users"]), f"con1: qradar_parties: ['users'] is no mapping. {A_PARTY}"),
    "number for a party": (
        con1(qradar_parties={1: ["198.18.60.0/24"]}),
        f"con1: qradar_parties: {{1: ['198.18.60.0/24']}} is no mapping. {A_PARTY}",
    ),
    "string": (
        users("198.18.60.0/24"),
        "con1: qradar_parties.users: '198.18.60.0/24' is a string where a list is meant. Write [198.18.60.0/24].",
    ),
    "empty string": (users(""), "con1: qradar_parties.users: '' is a string where a list is meant. Write []."),
    "mapping": (users({"a": 1}), "con1: qradar_parties.users: {'a': 1} is no list. Write a list."),
    "host bits": (
        users(["198.18.60.1/24"]),
        "con1: qradar_parties.users: '198.18.60.1/24' has host bits set. Write 198.18.60.0/24 for the network or "
        "198.18.60.1/32 for the one address.",
    ),
    "host bits of IPv6": (
        users(["2001:db8:60::1/64"]),
        "con1: qradar_parties.users: '2001:db8:60::1/64' has host bits set. Write 2001:db8:60::/64 for the network or "
        "2001:db8:60::1/128 for the one address.",
    ),
    "integer in it": (users(["198.18.60.0/24", 10]), f"con1: qradar_parties.users: 10 is no text. {A_NETWORK}"),
    "fraction in it": (users([198.18]), f"con1: qradar_parties.users: 198.18 is no text. {A_NETWORK}"),
    "null in it": (users([None]), f"con1: qradar_parties.users: None is no text. {A_NETWORK}"),
    "nested": (users([["198.18.60.0/24"]]), f"con1: qradar_parties.users: ['198.18.60.0/24'] is no text. {A_NETWORK}"),
    "boolean in it": (users([True]), f"con1: qradar_parties.users: True is no text. {A_NETWORK}"),
    "mapping in it": (users([{"a": 1}]), f"con1: qradar_parties.users: {{'a': 1}} is no text. {A_NETWORK}"),
    "empty string in it": (
        users([""]),
        f"con1: qradar_parties.users: '' is neither an address nor a network. {WHICH_NETWORK}",
    ),
    "name in it": (
        users(["ntp.example.org"]),
        f"con1: qradar_parties.users: 'ntp.example.org' is neither an address nor a network. {WHICH_NETWORK}",
    ),
    "prefix too long": (
        users(["198.18.60.0/33"]),
        f"con1: qradar_parties.users: '198.18.60.0/33' is neither an address nor a network. {WHICH_NETWORK}",
    ),
    "zone": (
        users(["2001:db8::%eth0/64"]),
        "con1: qradar_parties.users: '2001:db8::%eth0/64' has a zone, which only one host knows. Leave out the percent "
        "sign and what follows it.",
    ),
    "IPv4 in IPv6": (
        users(["::ffff:198.18.60.0/120"]),
        "con1: qradar_parties.users: '::ffff:198.18.60.0/120' is IPv4 written as IPv6. Write it as IPv4, such as "
        "198.18.60.0.",
    ),
}

FEATURES_AND_SERVICES: dict[str, tuple[Hosts, str]] = {
    "feature": (con1(qradar_features=["snmp"]), f"con1: qradar_features: 'snmp' is no feature. {ALL_FEATURES}"),
    "feature that follows": (
        con1(qradar_features=["vulnerability_manager"]),
        "con1: qradar_features: 'vulnerability_manager' follows from the roles present and is not set by hand. Give a "
        "host the role vulnerability_processor or vulnerability_scanner.",
    ),
    "features as a string": (
        con1(qradar_features="imm"),
        "con1: qradar_features: 'imm' is a string where a list is meant. Write [imm].",
    ),
    "nested features": (
        con1(qradar_features=[["imm"]]),
        f"con1: qradar_features: ['imm'] is no feature. {ALL_FEATURES}",
    ),
    "service": (
        con1(qradar_excluded_services=["sshd"]),
        "con1: qradar_excluded_services: 'sshd' is no service of the catalog. Did you mean ssh?",
    ),
    "service like no other": (
        con1(qradar_excluded_services=["zzzz"]),
        f"con1: qradar_excluded_services: 'zzzz' is no service of the catalog. {LIST_SERVICES}",
    ),
    "nested services": (
        con1(qradar_excluded_services=[["ssh"]]),
        f"con1: qradar_excluded_services: ['ssh'] is no service of the catalog. {LIST_SERVICES}",
    ),
    "mapping for a service": (
        con1(qradar_excluded_services=[{"ssh": 1}]),
        f"con1: qradar_excluded_services: {{'ssh': 1}} is no service of the catalog. {LIST_SERVICES}",
    ),
    "pin of an unknown service": (
        con1(qradar_dynamic_ports={"imq_dyn": ["tcp/40000"]}),
        "con1: qradar_dynamic_ports: 'imq_dyn' is no service of the catalog. Did you mean imq_dynamic?",
    ),
    "pin of a fixed port": (
        con1(qradar_dynamic_ports={"ssh": ["tcp/23"]}),
        "con1: qradar_dynamic_ports: 'ssh' has no dynamic port to pin. Services with one are: dcom_dynamic, "
        "imq_dynamic, portmapper_dynamic, rmi_dynamic.",
    ),
    "empty pin": (
        con1(qradar_dynamic_ports={"imq_dynamic": []}),
        "con1: qradar_dynamic_ports.imq_dynamic: [] pins no port, which would close the service. Name its ports, or "
        "leave it out.",
    ),
    "pin without transport": (
        con1(qradar_dynamic_ports={"imq_dynamic": ["40000"]}),
        f"con1: qradar_dynamic_ports.imq_dynamic: '40000' is no transport with a port. {A_PORT}",
    ),
    "list of pins": (
        con1(qradar_dynamic_ports=["imq_dynamic"]),
        "con1: qradar_dynamic_ports: ['imq_dynamic'] is no mapping. Write a service and its ports, such as "
        "{imq_dynamic: [tcp/40913]}.",
    ),
}

PORTS: dict[str, tuple[Hosts, str]] = {
    name: (extra(ports=[value]), f"con1: qradar_extra_flows[0].ports: {value!r} {problem}. {A_PORT}")
    for name, value, problem in (
        ("port 0", "tcp/0", "names port 0, which is outside 1 to 65535"),
        ("port 65536", "udp/65536", "names port 65536, which is outside 1 to 65535"),
        ("range up to 65536", "udp/1-65536", "names port 65536, which is outside 1 to 65535"),
        ("reversed range", "tcp/514-500", "is a range that runs backwards"),
        ("tcp alone", "tcp", "is no transport with a port"),
        ("half a range", "tcp/5-", "is no transport with a port"),
        ("other digits", "tcp/\uff15", "is no transport with a port"),
        ("space", "tcp/ 5", "is no transport with a port"),
        ("capitals", "TCP/5", "is no transport with a port"),
        ("other transport", "sctp/5", "names the transport 'sctp', which is neither tcp nor udp"),
        ("icmp with a number", "icmp/8", "names the transport 'icmp', which is neither tcp nor udp"),
        ("integer", 514, "is no transport with a port"),
        ("null", None, "is no transport with a port"),
        ("boolean", True, "is no transport with a port"),
        ("nested", ["tcp/5"], "is no transport with a port"),
        ("mapping", {"tcp": 5}, "is no transport with a port"),
        ("empty string", "", "is no transport with a port"),
    )
}

EXTRA_FLOWS: dict[str, tuple[Hosts, str]] = {
    "ports as a string": (
        extra(ports="tcp/514"),
        "con1: qradar_extra_flows[0].ports: 'tcp/514' is a string where a list is meant. Write [tcp/514].",
    ),
    "no ports": (extra(ports=[]), f"con1: qradar_extra_flows[0].ports: [] names no port. {A_PORT}"),
    "ports left out": (extra(ports="left out"), f"con1: qradar_extra_flows[0].ports: None names no port. {A_PORT}"),
    "unknown option": (
        extra(expire="2027-01-01"),
        "con1: qradar_extra_flows[0]: 'expire' is no option of an extra flow. Options are: from, to, ports, comment, "
        "expires.",
    ),
    "from left out": (
        extra(**{"from": "left out"}),
        "con1: qradar_extra_flows[0].from: None names nobody. Name a role, a party, a host or a network.",
    ),
    "from unknown": (extra(**{"from": "usrs"}), f"con1: qradar_extra_flows[0].from: 'usrs' {A_SIDE}"),
    "to a gateway": (extra(to="gw1"), f"con1: qradar_extra_flows[0].to: 'gw1' {A_SIDE}"),
    "to oneself": (extra(to="self"), f"con1: qradar_extra_flows[0].to: 'self' {A_SIDE}"),
    "to the peer": (extra(to="ha_peer"), f"con1: qradar_extra_flows[0].to: 'ha_peer' {A_SIDE}"),
    "to nobody": (extra(to=""), f"con1: qradar_extra_flows[0].to: '' {A_SIDE}"),
    "to a number": (extra(to=["console", 5]), f"con1: qradar_extra_flows[0].to: 5 {A_SIDE}"),
    "nested to": (extra(to=[["console"]]), f"con1: qradar_extra_flows[0].to: ['console'] {A_SIDE}"),
    "mapping in to": (extra(to=[{"a": 1}]), f"con1: qradar_extra_flows[0].to: {{'a': 1}} {A_SIDE}"),
    "mapping for to": (extra(to={"a": 1}), "con1: qradar_extra_flows[0].to: {'a': 1} is no list. Write a list."),
    "host bits": (
        extra(to="198.18.60.1/24"),
        "con1: qradar_extra_flows[0].to: '198.18.60.1/24' has host bits set. Write 198.18.60.0/24 for the network or "
        "198.18.60.1/32 for the one address.",
    ),
    "another form of date": (
        extra(expires="31.12.2026"),
        f"con1: qradar_extra_flows[0].expires: '31.12.2026' is no date. {A_DATE}",
    ),
    "no such day": (
        extra(expires="2027-02-30"),
        f"con1: qradar_extra_flows[0].expires: '2027-02-30' is no date. {A_DATE}",
    ),
    "number for a date": (
        extra(expires=20270331),
        f"con1: qradar_extra_flows[0].expires: 20270331 is no date. {A_DATE}",
    ),
    "no mapping": (con1(qradar_extra_flows=["x"]), f"con1: qradar_extra_flows[0]: 'x' is no mapping. {A_FLOW}"),
    "no list": (
        con1(qradar_extra_flows={"from": "users"}),
        "con1: qradar_extra_flows: {'from': 'users'} is no list. Write a list.",
    ),
}

GATEWAYS: dict[str, tuple[Hosts, str]] = {
    "overlap": (
        gw1({"eth0": ["198.18.1.0/24"], "eth1": ["2001:db8::/64", "198.18.0.0/23"]}),
        "gw1: qradar_gateway_segments: '198.18.1.0/24' lies behind eth0 and behind eth1. Name each network behind one "
        "interface only.",
    ),
    "one segment": (
        gw1({"eth0": ["198.18.1.0/24"]}),
        "gw1: qradar_gateway_segments: {'eth0': ['198.18.1.0/24']} names fewer than two segments, so nothing crosses "
        f"this gateway. {SEGMENTS}",
    ),
    "no segments": (
        gw1(None),
        "gw1: qradar_gateway_segments: None names fewer than two segments, so nothing crosses this gateway. "
        f"{SEGMENTS}",
    ),
    "segment without networks": (
        gw1({"eth0": ["198.18.1.0/24"], "eth1": []}),
        "gw1: qradar_gateway_segments.eth1: [] names no network. List the networks behind the interface.",
    ),
    "list": (gw1(["eth0"]), f"gw1: qradar_gateway_segments: ['eth0'] is no mapping. {SEGMENTS}"),
    "interface": (
        gw1({"eth0 ": ["198.18.1.0/24"], "eth1": ["198.18.2.0/24"]}),
        "gw1: qradar_gateway_segments: 'eth0 ' is no name of an interface. Write it as `ip link` shows it.",
    ),
    "host bits": (
        gw1({"eth0": ["198.18.1.1/24"], "eth1": ["198.18.2.0/24"]}),
        "gw1: qradar_gateway_segments.eth0: '198.18.1.1/24' has host bits set. Write 198.18.1.0/24 for the network or "
        "198.18.1.1/32 for the one address.",
    ),
    "string": (
        gw1({"eth0": "198.18.1.0/24", "eth1": ["198.18.2.0/24"]}),
        "gw1: qradar_gateway_segments.eth0: '198.18.1.0/24' is a string where a list is meant. Write [198.18.1.0/24].",
    ),
}

DISAGREEMENTS: dict[str, tuple[Hosts, str]] = {
    name: (
        {"con1": {name: one}, host: {name: other}},
        f"con1 and {host}: {name}: {other!r} on {host} is not what con1 has, {OF_ALL}",
    )
    for name, host, one, other in (
        ("qradar_parties", "ep1", {"users": ["198.18.60.0/24"]}, {"users": ["198.18.61.0/24"]}),
        ("qradar_features", "ep1", ["imm"], []),
        ("qradar_version", "gw1", "7.5.0", "7.4.0"),
        ("qradar_dynamic_ports", "ep1", {"imq_dynamic": ["tcp/40000"]}, {}),
        ("qradar_excluded_services", "gw1", ["ssh"], ["smtp"]),
        (
            "qradar_extra_flows",
            "ep1",
            [{"from": "users", "to": "console", "ports": ["tcp/1"]}],
            [{"from": "users", "to": "console", "ports": ["tcp/2"]}],
        ),
    )
}

CASES = [
    pytest.param(hosts, message, id=f"{title}: {name}")
    for title, cases in (
        ("roles", ROLES),
        ("addresses", ADDRESSES),
        ("pairs", PAIRS),
        ("values", SINGLE_VALUES),
        ("parties", PARTIES),
        ("features and services", FEATURES_AND_SERVICES),
        ("ports", PORTS),
        ("extra flows", EXTRA_FLOWS),
        ("gateways", GATEWAYS),
        ("disagreements", DISAGREEMENTS),
    )
    for name, (hosts, message) in cases.items()
]


@pytest.mark.parametrize(("hosts", "message"), CASES)
def test_refused(hosts: Hosts, message: str) -> None:
    with pytest.raises(PortledgerError) as refusal:
        small(hosts)
    assert str(refusal.value) == message


def test_the_small_inventory_is_fine() -> None:
    assert small({}).warnings == ()


WARNED: dict[str, tuple[Hosts, list[str]]] = {
    "the whole of IPv4": (
        users(["0.0.0.0/0"]),
        [
            "con1: qradar_parties.users: '0.0.0.0/0' is every address there is, so the ports of this party are open to "
            "the world. Name the networks that the party is in."
        ],
    ),
    "the whole of IPv6": (
        users(["198.18.60.0/24", "::/0"]),
        [
            "con1: qradar_parties.users: '::/0' is every address there is, so the ports of this party are open to the "
            "world. Name the networks that the party is in."
        ],
    ),
    "halves of everything": (
        users(["0.0.0.0/1", "128.0.0.0/1"]),
        [
            "con1: qradar_parties.users: '0.0.0.0/0' is every address there is, so the ports of this party are open to "
            "the world. Name the networks that the party is in."
        ],
    ),
    "said twice": (
        both(users(["0.0.0.0/0"]), ep1(qradar_parties={"users": ["0.0.0.0/0"]})),
        [
            "con1: qradar_parties.users: '0.0.0.0/0' is every address there is, so the ports of this party are open to "
            "the world. Name the networks that the party is in."
        ],
    ),
    "over": (
        extra(expires="2026-11-22"),
        [
            "con1: qradar_extra_flows[0].expires: '2026-11-22' is over, so the flow is closed. Remove the flow, or "
            "give it a later date."
        ],
    ),
    "last day": (
        extra(expires="2026-11-23"),
        [
            "con1: qradar_extra_flows[0].expires: '2026-11-23' is near; after it the flow is closed. Give the flow a "
            "later date if it is still needed."
        ],
    ),
    "30 days": (
        extra(expires=datetime.date(2026, 12, 23)),
        [
            "con1: qradar_extra_flows[0].expires: '2026-12-23' is near; after it the flow is closed. Give the flow a "
            "later date if it is still needed."
        ],
    ),
    "31 days": (extra(expires="2026-12-24"), []),
    "pin below": (
        con1(qradar_dynamic_ports={"imq_dynamic": ["tcp/40000", "tcp/31999-32001"]}),
        [
            "con1: qradar_dynamic_ports.imq_dynamic: 'tcp/31999-32001' lies outside what the table documents "
            "(tcp/32001-65535). Check the port; it is opened as you say."
        ],
    ),
    "pin of another transport": (
        con1(qradar_dynamic_ports={"imq_dynamic": ["udp/40000"]}),
        [
            "con1: qradar_dynamic_ports.imq_dynamic: 'udp/40000' lies outside what the table documents "
            "(tcp/32001-65535). Check the port; it is opened as you say."
        ],
    ),
    "misspelt variable": (
        con1(qradar_adresses=["198.18.1.1"]),
        [
            "con1: qradar_adresses: is no variable of this collection and is ignored. Did you mean qradar_addresses?",
        ],
    ),
    "somebody else's variable": (con1(qradar_license="x"), []),
    "gateway that leads nowhere": (
        gw1({"eth0": ["198.18.1.4"], "eth1": ["198.18.2.0/24"]}),
        [
            "gw1: qradar_gateway_segments: ['eth0', 'eth1'] have nothing of con1 (198.18.1.1) behind them, so "
            "nothing passes to or from there. List their networks behind the interface that leads to them."
        ],
    ),
}


@pytest.mark.parametrize(("hosts", "warnings"), WARNED.values(), ids=WARNED)
def test_warned(hosts: Hosts, warnings: list[str]) -> None:
    assert list(Planner(small(hosts), load_catalog()).warnings("gateway")) == warnings


def test_host_plans_say_nothing_of_gateways() -> None:
    deployment = small(gw1({"eth0": ["198.18.1.4"], "eth1": ["198.18.2.0/24"]}))
    assert Planner(deployment, load_catalog()).warnings("host") == ()


def test_the_whole_of_ipv4_works() -> None:
    planner = Planner(small(users(["0.0.0.0/0"])), load_catalog())
    https = [flow for flow in planner.plan("con1", "host")["flows"] if flow["service"] == "https"]
    assert {
        "service": "https",
        "row": 12,
        "source": "users",
        "destination": None,
        "ports": ["tcp/443"],
    }.items() <= next(flow for flow in https if flow["source"] == "users").items()
    assert planner.plan("con1", "host")["sets"]["users"] == {"ipv4": ["0.0.0.0/0"], "ipv6": []}


@pytest.mark.parametrize(("expires", "is_open"), [("2026-11-22", False), ("2026-11-23", True), (None, True)])
def test_an_extra_flow_is_open_up_to_its_last_day(expires: str | None, is_open: bool) -> None:
    assert bool(small(extra(expires=expires)).settings.extra_flows) is is_open


def test_a_pin_outside_is_opened() -> None:
    planner = Planner(small(con1(qradar_dynamic_ports={"imq_dynamic": ["udp/500"]})), load_catalog())
    flows = planner.plan("ep1", "host")["flows"]
    assert [flow["ports"] for flow in flows if flow["service"] == "imq_dynamic"] == [["udp/500"]]


GROUP_WARNING = (
    "group qradar_{}: is no group of this collection and gives its hosts nothing. Did you mean qradar_console?"
)


def test_misspelt_group() -> None:
    deployment = small({}, {"qradar_conole": ["con1"], "qradar_consoles": []})
    assert deployment.warnings == (GROUP_WARNING.format("conole"),), "an empty group has nothing to lose"


def test_misspelt_group_where_it_is_the_only_one() -> None:
    with pytest.raises(PortledgerError) as refusal:
        small({}, {"qradar_console": [], "qradar_consoles": ["con1"]})
    assert str(refusal.value) == f"{ROLES['no console'][1]} {GROUP_WARNING.format('consoles')}"


@pytest.mark.parametrize(
    ("group", "hint"), [("qradar", ""), ("qradar_data_nodes", "Did you mean data_node? "), ("qradar_site_a", "")]
)
def test_host_without_role(group: str, hint: str) -> None:
    with pytest.raises(PortledgerError) as refusal:
        small({"new": {"ansible_host": "198.18.1.9"}}, {"qradar": ["new"], group: ["new"]})
    assert str(refusal.value).startswith(
        "new: qradar_roles: None is not set, and no group qradar_<role> has the host. Set qradar_roles or put the host "
        f"into such a group. {hint}{ALL_ROLES}"
    )


def test_long_values_are_cut() -> None:
    networks = [f"198.18.61.{number}" for number in range(250)]
    with pytest.raises(PortledgerError) as refusal:
        small(both(users(["198.18.60.0/24"]), ep1(qradar_parties={"users": networks})))
    shown = repr({"users": networks})[:160]
    assert str(refusal.value) == (f"con1 and ep1: qradar_parties: {shown} ... on ep1 is not what con1 has, {OF_ALL}")


def test_many_names_are_cut() -> None:
    others = {f"dn{n:03}": {"ansible_host": f"198.18.2.{n}", "qradar_roles": ["data_node"]} for n in range(140)}
    with pytest.raises(PortledgerError) as refusal:
        small({**others, "con1": {"qradar_ha_peer": "zzz"}})
    names = ", ".join(sorted(others)[:100])
    assert str(refusal.value) == (
        f"con1: qradar_ha_peer: 'zzz' is no host of the deployment. Known are: {names} and 41 more."
    )
