# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Flows that the table does not list: added by the operator, with an expiry date.

Note that this plugin util is **PRIVATE** to the collection.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Final

from ansible_collections.portledger.qradar.plugins.plugin_utils._base.errors import InputError, complaint
from ansible_collections.portledger.qradar.plugins.plugin_utils._base.networks import NetworkError, parse_network
from ansible_collections.portledger.qradar.plugins.plugin_utils._base.words import GROUP_WORDS, PARTIES, ROLES
from ansible_collections.portledger.qradar.plugins.plugin_utils._inventory.deployment import ExtraFlow
from ansible_collections.portledger.qradar.plugins.plugin_utils._inventory.values import (
    PORT_REMEDY,
    as_comment,
    as_date,
    as_list,
    as_mapping,
    as_ports,
)

WARNING_DAYS: Final = 30
"""A flow that expires within this many days gives a warning."""

SIDE_WORDS: Final = (*ROLES, *GROUP_WORDS, *PARTIES)
"""Words that may stand in ``from`` and ``to``; a host of such a name is shadowed by the word."""

_MOST_PAIRS: Final = 10_000
"""Each pair of ends of an extra flow is a flow: more take long to plan, and make more rules than anybody means."""

_KEYS: Final = ("from", "to", "ports", "comment", "expires")
_FORM: Final = "{from: users, to: console, ports: [tcp/8443], comment: why, expires: 2027-03-31}"


def read_extra_flows(
    host: str, variable: str, value: object, host_names: frozenset[str], today: datetime.date
) -> tuple[tuple[ExtraFlow, ...], list[str]]:
    """Read ``qradar_extra_flows``.

    Returns:
        All flows, and warnings of those that have expired (see :func:`is_over`) or will soon.

    Raises:
        InputError: an entry cannot be used.
    """
    flows: list[ExtraFlow] = []
    warnings: list[str] = []
    for index, item in enumerate(as_list(host, variable, value)):
        place = f"{variable}[{index}]"
        flow = _read_one(host, place, as_mapping(host, place, item, _FORM), host_names)
        if is_over(flow, today):
            problem, remedy = "has passed, so the flow is blocked", "Remove the flow, or give it a later date"
        elif flow.expires is not None and (flow.expires - today).days <= WARNING_DAYS:
            problem, remedy = (
                "is near, and the flow is blocked after it",
                "Give the flow a later date if it is still needed",
            )
        else:
            problem = remedy = ""
        if problem:
            warnings.append(complaint(host, f"{place}.expires", str(flow.expires), problem, remedy))
        flows.append(flow)
    return tuple(flows), warnings


def is_over(flow: ExtraFlow, today: datetime.date) -> bool:
    """Whether a flow has expired: the date that it names is its last day."""
    return flow.expires is not None and flow.expires < today


def _read_one(host: str, place: str, item: Mapping[str, object], host_names: frozenset[str]) -> ExtraFlow:
    for key in item:
        if key not in _KEYS:
            raise InputError(host, place, key, "is not an option of an extra flow", f"Options are: {', '.join(_KEYS)}")
    ports = as_ports(host, f"{place}.ports", item.get("ports"))
    if not ports:
        raise InputError(host, f"{place}.ports", item.get("ports"), "names no port", PORT_REMEDY)
    comment, expires = item.get("comment"), item.get("expires")
    from_ = _side(host, f"{place}.from", item.get("from"), host_names)
    to = _side(host, f"{place}.to", item.get("to"), host_names)
    if len(from_) * len(to) > _MOST_PAIRS:
        problem = f"is {len(from_) * len(to):,} pairs of ends, more than {_MOST_PAIRS:,}"
        raise InputError(host, place, list(item), problem, "Write networks, roles or parties in the place of addresses")
    return ExtraFlow(
        from_=from_,
        to=to,
        ports=ports,
        comment=None if comment is None else as_comment(host, f"{place}.comment", comment),
        expires=None if expires is None else as_date(host, f"{place}.expires", expires),
        place=place,
    )


def _side(host: str, place: str, value: object, host_names: frozenset[str]) -> tuple[str, ...]:
    items = [value] if isinstance(value, str) else as_list(host, place, value)
    if not items:
        raise InputError(host, place, value, "is empty", "Name a role, a party, a host or a network")
    for item in items:
        if isinstance(item, str) and (item in SIDE_WORDS or item in host_names):
            continue
        try:
            parse_network(item)
        except NetworkError as error:
            if error.problem == "has host bits set":
                raise InputError(host, place, item, error.problem, error.remedy) from None
            raise InputError(
                host, place, item, "is not a role, party, host of the deployment or network", "Name one of these"
            ) from None
    return tuple(str(item) for item in items)
