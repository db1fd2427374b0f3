# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From the console's answers to hosts, and what is refused on the way."""

from __future__ import annotations

import datetime
import json
from collections.abc import Callable
from typing import Any

import pytest

from ansible_collections.portledger.qradar.plugins.plugin_utils._base.errors import InputError
from ansible_collections.portledger.qradar.plugins.plugin_utils._catalog.catalog import load_catalog
from ansible_collections.portledger.qradar.plugins.plugin_utils._console.inventory import (
    ConsoleInventory,
    read_inventory,
)
from ansible_collections.portledger.qradar.plugins.plugin_utils._console.options import ConsoleOptions, read_options
from ansible_collections.portledger.qradar.plugins.plugin_utils._inventory.read import read_deployment
from tests.console.deployment import COLLECTOR, PROCESSOR, Deployment, example

URL = "https://console.example.com"
HOSTS = f"{URL}/api/config/deployment/hosts"
SERVERS = f"{URL}/api/system/servers"
HALF = "Half an answer, or a change while it was read: run again."
FORM = "Check that url is the console's own, and see docs/inventory_plugin.md for the releases of its API."
MISSING = " (the field is missing)"
NUMBER = "is not a whole number from 0 to 2147483647"
NAT = {1: ["198.18.21.0/24"]}


def options(nat_groups: Any = None) -> ConsoleOptions:
    given = {"url": URL, "api_version": None, "timeout": 30, "retries": 3, "nat_groups": nat_groups or NAT}
    return read_options("x.qradar.yml", given, "token")


def answers(deployment: Deployment) -> dict[str, Any]:
    found = {
        "hosts": deployment.hosts,
        "servers": deployment.servers,
        "about": deployment.about,
        "tunnels": {str(host): tunnels for host, tunnels in deployment.tunnels.items()},
        "interfaces": deployment.interfaces,
        "user_entries": {str(server): rules for server, rules in deployment.firewall_rules.items()},
    }
    copied: dict[str, Any] = json.loads(json.dumps(found))
    return copied


def read(deployment: Deployment, nat_groups: Any = None) -> ConsoleInventory:
    return read_inventory(answers(deployment), options(nat_groups))


def variables(found: ConsoleInventory, name: str) -> dict[str, Any]:
    return next(dict(host.variables) for host in found.hosts if host.name == name)


def test_a_pair_is_two_hosts_with_the_managed_hosts_address_as_the_clusters() -> None:
    found = read(example())
    assert variables(found, "con1-primary") == {
        "ansible_host": "198.18.1.11",
        "qradar_addresses": ["198.18.1.11"],
        "qradar_ha_peer": "con1-secondary",
        "qradar_cluster_addresses": ["198.18.1.10"],
        "qradar_encrypted": False,
    }
    assert variables(found, "con1-secondary")["qradar_ha_peer"] == "con1-primary"
    assert variables(found, "con1-secondary")["ansible_host"] == "198.18.1.12"
    assert [host.name for host in found.hosts if "console" in host.roles] == ["con1-primary", "con1-secondary"]
    assert found.variables == {"qradar_version": "7.5.0 UP10"}
    assert found.warnings == ()


def test_a_host_behind_nat_has_its_group_and_both_addresses() -> None:
    assert variables(read(example()), "ec1") == {
        "ansible_host": "198.18.21.11",
        "qradar_addresses": ["198.18.21.11"],
        "qradar_encrypted": True,
        "qradar_nat_group": 1,
        "qradar_public_addresses": ["198.18.100.11"],
    }


def test_the_longest_prefix_of_the_nat_groups_counts() -> None:
    found = read(example(), {0: ["198.18.0.0/15"], 7: ["198.18.21.0/24"], "3": ["198.18.21.11"]})
    assert variables(found, "ec1")["qradar_nat_group"] == 3
    assert variables(found, "ep1")["qradar_nat_group"] == 0


def test_the_projects_own_reader_takes_the_inventory_as_it_is() -> None:
    found = read(example())
    groups: dict[str, list[str]] = {"qradar": [host.name for host in found.hosts]}
    for host in found.hosts:
        for role in host.roles:
            groups.setdefault(f"qradar_{role}", []).append(host.name)
    hosts = {host.name: {**found.variables, **host.variables} for host in found.hosts}
    deployment = read_deployment(hosts, groups, load_catalog(), today=datetime.date(2026, 11, 27))
    assert sorted(deployment.hosts) == sorted(hosts)
    assert deployment.settings.version == "7.5.0 UP10"
    assert deployment.warnings == ()
    ec1 = deployment.hosts["ec1"]
    assert [str(address) for address in ec1.seen_from(0)] == ["198.18.100.11"]


@pytest.mark.parametrize("public", [None, "", "0.0.0.0", "198.18.1.21"])
def test_no_public_address(public: str | None) -> None:
    deployment = example()
    deployment.host("ep1")["public_ip"] = public
    assert "qradar_public_addresses" not in variables(read(deployment), "ep1")


@pytest.mark.parametrize(
    ("about", "version"),
    [
        ({"external_version": "7.5.0", "release_name": "7.5.0 UpdatePackage 7 InterimFix 02"}, "7.5.0 UP7"),
        ({"external_version": "7.4.3", "release_name": "7.4.3"}, "7.4.3"),
        ({"external_version": "7.5.0", "release_name": "7.5.0 UP12"}, "7.5.0 UP12"),
        ({"external_version": "7.5.0"}, "7.5.0"),
    ],
)
def test_version(about: dict[str, str], version: str) -> None:
    deployment = example()
    deployment.about = about
    assert read(deployment).variables == {"qradar_version": version}


def test_a_version_of_another_form_is_named_and_not_set() -> None:
    deployment = example()
    deployment.about = {"external_version": "next"}
    found = read(deployment)
    assert found.variables == {}
    assert found.warnings == (
        "The console's version next is not of the form 7.5.0. Set qradar_version if it is older.",
    )


def test_hosts_that_are_not_in_the_deployment_are_left_out_and_others_named() -> None:
    deployment = example()
    deployment.add("gone", "198.18.1.71", "1699", PROCESSOR, status="Deleted")
    deployment.add("new", "198.18.1.72", "1699", [], status="ADDING")
    deployment.add("failed", "198.18.1.73", "1699", [], status="ADD_FAILED_HA")
    deployment.add("odd", "198.18.1.74", "1599", COLLECTOR, status="Sleeping")
    found = read(deployment)
    names = [host.name for host in found.hosts]
    assert names[-2:] == ["new", "odd"]
    assert next(host.roles for host in found.hosts if host.name == "new") == ("event_processor",)
    assert found.warnings == (
        "failed could not be added to the deployment (status ADD_FAILED_HA) and is left out.",
        "odd has the status Sleeping, which this collection does not know. It is in the inventory like an active host.",
    )


def test_unknown_components_and_hosts_without_a_role_are_named() -> None:
    deployment = example()
    deployment.host("ep1")["components"].append("ecs-next")
    deployment.add("qif", "198.18.1.75", "6000", ["masterdaemon"])
    found = read(deployment)
    assert found.warnings == (
        "ep1 has components that this collection does not know: ecs-next. They are skipped.",
        "qif has no role: neither its appliance (6000 Appliance 6000) nor its components (hostcontext, masterdaemon) "
        "tell "
        "one. Set qradar_roles for it in host_vars; until then, no rules are made for this inventory.",
    )


def test_servers_of_no_host_of_the_deployment_are_named() -> None:
    deployment = example()
    spare = {"hostname": "spare", "managed_host_id": None, "private_ip": "198.18.1.91", "server_id": 900}
    former = {"hostname": "former", "managed_host_id": 51, "private_ip": "198.18.1.92", "server_id": 901}
    deployment.servers += [spare, former]
    assert read(deployment).warnings == (
        "spare is a server without a managed host and is left out.",
        "former is neither the primary nor the secondary server of its managed host ep1 and is left out.",
    )


def test_tunnels_between_managed_hosts_are_named_with_who_opens_them() -> None:
    deployment = example()
    host_id = {host["hostname"]: host["id"] for host in deployment.hosts}
    deployment.tunnels[host_id["ec1"]] += [
        {"name": "a", "remote_host_id": host_id["ep1"], "reverse_source": False},
        {"name": "b", "remote_host_id": host_id["fp1"], "reverse_source": True},
        {"name": "c", "remote_host_id": host_id["ep1"], "reverse_source": False},
    ]
    assert read(deployment).warnings == (
        "Tunnels open SSH between managed hosts: ec1 to ep1; fp1 to ec1. The vendor's table lists SSH to and from the "
        "console only. The supplement tunnels permits it, unless qradar_supplements leaves it out.",
    )


def change(path: str, value: Any) -> Callable[[dict[str, Any]], None]:
    """Puts a value into the answers: ``hosts.1.id``."""

    def make(found: dict[str, Any]) -> None:
        *way, last = path.split(".")
        place: Any = found
        for step in way:
            place = place[int(step) if isinstance(place, list) else step]
        place[int(last) if isinstance(place, list) else last] = value

    return make


def drop(path: str) -> Callable[[dict[str, Any]], None]:
    """Takes a field out of the answers."""

    def make(found: dict[str, Any]) -> None:
        *way, last = path.split(".")
        place: Any = found
        for step in way:
            place = place[int(step) if isinstance(place, list) else step]
        del place[int(last) if isinstance(place, list) else last]

    return make


REFUSED: list[tuple[Callable[[dict[str, Any]], None], str]] = [
    (change("hosts", {}), f"{HOSTS}: answer: {{}} is not a list. {FORM}"),
    (
        change("hosts", []),
        f"{SERVERS}: [0].managed_host_id: 50 is not the id of a host in /api/config/deployment/hosts. {HALF}",
    ),
    (change("hosts.1", "ep1"), f"{HOSTS}: [1]: 'ep1' is not an object. {FORM}"),
    (change("hosts.1.id", "51"), f"{HOSTS}: [1].id: '51' {NUMBER}. {FORM}"),
    (change("hosts.1.id", True), f"{HOSTS}: [1].id: True {NUMBER}. {FORM}"),
    (change("hosts.1.id", 2**40), f"{HOSTS}: [1].id: 1099511627776 {NUMBER}. {FORM}"),
    (drop("hosts.1.id"), f"{HOSTS}: [1].id: None {NUMBER}{MISSING}. {FORM}"),
    (change("hosts.1.id", 50), f"{HOSTS}: [1].id: 50 occurs twice. {HALF}"),
    (change("hosts.1.hostname", "{{ x }}"), f"{HOSTS}: [1].hostname: '{{{{ x }}}}' is not the name of a host. {FORM}"),
    (change("hosts.1.hostname", "-e"), f"{HOSTS}: [1].hostname: '-e' is not the name of a host. {FORM}"),
    (change("hosts.1.hostname", "a\nb"), f"{HOSTS}: [1].hostname: 'a\\nb' is not the name of a host. {FORM}"),
    (
        change("hosts.1.hostname", "qradar_console"),
        f"{HOSTS}: [1].hostname: 'qradar_console' is the name of a group. Rename the host on the console.",
    ),
    (
        change("hosts.1.hostname", "con1-primary"),
        f"{HOSTS}: [1].hostname: 'con1-primary' is the name of another host, too. Rename one of them on the console.",
    ),
    (
        change("servers.1.hostname", "con1-primary"),
        f"{SERVERS}: [1].hostname: 'con1-primary' is the name of another host, too. Rename one of them on the console.",
    ),
    (
        change("hosts.1.private_ip", "ep1.example.com"),
        f"{HOSTS}: [1].private_ip: 'ep1.example.com' is not an address. Correct it on the console.",
    ),
    (
        change("hosts.1.private_ip", "0.0.0.0"),
        f"{HOSTS}: [1].private_ip: '0.0.0.0' is the unspecified address. Correct it on the console.",
    ),
    (
        change("hosts.1.private_ip", "0.0.0.0/0"),
        f"{HOSTS}: [1].private_ip: '0.0.0.0/0' is not an address. Correct it on the console.",
    ),
    (
        change("servers.2.private_ip", 7),
        f"{SERVERS}: [2].private_ip: 7 is not a string. Correct it on the console.",
    ),
    (
        change("hosts.1.private_ip", "198.18.1.29"),
        f"{HOSTS}: [1].private_ip: '198.18.1.29' is not the address of its server (198.18.1.21, server_id 102). "
        "Deploy what has changed on the console, then run again.",
    ),
    (
        change("servers.0.private_ip", "198.18.1.10"),
        f"{SERVERS}: [0].private_ip: '198.18.1.10' is the address of an HA pair and of one of its nodes, and a node "
        "needs an address of its own. Correct it on the console, or write the inventory by hand.",
    ),
    (
        change("servers.1.private_ip", "198.18.1.31"),
        f"{SERVERS}: [4].private_ip: '198.18.1.31' is an address of both con1 and fp1. "
        "Give each host an address of its own on the console.",
    ),
    (
        change("hosts.1.public_ip", "198.18.100.21"),
        f"{HOSTS}: [1].public_ip: '198.18.100.21' is a public address of ep1, but the API does not give the NAT "
        "group of "
        "a host. Add the host to nat_groups in the configuration file, such as {2: [198.18.1.21]}.",
    ),
    (
        change("hosts.2.public_ip", "198.18.1.31"),
        f"{SERVERS}: [4].private_ip: '198.18.1.31' is an address of both ec1 and fp1. "
        "Give each host an address of its own on the console.",
    ),
    (change("hosts.1.appliance", "1699"), f"{HOSTS}: [1].appliance: '1699' is not an object. {FORM}"),
    (change("hosts.1.appliance.id", None), f"{HOSTS}: [1].appliance.id: None is not text. {FORM}"),
    (
        change("hosts.1.appliance.type", "{% x %}"),
        f"{HOSTS}: [1].appliance.type: '{{% x %}}' is not plain text of at most 200 characters. {FORM}",
    ),
    (
        change("hosts.1.components", "ecs-ep"),
        f"{HOSTS}: [1].components: 'ecs-ep' is not a list of at most 200 words. {FORM}",
    ),
    (change("hosts.1.components.0", {}), f"{HOSTS}: [1].components[0]: {{}} is not a word. {FORM}"),
    (drop("hosts.1.components"), f"{HOSTS}: [1].components: None is not a list of at most 200 words{MISSING}. {FORM}"),
    (
        change("hosts.1.encryption_enabled", "false"),
        f"{HOSTS}: [1].encryption_enabled: 'false' is neither true nor false. {FORM}",
    ),
    (
        drop("hosts.1.encryption_enabled"),
        f"{HOSTS}: [1].encryption_enabled: None is neither true nor false{MISSING}. {FORM}",
    ),
    (change("hosts.1.status", 1), f"{HOSTS}: [1].status: 1 is not text. {FORM}"),
    (change("hosts.1.primary_server_id", None), f"{HOSTS}: [1].primary_server_id: None {NUMBER}. {FORM}"),
    (
        change("hosts.1.primary_server_id", 999),
        f"{HOSTS}: [1].primary_server_id: 999 is not the server_id of a server in /api/system/servers. {HALF}",
    ),
    (
        change("hosts.1.primary_server_id", 100),
        f"{HOSTS}: [1].primary_server_id: 100 is a server whose managed_host_id is 50, not 51. {HALF}",
    ),
    (
        change("hosts.1.secondary_server_id", 102),
        f"{HOSTS}: [1].secondary_server_id: 102 is the primary server, too. {FORM}",
    ),
    (change("servers.1.server_id", 100), f"{SERVERS}: [1].server_id: 100 occurs twice. {HALF}"),
    (
        drop("servers.2"),
        f"{HOSTS}: [1].primary_server_id: 102 is not the server_id of a server in /api/system/servers. {HALF}",
    ),
    (
        drop("hosts.1"),
        f"{SERVERS}: [2].managed_host_id: 51 is not the id of a host in /api/config/deployment/hosts. {HALF}",
    ),
    (
        change("hosts.0.components", []),
        f"{HOSTS}: components: 'magistrate' is a component of no host, so there is no console. Check that url is the "
        "console's own. If it is, run again: the answer may be half of one.",
    ),
    (
        change("hosts.1.components.0", "magistrate"),
        f"{HOSTS}: [1].hostname: 'ep1' has the component magistrate, and so has con1; a deployment has one "
        f"console. {FORM}",
    ),
    (change("about", []), f"{URL}/api/system/about: answer: [] is not an object. {FORM}"),
    (
        drop("about.external_version"),
        f"{URL}/api/system/about: external_version: None is not text{MISSING}. {FORM}",
    ),
    (
        change("tunnels.52.0.remote_host_id", 4711),
        f"{HOSTS}/52/tunnels: [0].remote_host_id: 4711 is not the id of a host in /api/config/deployment/hosts. {FORM}",
    ),
    (
        change("tunnels.52.0.reverse_source", "no"),
        f"{HOSTS}/52/tunnels: [0].reverse_source: 'no' is neither true nor false. {FORM}",
    ),
]


@pytest.mark.parametrize(("damage", "message"), REFUSED, ids=[message[:70] for _damage, message in REFUSED])
def test_refused(damage: Callable[[dict[str, Any]], None], message: str) -> None:
    found = answers(example())
    damage(found)
    with pytest.raises(InputError) as error:
        read_inventory(found, options())
    assert str(error.value) == message


def test_no_host_at_all_is_not_an_empty_deployment() -> None:
    with pytest.raises(InputError) as error:
        read_inventory(
            {"hosts": [], "servers": [], "about": {}, "tunnels": {}, "interfaces": {}, "user_entries": {}}, options()
        )
    assert str(error.value) == f"{HOSTS}: answer: [] has no host of a deployment. {FORM}"
