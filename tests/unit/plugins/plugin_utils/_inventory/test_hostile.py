# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Values that no inventory should have, in each variable: refused in a few printable words, or used."""

from __future__ import annotations

import datetime
import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from ansible_collections.portledger.qradar.plugins.plugin_utils._base.errors import PortledgerError
from ansible_collections.portledger.qradar.plugins.plugin_utils._base.printable import Secret
from ansible_collections.portledger.qradar.plugins.plugin_utils._catalog.catalog import load_catalog
from ansible_collections.portledger.qradar.plugins.plugin_utils._inventory.firewalls import Firewalls
from ansible_collections.portledger.qradar.plugins.plugin_utils._inventory.read import VARIABLES, read_deployment
from ansible_collections.portledger.qradar.plugins.plugin_utils._inventory.view import inventory_view
from ansible_collections.portledger.qradar.plugins.plugin_utils._plan.folder import PlanFolder
from ansible_collections.portledger.qradar.plugins.plugin_utils._plan.planner import Planner
from ansible_collections.portledger.qradar.plugins.plugin_utils._questions.check import check
from ansible_collections.portledger.qradar.plugins.plugin_utils._questions.explain import explain
from tests.unit.plugins.plugin_utils._inventory.small_inventory import SMALL, extra
from tests.unit.plugins.plugin_utils._inventory.small_inventory import resolver as resolve
from tests.unit.plugins.plugin_utils._inventory.test_view import FakeHostVars

TODAY = datetime.date(2026, 11, 23)
GROUPS = {"qradar_console": ["con1"], "qradar_event_processor": ["ep1"], "qradar_gateways": ["gw1"]}


def itself(make: Callable[[Any], Any], empty: Any) -> Any:
    value = make(empty)
    empty.update({"a": value}) if isinstance(empty, dict) else empty.append(value)
    return value


def deep(levels: int) -> Any:
    value: Any = []
    for _level in range(levels):
        value = [value]
    return value


HOSTILE: dict[str, Any] = {
    "number of 5,000 digits": 10**5000,
    "text of 5,000 digits": "9" * 5000,
    "port of 5,000 digits": "tcp/" + "1" * 5000,
    "range of 5,000 digits": f"udp/1-{'2' * 5000}",
    "version of 5,000 digits": "7." + "5" * 5000,
    "negative": -(10**5000),
    "300,000 letters": "x" * 300_000,
    "30,000 items": ["198.18.60.1/8"] * 30_000,
    "list that contains itself": itself(lambda empty: empty, []),
    "list in a mapping that contains it": itself(lambda empty: {"users": empty}, []),
    "mapping that contains itself": itself(lambda empty: empty, {}),
    "10,000 levels": deep(10_000),
    "escape": "\x1b[2J\x1b]0;owned\x07",
    "C1": "\x9b31m",
    "right to left": "\u202eevil\u2066",
    "ends of lines": "a\nb\rc\x85d\u2028e\u2029f",
    "lone surrogates": "\udc80\ud800",
    "no character": "\uffff\ufffe",
    "null": "\x00",
    "white space": " \t\u3000\u00a0",
    "words": "{'a': [1]}",
    "bytes": b"\xff\x00",
    "float": 1e400,
    "no number": float("nan"),
    "date": datetime.date(1, 1, 1),
    "set": {1, 2},
    "keys": {1: 2, None: 3, (1, 2): 4, 10**5000: 5},
    "object": object(),
    "netmask": "198.18.60.0/255.255.255.0",
    "host mask": "10.0.0.0/0.0.0.255",
    "length with a zero": "10.0.0.0/08",
    "digits of another script": "10.0.0.0/\u0668",
    "encrypted": Secret("tcp/70707"),
}
PLACES: dict[str, Callable[[Any], dict[str, Any]]] = {
    **{variable: lambda value, variable=variable: {"con1": {variable: value}} for variable in VARIABLES},
    "ansible_host": lambda value: {"con1": {"ansible_host": value}},
    "ansible_port": lambda value: {"con1": {"ansible_port": value}},
    "segments": lambda value: {"gw1": {"qradar_gateway_segments": {"eth0": [value], "eth1": value}}},
    "interface": lambda value: {"gw1": {"qradar_gateway_segments": {_key(value): ["198.18.1.0/24"], "eth1": value}}},
    "party": lambda value: {"con1": {"qradar_parties": {_key(value): value}}},
    "networks": lambda value: {"con1": {"qradar_parties": {"users": value}}},
    "network": lambda value: {"con1": {"qradar_parties": {"users": [value]}}},
    "pin": lambda value: {"con1": {"qradar_dynamic_ports": {"imq_dynamic": [value]}}},
    **{f"flow's {key}": lambda value, key=key: extra(**{key: value}) for key in ("from", "to", "ports", "comment")},
    "flow's expires": lambda value: extra(expires=value),
    "flow's port": lambda value: extra(ports=[value]),
    "unlisted": lambda value: {"con1": {"host_firewall_unlisted": value}},
    "management": lambda value: {"con1": {"host_firewall_management": value}},
    "name of a variable": lambda value: {"con1": {_key(value): value, "qradar_partis": 1}},
}


def _key(value: Any) -> Any:
    try:
        hash(value)
    except TypeError:
        return "key"
    return value


def said(inventory: dict[str, dict[str, Any]]) -> Iterator[str]:
    """Everything that people read about an inventory."""
    view = inventory_view(FakeHostVars(inventory))
    catalog = load_catalog()
    try:
        deployment = read_deployment(view, GROUPS, catalog, today=TODAY, resolver=resolve)
        planner, firewalls = Planner(deployment, catalog), Firewalls(view)
        for name, scope in (("con1", "host"), ("ep1", "host"), ("gw1", "gateway")):
            json.dumps(planner.plan(name, scope)).encode()
        yield from planner.warnings("gateway")
        yield from check(planner, firewalls)["text"]
        yield from explain(planner, firewalls, source="users", destination="console", port="tcp/8443")["text"]
    except PortledgerError as error:
        yield str(error)


@pytest.mark.parametrize("place", PLACES)
def test_each_value_in_each_place(place: str) -> None:
    for name, value in HOSTILE.items():
        changed = PLACES[place](value)
        inventory = {host: {**variables, **changed.get(host, {})} for host, variables in SMALL.items()}
        for text in said(inventory):
            assert len(text) <= 2000, (name, text)
            assert text.isprintable(), (name, text)
            assert not re.search(r"x{201}|[0-9]{201}", text), (name, text)
            assert "70707" not in text, (name, text)


NAMES = ["東" * 30, "x" * 300, "a\tb", "a b", "a\u2028b", "\u202eevil", "\x1b[2J", "\uffff", "../x", "a\nb", "{{ x }}"]


@pytest.mark.parametrize("name", NAMES, ids=range(len(NAMES)))
def test_names_of_hosts(name: str, tmp_path: Any) -> None:
    inventory: dict[str, dict[str, Any]] = {
        "con1": {"qradar_addresses": ["198.18.1.1"], "qradar_roles": ["console"]},
        name: {"qradar_addresses": ["198.18.1.2"], "qradar_roles": ["data_node"]},
        f"{name}-gw": {"qradar_gateway_segments": {"eth0": ["198.18.1.0/31"], "eth1": ["198.18.2.0/24"]}},
    }
    view, catalog = inventory_view(FakeHostVars(inventory)), load_catalog()
    planner = Planner(read_deployment(view, {}, catalog, today=TODAY), catalog)
    for one in (name, "con1"):
        assert PlanFolder(tmp_path, "task", "host").plan(one, lambda: planner) == planner.plan(one, "host")
    texts = [*planner.warnings("gateway"), *check(planner, Firewalls(view))["text"]]
    texts += explain(planner, Firewalls(view), source=name, destination="con1", port="tcp/514")["text"]
    for text in texts:
        assert text.isprintable()
        assert len(text) <= 2000


def test_a_name_that_cannot_be_written() -> None:
    inventory = {"ep\udc80": {"qradar_addresses": ["198.18.1.2"], "qradar_roles": ["console"]}}
    with pytest.raises(PortledgerError) as refusal:
        read_deployment(inventory, {}, load_catalog(), today=TODAY)
    assert str(refusal.value) == (
        "ep\\udc80: inventory_hostname: 'ep\\udc80' has half a character, which no host can be told. Rename the host."
    )


COMMENTS = {
    "\uffff": "has the character U+FFFF, which not every firewall can store",
    "\ud800x": "has the character U+D800, which not every firewall can store",
    "a\u202eb": "has the character U+202E, which not every firewall can store",
    "a\x85b": "has the character U+0085, which not every firewall can store",
    " \u3000\n": "has nothing but white space",
}


@pytest.mark.parametrize("comment", COMMENTS, ids=ascii)
def test_comments(comment: str) -> None:
    inventory = {**SMALL, **extra(comment=comment)}
    inventory["con1"] = {**SMALL["con1"], **inventory["con1"]}
    with pytest.raises(PortledgerError) as refusal:
        read_deployment(inventory, GROUPS, load_catalog(), today=TODAY)
    assert str(refusal.value) == (
        f"con1: qradar_extra_flows[0].comment: {comment!r} {COMMENTS[comment]}. "
        "Write why the flow is needed, in one line, or leave the comment out."
    )
