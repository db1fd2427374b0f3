# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The proposal: networks of parties and extra flows that make a plan permit what foreign rules permit.

Note that this plugin util is **PRIVATE** to the collection.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from ansible_collections.portledger.qradar.plugins.module_utils._base.contract import GATEWAY, HOST
from ansible_collections.portledger.qradar.plugins.plugin_utils._adopt.answers import Answer, Answers, Rule
from ansible_collections.portledger.qradar.plugins.plugin_utils._adopt.boxes import (
    ANYWHERE,
    Packets,
    networks_of,
    without,
)
from ansible_collections.portledger.qradar.plugins.plugin_utils._adopt.parties import EXACT, Fit, Parties
from ansible_collections.portledger.qradar.plugins.plugin_utils._adopt.permitted import PermittedByPlan
from ansible_collections.portledger.qradar.plugins.plugin_utils._adopt.wants import (
    Want,
    is_proposed,
    is_seen,
    merge,
    wants_of,
)
from ansible_collections.portledger.qradar.plugins.plugin_utils._base.intervals import intersection, prefixes
from ansible_collections.portledger.qradar.plugins.plugin_utils._base.networks import Networks
from ansible_collections.portledger.qradar.plugins.plugin_utils._base.ports import PortRange
from ansible_collections.portledger.qradar.plugins.plugin_utils._base.printable import printable
from ansible_collections.portledger.qradar.plugins.plugin_utils._inventory.deployment import ExtraFlow
from ansible_collections.portledger.qradar.plugins.plugin_utils._questions.boxes import numbers_of, ports_of

PLAN: Final = "the plan permits it already"
NO_SEGMENT: Final = "lies behind no segment of the gateway, so no plan can permit it"

HOST_DROPS: Final = "not proposed, for the hosts behind it drop the rest, or have it in the proposal"
GATEWAY_DROPS: Final = "not proposed, for a gateway on the way drops it today"

# A range of so many ports says nothing about who listens.
_FEW_PORTS: Final = 20
_MOST_PAIRS: Final = 10_000
_COMMENT: Final = 120


@dataclass(frozen=True)
class ProposedParty:
    """Networks that are new to a party."""

    fit: Fit
    networks: Networks
    seen: bool


@dataclass(frozen=True)
class ProposedFlow:
    """An extra flow that is new.

    Attributes:
        idle: ports that no process listens on, as texts.
        hints: parties that its sources could be.
    """

    flow: ExtraFlow
    origins: tuple[Rule, ...]
    seen: bool
    idle: tuple[str, ...] = ()
    hints: tuple[Fit, ...] = ()


@dataclass(frozen=True)
class Proposal:
    """What is proposed.

    Attributes:
        former_parties, former_flows: what the inventory has already.
        fates: what becomes of each rule, in words for people.
        review: the day by which somebody should look at what is adopted.
    """

    review: datetime.date
    former_parties: Mapping[str, Networks]
    former_flows: tuple[ExtraFlow, ...]
    parties: tuple[ProposedParty, ...]
    flows: tuple[ProposedFlow, ...]
    fates: Mapping[Rule, str] = field(default_factory=dict)

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to adopt."""
        return not self.parties and not self.flows

    @property
    def whole_parties(self) -> dict[str, Networks]:
        """The parties of the inventory with what is new."""
        found = dict(self.former_parties)
        for one in self.parties:
            found[one.fit.party] = found.get(one.fit.party, Networks()) | one.networks
        return found

    @property
    def whole_flows(self) -> tuple[ExtraFlow, ...]:
        """The extra flows of the inventory with those that are new."""
        return (*self.former_flows, *(one.flow for one in self.flows))


def propose(plan: PermittedByPlan, answers: Answers, today: datetime.date, days: int, mode: str) -> Proposal:
    """A proposal for what hosts and gateways have answered.

    Args:
        plan: of the inventory as it is.
        answers: of the hosts and gateways.
        today: the day of the run.
        days: until what is adopted should be reviewed.
        mode: ``fitting``, or ``exact`` for parties that permit nothing more than the rules did.
    """
    settings = plan.planner.deployment.settings
    asked = [one for one in answers if one.why is None and plan.filters(one.name, one.scope)]
    parties = Parties(plan, answers)
    wants = [want for answer in asked for want in wants_of(answer, plan, answers)]
    # All ports of one source on one host are seen together.
    fits = list(parties.fits(wants, mode))
    proposed_parties = tuple(_parties(fits, asked))
    first = Proposal(
        today + datetime.timedelta(days=days),
        dict(settings.parties),
        (*settings.extra_flows, *settings.ended_flows),
        proposed_parties,
        (),
    )
    after = plan.adopting(first.whole_parties, settings.extra_flows) if fits else plan
    rest = merge(want for answer in asked for want in wants_of(answer, after, answers))
    flows: list[ProposedFlow] = []
    for want in sorted(rest, key=lambda one: (sorted(one.to), one.ports, one.sources)):
        flows.extend(_flows(want, answers, plan, first.review, parties.hints(want) if mode == EXACT else []))
    fates = dict(_fates(asked, plan, proposed_parties, flows))
    return Proposal(first.review, first.former_parties, first.former_flows, proposed_parties, tuple(flows), fates)


def _parties(fits: list[Fit], asked: list[Answer]) -> Iterator[ProposedParty]:
    for fit in fits:
        seen = is_seen(Want(fit.sources, frozenset(), numbers_of(_ports(fit.origins)), fit.origins), asked)
        yield ProposedParty(fit, networks_of(fit.sources), seen)


def _ports(rules: tuple[Rule, ...]) -> list[PortRange]:
    return [port for rule in rules for flow in rule.flows for port in flow.ports]


def _flows(
    want: Want, answers: Answers, plan: PermittedByPlan, review: datetime.date, hints: list[Fit]
) -> Iterator[ProposedFlow]:
    ports = tuple(ports_of(want.ports))
    hosts = plan.planner.deployment.hosts
    ssh = {PortRange("tcp", hosts[name].ssh_port, hosts[name].ssh_port) for name in want.to if name in hosts}
    # Where SSH is blocked one day, nobody can permit it again.
    expires = None if ssh.intersection(ports) else review
    idle = tuple(_idle(want, ports, answers))
    to = tuple(sorted(want.to))
    sources = prefixes(want.sources)
    most = max(1, _MOST_PAIRS // len(to))
    for at in range(0, len(sources), most):
        flow = ExtraFlow(tuple(sources[at : at + most]), to, ports, comment_of(want.origins), expires)
        yield ProposedFlow(flow, want.origins, is_seen(want, answers), idle, tuple(hints))


def _idle(want: Want, ports: tuple[PortRange, ...], answers: Answers) -> Iterator[str]:
    for port in ports:
        if port.transport != "icmp" and port.last - port.first < _FEW_PORTS:
            asked = [one for name in sorted(want.to) if (one := answers.of(name, HOST)) is not None and not one.why]
            if asked and not any(one.listens(port) for one in asked):
                yield str(port)


def comment_of(rules: tuple[Rule, ...]) -> str:
    """A comment that names the rules, in one line that any firewall can store."""
    texts = list(dict.fromkeys(f"{rule.made_by} {rule.chain}".strip() + f": {rule.text}" for rule in rules))
    more = f" and {len(texts) - 1} more" if len(texts) > 1 else ""
    first = printable(texts[0].replace('"', "'"), _COMMENT)
    return first + more


def _fates(
    asked: list[Answer],
    plan: PermittedByPlan,
    parties: tuple[ProposedParty, ...],
    flows: list[ProposedFlow],
) -> Iterator[tuple[Rule, str]]:
    places: dict[Rule, list[str]] = {}
    for one in parties:
        for rule in one.fit.origins:
            places.setdefault(rule, []).append(f"qradar_parties.{one.fit.party}")
    begin = len(plan.planner.deployment.settings.extra_flows) + len(plan.planner.deployment.settings.ended_flows)
    for number, flow in enumerate(flows):
        for rule in flow.origins:
            places.setdefault(rule, []).append(f"qradar_extra_flows[{begin + number}]")
    for answer in asked:
        for rule in answer.rules:
            if rule in places:
                yield rule, ", ".join(dict.fromkeys(places[rule]))
            elif rule.is_open:
                yield rule, "keeps nobody out, so it is not proposed; connections that are established now are"
            elif not rule.certain:
                yield rule, f"not proposed, for it cannot be read exactly: {rule.unknown}"
            elif not rule.flows:
                yield rule, f"not proposed, for no plan can express it: {', '.join(rule.rest)}"
            else:
                yield rule, _without_want(answer, rule, plan)


def _without_want(answer: Answer, rule: Rule, plan: PermittedByPlan) -> str:
    """Why nothing is proposed for a rule that could be."""
    if not _is_behind(answer, rule, plan):
        return NO_SEGMENT
    for flow in rule.flows:
        there = flow.destinations.intervals if answer.scope == GATEWAY else ANYWHERE
        judged = plan.judged(answer.name, answer.scope, Packets(flow.sources.intervals, there, flow.numbers))
        if without(judged, plan.beside(rule)):
            return HOST_DROPS if answer.scope == GATEWAY else GATEWAY_DROPS
    return PLAN


def _is_behind(answer: Answer, rule: Rule, plan: PermittedByPlan) -> bool:
    if answer.scope == HOST:
        return True
    segments = plan.planner.deployment.gateways[answer.name].segments.values()
    return any(
        intersection(flow.sources.intervals, one.intervals)
        and intersection(flow.destinations.intervals, other.intervals)
        for flow in rule.flows
        for one in segments
        for other in segments
        if one is not other
    )


def blocked(proposal: Proposal) -> list[Rule]:
    """Rules that would lose their effect if the plan of today were enforced."""
    return [rule for rule, fate in proposal.fates.items() if fate != PLAN and not rule.policy]


def not_proposed(proposal: Proposal) -> list[Rule]:
    """Of these, those that nothing in the proposal stands for."""
    left = (NO_SEGMENT, HOST_DROPS, GATEWAY_DROPS)
    lost = blocked(proposal)
    return [one for one in lost if not is_proposed(one) or not one.flows or proposal.fates[one] in left]
