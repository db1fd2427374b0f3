# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Options of the firewall roles as the inventory has them."""

from __future__ import annotations

import pytest

from ansible_collections.portledger.qradar.plugins.plugin_utils._base.errors import InputError
from ansible_collections.portledger.qradar.plugins.plugin_utils._inventory.firewalls import FirewallOptions, Firewalls


@pytest.mark.parametrize("scope", ["host", "gateway"])
def test_nothing_is_no_value(scope: str) -> None:
    with pytest.raises(InputError) as refusal:
        Firewalls({"gw1": {f"{scope}_firewall_unlisted": None}}).options("gw1", scope)
    words = "None is not one of its values. Valid values: drop, leave, log."
    assert str(refusal.value) == f"gw1: {scope}_firewall_unlisted: {words}"


def test_a_host_has_no_policy_for_what_leaves() -> None:
    inventory = {"con1": {"host_firewall_egress": "reject", "host_firewall_unlisted": "log"}}
    assert Firewalls(inventory).options("con1", "host") == FirewallOptions(unlisted="log")
