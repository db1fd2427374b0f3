# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Bad input about all but the hosts: each case with its whole message, which names host, variable, value and remedy."""

from __future__ import annotations

import pytest

from ansible_collections.portledger.qradar.plugins.plugin_utils._base.errors import PortledgerError
from tests.unit.plugins.plugin_utils._inventory.small_inventory import (
    Hosts,
    both,
    con1,
    ep1,
    extra,
    gw1,
    small,
    titled,
    users,
)

ALL_PARTIES = (
    "Valid values: api_clients, external_networks, flow_sources, lan, log_sources, nfs_servers, ntp_servers, "
    "offsite_sources, smtp_gateways, snmp_managers, srx_devices, users, wincollect_agents, windows_hosts."
)

ALL_FEATURES = "Valid values: emulex_hba, imm, rpc, snmp_agent."
LIST_SERVICES = "List them with the lookup portledger.qradar.ports."
A_NETWORK = "Write a network, such as 198.18.0.0/24, as a string."
WHICH_NETWORK = "Write an address or a network, such as 198.18.0.0/24 or 2001:db8::/64."
A_PORT = "Write a transport and its ports as one value, such as tcp/514 or udp/40000-40010."
A_FLOW = "Write {from: users, to: console, ports: [tcp/8443], comment: why, expires: 2027-03-31}."
A_DATE = "Write year, month and day, such as 2027-03-31."
A_SIDE = "is not a role, party, host of the deployment or network. Name one of these."
A_PARTY = "Write a party and its networks, such as {log_sources: [198.18.0.0/24]}."
SEGMENTS = "Write each interface with the networks behind it, such as {eth0: [198.18.1.0/24], eth1: [198.18.2.0/24]}."
OF_ALL = "but it applies to the deployment as a whole. Set it once, on a group that has all QRadar hosts and gateways."

PARTIES: dict[str, tuple[Hosts, str]] = {
    "misspelt": (
        con1(qradar_parties={"user": ["198.18.60.0/24"]}),
        f"con1: qradar_parties: 'user' is not a party. Did you mean users? {ALL_PARTIES}",
    ),
    "list": (con1(qradar_parties=["users"]), f"con1: qradar_parties: ['users'] is not a mapping. {A_PARTY}"),
    "number for a party": (
        con1(qradar_parties={1: ["198.18.60.0/24"]}),
        f"con1: qradar_parties: {{1: ['198.18.60.0/24']}} is not a mapping. {A_PARTY}",
    ),
    "string": (
        users("198.18.60.0/24"),
        "con1: qradar_parties.users: '198.18.60.0/24' is a string instead of a list. Write [198.18.60.0/24].",
    ),
    "empty string": (users(""), "con1: qradar_parties.users: '' is a string instead of a list. Write []."),
    "mapping": (users({"a": 1}), "con1: qradar_parties.users: {'a': 1} is not a list. Write a list."),
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
    "integer in it": (users(["198.18.60.0/24", 10]), f"con1: qradar_parties.users: 10 is not a string. {A_NETWORK}"),
    "fraction in it": (users([198.18]), f"con1: qradar_parties.users: 198.18 is not a string. {A_NETWORK}"),
    "null in it": (users([None]), f"con1: qradar_parties.users: None is not a string. {A_NETWORK}"),
    "nested": (
        users([["198.18.60.0/24"]]),
        f"con1: qradar_parties.users: ['198.18.60.0/24'] is not a string. {A_NETWORK}",
    ),
    "boolean in it": (users([True]), f"con1: qradar_parties.users: True is not a string. {A_NETWORK}"),
    "mapping in it": (users([{"a": 1}]), f"con1: qradar_parties.users: {{'a': 1}} is not a string. {A_NETWORK}"),
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
    "feature": (con1(qradar_features=["snmp"]), f"con1: qradar_features: 'snmp' is not a feature. {ALL_FEATURES}"),
    "feature that follows": (
        con1(qradar_features=["vulnerability_manager"]),
        "con1: qradar_features: 'vulnerability_manager' follows from the roles present and is not set by hand. Give a "
        "host the role vulnerability_processor or vulnerability_scanner.",
    ),
    "features as a string": (
        con1(qradar_features="imm"),
        "con1: qradar_features: 'imm' is a string instead of a list. Write [imm].",
    ),
    "nested features": (
        con1(qradar_features=[["imm"]]),
        f"con1: qradar_features: ['imm'] is not a feature. {ALL_FEATURES}",
    ),
    "service": (
        con1(qradar_excluded_services=["sshd"]),
        "con1: qradar_excluded_services: 'sshd' is not a service in the catalog. Did you mean ssh?",
    ),
    "service like no other": (
        con1(qradar_excluded_services=["zzzz"]),
        f"con1: qradar_excluded_services: 'zzzz' is not a service in the catalog. {LIST_SERVICES}",
    ),
    "nested services": (
        con1(qradar_excluded_services=[["ssh"]]),
        f"con1: qradar_excluded_services: ['ssh'] is not a service in the catalog. {LIST_SERVICES}",
    ),
    "mapping for a service": (
        con1(qradar_excluded_services=[{"ssh": 1}]),
        f"con1: qradar_excluded_services: {{'ssh': 1}} is not a service in the catalog. {LIST_SERVICES}",
    ),
    "pin of an unknown service": (
        con1(qradar_dynamic_ports={"imq_dyn": ["tcp/40000"]}),
        "con1: qradar_dynamic_ports: 'imq_dyn' is not a service in the catalog. Did you mean imq_dynamic?",
    ),
    "pin of a fixed port": (
        con1(qradar_dynamic_ports={"ssh": ["tcp/23"]}),
        "con1: qradar_dynamic_ports: 'ssh' has no dynamic port to pin. Services with one are: dcom_dynamic, "
        "imq_dynamic, portmapper_dynamic, rmi_dynamic.",
    ),
    "empty pin": (
        con1(qradar_dynamic_ports={"imq_dynamic": []}),
        "con1: qradar_dynamic_ports.imq_dynamic: [] pins no port, which would block the service. List its ports, or "
        "leave it out.",
    ),
    "pin without transport": (
        con1(qradar_dynamic_ports={"imq_dynamic": ["40000"]}),
        f"con1: qradar_dynamic_ports.imq_dynamic: '40000' is not a transport with a port. {A_PORT}",
    ),
    "list of pins": (
        con1(qradar_dynamic_ports=["imq_dynamic"]),
        "con1: qradar_dynamic_ports: ['imq_dynamic'] is not a mapping. Write a service and its ports, such as "
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
        ("tcp alone", "tcp", "is not a transport with a port"),
        ("half a range", "tcp/5-", "is not a transport with a port"),
        ("other digits", "tcp/\uff15", "is not a transport with a port"),
        ("space", "tcp/ 5", "is not a transport with a port"),
        ("capitals", "TCP/5", "is not a transport with a port"),
        ("other transport", "sctp/5", "names the transport 'sctp', which is neither tcp nor udp"),
        ("icmp with a number", "icmp/8", "names the transport 'icmp', which is neither tcp nor udp"),
        ("integer", 514, "is not a transport with a port"),
        ("null", None, "is not a transport with a port"),
        ("boolean", True, "is not a transport with a port"),
        ("nested", ["tcp/5"], "is not a transport with a port"),
        ("mapping", {"tcp": 5}, "is not a transport with a port"),
        ("empty string", "", "is not a transport with a port"),
    )
}

EXTRA_FLOWS: dict[str, tuple[Hosts, str]] = {
    "ports as a string": (
        extra(ports="tcp/514"),
        "con1: qradar_extra_flows[0].ports: 'tcp/514' is a string instead of a list. Write [tcp/514].",
    ),
    "no ports": (extra(ports=[]), f"con1: qradar_extra_flows[0].ports: [] names no port. {A_PORT}"),
    "ports left out": (extra(ports="left out"), f"con1: qradar_extra_flows[0].ports: None names no port. {A_PORT}"),
    "unknown option": (
        extra(expire="2027-01-01"),
        "con1: qradar_extra_flows[0]: 'expire' is not an option of an extra flow. Options are: from, to, ports, "
        "comment, expires.",
    ),
    "from left out": (
        extra(**{"from": "left out"}),
        "con1: qradar_extra_flows[0].from: None is empty. Name a role, a party, a host or a network.",
    ),
    "from unknown": (extra(**{"from": "usrs"}), f"con1: qradar_extra_flows[0].from: 'usrs' {A_SIDE}"),
    "to a gateway": (extra(to="gw1"), f"con1: qradar_extra_flows[0].to: 'gw1' {A_SIDE}"),
    "to oneself": (extra(to="self"), f"con1: qradar_extra_flows[0].to: 'self' {A_SIDE}"),
    "to the peer": (extra(to="ha_peer"), f"con1: qradar_extra_flows[0].to: 'ha_peer' {A_SIDE}"),
    "to nobody": (extra(to=""), f"con1: qradar_extra_flows[0].to: '' {A_SIDE}"),
    "to a number": (extra(to=["console", 5]), f"con1: qradar_extra_flows[0].to: 5 {A_SIDE}"),
    "nested to": (extra(to=[["console"]]), f"con1: qradar_extra_flows[0].to: ['console'] {A_SIDE}"),
    "mapping in to": (extra(to=[{"a": 1}]), f"con1: qradar_extra_flows[0].to: {{'a': 1}} {A_SIDE}"),
    "mapping for to": (extra(to={"a": 1}), "con1: qradar_extra_flows[0].to: {'a': 1} is not a list. Write a list."),
    "host bits": (
        extra(to="198.18.60.1/24"),
        "con1: qradar_extra_flows[0].to: '198.18.60.1/24' has host bits set. Write 198.18.60.0/24 for the network or "
        "198.18.60.1/32 for the one address.",
    ),
    "another form of date": (
        extra(expires="31.12.2026"),
        f"con1: qradar_extra_flows[0].expires: '31.12.2026' is not a date. {A_DATE}",
    ),
    "no such day": (
        extra(expires="2027-02-30"),
        f"con1: qradar_extra_flows[0].expires: '2027-02-30' is not a date. {A_DATE}",
    ),
    "number for a date": (
        extra(expires=20270331),
        f"con1: qradar_extra_flows[0].expires: 20270331 is not a date. {A_DATE}",
    ),
    "no mapping": (con1(qradar_extra_flows=["x"]), f"con1: qradar_extra_flows[0]: 'x' is not a mapping. {A_FLOW}"),
    "no list": (
        con1(qradar_extra_flows={"from": "users"}),
        "con1: qradar_extra_flows: {'from': 'users'} is not a list. Write a list.",
    ),
}

GATEWAYS: dict[str, tuple[Hosts, str]] = {
    "overlap": (
        gw1({"eth0": ["198.18.1.0/24"], "eth1": ["2001:db8::/64", "198.18.0.0/23"]}),
        "gw1: qradar_gateway_segments: '198.18.1.0/24' is behind both eth0 and eth1. List each network behind one "
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
    "list": (gw1(["eth0"]), f"gw1: qradar_gateway_segments: ['eth0'] is not a mapping. {SEGMENTS}"),
    "interface": (
        gw1({"eth0 ": ["198.18.1.0/24"], "eth1": ["198.18.2.0/24"]}),
        "gw1: qradar_gateway_segments: 'eth0 ' is not the name of an interface. Write it as `ip link` shows it.",
    ),
    **{
        f"interface {name}": (
            gw1({name: ["198.18.1.0/24"], "eth1": ["198.18.2.0/24"]}),
            f"gw1: qradar_gateway_segments: '{name}' is not the name of an interface: what follows @ is its other "
            f"end, what follows : is a label. {remedy}.",
        )
        for name, remedy in (("core@if7", "Write core"), ("core:0", "Write core"), ("@if7", "Write it without that"))
    },
    "host bits": (
        gw1({"eth0": ["198.18.1.1/24"], "eth1": ["198.18.2.0/24"]}),
        "gw1: qradar_gateway_segments.eth0: '198.18.1.1/24' has host bits set. Write 198.18.1.0/24 for the network or "
        "198.18.1.1/32 for the one address.",
    ),
    "string": (
        gw1({"eth0": "198.18.1.0/24", "eth1": ["198.18.2.0/24"]}),
        "gw1: qradar_gateway_segments.eth0: '198.18.1.0/24' is a string instead of a list. Write [198.18.1.0/24].",
    ),
}

DISAGREEMENTS: dict[str, tuple[Hosts, str]] = {
    name: (
        {"con1": {name: one}, host: {name: other}},
        f"con1 and {host}: {name}: {other!r} on {host} differs from con1, {OF_ALL}",
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

CASES = titled(
    {
        "parties": PARTIES,
        "features and services": FEATURES_AND_SERVICES,
        "ports": PORTS,
        "extra flows": EXTRA_FLOWS,
        "gateways": GATEWAYS,
        "disagreements": DISAGREEMENTS,
    }
)


@pytest.mark.parametrize(("hosts", "message"), CASES)
def test_refused(hosts: Hosts, message: str) -> None:
    with pytest.raises(PortledgerError) as refusal:
        small(hosts)
    assert str(refusal.value) == message


def test_long_values_are_cut() -> None:
    networks = [f"198.18.61.{number}" for number in range(250)]
    with pytest.raises(PortledgerError) as refusal:
        small(both(users(["198.18.60.0/24"]), ep1(qradar_parties={"users": networks})))
    shown = repr({"users": networks})[:160]
    assert str(refusal.value) == (f"con1 and ep1: qradar_parties: {shown} ... on ep1 differs from con1, {OF_ALL}")
