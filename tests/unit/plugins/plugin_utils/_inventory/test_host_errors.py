# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Bad input about hosts: each case with its whole message, which names host, variable, value and remedy."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from ansible_collections.portledger.qradar.plugins.plugin_utils._base.errors import PortledgerError
from tests.unit.plugins.plugin_utils._inventory.small_inventory import Hosts, both, con1, ep1, small, titled

PAIR: Mapping[str, Mapping[str, Any]] = {
    "con1": {"ansible_host": "198.18.1.1", "qradar_ha_peer": "con2"},
    "con2": {"ansible_host": "198.18.1.2", "qradar_ha_peer": "con1", "qradar_roles": ["console"]},
}

ALL_ROLES = (
    "Valid values: app_host, console, data_node, event_collector, event_processor, flow_collector, flow_processor, "
    "forensics, risk_manager, vulnerability_processor, vulnerability_scanner."
)

AN_ADDRESS = "Write an address, such as 198.18.0.1, as a string."
WHICH_ADDRESS = "Write an address, such as 198.18.0.1 or 2001:db8::1."
SEEN_ADDRESS = "Give the address that the other hosts see."
OWN_ADDRESSES = "Give each host addresses of its own, and a pair's cluster address to no node alone."
EVERY_ADDRESS = "and qradar_addresses is not set. Set qradar_addresses to every address of the host."
THE_ADDRESSES = "Write the addresses themselves."
ONE_CONSOLE = "that are not an HA pair. Keep one console, or set qradar_ha_peer on both nodes of the pair."

ROLES: dict[str, tuple[Hosts, str]] = {
    "misspelt": (
        con1(qradar_roles=["consol"]),
        f"con1: qradar_roles: 'consol' is not a role. Did you mean console? {ALL_ROLES}",
    ),
    "string": (
        con1(qradar_roles="console"),
        "con1: qradar_roles: 'console' is a string instead of a list. Write [console].",
    ),
    "empty": (con1(qradar_roles=[]), f"con1: qradar_roles: [] names no role. {ALL_ROLES}"),
    "null in it": (con1(qradar_roles=[None]), f"con1: qradar_roles: None is not a role. {ALL_ROLES}"),
    "nested": (
        con1(qradar_roles=[["data_node"]]),
        f"con1: qradar_roles: ['data_node'] is not a role. Did you mean data_node? {ALL_ROLES}",
    ),
    "no console": (
        {"con1": None},
        "qradar_roles: 'console' is not the role of any host. Put the console into the group qradar_console.",
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
    "none": (ep1(ansible_host=None), f"ep1: ansible_host: 'ep1' is not an address, {EVERY_ADDRESS}"),
    "name in ansible_host": (
        ep1(ansible_host="ep1.example.org"),
        f"ep1: ansible_host: 'ep1.example.org' is not an address, {EVERY_ADDRESS}",
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
        f"ep1: qradar_addresses: '198.18.1.0/24' is not an address. {WHICH_ADDRESS}",
    ),
    "mistyped": (
        ep1(qradar_addresses=["198.18.1.444"]),
        f"ep1: qradar_addresses: '198.18.1.444' is not an address. {WHICH_ADDRESS}",
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
    "broadcast": (
        ep1(qradar_addresses=["255.255.255.255"]),
        f"ep1: qradar_addresses: '255.255.255.255' is the broadcast address. {SEEN_ADDRESS}",
    ),
    "reserved": (
        ep1(qradar_addresses=["240.0.0.1"]),
        f"ep1: qradar_addresses: '240.0.0.1' is a reserved address. {SEEN_ADDRESS}",
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
        "ep1: qradar_addresses: '198.18.1.4' is a string instead of a list. Write [198.18.1.4].",
    ),
    "mapping": (ep1(qradar_addresses={"a": 1}), "ep1: qradar_addresses: {'a': 1} is not a list. Write a list."),
    "integer": (ep1(qradar_addresses=[3321888772]), f"ep1: qradar_addresses: 3321888772 is not a string. {AN_ADDRESS}"),
    "null in it": (ep1(qradar_addresses=[None]), f"ep1: qradar_addresses: None is not a string. {AN_ADDRESS}"),
    "nested": (
        ep1(qradar_addresses=[["198.18.1.4"]]),
        f"ep1: qradar_addresses: ['198.18.1.4'] is not a string. {AN_ADDRESS}",
    ),
    "boolean": (ep1(qradar_addresses=[True]), f"ep1: qradar_addresses: True is not a string. {AN_ADDRESS}"),
    "empty string": (ep1(qradar_addresses=[""]), f"ep1: qradar_addresses: '' is not an address. {WHICH_ADDRESS}"),
    "NAT group without public address": (
        con1(qradar_nat_group=1),
        "con1: qradar_public_addresses: None is not set, but ep1 is in another NAT group (0, not 1) and must see a "
        "public address. Set qradar_public_addresses, or put both into one qradar_nat_group.",
    ),
}

PAIRS: dict[str, tuple[Hosts, str]] = {
    "unknown": (
        con1(qradar_ha_peer="ep2"),
        "con1: qradar_ha_peer: 'ep2' is not a host of the deployment. Valid values: ep1.",
    ),
    "misspelt": (
        {"con1": {"qradar_ha_peer": "con_2"}, "con2": PAIR["con2"]},
        "con1: qradar_ha_peer: 'con_2' is not a host of the deployment. Did you mean con2? Valid values: con2, ep1.",
    ),
    "gateway": (
        con1(qradar_ha_peer="gw1"),
        "con1: qradar_ha_peer: 'gw1' is not a host of the deployment. Valid values: ep1.",
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
        "con1: qradar_ha_peer: ['ep1'] is not the name of a host. Write the other node's name in the inventory.",
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
        "con1: qradar_nat_group: 'one' is not a whole number from 0 to 2147483647. Write a number.",
    ),
    "NAT group below 0": (
        con1(qradar_nat_group=-1),
        "con1: qradar_nat_group: -1 is not a whole number from 0 to 2147483647. Write a number.",
    ),
    "NAT group true": (
        con1(qradar_nat_group=True),
        "con1: qradar_nat_group: True is not a whole number from 0 to 2147483647. Write a number.",
    ),
    "SSH port": (
        con1(ansible_port=70000),
        "con1: ansible_port: 70000 is not a whole number from 1 to 65535. Write a number.",
    ),
    "version": (
        con1(qradar_version="seven"),
        "con1: qradar_version: 'seven' is not a version of QRadar. Write it as 7.5.0 or 7.5.0 UP10.",
    ),
    "list of versions": (
        con1(qradar_version=["7.5.0"]),
        "con1: qradar_version: ['7.5.0'] is not a version of QRadar. Write it as 7.5.0 or 7.5.0 UP10.",
    ),
}


CASES = titled({"roles": ROLES, "addresses": ADDRESSES, "pairs": PAIRS, "values": SINGLE_VALUES})


@pytest.mark.parametrize(("hosts", "message"), CASES)
def test_refused(hosts: Hosts, message: str) -> None:
    with pytest.raises(PortledgerError) as refusal:
        small(hosts)
    assert str(refusal.value) == message


def test_the_small_inventory_is_fine() -> None:
    assert small({}).warnings == ()


GROUP_WARNING = (
    "group qradar_{}: is not a group of this collection and has no effect on its hosts. Did you mean qradar_console?"
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


def test_many_names_are_cut() -> None:
    others = {f"dn{n:03}": {"ansible_host": f"198.18.2.{n}", "qradar_roles": ["data_node"]} for n in range(140)}
    with pytest.raises(PortledgerError) as refusal:
        small({**others, "con1": {"qradar_ha_peer": "zzz"}})
    names = ", ".join(sorted(others)[:100])
    assert str(refusal.value) == (
        f"con1: qradar_ha_peer: 'zzz' is not a host of the deployment. Valid values: {names} and 41 more."
    )
