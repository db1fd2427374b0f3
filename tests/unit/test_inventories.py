# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A sample of the inventories at random, and that faults of the collection would be seen by them."""

from __future__ import annotations

import dataclasses
import ipaddress
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from ansible_collections.portledger.qradar.plugins.module_utils._plan import policy
from ansible_collections.portledger.qradar.plugins.plugin_utils._base import errors, networks
from ansible_collections.portledger.qradar.plugins.plugin_utils._base.intervals import interval_of
from ansible_collections.portledger.qradar.plugins.plugin_utils._inventory import checks, deployment, extra_flows
from ansible_collections.portledger.qradar.plugins.plugin_utils._inventory import hosts as reading_hosts
from ansible_collections.portledger.qradar.plugins.plugin_utils._inventory import settings as reading_settings
from ansible_collections.portledger.qradar.plugins.plugin_utils._inventory import values as reading_values
from ansible_collections.portledger.qradar.plugins.plugin_utils._plan import address_book, flows, planner, sides
from tests.inventories.runs import KINDS, run

SEED = 20261127
SAMPLE = 90


def test_inventories_at_random() -> None:
    outcomes: Counter[tuple[str, str]] = Counter()
    packets = 0
    for number in range(SAMPLE):
        kind, inventory, judgement = run(SEED, number)
        assert judgement.wrong == [], f"{number}: {inventory.damage}"
        outcomes[kind, judgement.outcome] += 1
        packets += judgement.packets
    assert outcomes["valid", "used"] == SAMPLE // len(KINDS)
    # Where all, or nothing, were refused, or nothing was asked about, this would prove little.
    for kind in ("nearly", "hostile"):
        assert outcomes[kind, "used"] > 0
        assert outcomes[kind, "refused"] > 10
    assert packets > 10 * SAMPLE


FAULTS: dict[str, tuple[Any, str, Callable[[Any], Any]]] = {
    "a host is seen by its own addresses from everywhere": (
        deployment.Host,
        "seen_from",
        lambda _former: lambda host, _group: host.addresses + host.cluster_addresses,
    ),
    "cluster addresses are forgotten": (checks, "_with_cluster", lambda _former: lambda host, _hosts: host),
    "addresses may be used twice": (checks, "_check_addresses", lambda _former: lambda _hosts: None),
    "a console with further roles is a managed host": (
        sides,
        "plays",
        lambda former: lambda word, roles: former("component" if word == "managed_host" else word, roles),
    ),
    "what has expired stays": (reading_settings, "is_over", lambda _former: lambda _flow, _today: False),
    "versions are texts": (flows, "version_below", lambda _former: lambda version, limit: version > limit),
    "a gateway's segments do not count": (
        address_book.AddressBook,
        "crossing",
        lambda former: lambda book, flow, views, gateway: former(book, flow, views, _anywhere(gateway)),
    ),
    "a host of a party's network is not that party": (
        planner,
        "_reached",
        lambda former: (
            lambda destination, everyone: former(dataclasses.replace(destination, inside=frozenset()), everyone)
        ),
    ),
    "networks of two families are one": (policy, "_families", lambda _former: lambda _sets, *_labels: ("ipv4",)),
    "a policy without extra flows": (
        policy,
        "_flows",
        lambda former: lambda plan: [rule for rule in former(plan) if "extra_flow" not in rule.name],
    ),
    "host bits are cut off": (reading_values, "parse_interval", lambda _former: _loosely),
    "a long name hides the remedy": (errors, "within", lambda _former: lambda text, _most: text),
    "a traceback": (reading_hosts, "as_boolean", lambda _former: lambda _host, _variable, value: value[0] == "y"),
    "an error that a host's name breaks": (errors, "shown", lambda _former: str),
    "extra flows of unknown ends": (
        extra_flows,
        "_side",
        lambda _former: lambda _host, _place, value, _names: tuple(value),
    ),
}


def _anywhere(gateway: Any) -> Any:
    first = next(iter(gateway.segments))
    everything = reading_values.as_networks(None, "", ["0.0.0.0/1", "128.0.0.0/1", "::/1", "8000::/1"])
    return dataclasses.replace(gateway, segments={**gateway.segments, "other": everything, first: everything})


def _loosely(value: Any) -> Any:
    try:
        found = ipaddress.ip_network(value, strict=False)
    except ValueError:
        return networks.parse_interval(value)
    return interval_of(found.version, int(found[0]), int(found[-1]))


# Which inventory shows it: another one where inventories are made in another way.
SHOWN_BY = {
    "a host is seen by its own addresses from everywhere": 3,
    "cluster addresses are forgotten": 15,
    "addresses may be used twice": 17,
    "a console with further roles is a managed host": 3,
    "what has expired stays": 34,
    "versions are texts": 3,
    "a gateway's segments do not count": 0,
    "a host of a party's network is not that party": 15,
    "networks of two families are one": 12,
    "a policy without extra flows": 22,
    "host bits are cut off": 68,
    "a long name hides the remedy": 1282,
    "a traceback": 0,
    "an error that a host's name breaks": 500,
    "extra flows of unknown ends": 45,
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_would_be_seen(fault: str, monkeypatch: pytest.MonkeyPatch) -> None:
    place, name, changed = FAULTS[fault]
    monkeypatch.setattr(place, name, changed(getattr(place, name)))
    assert run(SEED, SHOWN_BY[fault])[2].wrong
