# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The pins of a deployment as YAML for a person to review: comments say where each port comes from.

Note that this plugin util is **PRIVATE** to the collection.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from ansible_collections.portledger.qradar.plugins.plugin_utils._base.ports import PortRange
from ansible_collections.portledger.qradar.plugins.plugin_utils._base.printable import printable
from ansible_collections.portledger.qradar.plugins.plugin_utils._base.shortened import shortened
from ansible_collections.portledger.qradar.plugins.plugin_utils._dynamic_ports.merged import Merged

_HEAD: Final = """---
# Dynamic ports in use at {when}, found by the playbook pins, for you to review.
# A service that is started again gets other ports, and these pins then block them: see docs/profiles.md.
# Put this where your inventory sets the variable. It is complete, with what the inventory has already.
"""
_FEW: Final = 6
_LONGEST: Final = 300
_MOST_UNKNOWN: Final = 20


def pins_of(services: Sequence[Merged], former: Mapping[str, Sequence[PortRange]]) -> dict[str, list[str]]:
    """``qradar_dynamic_ports`` for the inventory: what is offered, and for the rest what it has already."""
    found = {name: [str(port) for port in ports] for name, ports in former.items()}
    return found | {one.service: [str(port) for port in one.ports] for one in services if one.is_offered}


def as_yaml(services: Sequence[Merged], former: Mapping[str, Sequence[PortRange]], when: datetime.datetime) -> str:
    """The whole text.

    Args:
        services: those that were read.
        former: the pins of the inventory, of all services.
        when: the hosts were asked.
    """
    head = _HEAD.format(when=when.astimezone(datetime.timezone.utc).strftime("%Y-%m-%d %H:%M UTC"))
    offered = {one.service: one for one in services if one.is_offered}
    lines: list[str] = []
    for name in dict.fromkeys((*offered, *former)):
        lines += _service(offered[name]) if name in offered else _former(name, former[name])
    lines = ["qradar_dynamic_ports:", *(f"  {line}" for line in lines)] if lines else ["qradar_dynamic_ports: {}"]
    for one in services:
        if not one.is_offered:
            lines += ["", *(f"# {printable(line, _LONGEST)}" for line in _not_offered(one))]
    return head + "".join(f"{line}\n" for line in lines)


def _service(one: Merged) -> Iterator[str]:
    if not one.certain:
        yield "# Not all are certain: the service is on one of those that its process has open."
    yield f"{one.service}:"
    yield from _ports(one)


def _ports(one: Merged) -> Iterator[str]:
    for port, places in one.ports.items():
        yield printable(f"  - {port}  # {shortened(places, _FEW)}", _LONGEST)


def _former(name: str, ports: Iterable[PortRange]) -> Iterator[str]:
    yield "# As the inventory has it:"
    yield f"{name}: [{', '.join(map(str, ports))}]"


def _not_offered(one: Merged) -> Iterator[str]:
    if not one.hosts:
        yield f"{one.service}: no flow of this deployment needs it."
        return
    if not one.unknown:
        yield f"{one.service}: no port is in use on {shortened(one.hosts, _FEW)}."
        return
    yield f"{one.service}: not complete, so a pin would block ports that are missing here. These hosts are not known:"
    for name in list(one.unknown)[:_MOST_UNKNOWN]:
        yield f"  {name}: {one.unknown[name]}"
    if len(one.unknown) > _MOST_UNKNOWN:
        yield f"  and {len(one.unknown) - _MOST_UNKNOWN:,} more"
    if one.ports:
        yield "Ports of the others:"
        yield f"  {one.service}:"
        yield from (f"  {line}" for line in _ports(one))
