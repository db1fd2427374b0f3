# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where a pin of ``qradar_dynamic_ports`` is no longer what hosts use. What was not read is not judged.

Note that this plugin util is **PRIVATE** to the collection.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from ansible_collections.portledger.qradar.plugins.module_utils._base.contract import READABLE
from ansible_collections.portledger.qradar.plugins.plugin_utils._base.errors import complaint
from ansible_collections.portledger.qradar.plugins.plugin_utils._base.ports import PortRange
from ansible_collections.portledger.qradar.plugins.plugin_utils._base.shortened import shortened
from ansible_collections.portledger.qradar.plugins.plugin_utils._dynamic_ports.live import (
    Live,
    LivePort,
    LiveServices,
    documented_ranges,
    receivers,
    unknown_hosts,
)
from ansible_collections.portledger.qradar.plugins.plugin_utils._plan.planner import Planner

REMEDY: Final = "Run the playbook portledger.qradar.pins, review what it writes, and put that into the inventory"

_FEW: Final = 6


@dataclass(frozen=True)
class PinFinding:
    """A pin that does not hold.

    Attributes:
        host: where; None where it is about the deployment.
        pinned: all pins of the service on a host, those that nobody uses for the deployment.
        live: ports in use that no pin has; none for the deployment.
    """

    host: str | None
    service: str
    pinned: tuple[str, ...]
    live: tuple[str, ...]
    problem: str

    @property
    def text(self) -> str:
        """A sentence, and the remedy."""
        return complaint(self.host, _variable(self.service), list(self.pinned), self.problem, REMEDY)

    def as_data(self) -> dict[str, Any]:
        """In the form of JSON."""
        return {
            "host": self.host,
            "service": self.service,
            "pinned": list(self.pinned),
            "live": list(self.live),
            "text": self.text,
            "remedy": f"{REMEDY}.",
        }


@dataclass
class JudgedPins:
    """What is known of the pins.

    Attributes:
        of_hosts: findings of each host where a pin was compared with what is in use; none where all pins hold.
        notes: of each host where one could not be compared, or not whole.
        unused: findings of the deployment.
    """

    of_hosts: dict[str, list[PinFinding]] = field(default_factory=dict)
    notes: dict[str, list[str]] = field(default_factory=dict)
    unused: list[PinFinding] = field(default_factory=list)


def judge_pins(planner: Planner, live: Mapping[str, LiveServices]) -> JudgedPins:
    """Compare the deployment's pins with what its hosts have answered.

    Args:
        planner: has the pins, and knows which hosts they are for.
        live: of each host that has answered.
    """
    judged = JudgedPins()
    for service in READABLE:
        pins = planner.deployment.settings.pins.get(service, ())
        names = receivers(planner, service) if pins else []
        known = {name: live[name].get(service) for name in names if name in live}
        for name, one in known.items():
            peer = known.get(planner.deployment.hosts[name].ha_peer or "")
            # Only one node of an HA pair runs the services.
            stands_by = one is not None and not one.running and peer is not None and peer.running
            if one is not None and not stands_by:
                _judge_host(judged, name, one, pins)
        if names and not unknown_hosts(names, known, planner.deployment):
            answers = [one for one in known.values() if one is not None and one.why is None]
            ranges = documented_ranges(service, planner.catalog)
            inside = [pin for pin in pins if any(pin in documented for documented in ranges)]
            judged.unused += _unused(service, inside, answers, names)
    return judged


def _judge_host(judged: JudgedPins, name: str, one: Live, pins: Sequence[PortRange]) -> None:
    if one.why is not None:
        if not one.is_absent:
            judged.notes.setdefault(name, []).append(f"{_variable(one.service)}: not read: {one.why}")
        return
    lacks = [f"{_variable(one.service)}: not read whole: {text}" for text in one.lacks]
    if lacks:
        judged.notes.setdefault(name, []).extend(lacks)
    judged.of_hosts.setdefault(name, []).extend(_outside(name, one, pins))


def _outside(name: str, one: Live, pins: Sequence[PortRange]) -> Iterator[PinFinding]:
    """Ports that are in use and not pinned. Of those that are not certain, one pin is enough."""
    outside = [port for port in one.offered if port.certain and not _is_pinned(port, pins)]
    guesses = [port for port in one.offered if not port.certain]
    pinned = tuple(map(str, pins))
    if outside:
        words = shortened([_words(port) for port in outside], _FEW)
        problem = f"does not have ports that {one.service} uses now, so the rules block them: {words}"
        yield PinFinding(name, one.service, pinned, tuple(str(port.port) for port in outside), problem)
    if guesses and not any(_is_pinned(port, pins) for port in guesses):
        words = shortened([_words(port) for port in guesses], _FEW)
        problem = f"has none of the ports that may be the one {one.service} uses now: {words}"
        yield PinFinding(name, one.service, pinned, tuple(str(port.port) for port in guesses), problem)


def _unused(
    service: str, pins: Sequence[PortRange], answers: Sequence[Live], names: Sequence[str]
) -> Iterator[PinFinding]:
    """Pins that no host uses. They permit whatever listens there next."""
    unused = [pin for pin in pins if not any(p.listens and p.port in pin for one in answers for p in one.ports)]
    if unused and answers:
        problem = f"is not used any more on any host that it is for: {shortened(list(names), _FEW)}"
        yield PinFinding(None, service, tuple(map(str, unused)), (), problem)


def _is_pinned(port: LivePort, pins: Sequence[PortRange]) -> bool:
    return any(port.port in pin for pin in pins)


def _words(port: LivePort) -> str:
    return f"{port.port} ({port.name})"


def _variable(service: str) -> str:
    return f"qradar_dynamic_ports.{service}"
