# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The forms of what the modules return, as far as the controller uses it.

Note that this plugin util is **PRIVATE** to the collection.
"""

from __future__ import annotations

import ipaddress
import re
from typing import Any, Final

from ansible_collections.portledger.qradar.plugins.module_utils._base.contract import EXPECTATIONS, READABLE
from ansible_collections.portledger.qradar.plugins.module_utils._reach.report import VERDICTS
from ansible_collections.portledger.qradar.plugins.plugin_utils._base.networks import NetworkError, parse_network
from ansible_collections.portledger.qradar.plugins.plugin_utils._base.ports import PortError, PortRange
from ansible_collections.portledger.qradar.plugins.plugin_utils._base.results import (
    ResultError,
    brief,
    fields,
    flag,
    list_of,
    number,
    one_of,
    optional,
    port,
    text,
)

_ONE_TCP: Final = re.compile(r"tcp/[0-9]{1,5}")
_PORT: Final = re.compile(r"(?:tcp|udp)/[0-9]{1,5}|icmp")


def _address(place: str, value: Any) -> None:
    try:
        ipaddress.ip_address(value if isinstance(value, str) else "")
    except ValueError:
        raise ResultError(place, value, "is not an address") from None


def _port_text(place: str, value: Any) -> None:
    if not isinstance(value, str) or not _PORT.fullmatch(value):
        raise ResultError(place, value, "is not a port such as tcp/514")


def _network(place: str, value: Any) -> None:
    try:
        parse_network(value)
    except NetworkError as error:
        raise ResultError(place, value, error.problem) from None


def _port_range(place: str, value: Any) -> None:
    try:
        PortRange.parse(value)
    except PortError as error:
        raise ResultError(place, value, error.problem) from None


def _tcp_port(place: str, value: Any) -> None:
    _port_range(place, value)
    if not _ONE_TCP.fullmatch(value):
        raise ResultError(place, value, "is not one port of TCP")


_OTHER: Final = fields(
    {
        "family": one_of("ipv4", "ipv6"),
        "effect": one_of("opens", "closes", "translates", "may change"),
        "place": text,
        "rule": text,
        "certain": flag,
        "unknown": optional(text),
        "flows": list_of(text),
        "services?": list_of(text),
    }
)
_SOCKET: Final = {
    "transport": one_of("tcp", "udp"),
    "port": port,
    "addresses?": list_of(text),
    "loopback": flag,
    "processes": list_of(text),
}
_DOCUMENTED: Final = fields({**_SOCKET, "documented": text, "services": list_of(text)})
_LOGGED: Final = fields(
    {
        "source": _address,
        "destination": _address,
        "transport": text,
        "port": optional(port),
        "icmp_type": optional(number),
        "published": flag,
    }
)
_LIVE_PORT: Final = fields(
    {
        "port": _tcp_port,
        "name": brief,
        "listens": flag,
        "addresses": list_of(brief, 1000),
        "processes": list_of(brief, 100),
        "certain": flag,
        "offered": flag,
        "why": optional(brief),
    }
)
DYNAMIC_PORTS: Final = fields(
    {
        "services": list_of(
            fields(
                {
                    "service": one_of(*READABLE),
                    "running": flag,
                    "read": flag,
                    "why": optional(text),
                    "lacks": list_of(text, 100),
                    "ports": list_of(_LIVE_PORT, 100),
                }
            ),
            len(READABLE),
        )
    }
)
"""What ``dynamic_ports_info`` returns."""

_STATE: Final = {
    "in_force": flag,
    "provider": text,
    "loaded": list_of(fields({"provider?": text})),
    "difference": list_of(text),
    "persistent?": optional(fields({"problem?": optional(text), "difference?": list_of(text)})),
    "pending?": optional(fields({"seconds_left": number})),
    "others?": list_of(_OTHER),
    "unread?": list_of(text),
    "differs?": list_of(text),
    "dynamic_ports?": DYNAMIC_PORTS,
}

_APPLIANCE: Final = fields(
    {
        **dict.fromkeys(("release", "address", "cluster_address", "ha_role", "console_address"), optional(brief)),
        **dict.fromkeys(("console", "encrypted"), optional(flag)),
        "problem": optional(text),
        "rules": list_of(fields(dict.fromkeys(("family", "chain", "rule", "origin"), text))),
    }
)

ANSWERED: Final = fields(
    {
        "appliance?": optional(_APPLIANCE),
        "listeners?": list_of(fields(_SOCKET)),
        "logged?": list_of(_LOGGED),
        "management?": fields({"ports": list_of(port)}),
    }
)
"""What ``ruleset_info`` returns, before the action adds what the catalog knows."""

RULESET_INFO: Final = fields({**_STATE, "listeners?": list_of(_DOCUMENTED)})
"""What ``ruleset_info`` returns, for the audit."""

_PERMITTED: Final = fields(
    {
        "family": one_of("ipv4", "ipv6"),
        "place": brief,
        "chain": brief,
        "rule": text,
        "made_by": brief,
        "packets": optional(number),
        "policy": flag,
        "certain": flag,
        "unknown": optional(text),
        "interfaces": list_of(brief, 100),
        "flows": list_of(
            fields(
                {
                    "ports": list_of(_port_range, 1000),
                    "sources": list_of(_network, 5000),
                    "destinations": list_of(_network, 5000),
                }
            ),
            1000,
        ),
        "rest": list_of(brief, 1000),
    }
)
_SEEN: Final = {"source": _address, "destination": _address, "transport": text, "port": optional(port)}

PERMITS: Final = fields(
    {
        "foreign_permits": list_of(_PERMITTED, 5000),
        "foreign_unread": list_of(text, 1000),
        "connections": list_of(fields({**_SEEN, "count": number}), 5000),
        "listeners?": list_of(fields(_SOCKET)),
        "logged?": list_of(fields({**_SEEN, "packets": number})),
        "loaded": list_of(fields({"provider?": text})),
    }
)
"""What ``ruleset_info`` returns, for the proposal."""

_CONNECTION: Final = optional(fields({"address": _address, "port?": port}))
RULESET: Final = fields(
    {"changed?": flag, "timer?": optional(text), "management?": optional(fields({"connection?": _CONNECTION}))}
)
"""What ``ruleset`` returns once it has changed something."""

OUTCOME: Final = fields({"outcome?": optional(text), "why?": text, "problem?": optional(text)})
"""What ``ruleset`` returns to a question about a change."""

_ANSWER: Final = fields(
    {
        "name": brief,
        "address": brief,
        "port": _port_text,
        "services": list_of(brief, 100),
        "expected": one_of(*EXPECTATIONS),
        "result": brief,
        "by": optional(brief),
        "reason": brief,
        "verdict": one_of(*VERDICTS),
    }
)
REACHABILITY: Final = fields(
    {
        "answers": list_of(_ANSWER),
        "verdicts": fields(dict.fromkeys(VERDICTS, number)),
        "left_out?": number,
        "wide?": list_of(text),
    }
)
"""What ``reachability`` returns."""

FINDING: Final = fields(
    {
        "name": text,
        "scope": text,
        "state": text,
        "provider": optional(text),
        "why": optional(text),
        "drift": fields(dict.fromkeys(("missing", "extra", "narrower", "wider", "other"), list_of(text))),
        "others": list_of(_OTHER),
        "unread": list_of(text),
        "listeners": list_of(_DOCUMENTED),
        "pins?": optional(list_of(fields({"text": text}))),
        "notes": list_of(text),
    }
)
"""A finding of an audit's JSON."""
