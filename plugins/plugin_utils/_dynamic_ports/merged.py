# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The pins of a deployment out of what its hosts have answered: a pin counts on every host, so it needs them all.

Note that this plugin util is **PRIVATE** to the collection.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from ansible_collections.portledger.qradar.plugins.module_utils._base.contract import READABLE
from ansible_collections.portledger.qradar.plugins.plugin_utils._base.forms import DYNAMIC_PORTS
from ansible_collections.portledger.qradar.plugins.plugin_utils._base.ports import PortRange
from ansible_collections.portledger.qradar.plugins.plugin_utils._base.results import ResultError, checked, words_of
from ansible_collections.portledger.qradar.plugins.plugin_utils._base.words import DOCUMENTED
from ansible_collections.portledger.qradar.plugins.plugin_utils._catalog.catalog import Catalog
from ansible_collections.portledger.qradar.plugins.plugin_utils._dynamic_ports.live import (
    Live,
    LiveServices,
    read_live,
    receivers,
    unknown_hosts,
)
from ansible_collections.portledger.qradar.plugins.plugin_utils._plan.planner import Planner

NOT_ASKED = "it was not asked"


@dataclass(frozen=True)
class Answer:
    """What one host has answered, or why it could not be asked."""

    live: LiveServices | None = None
    why: str | None = None

    def reason(self, service: str) -> str:
        """Why the ports of a service are not known whole."""
        one = (self.live or {}).get(service)
        if one is None:
            return self.why or "it says nothing of this service"
        return one.why or "; ".join(one.lacks)


@dataclass(frozen=True)
class Merged:
    """One service.

    Attributes:
        ports: in use on the hosts that a pin is for, each with the hosts, what they call it and which processes listen.
        certain: whether all of these are the service's for certain.
        hosts: those that a pin is for.
        unknown: those of them whose ports are not known whole, with the reason. A pin would block these ports.
        former: the pins of the inventory.
    """

    service: str
    ports: Mapping[PortRange, tuple[str, ...]]
    certain: bool
    hosts: tuple[str, ...]
    unknown: Mapping[str, str]
    former: tuple[PortRange, ...]

    @property
    def is_offered(self) -> bool:
        """Whether the inventory can take the ports as its pins."""
        return bool(self.ports) and not self.unknown


def read_answer(result: object, catalog: Catalog) -> Answer:
    """An answer out of a result of ``dynamic_ports_info``.

    Args:
        result: None where there is none. It may be anything: a host is not to be believed.
        catalog: knows what is documented.
    """
    if result is None:
        return Answer(why=NOT_ASKED)
    if isinstance(result, Mapping) and "services" not in result:
        return Answer(why=words_of(result))
    try:
        known: Mapping[str, Any] = checked(result, DYNAMIC_PORTS)
    except ResultError as error:
        return Answer(why=str(error))
    return Answer(read_live(known, catalog))


def merge(planner: Planner, answers: Mapping[str, Answer]) -> list[Merged]:
    """Each service that can be read, in the order of the table."""
    deployment = planner.deployment
    # In the profile least, what has no pin yet has no flow that would say which hosts it is for.
    settings = replace(deployment.settings, profile=DOCUMENTED)
    whole = Planner(replace(deployment, settings=settings), planner.catalog)
    return [_merge(whole, service, answers) for service in READABLE]


def _merge(planner: Planner, service: str, answers: Mapping[str, Answer]) -> Merged:
    names = receivers(planner, service)
    live: dict[str, Live | None] = {name: (answers[name].live or {}).get(service) for name in names if name in answers}
    found: dict[PortRange, list[str]] = {}
    certain = True
    for name, one in live.items():
        for port in one.offered if one else ():
            found.setdefault(port.port, []).append(f"{name} ({', '.join((port.name, *port.processes))})")
            certain &= port.certain
    unknown = unknown_hosts(names, live, planner.deployment)
    return Merged(
        service,
        {port: tuple(found[port]) for port in sorted(found)},
        certain,
        tuple(names),
        {name: answers.get(name, Answer(why=NOT_ASKED)).reason(service) for name in unknown},
        planner.deployment.settings.pins.get(service, ()),
    )
