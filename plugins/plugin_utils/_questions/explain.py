# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""May somebody reach somebody on a port? By which flow, judged where, and if not, what would open it.

Note that this plugin util is **PRIVATE** to the collection.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass, replace
from typing import Any, Final

from ansible_collections.portledger.qradar.plugins.plugin_utils._base.errors import InputError, PortledgerError
from ansible_collections.portledger.qradar.plugins.plugin_utils._base.intervals import (
    IPV4,
    Intervals,
    intersection,
    prefixes,
    union,
)
from ansible_collections.portledger.qradar.plugins.plugin_utils._base.ports import PortError, PortRange
from ansible_collections.portledger.qradar.plugins.plugin_utils._base.words import PARTIES
from ansible_collections.portledger.qradar.plugins.plugin_utils._inventory.firewalls import DROP, Firewalls
from ansible_collections.portledger.qradar.plugins.plugin_utils._plan.planner import GATEWAY, HOST, Planner
from ansible_collections.portledger.qradar.plugins.plugin_utils._questions.ends import End, Ends
from ansible_collections.portledger.qradar.plugins.plugin_utils._questions.explain_text import text_of
from ansible_collections.portledger.qradar.plugins.plugin_utils._questions.judge import (
    ABSENT,
    ACCEPT,
    ALLOWED,
    DENIED,
    LEFT,
    Cell,
    Judge,
    Judgement,
    Reason,
)
from ansible_collections.portledger.qradar.plugins.plugin_utils._questions.remedies import Change, Remedies, Remedy, Who

IN_PART: Final = "in part"
NOBODY: Final = "nobody"

_MOST_PAIRS: Final = 20_000
"""More pairs of ends than this take too long, and nobody reads the answer."""


@dataclass(frozen=True)
class _Answer:
    """Cells that are alike."""

    cells: tuple[Cell, ...]
    sources: Intervals
    destinations: Intervals
    alike: Hashable

    @property
    def family(self) -> bool:
        """Whether it is IPv4."""
        return bool(intersection(self.sources, IPV4))


def explain(planner: Planner, firewalls: Firewalls, *, source: str, destination: str, port: str) -> dict[str, Any]:
    """Ask what becomes of packets.

    Args:
        planner: knows the deployment; its plans are the truth.
        firewalls: what the inventory says of the firewall roles.
        source: a host, party, role, address or network.
        destination: the same.
        port: ``tcp/32006``, or ``icmp`` for echo request.

    Returns:
        ``source``, ``destination``, ``port`` as asked; ``verdict``: allowed, denied, left (to the rules that follow),
        unjudged (nobody of the inventory judges it), "in part", or nobody (there is nobody at one end);
        ``answers``, one for each part that is treated alike; ``notes``; ``text``, all of it as lines for people.

    Raises:
        PortledgerError: a word that is not known, or no single port.
    """
    one_port = _parse_port(port)
    ends = Ends(planner.deployment)
    sources, destinations = ends.of("source", source), ends.of("destination", destination)
    if len(sources) * len(destinations) > _MOST_PAIRS:
        raise PortledgerError(
            f"source: {source!r} and destination {destination!r} are {len(sources) * len(destinations)} pairs of "
            "hosts. Name one host on one of the two sides."
        )
    judge, remedies = Judge(planner, firewalls, one_port), Remedies(planner, one_port)
    cells = [cell for one in sources for other in destinations for cell in judge.cells(one, other)]
    answers = [_as_data(answer, planner, remedies, one_port) for answer in _merged(cells, remedies)]
    verdicts = {answer["verdict"] for answer in answers}
    result: dict[str, Any] = {
        "source": source,
        "destination": destination,
        "port": str(one_port),
        "verdict": verdicts.pop() if len(verdicts) == 1 else IN_PART if verdicts else NOBODY,
        "answers": answers,
        "notes": [
            *([] if answers else _nobody(source, destination, sources, destinations)),
            *([] if _is_open(answers) else remedies.notes()),
        ],
    }
    return result | {"text": text_of(result)}


def _is_open(answers: Iterable[dict[str, Any]]) -> bool:
    """Whether all of it is allowed."""
    return {answer["verdict"] for answer in answers} == {ALLOWED}


def _parse_port(port: object) -> PortRange:
    remedy = "Ask about one port, such as tcp/32006, or about icmp (echo request)"
    try:
        parsed = PortRange.parse(port)
    except PortError as error:
        raise InputError(None, "port", port, error.problem, remedy) from None
    if parsed.first != parsed.last:
        raise InputError(None, "port", port, f"is {parsed.last - parsed.first + 1} ports", remedy)
    return parsed


def _nobody(source: str, destination: str, sources: tuple[End, ...], destinations: tuple[End, ...]) -> list[str]:
    notes = []
    for option, word, found in (("source", source, sources), ("destination", destination, destinations)):
        if found:
            continue
        why = (
            f"qradar_parties.{word} names no network"
            if word in PARTIES
            else f"no host of the deployment is that (qradar_roles, or a group qradar_{word})"
        )
        notes.append(f"{option}: {word} is nobody here: {why}.")
    return notes or [f"{source} and {destination} have no addresses of one family (IPv4 or IPv6) in common."]


def _merged(cells: Iterable[Cell], remedies: Remedies) -> list[_Answer]:
    answers = [
        _Answer((cell,), cell.sources, cell.destinations, _alike(cell, _remedies_of(cell, remedies))) for cell in cells
    ]
    # First what goes to several from one and the same, then what comes from several to one and the same.
    answers = _grouped(answers, lambda answer: (answer.alike, answer.sources))
    answers = _grouped(answers, lambda answer: (answer.alike, answer.destinations))
    return _families_joined(answers)


def _families_joined(answers: list[_Answer]) -> list[_Answer]:
    """IPv4 and IPv6 between the same ends are one answer: no packet goes from one to the other."""
    numbers: Counter[Hashable] = Counter()
    keys: dict[int, Hashable] = {}
    for answer in answers:
        ends = frozenset(cell.source for cell in answer.cells), frozenset(cell.destination for cell in answer.cells)
        same = (answer.alike, ends)
        numbers[same, answer.family] += 1
        keys[id(answer)] = (same, numbers[same, answer.family])
    return _grouped(answers, lambda answer: keys[id(answer)])


def _grouped(answers: list[_Answer], key: Callable[[_Answer], Hashable]) -> list[_Answer]:
    groups: dict[Hashable, list[_Answer]] = {}
    for answer in answers:
        groups.setdefault(key(answer), []).append(answer)
    return [
        group[0]
        if len(group) == 1
        else _Answer(
            tuple(cell for answer in group for cell in answer.cells),
            union(answer.sources for answer in group),
            union(answer.destinations for answer in group),
            group[0].alike,
        )
        for group in groups.values()
    ]


def _alike(cell: Cell, remedies: tuple[Remedy, ...]) -> Hashable:
    """What two cells must share to be told in one. Hosts may differ in name, gateways may not."""
    judgements = tuple(replace(one, name="") if one.scope == HOST else one for one in cell.judgements)
    return judgements, cell.listed, cell.strangers, tuple(remedy.shape for remedy in remedies)


def _remedies_of(cell: Cell, remedies: Remedies) -> tuple[Remedy, ...]:
    if cell.verdict not in (DENIED, LEFT) or not (cell.source.hosts or cell.destination.hosts):
        return ()
    if all(one.verdict == ACCEPT or one.why == ABSENT for one in cell.judgements):
        return ()
    return remedies.between(
        _who([cell.source], cell.sources), _who([cell.destination], cell.destinations), cell.judgements
    )


def _who(ends: Iterable[End], addresses: Intervals) -> Who:
    all_ends = list(ends)
    return Who(
        hosts=frozenset().union(*(end.hosts for end in all_ends)),
        addresses=addresses,
        named=all(end.addresses is None for end in all_ends),
        outside=any(not end.hosts for end in all_ends),
        word=all_ends[0].word,
    )


def _as_data(answer: _Answer, planner: Planner, remedies: Remedies, port: PortRange) -> dict[str, Any]:
    sources = list(dict.fromkeys(cell.source for cell in answer.cells))
    destinations = list(dict.fromkeys(cell.destination for cell in answer.cells))
    judgements = list(dict.fromkeys(one for cell in answer.cells for one in cell.judgements))
    first = answer.cells[0]
    found: tuple[Remedy, ...] = ()
    if _remedies_of(first, remedies):
        from_, to = _who(sources, answer.sources), _who(destinations, answer.destinations)
        found = remedies.between(from_, to, judgements)
    return {
        "verdict": first.verdict,
        "source": _end_data(sources, answer.sources),
        "destination": _end_data(destinations, answer.destinations),
        "judgements": [
            {"name": one.name, "scope": one.scope, "verdict": one.verdict, "why": one.why} for one in judgements
        ],
        "flows": _flows(judgements, first.listed, planner),
        "remedies": [_remedy_data(remedy) for remedy in found],
        "notes": [
            *_strangers(first),
            *_running_connection(judgements, planner, port),
            *([] if found else _by_other_addresses(first, planner)),
        ],
    }


def _end_data(ends: Iterable[End], addresses: Intervals) -> dict[str, Any]:
    return {
        "labels": list(dict.fromkeys(end.label for end in ends)),
        "hosts": sorted(frozenset().union(*(end.hosts for end in ends))),
        "addresses": prefixes(addresses),
    }


def _flows(judgements: Iterable[Judgement], listed: Iterable[Reason], planner: Planner) -> list[dict[str, Any]]:
    """Each flow that something accepts, and where its rules are."""
    where: dict[Reason, list[Judgement]] = {reason: [] for reason in listed}
    for judgement in judgements:
        for reason in judgement.reasons:
            where.setdefault(reason, []).append(judgement)
    return [
        _reason_data(reason, planner)
        | {f"{scope}s": [one.name for one in found if one.scope == scope] for scope in ("host", "gateway")}
        for reason, found in where.items()
    ]


def _reason_data(reason: Reason, planner: Planner | None = None) -> dict[str, Any]:
    data: dict[str, Any] = {
        "service": reason.service,
        "row": reason.row,
        "source": reason.source,
        "destination": reason.destination,
        "when": reason.when,
        "comment": reason.comment,
        "variable": reason.variable,
    }
    if planner is not None:
        titles = {(service.service, service.row): service.title.en for service in planner.catalog.services}
        data["title"] = titles.get((reason.service, reason.row or 0))
    return data


def _remedy_data(remedy: Remedy) -> dict[str, Any]:
    return {
        "changes": [_change_data(change) for change in remedy.changes],
        "flows": [_reason_data(reason) for reason in remedy.reasons],
    }


def _change_data(change: Change) -> dict[str, Any]:
    return {
        "variable": change.variable,
        "action": change.action,
        "value": list(change.value) if isinstance(change.value, tuple) else change.value,
        "hosts": list(change.hosts),
        "role": change.role,
    }


def _strangers(cell: Cell) -> list[str]:
    """Gateways that packets cross only if the inventory does not know all that lies behind them."""
    by_verdict: dict[str, list[str]] = {}
    for one in cell.strangers:
        by_verdict.setdefault(f"{GATEWAY}_firewall_{one.why} is {one.verdict}", []).append(one.name)
    return [
        f"One of the two ends lies behind no interface of {' and '.join(names)} (qradar_gateway_segments): should it "
        f"come that way all the same, no flow lists it there, and {verdict}."
        for verdict, names in by_verdict.items()
    ]


def _running_connection(judgements: Iterable[Judgement], planner: Planner, port: PortRange) -> list[str]:
    hosts = planner.deployment.hosts
    for one in judgements:
        if one.scope == HOST and one.verdict == DROP and str(port) == f"tcp/{hosts[one.name].ssh_port}":
            return ["The address that Ansible connects from keeps its way in over SSH; it is known on the host alone."]
    return []


def _by_other_addresses(cell: Cell, planner: Planner) -> list[str]:
    """NAT: the host sees other addresses than those that were asked for."""
    if cell.verdict != DENIED:
        return []
    hosts = planner.deployment.hosts
    notes = []
    for name in sorted(cell.destination.hosts):
        for other in sorted(cell.source.hosts):
            seen = hosts[other].seen_from(hosts[name].nat_group)
            if hosts[name].nat_group != hosts[other].nat_group:
                notes.append(
                    f"{name} and {other} are in different NAT groups (qradar_nat_group): {name} sees {other} as "
                    f"{' and '.join(map(str, seen))}. Ask by the host's name."
                )
    return notes
