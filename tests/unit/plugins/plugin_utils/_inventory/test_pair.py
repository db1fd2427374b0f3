# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The other node of a pair, out of two hosts' variables."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from ansible_collections.portledger.qradar.plugins.plugin_utils._inventory.pair import HostPair, find_pair

PAIRED: dict[str, Any] = {"qradar_ha_peer": "con2", "qradar_cluster_addresses": ["198.18.1.10", "2001:db8::10"]}


def resolver(name: str) -> Sequence[str]:
    if name != "siem.example":
        raise OSError
    return ["198.18.1.11"]


@pytest.mark.parametrize(
    ("con1", "con2", "addresses"),
    [
        (PAIRED, {}, ["198.18.1.10", "2001:db8::10"]),
        ({"qradar_ha_peer": "con2"}, PAIRED, ["198.18.1.10", "2001:db8::10"]),
        ({**PAIRED, "qradar_cluster_addresses": "198.18.1.10"}, {}, ["198.18.1.10"]),
        ({**PAIRED, "qradar_cluster_addresses": ["siem.example", "nobody.example", 7, None]}, {}, ["198.18.1.11"]),
        ({**PAIRED, "qradar_cluster_addresses": 7}, {}, []),
    ],
)
def test_a_pair(con1: dict[str, Any], con2: dict[str, Any], addresses: list[str]) -> None:
    assert find_pair("con1", {"con1": con1, "con2": con2}, resolver) == HostPair("con2", addresses)


@pytest.mark.parametrize("peer", [None, "", "con1", "ep1", True, ["con2"]])
def test_no_pair(peer: object) -> None:
    assert find_pair("con1", {"con1": {"qradar_ha_peer": peer}, "con2": {}}, resolver) is None


def test_a_host_of_no_inventory() -> None:
    assert find_pair("con3", {"con1": {}}, resolver) is None
