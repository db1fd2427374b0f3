# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an audit has found on each host and gateway.

Note that this plugin util is **PRIVATE** to the collection.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from ansible_collections.portledger.qradar.plugins.plugin_utils._audit.listeners import ELSEWHERE, NO, WIDE
from ansible_collections.portledger.qradar.plugins.plugin_utils._audit.pins import PinFinding, judge_pins
from ansible_collections.portledger.qradar.plugins.plugin_utils._base.forms import RULESET_INFO
from ansible_collections.portledger.qradar.plugins.plugin_utils._base.results import ResultError, checked, words_of
from ansible_collections.portledger.qradar.plugins.plugin_utils._dynamic_ports.live import read_live
from ansible_collections.portledger.qradar.plugins.plugin_utils._plan.planner import Planner

IN_FORCE: Final = "in force"
DRIFTED: Final = "drifted"
UNMANAGED: Final = "unmanaged"
UNREACHABLE: Final = "unreachable"
UNREADABLE: Final = "unreadable"
STATES: Final = (IN_FORCE, DRIFTED, UNMANAGED, UNREACHABLE, UNREADABLE)

_OPENS: Final = "opens"


@dataclass
class Drift:
    """How live rules differ from the plan, in the words of flows.

    missing and extra are flows and other rules. narrower and wider are sets, with the networks that they lack or have
    in excess. other is what has the same meaning but another form or place than planned.
    """

    missing: list[str] = field(default_factory=list)
    extra: list[str] = field(default_factory=list)
    narrower: list[str] = field(default_factory=list)
    wider: list[str] = field(default_factory=list)
    other: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, difference: Sequence[str]) -> Drift:
        """From the lines of ``ruleset_info``, which describe the way from the live rules to the planned ones."""
        drift = cls()
        for line in difference:
            sign, _space, text = line.partition(" ")
            if sign == "+":
                drift.missing.append(text)
            elif sign == "-":
                drift.extra.append(text)
            else:
                drift._sort(text)
        return drift

    def _sort(self, text: str) -> None:
        label, colon, members = text.rpartition(": ")
        some = members.split(", ")
        if not colon or any(member[:1] not in ("+", "-") for member in some):
            self.other.append(text)
            return
        lacks = [member[1:] for member in some if member[0] == "+"]
        has = [member[1:] for member in some if member[0] == "-"]
        if lacks:
            self.narrower.append(f"{label} without {', '.join(lacks)}")
        if has:
            self.wider.append(f"{label} with {', '.join(has)}")

    def as_data(self) -> dict[str, list[str]]:
        return {
            "missing": self.missing,
            "extra": self.extra,
            "narrower": self.narrower,
            "wider": self.wider,
            "other": self.other,
        }


@dataclass(frozen=True)
class Finding:
    """One host or gateway.

    scope: ``host`` or ``gateway``. why: why it could not be checked, if so. others, unread, listeners and dynamic_ports
    are as ``ruleset_info`` returns them. pins: those that do not hold; None where none was compared. notes: further
    remarks.
    """

    name: str
    scope: str
    state: str
    provider: str | None = None
    why: str | None = None
    drift: Drift = field(default_factory=Drift)
    others: Sequence[Mapping[str, Any]] = ()
    unread: Sequence[str] = ()
    listeners: Sequence[Mapping[str, Any]] = ()
    dynamic_ports: Mapping[str, Any] | None = None
    pins: Sequence[PinFinding] | None = None
    notes: Sequence[str] = ()

    @property
    def undocumented(self) -> list[Mapping[str, Any]]:
        """Listeners on network ports that nothing documents for this host."""
        return [one for one in self.listeners if one["documented"] in (NO, WIDE, ELSEWHERE) and not one["loopback"]]

    @property
    def documented(self) -> list[Mapping[str, Any]]:
        """Listeners on ports that are documented for this host."""
        return [one for one in self.listeners if one["documented"] not in (NO, WIDE, ELSEWHERE)]

    def as_data(self) -> dict[str, Any]:
        """In the form of JSON."""
        return {
            "name": self.name,
            "scope": self.scope,
            "state": self.state,
            "provider": self.provider,
            "why": self.why,
            "drift": self.drift.as_data(),
            "others": list(self.others),
            "unread": list(self.unread),
            "listeners": list(self.listeners),
            "dynamic_ports": self.dynamic_ports,
            "pins": None if self.pins is None else [one.as_data() for one in self.pins],
            "notes": list(self.notes),
        }


def examine(name: str, scope: str, result: object) -> Finding:
    """The finding that a result of ``ruleset_info`` gives.

    Args:
        name: of the host.
        scope: ``host`` or ``gateway``.
        result: None where there is none. It may be anything: a host is not to be believed.
    """
    if result is None:
        return Finding(name, scope, UNREADABLE, why="it was not checked")
    try:
        if isinstance(result, Mapping) and result.get("unreachable"):
            return Finding(name, scope, UNREACHABLE, why=words_of(result))
        if isinstance(result, Mapping) and "in_force" not in result:
            return Finding(name, scope, UNREADABLE, why=words_of(result))
        return _examine(name, scope, checked(result, RULESET_INFO))
    except ResultError as error:
        return Finding(name, scope, UNREADABLE, why=str(error))


def _examine(name: str, scope: str, result: Mapping[str, Any]) -> Finding:
    others = result.get("others", ())
    if not result["loaded"]:
        state = UNMANAGED
    elif result["in_force"] and not any(one["effect"] == _OPENS and one["certain"] for one in others):
        state = IN_FORCE
    else:
        state = DRIFTED
    return Finding(
        name,
        scope,
        state,
        provider=result["provider"],
        # Where nothing is loaded, every flow is missing.
        drift=Drift() if state == UNMANAGED else Drift.of(result["difference"]),
        others=others,
        unread=result.get("unread", ()),
        listeners=result.get("listeners", ()),
        dynamic_ports=result.get("dynamic_ports"),
        notes=_notes(result),
    )


def _notes(result: Mapping[str, Any]) -> list[str]:
    notes = []
    if result.get("pending"):
        notes.append(f"a change waits for confirmation, {result['pending']['seconds_left']} s left")
    notes.extend(result.get("differs") or ())
    persistent = result.get("persistent") or {}
    if persistent.get("problem"):
        notes.append(f"the next boot: {persistent['problem']}")
    elif result["loaded"] and persistent.get("difference") and persistent["difference"] != result["difference"]:
        notes.append(f"the next boot changes what is loaded: {', '.join(persistent['difference'])}")
    return notes


def with_pins(findings: Sequence[Finding], planner: Planner) -> tuple[list[Finding], list[PinFinding]]:
    """The findings with what is to say of the deployment's pins, and pins that no host uses."""
    live = {
        one.name: read_live(one.dynamic_ports, planner.catalog) for one in findings if one.dynamic_ports is not None
    }
    judged = judge_pins(planner, live)
    found = [
        replace(one, pins=judged.of_hosts.get(one.name), notes=[*one.notes, *judged.notes.get(one.name, ())])
        if one.dynamic_ports is not None
        else one
        for one in findings
    ]
    return found, judged.unused


def count_states(findings: Sequence[Finding]) -> dict[str, int]:
    """How many hosts and gateways are in each state."""
    return {state: sum(finding.state == state for finding in findings) for state in STATES}
