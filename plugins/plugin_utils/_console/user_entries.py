# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Entries that somebody made on the console for a host's own firewall, in the form of ``qradar_extra_flows``.

IBM documents their fields with release 26.0 of the API, ``/system/servers/{server_id}/firewall_rules``. Each permits;
they have no direction, no comment, and no ICMP. Whether "any source" is meant for IPv6 is documented nowhere: here it
is IPv4 alone.

Note that this plugin util is **PRIVATE** to the collection.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from ansible_collections.portledger.qradar.plugins.plugin_utils._base.networks import NetworkError, parse_network
from ansible_collections.portledger.qradar.plugins.plugin_utils._console.fetch import FIREWALL_RULES
from ansible_collections.portledger.qradar.plugins.plugin_utils._console.fields import Record, records
from ansible_collections.portledger.qradar.plugins.plugin_utils._console.managed_hosts import Members

_ANYWHERE: Final = "0.0.0.0/0"
_TRANSPORTS: Final = {"ANY": ("tcp", "udp"), "TCP": ("tcp",), "UDP": ("udp",)}
_ALL_PORTS: Final = "1-65535"
_LAST_PORT: Final = 65535
_CORRECT: Final = "Correct the entry on the console"


@dataclass
class UserEntries:
    """Extra flows by the ID of the server that they enter."""

    flows: dict[int, list[dict[str, Any]]] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)


def read_user_entries(api: str, answers: Mapping[str, Any], members: Members) -> UserEntries:
    """What was entered by hand.

    Args:
        api: URL of the API, for errors.
        answers: by ID of the server; empty where nobody asked.
        members: of the deployment.

    Raises:
        InputError: an entry cannot be read. None is guessed, and none is left out without a word.
    """
    entries = UserEntries()
    for host in members.hosts:
        for name, server in zip(host.names, host.servers, strict=True):
            url = api + FIREWALL_RULES.format(server.id)
            for entry in records(url, answers.get(str(server.id), [])):
                source, ports = _source(entry), _ports(entry)
                if source == _ANYWHERE and f"tcp/{_ALL_PORTS}" in ports:
                    entries.warnings.append(
                        f"{name}: an entry of its firewall permits every port from everywhere. It is left out. Permit "
                        "what is needed in qradar_extra_flows, and remove it on the console."
                    )
                    continue
                flow = {"from": source, "to": name, "ports": ports, "comment": "entered on the console"}
                found = entries.flows.setdefault(server.id, [])
                if flow not in found:
                    found.append(flow)
    return entries


def _source(entry: Record) -> str:
    if entry.boolean("is_any_source_ip"):
        return _ANYWHERE
    try:
        return str(parse_network(entry.fields.get("source_ip")))
    except NetworkError as error:
        entry.refuse("source_ip", error.problem, _CORRECT)


def _ports(entry: Record) -> list[str]:
    protocol, kind = entry.text("protocol"), entry.text("port_type")
    if protocol not in _TRANSPORTS:
        entry.refuse("protocol", f"is none of {', '.join(_TRANSPORTS)}")
    if kind == "ANY":
        ports = _ALL_PORTS
    elif kind == "SINGLE":
        ports = str(_port(entry))
    elif kind == "RANGE":
        ports = _range(entry)
    else:
        entry.refuse("port_type", "is none of ANY, SINGLE, RANGE")
    return [f"{transport}/{ports}" for transport in _TRANSPORTS[protocol]]


def _port(entry: Record) -> int:
    port = entry.number("single_port")
    if not 1 <= port <= _LAST_PORT:
        entry.refuse("single_port", f"is not a port from 1 to {_LAST_PORT}", _CORRECT)
    return port


def _range(entry: Record) -> str:
    found = re.fullmatch(r"([0-9]{1,5}) ?- ?([0-9]{1,5})", entry.text("port_range"))
    if not found or not 1 <= int(found[1]) <= int(found[2]) <= _LAST_PORT:
        entry.refuse("port_range", "is not a range of ports, such as 8000-8010", _CORRECT)
    return f"{int(found[1])}-{int(found[2])}"
