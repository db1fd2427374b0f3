# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading inventories that are fine, in all the forms that Ansible hands them out."""

from __future__ import annotations

import datetime
import ipaddress
from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from ansible_collections.portledger.qradar.plugins.plugin_utils._base.words import FEATURES, PARTIES, ROLES
from ansible_collections.portledger.qradar.plugins.plugin_utils._catalog.catalog import load_catalog
from ansible_collections.portledger.qradar.plugins.plugin_utils._inventory.deployment import Deployment
from ansible_collections.portledger.qradar.plugins.plugin_utils._inventory.read import read_deployment

CONSOLE = {"ansible_host": "198.18.1.1", "qradar_roles": ["console"]}


def read(inventory: Mapping[str, Mapping[str, Any]], groups: Mapping[str, Sequence[str]] | None = None) -> Deployment:
    def resolver(name: str) -> list[str]:
        return {"two.example.org": ["198.18.1.7", "2001:db8::7"]}[name]

    today = datetime.date(2026, 11, 23)
    return read_deployment(inventory, groups or {}, load_catalog(), today=today, resolver=resolver)


def addresses(*texts: str) -> tuple[object, ...]:
    return tuple(ipaddress.ip_address(text) for text in texts)


def test_roles_of_groups() -> None:
    groups = {"qradar_console": ["a"], "qradar_data_node": ["a", "b"], "qradar_site_b": ["b"], "web": ["b", "w"]}
    names = {"a": "198.18.1.1", "b": "198.18.1.2", "w": "198.18.1.3"}
    deployment = read({name: {"ansible_host": address} for name, address in names.items()}, groups)
    roles = {name: host.roles for name, host in deployment.hosts.items()}
    assert roles == {"a": {"console", "data_node"}, "b": {"data_node"}}


def test_every_role_has_its_group() -> None:
    groups = {f"qradar_{role}": [role] for role in ROLES}
    deployment = read({role: {"ansible_host": f"198.18.1.{n}"} for n, role in enumerate(ROLES, 1)}, groups)
    assert {name: set(host.roles) for name, host in deployment.hosts.items()} == {role: {role} for role in ROLES}


def test_the_variable_overrides_groups() -> None:
    hosts = {"a": CONSOLE, "b": {"ansible_host": "198.18.1.2", "qradar_roles": ["app_host"]}}
    deployment = read(hosts, {"qradar_data_node": ["b"]})
    assert deployment.hosts["b"].roles == {"app_host"}


def test_hosts_outside_all_groups() -> None:
    deployment = read({"a": CONSOLE}, {"all": ["a", "other"], "ungrouped": ["a", "other"]})
    assert list(deployment.hosts) == ["a"]


def test_hundreds_of_other_hosts_are_not_ours() -> None:
    others: dict[str, Mapping[str, Any]] = {f"web{n}": {"ansible_host": "not read"} for n in range(500)}
    assert list(read({**others, "a": CONSOLE}, {"web": list(others)}).hosts) == ["a"]


def test_addresses() -> None:
    inventory: dict[str, dict[str, Any]] = {
        "198.18.1.9": {"qradar_roles": ["console"]},
        "2001:db8::9": {"qradar_roles": ["data_node"], "ansible_host": None},
        "c": {"qradar_roles": ["data_node"], "ansible_host": "c.example.org", "qradar_addresses": ["2001:DB8::A"]},
        "d": {"qradar_roles": ["data_node"], "qradar_addresses": ["two.example.org", "198.18.1.8", "198.18.1.7"]},
        "e": {"qradar_roles": ["data_node"], "ansible_host": "198.18.1.5", "ansible_port": "2222"},
    }
    hosts = read(inventory).hosts
    assert {name: host.addresses for name, host in hosts.items()} == {
        "198.18.1.9": addresses("198.18.1.9"),
        "2001:db8::9": addresses("2001:db8::9"),
        "c": addresses("2001:db8::a"),
        "d": addresses("198.18.1.7", "2001:db8::7", "198.18.1.8"),
        "e": addresses("198.18.1.5"),
    }
    assert {name: host.ssh_port for name, host in hosts.items()} == {**dict.fromkeys(hosts, 22), "e": 2222}


def test_ini_inventories_give_text() -> None:
    host = read({"a": {**CONSOLE, "qradar_encrypted": "yes", "qradar_nat_group": "2", "qradar_version": 7.4}})
    assert host.hosts["a"].encrypted
    assert host.hosts["a"].nat_group == 2
    assert host.settings.version == "7.4"


def test_null_is_not_set() -> None:
    names = (
        "addresses nat_group public_addresses encrypted ha_peer cluster_addresses parties features dynamic_ports "
        "version excluded_services extra_flows gateway_segments"
    )
    plain, nulls = read({"a": CONSOLE}), read({"a": {**CONSOLE, **{f"qradar_{name}": None for name in names.split()}}})
    assert nulls == plain


def test_a_pair_shares_what_one_node_says() -> None:
    pair = {
        "a": {**CONSOLE, "qradar_ha_peer": "b"},
        "b": {
            "ansible_host": "198.18.1.2",
            "qradar_roles": ["console"],
            "qradar_ha_peer": "a",
            "qradar_cluster_addresses": ["198.18.1.3", "2001:db8::3"],
        },
    }
    for order in (["a", "b"], ["b", "a"]):
        hosts = read({name: pair[name] for name in order}).hosts
        assert {host.cluster_addresses for host in hosts.values()} == {addresses("198.18.1.3", "2001:db8::3")}


def test_a_pair_may_share_a_public_address() -> None:
    shared = {"qradar_roles": ["console"], "qradar_public_addresses": ["198.18.9.1"]}
    hosts = {
        "a": {"ansible_host": "198.18.1.1", "qradar_ha_peer": "b", **shared},
        "b": {"ansible_host": "198.18.1.2", "qradar_ha_peer": "a", **shared},
    }
    assert read(hosts).hosts["b"].public_addresses == addresses("198.18.9.1")


def test_a_host_may_be_its_own_public_address() -> None:
    host = read({"a": {**CONSOLE, "qradar_public_addresses": ["198.18.1.1"]}}).hosts["a"]
    assert host.public_addresses == host.addresses


def test_settings_of_a_gateway_count() -> None:
    segments = {"eth0": ["198.18.1.0/24"], "eth1": ["198.18.2.0/24"]}
    deployment = read({"a": CONSOLE, "gw": {"qradar_gateway_segments": segments, "qradar_features": list(FEATURES)}})
    assert deployment.settings.features == set(FEATURES)
    assert list(deployment.gateways) == ["gw"]
    assert list(deployment.hosts) == ["a"]


def test_settings_of_others_do_not_count() -> None:
    deployment = read({"a": CONSOLE, "web": {"qradar_features": ["unknown"], "qradar_version": "none"}})
    assert deployment.settings.features == set()


def test_a_host_may_be_a_gateway_too() -> None:
    segments = {"eth0": ["198.18.1.0/24"], "eth1": ["198.18.2.0/24"]}
    deployment = read({"a": {**CONSOLE, "qradar_gateway_segments": segments}})
    assert (list(deployment.hosts), list(deployment.gateways)) == (["a"], ["a"])


def test_the_same_in_other_words_is_no_disagreement() -> None:
    one = {"qradar_parties": {"users": ["198.18.60.0/24"]}, "qradar_features": ["imm", "snmp_agent"]}
    other = {
        "qradar_parties": {"users": ["198.18.60.128/25", "198.18.60.0/25"]},
        "qradar_features": ["snmp_agent", "imm", "imm"],
    }
    deployment = read(
        {"a": {**CONSOLE, **one}, "b": {"ansible_host": "198.18.1.2", "qradar_roles": ["data_node"], **other}}
    )
    assert deployment.settings.parties["users"].ipv4 == ["198.18.60.0/24"]


def test_every_party_is_known() -> None:
    deployment = read({"a": {**CONSOLE, "qradar_parties": {party: ["198.18.60.0/24"] for party in PARTIES}}})
    assert set(deployment.settings.parties) == set(PARTIES)


@pytest.mark.parametrize("version", ["7.5.0", "7.5.0 UP10", "7.5.0UP7", "7.2.6", "7.5", 7.5])
def test_versions(version: object) -> None:
    assert read({"a": {**CONSOLE, "qradar_version": version}}).settings.version == str(version)
