# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an operator should look at in a deployment: redundant, useless and expiring entries.

Note that this plugin util is **PRIVATE** to the collection.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any, Final

from ansible_collections.portledger.qradar.plugins.module_utils._base.contract import GATEWAY
from ansible_collections.portledger.qradar.plugins.plugin_utils._base.errors import complaint
from ansible_collections.portledger.qradar.plugins.plugin_utils._base.printable import message
from ansible_collections.portledger.qradar.plugins.plugin_utils._base.shortened import shortened
from ansible_collections.portledger.qradar.plugins.plugin_utils._base.words import PAIR_CONDITIONS, PARTIES
from ansible_collections.portledger.qradar.plugins.plugin_utils._catalog.catalog import Service
from ansible_collections.portledger.qradar.plugins.plugin_utils._inventory.firewalls import Firewalls
from ansible_collections.portledger.qradar.plugins.plugin_utils._plan.flows import (
    EXTRA_SERVICE,
    active_features,
    version_below,
)
from ansible_collections.portledger.qradar.plugins.plugin_utils._plan.planner import Planner
from ansible_collections.portledger.qradar.plugins.plugin_utils._plan.profiles import in_profile
from ansible_collections.portledger.qradar.plugins.plugin_utils._plan.sides import Sides
from ansible_collections.portledger.qradar.plugins.plugin_utils._questions.absent_roles import absent_roles
from ansible_collections.portledger.qradar.plugins.plugin_utils._questions.covered_flows import covered_flows
from ansible_collections.portledger.qradar.plugins.plugin_utils._questions.explain_text import flow_words
from ansible_collections.portledger.qradar.plugins.plugin_utils._questions.wide import wide_ranges

WARNING: Final = "warning"
NOTE: Final = "note"

_FEW: Final = 6


@dataclass(frozen=True)
class Notice:
    """One thing to look at.

    Attributes:
        kind: inventory, redundant, shadowed, idle, unused_party, empty_party, inside_party, absent_role, wide or
            unspecified.
        level: warning where something should be done, note for information.
        variable: the inventory variable, if any.
        text: a sentence or two.
    """

    kind: str
    level: str
    variable: str | None
    text: str


def check(planner: Planner, firewalls: Firewalls) -> dict[str, Any]:
    """Look at a deployment.

    Returns:
        ``findings``, each with ``kind``, ``level``, ``variable`` and ``text``, warnings first; ``warnings`` and
        ``notes``, how many of each; ``text``, all of it as lines for people.
    """
    found = [
        *(Notice("inventory", WARNING, None, text) for text in planner.warnings(GATEWAY)),
        *_extra_flows(planner, firewalls),
        *_parties(planner),
        *(Notice("absent_role", NOTE, "qradar_roles", text) for text in absent_roles(planner.deployment)),
        *_wide(planner),
        *_unspecified(planner),
    ]
    found.sort(key=lambda finding: finding.level != WARNING)
    counts = {f"{level}s": sum(one.level == level for one in found) for level in (WARNING, NOTE)}
    return {"findings": [asdict(one) for one in found], **counts, "text": _text(found)}


def _text(findings: list[Notice]) -> list[str]:
    return [message(f"{finding.level}: {finding.text}") for finding in findings] or ["Nothing to look at."]


def _extra_flows(planner: Planner, firewalls: Firewalls) -> Iterator[Notice]:
    for covered in covered_flows(planner, firewalls):
        flow, by = covered.flow, [asdict(reason) for reason in covered.by]
        ports = [str(port) for port in flow.ports]
        if not by:
            text = complaint(
                None,
                flow.place,
                ports,
                f"permits nothing: its source or destination is empty ({_ends(flow.from_, flow.to)})",
                "Remove it, or name existing hosts or networks",
            )
            yield Notice("idle", WARNING, flow.place, text)
            continue
        together = "the combination of " if len(by) > 1 else ""
        problem = f"is already permitted by {together}{shortened([flow_words(one) for one in by], _FEW)}"
        kind = "shadowed" if any(reason.service == EXTRA_SERVICE for reason in covered.by) else "redundant"
        text = complaint(None, flow.place, ports, problem, "Remove it. This blocks nothing")
        yield Notice(kind, WARNING, flow.place, text)


def _ends(from_: tuple[str, ...], to: tuple[str, ...]) -> str:
    return f"from {shortened(from_, _FEW)} to {shortened(to, _FEW)}"


def _parties(planner: Planner) -> Iterator[Notice]:
    settings, sides = planner.deployment.settings, Sides(planner.deployment)
    used = {side.label for flow in planner.flows for side in (flow.source, flow.destination)}
    for party in PARTIES:
        variable, side = f"qradar_parties.{party}", sides.named(party)
        networks = side.networks.ipv4 + side.networks.ipv6
        if side.networks and party not in used:
            why = shortened(list(_why_unused(planner, sides, party)), _FEW)
            text = complaint(None, variable, networks, f"permits nothing: {why}", "Remove it, or add what is missing")
            yield Notice("unused_party", WARNING, variable, text)
        if side.inside:
            names = shortened(sorted(side.inside), _FEW)
            text = complaint(
                None,
                variable,
                networks,
                f"contains hosts of the deployment, which then are this party too: {names}",
                "List smaller networks if this is not intended",
            )
            # The table means everything on the LAN of a component, other components included.
            yield Notice("inside_party", NOTE if party == "lan" else WARNING, variable, text)
        blocked = [] if side.networks else list(_blocked_without(planner, sides, party))
        if blocked:
            level = WARNING if party in settings.parties else NOTE
            problem = f"lists no network, so these are blocked: {shortened(blocked, _FEW)}"
            text = complaint(None, variable, [], problem, "List its networks if there is such a party")
            yield Notice("empty_party", level, variable, text)


def _why_unused(planner: Planner, sides: Sides, party: str) -> Iterator[str]:
    """What each service of a party lacks here."""
    for service in planner.catalog.services:
        if service.klass in ("local", "unspecified") or not planner.deployment.settings.chooses(service):
            continue
        for reading in service.readings:
            if party not in (*reading.from_, *reading.to):
                continue
            others = reading.to if party in reading.from_ else reading.from_
            name = f"{service.service} ({service.where})"
            if service.service in planner.deployment.settings.excluded_services:
                yield f"{name} is excluded"
            elif (here := in_profile(service, reading, planner.deployment.settings)) is None:
                yield f"{name} is {reading.least} in the profile least"
            elif not _condition_may_hold(planner, here.when):
                yield f"{name} is needed only when {here.when}"
            elif not any(sides.named(word) for word in others):
                yield f"{name} needs {' or '.join(others)}, which this deployment does not have"


def _blocked_without(planner: Planner, sides: Sides, party: str) -> Iterator[str]:
    """Services that only lack this party, with the parties that may use them all the same."""
    for service in planner.catalog.services:
        settings = planner.deployment.settings
        if service.klass != "network" or service.service in settings.excluded_services or not settings.chooses(service):
            continue
        every = [here for one in service.readings if (here := in_profile(service, one, settings))]
        readings = [one for one in every if party in (*one.from_, *one.to)]
        if any(
            _condition_may_hold(planner, one.when)
            and any(sides.named(word) for word in (one.to if party in one.from_ else one.from_))
            for one in readings
        ):
            # It is blocked for this party; others come the same way.
            targets = {word for one in readings if party in one.from_ for word in one.to}
            same = {word for one in every if targets.intersection(one.to) for word in one.from_}
            others = [word for word in PARTIES if word in same and sides.named(word).networks]
            text = f"; permitted to {shortened(others, _FEW)}" if others else ""
            yield f"{service.service} ({service.where}{text})"


def _condition_may_hold(planner: Planner, when: str | None) -> bool:
    if when is None or when in PAIR_CONDITIONS:
        return True
    if when.startswith("version<"):
        return version_below(planner.deployment.settings.version, when.removeprefix("version<"))
    return when in active_features(planner.deployment)


def _wide(planner: Planner) -> Iterator[Notice]:
    """Dynamic ports without a pin that a flow permits."""
    for one in wide_ranges(planner):
        problem = f"permits {one.count:,} ports, row {one.row}, from {shortened(list(one.ends), _FEW)}"
        text = complaint(None, one.variable, [str(port) for port in one.ports], problem, one.remedy)
        yield Notice("wide", NOTE, one.variable, text)


def _unspecified(planner: Planner) -> Iterator[Notice]:
    for service in planner.catalog.services:
        if service.klass == "unspecified":
            yield Notice("unspecified", NOTE, None, _without_direction(service))


def _without_direction(service: Service) -> str:
    ports = ", ".join(str(spec) for spec in service.ports)
    return (
        f"{service.service} ({service.where}), {ports}: the table gives no direction, so it permits nothing. "
        "Where it is used, add it to qradar_extra_flows."
    )
