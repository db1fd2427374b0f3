# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What people write: the inventory and its values, and the files of catalog and audit."""

from __future__ import annotations

import datetime
import json
import re
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

import yaml

from ansible_collections.portledger.qradar.plugins.module_utils._plan.plan import read_plan
from ansible_collections.portledger.qradar.plugins.plugin_utils._apply.confirmation import read_probes, read_seconds
from ansible_collections.portledger.qradar.plugins.plugin_utils._base.errors import PortledgerError
from ansible_collections.portledger.qradar.plugins.plugin_utils._base.networks import parse_address, parse_network
from ansible_collections.portledger.qradar.plugins.plugin_utils._base.ports import PortRange, parse_ports
from ansible_collections.portledger.qradar.plugins.plugin_utils._base.printable import message
from ansible_collections.portledger.qradar.plugins.plugin_utils._catalog.catalog import CATALOG_FILE, load_catalog
from ansible_collections.portledger.qradar.plugins.plugin_utils._catalog.schema import read_document
from ansible_collections.portledger.qradar.plugins.plugin_utils._inventory.coverage import uncovered
from ansible_collections.portledger.qradar.plugins.plugin_utils._inventory.read import read_deployment
from ansible_collections.portledger.qradar.plugins.plugin_utils._inventory.view import inventory_view
from ansible_collections.portledger.qradar.plugins.plugin_utils._plan.planner import Planner
from tests.fuzz.planned import as_json
from tests.fuzz.target import Target, check_message, require

REFUSALS = (PortledgerError,)
TODAY = datetime.date(2026, 11, 23)
EXTRA = {
    "from": "users",
    "to": "console",
    "ports": ["tcp/8443", "udp/514-515"],
    "comment": "why",
    "expires": "2027-01-01",
}
SHARED = {
    "qradar_parties": {"users": ["198.18.9.0/24"], "log_sources": ["0.0.0.0/0", "::/0"], "lan": ["198.18.0.0/16"]},
    "qradar_version": "7.5.0",
    "qradar_features": ["imm"],
    "qradar_extra_flows": [EXTRA],
    "qradar_dynamic_ports": {"imq_dynamic": ["tcp/40913", "tcp/40000-40010"]},
    "qradar_excluded_services": ["ssh"],
}
INVENTORY = {
    "hosts": {
        "con1": {
            **SHARED,
            "ansible_host": "198.18.1.1",
            "qradar_ha_peer": "con2",
            "qradar_cluster_addresses": ["198.18.1.3"],
            "qradar_nat_group": 1,
            "qradar_public_addresses": ["203.0.113.1"],
        },
        "con2": {"ansible_host": "198.18.1.2", "qradar_ha_peer": "con1"},
        "ep1": {
            "qradar_addresses": ["198.18.1.4", "2001:db8::4"],
            "qradar_encrypted": True,
            "qradar_roles": ["event_processor"],
        },
        "gw1": {"qradar_gateway_segments": {"eth0": ["198.18.1.0/24"], "eth1": ["198.18.50.0/24"]}},
    },
    "groups": {"qradar_console": ["con1", "con2"], "qradar_event_processor": ["ep1"], "qradar_gateways": ["gw1"]},
}


class _HostVars(dict[str, Mapping[str, Any]]):
    """As Ansible's, without templates."""

    def raw_get(self, host_name: str) -> Mapping[str, Any]:
        return self[host_name]


def _no_names(name: str) -> list[str]:
    raise OSError(f"no such name: {name}")


def _loaded(raw: bytes) -> Any:
    """What YAML or Ansible would hand over; None where that refuses it."""
    try:
        return json.loads(raw)
    except (ValueError, RecursionError):
        return None


def _inventory(raw: bytes) -> None:
    data = _loaded(raw)
    try:
        hosts, groups = data["hosts"], data["groups"]
        # Ansible itself sees to this.
        named = all(isinstance(one, dict) for one in hosts.values())
        members = all(
            isinstance(one, list) and all(isinstance(name, str) and name in hosts for name in one)
            for one in groups.values()
        )
    except (AttributeError, KeyError, TypeError):
        return
    if not named or not members:
        return
    inventory = inventory_view(_HostVars(hosts))
    deployment = read_deployment(inventory, groups, load_catalog(), today=TODAY, resolver=_no_names)
    planner = Planner(deployment, load_catalog(), uncovered(deployment, inventory, groups))
    for scope, names in (("host", deployment.hosts), ("gateway", deployment.gateways)):
        for text in planner.warnings(scope):
            check_message(text)
        for name in names:
            plan = json.loads(json.dumps(planner.plan(name, scope)))
            read_plan(plan, scope)


def _value(raw: bytes) -> None:
    text = raw.decode("utf-8", "surrogateescape")
    readers: tuple[tuple[Callable[[Any], object], Callable[[Any], object], tuple[type[Exception], ...]], ...] = (
        (PortRange.parse, PortRange.parse, REFUSALS),
        (parse_ports, PortRange.parse, REFUSALS),
        (parse_network, parse_network, (*REFUSALS, ValueError)),
        (parse_address, parse_address, (*REFUSALS, ValueError)),
        (lambda one: read_probes("con1", one, ["ep1"]), lambda one: read_probes("con1", one, ["ep1"])[0], REFUSALS),
        (
            lambda one: read_seconds("con1", "confirm_seconds", one),
            lambda one: read_seconds("con1", "confirm_seconds", one),
            REFUSALS,
        ),
    )
    for value in (text, [text], _as_number(text)):
        for reader, again, refusals in readers:
            try:
                found = reader(value)
            except refusals as error:
                check_message(message(str(error)))
                continue
            for one in found if isinstance(found, tuple) else (found,):
                require(again(str(one)) == one, f"{one} of {value!a} reads back as {again(str(one))}")


def _as_number(text: str) -> object:
    return int(text) if re.fullmatch(r"-?[0-9]{1,4000}", text) else None


@cache
def _document() -> tuple[bytes, ...]:
    """The first rows, which are enough."""
    document = yaml.safe_load(CATALOG_FILE.read_text(encoding="utf-8"))
    services = [service for service in document["services"] if service["row"] <= 6]
    return (as_json({"source": {**document["source"], "rows": 6}, "services": services}),)


def _catalog(raw: bytes) -> None:
    read_document(_loaded(raw), "ports.yml")


TARGETS = (
    Target("inventory", (as_json(INVENTORY),), _inventory, REFUSALS, json=True, share=30),
    Target(
        "value",
        (b"tcp/514", b"udp/1-65535", b"icmp", b"198.18.1.0/24", b"2001:db8::/64", b"tcp/443 from ep1", b"30", b"514"),
        _value,
        share=60,
    ),
    Target("catalog", _document(), _catalog, REFUSALS, json=True, share=40),
)
