# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Flows as the lookup gives them, checked.

Note that this plugin util is **PRIVATE** to the collection.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from ansible_collections.portledger.qradar.plugins.plugin_utils._base.errors import InputError
from ansible_collections.portledger.qradar.plugins.plugin_utils._base.ports import PortError, PortRange
from ansible_collections.portledger.qradar.plugins.plugin_utils._questions.side_data import HOST_WORDS

FLOWS_REMEDY: Final = "Give flows as query('portledger.qradar.flows') returns them"


@dataclass(frozen=True)
class GivenSide:
    """Source or destination of a flow."""

    label: str
    hosts: tuple[str, ...]
    roles: frozenset[str]
    parties: frozenset[str]
    addresses: tuple[str, ...]

    @property
    def has_networks(self) -> bool:
        """Whether it is more than hosts of the deployment: a party, or networks of an extra flow."""
        return self.label not in self.hosts and self.label.split(" ")[-1] not in HOST_WORDS


@dataclass(frozen=True)
class GivenFlow:
    """A flow; ``data`` is what was given."""

    data: Mapping[str, Any]
    service: str
    row: int | None
    supplement: str | None
    ports: tuple[PortRange, ...]
    when: str | None
    comment: str | None
    source: GivenSide
    destination: GivenSide


def read_flows(flows: object) -> list[GivenFlow]:
    """A list of flows, or the one that ``lookup`` gives without its list.

    Raises:
        InputError: something else is given.
    """
    if isinstance(flows, Mapping):
        return [_read(flows, "flows")]
    if isinstance(flows, str | bytes) or not isinstance(flows, Iterable):
        raise InputError(None, "flows", flows, "is not a list of flows", FLOWS_REMEDY)
    return [_read(flow, f"flows[{index}]") for index, flow in enumerate(flows)]


def plain_data(value: Any) -> Any:
    """Data without containers of other kinds, such as those in which Ansible keeps what it has not templated yet."""
    if isinstance(value, Mapping):
        return {key: plain_data(item) for key, item in value.items()}
    return [plain_data(item) for item in value] if isinstance(value, list | tuple) else value


def _read(flow: object, place: str) -> GivenFlow:
    data = _mapping(flow, place, "is not a flow")
    return GivenFlow(
        data=data,
        service=_text(data.get("service"), f"{place}.service"),
        row=_row(data.get("row"), f"{place}.row"),
        # Flows that somebody has written by hand need not have it.
        supplement=_text_or_none(data.get("supplement"), f"{place}.supplement"),
        ports=tuple(_port(port, f"{place}.ports") for port in _texts(data.get("ports"), f"{place}.ports")),
        when=_text_or_none(data.get("when"), f"{place}.when"),
        comment=_text_or_none(data.get("comment"), f"{place}.comment"),
        source=_side(data.get("source"), f"{place}.source"),
        destination=_side(data.get("destination"), f"{place}.destination"),
    )


def _side(side: object, place: str) -> GivenSide:
    data = _mapping(side, place, "is not one side of a flow")
    return GivenSide(
        label=_text(data.get("label"), f"{place}.label"),
        hosts=_texts(data.get("hosts"), f"{place}.hosts"),
        # Flows that somebody has written by hand need not have them.
        roles=frozenset(_texts(data.get("roles", ()), f"{place}.roles")),
        parties=frozenset(_texts(data.get("parties", ()), f"{place}.parties")),
        addresses=_texts(data.get("addresses"), f"{place}.addresses"),
    )


def _mapping(value: object, place: str, problem: str) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise InputError(None, place, value, problem, FLOWS_REMEDY)
    return value


def _text(value: object, place: str) -> str:
    if not isinstance(value, str):
        raise InputError(None, place, value, "is not a string", FLOWS_REMEDY)
    return value


def _text_or_none(value: object, place: str) -> str | None:
    return None if value is None else _text(value, place)


def _row(value: object, place: str) -> int | None:
    if value is not None and (isinstance(value, bool) or not isinstance(value, int)):
        raise InputError(None, place, value, "is not a line of the vendor's table", FLOWS_REMEDY)
    return value


def _texts(value: object, place: str) -> tuple[str, ...]:
    if not isinstance(value, list | tuple) or not all(isinstance(item, str) for item in value):
        raise InputError(None, place, value, "is not a list of strings", FLOWS_REMEDY)
    return tuple(value)


def _port(text: str, place: str) -> PortRange:
    try:
        return _parsed(str(text))
    except PortError as error:
        raise InputError(None, place, text, error.problem, FLOWS_REMEDY) from None


_parsed = functools.cache(PortRange.parse)
