# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whatever a console answers: it is refused in one line, or it is an inventory that the project's own reader takes."""

from __future__ import annotations

import datetime
import json
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.portledger.qradar.plugins.plugin_utils._base.errors import InputError
from ansible_collections.portledger.qradar.plugins.plugin_utils._catalog.catalog import load_catalog
from ansible_collections.portledger.qradar.plugins.plugin_utils._console.inventory import read_inventory
from ansible_collections.portledger.qradar.plugins.plugin_utils._console.options import read_options
from ansible_collections.portledger.qradar.plugins.plugin_utils._inventory.read import read_deployment
from tests.console.deployment import entry, example

T = TypeVar("T")

CATALOG = load_catalog()
TODAY = datetime.date(2026, 11, 27)
OPTIONS = read_options(
    "x.qradar.yml",
    {
        "url": "https://console.example.com",
        "api_version": None,
        "timeout": 30,
        "retries": 3,
        "nat_groups": {0: ["0.0.0.0/0", "::/0"], 1: ["198.18.21.0/24"]},
    },
    "token",
)
SMALL = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-2, 2**33),
    st.text(max_size=12),
    st.sampled_from(
        [
            "{{ 1 }}",
            "0.0.0.0/0",
            "198.18.1.21",
            "::1",
            "all",
            "magistrate",
            "4000",
            "Deleted",
            "con1",
            "a\x1b[2J",
            "7.5.0",
        ]
    ),
)
VALUES = st.recursive(
    SMALL,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


def places(value: Any, way: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Where in the answers something can be put."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, inner in items:
        yield (*way, step)
        yield from places(inner, (*way, step))


def interface(ip: str) -> dict[str, Any]:
    return {"ip": ip, "is_moving_config_with_active_ha": False, "role": "regular"}


WHOLE = {
    "hosts": example().hosts,
    "servers": example().servers,
    "about": example().about,
    "tunnels": {str(host): tunnels for host, tunnels in example().tunnels.items()},
    "interfaces": {"ethernet/102": [interface("198.18.5.21")], "bonded/101": [interface("198.18.5.12")]},
    "user_entries": {"102": [entry(source_ip="198.18.5.9"), entry(port_type="RANGE", port_range="1-9")]},
}
# What is by the ID of a host has no key that the console gives.
PLACES = [way for way in places(WHOLE) if way[0] not in ("tunnels", "interfaces", "user_entries") or len(way) > 2]


def put(found: Any, way: tuple[Any, ...], value: Any, *, drop: bool) -> None:
    """Change what is at a place, or drop it; where another change has taken the place away, nothing."""
    try:
        for step in way[:-1]:
            found = found[step]
        if drop:
            del found[way[-1]]
        else:
            found[way[-1]] = value
    except (LookupError, TypeError):
        return


def tried(function: Callable[[], T]) -> T | InputError:
    """What a function gives, or its error. Any other error is a defect."""
    try:
        return function()
    except InputError as error:
        return error


@settings(max_examples=300)
@given(st.lists(st.tuples(st.sampled_from(PLACES), VALUES, st.booleans()), min_size=1, max_size=4))
def test_any_answers(changes: list[tuple[tuple[Any, ...], Any, bool]]) -> None:
    found = json.loads(json.dumps(WHOLE))
    for way, value, drop in changes:
        if len(way) > 1 or not drop:
            put(found, way, value, drop=drop)
    inventory = tried(lambda: read_inventory(found, OPTIONS))
    if isinstance(inventory, InputError):
        assert str(inventory).startswith("https://console.example.com/api/")
        assert str(inventory).isprintable()
        return
    assert all(warning.isprintable() for warning in inventory.warnings)
    assert "{{" not in json.dumps([[host.name, *host.roles, dict(host.variables)] for host in inventory.hosts])
    groups: dict[str, list[str]] = {"qradar": [host.name for host in inventory.hosts]}
    for host in inventory.hosts:
        for role in host.roles:
            groups.setdefault(f"qradar_{role}", []).append(host.name)
    hosts = {host.name: {**inventory.variables, **host.variables} for host in inventory.hosts}
    deployment = tried(lambda: read_deployment(hosts, groups, CATALOG, today=TODAY))
    if isinstance(deployment, InputError):
        # What only its administrator can say: the role of a host that the console does not tell, the public address of
        # one that is in a NAT group.
        assert deployment.variable in ("qradar_roles", "qradar_public_addresses")
        return
    assert set(deployment.hosts) == set(hosts)
