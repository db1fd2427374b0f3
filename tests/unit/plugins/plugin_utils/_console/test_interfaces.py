# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Further addresses of hosts, from their interfaces."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ansible_collections.portledger.qradar.plugins.plugin_utils._base.errors import InputError
from ansible_collections.portledger.qradar.plugins.plugin_utils._console.inventory import (
    ConsoleInventory,
    read_inventory,
)
from tests.console.deployment import CONSOLE, PROCESSOR, Deployment
from tests.unit.plugins.plugin_utils._console.test_inventory import answers, options, variables

URL = "https://console.example.com/api/system/servers/102/network_interfaces/ethernet"


def interface(ip: str | None, role: str = "regular", *, moves: bool = False) -> dict[str, Any]:
    return {
        "device_name": "ens9",
        "ip": ip,
        "ipversion": "ipv4",
        "is_moving_config_with_active_ha": moves,
        "role": role,
    }


def read(interfaces: dict[str, Any], *, second_pair: bool = False) -> ConsoleInventory:
    """Servers 100 and 101 are the console, 102 is ep1, 103 and 104 are another pair."""
    deployment = Deployment()
    deployment.add("con1", "198.18.1.10", "3199", CONSOLE, nodes=("198.18.1.11", "198.18.1.12"))
    deployment.add("ep1", "198.18.1.21", "1699", PROCESSOR)
    if second_pair:
        deployment.add("ep2", "198.18.1.30", "1699", PROCESSOR, nodes=("198.18.1.31", "198.18.1.32"))
    deployment.interfaces = interfaces
    return read_inventory(json.loads(json.dumps(answers(deployment))), options())


def test_used_interfaces_add_their_addresses() -> None:
    found = read(
        {
            "ethernet/102": [
                interface("198.18.1.21", "management"),
                interface("2001:db8:1::21", "management"),
                interface("fe80::1", "management"),
                interface("127.0.0.1"),
                interface("198.18.9.9", "monitor"),
                interface("198.18.9.8", "disabled"),
                interface("198.18.9.7", "hacrossover_disabled"),
                interface(None),
                interface(""),
            ],
            "bonded/102": [interface("198.18.5.21")],
        }
    )
    assert variables(found, "ep1")["qradar_addresses"] == ["198.18.1.21", "2001:db8:1::21", "198.18.5.21"]
    assert found.warnings == ()


def test_a_pair_has_its_crossover_link_and_what_moves_with_the_active_node() -> None:
    found = read(
        {
            "ethernet/100": [
                interface("198.18.1.10", "management", moves=True),
                interface("198.18.1.11", "management"),
                interface("198.18.5.10", moves=True),
                interface("10.9.9.1", "hacrossover"),
            ],
            "ethernet/101": [interface("198.18.5.10", moves=True), interface("10.9.9.2", "hacrossover")],
        }
    )
    one, other = (variables(found, f"con1-{node}") for node in ("primary", "secondary"))
    assert one["qradar_addresses"] == ["198.18.1.11", "10.9.9.1"]
    assert other["qradar_addresses"] == ["198.18.1.12", "10.9.9.2"]
    assert one["qradar_cluster_addresses"] == other["qradar_cluster_addresses"] == ["198.18.1.10", "198.18.5.10"]
    assert found.warnings == ()


@pytest.mark.parametrize("second", ["ethernet/103", "ethernet/101"])
def test_an_address_of_two_servers_is_in_the_inventory_of_none(second: str) -> None:
    crossover = [interface("10.9.9.1", "hacrossover"), interface("198.18.6.1")]
    found = read({"ethernet/100": crossover, second: [interface("10.9.9.1", "hacrossover")]}, second_pair=True)
    assert variables(found, "con1-primary")["qradar_addresses"] == ["198.18.1.11", "198.18.6.1"]
    assert variables(found, "con1-secondary")["qradar_addresses"] == ["198.18.1.12"]
    assert variables(found, "ep2-primary")["qradar_addresses"] == ["198.18.1.31"]
    assert found.warnings == (
        "10.9.9.1: more than one server has this address on an interface, so it is in the inventory of none. Where it "
        "belongs to a crossover link, permit its traffic with qradar_extra_flows.",
    )


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (interface("198.18.5.0/24"), "[0].ip: '198.18.5.0/24' is not an address. Correct it on the console."),
        (
            {**interface("198.18.5.1"), "is_moving_config_with_active_ha": "yes"},
            "[0].is_moving_config_with_active_ha: 'yes' is neither true nor false. Check that url is the console's "
            "own, "
            "and see docs/inventory_plugin.md for the releases of its API.",
        ),
        (
            {"ip": "198.18.5.1"},
            "[0].role: None is not text (the field is missing). Check that url is the console's own, and see "
            "docs/inventory_plugin.md for the releases of its API.",
        ),
    ],
)
def test_refused(given: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError) as error:
        read({"ethernet/102": [given]})
    assert str(error.value) == f"{URL}: {message}"
