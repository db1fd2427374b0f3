# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One report of what all hosts reach, as lines for people: what fails, and who found out.

Note that this plugin util is **PRIVATE** to the collection.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from ansible_collections.portledger.qradar.plugins.module_utils._base.contract import DROP
from ansible_collections.portledger.qradar.plugins.module_utils._reach.report import CONTRADICTED, NOT_ASKED, VERDICTS
from ansible_collections.portledger.qradar.plugins.plugin_utils._base.forms import REACHABILITY
from ansible_collections.portledger.qradar.plugins.plugin_utils._base.printable import message
from ansible_collections.portledger.qradar.plugins.plugin_utils._base.results import ResultError, checked, words_of
from ansible_collections.portledger.qradar.plugins.plugin_utils._base.shortened import shortened
from ansible_collections.portledger.qradar.plugins.plugin_utils._reach.findings import Finding, findings_of

AS_PLANNED: Final = "as planned"
UNREACHABLE: Final = "unreachable"
NO_ANSWERS: Final = "no answers"

_SOME: Final = 12


@dataclass(frozen=True)
class Report:
    """What all hosts have found.

    Attributes:
        states: of each host: as planned, contradicted, unreachable, or no answers.
        problems: why a host has no answers.
        findings: what is not as the plan says.
        lines: all of it for people.
    """

    states: Mapping[str, str]
    problems: Mapping[str, str]
    findings: list[Finding]
    lines: list[str]


def report_of(results: Mapping[str, object]) -> Report:
    """The report of the results that the module ``reachability`` has given.

    Args:
        results: by host; None where there is none. They may be anything: a host is not to be believed.
    """
    told = {host: _told(result) for host, result in results.items()}
    answered = {host: result for host, result in told.items() if result is not None and "answers" in result}
    problems = {host: _problem(result) for host, result in told.items() if host not in answered}
    states = {host: _state(result) for host, result in told.items()}
    findings = findings_of({host: result["answers"] for host, result in answered.items()})
    lines = [
        _summary(answered),
        *_problems(problems, states),
        *map(_line, findings),
        *_not_asked(answered),
    ]
    return Report(states, problems, findings, list(map(message, lines)))


def _told(result: object) -> Mapping[str, Any] | None:
    """A result that can be used, or one that says why it cannot."""
    if result is None:
        return None
    if isinstance(result, Mapping) and "answers" not in result:
        return {"msg": words_of(result), "unreachable": bool(result.get("unreachable"))}
    try:
        known: Mapping[str, Any] = checked(result, REACHABILITY)
    except ResultError as error:
        return {"msg": str(error)}
    return known


def _state(result: Mapping[str, Any] | None) -> str:
    if result is None or "answers" not in result:
        return UNREACHABLE if result and result.get("unreachable") else NO_ANSWERS
    return CONTRADICTED if result["verdicts"][CONTRADICTED] else AS_PLANNED


def _problem(result: Mapping[str, Any] | None) -> str:
    if result is None:
        return "it was not asked"
    return str(result["msg"])


def _summary(answered: Mapping[str, Mapping[str, Any]]) -> str:
    counts = {name: sum(result["verdicts"][name] for result in answered.values()) for name in VERDICTS}
    asked = sum(counts.values()) - counts[NOT_ASKED]
    words = ", ".join(f"{count} {name.replace('_', ' ')}" for name, count in counts.items())
    return f"{_count(len(answered), 'host')} asked {_count(asked, 'target')}: {words}"


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _problems(problems: Mapping[str, str], states: Mapping[str, str]) -> Iterator[str]:
    """Hosts with the same problem are one line. The host's name is not repeated."""
    alike: dict[tuple[str, str], list[str]] = {}
    for host, problem in problems.items():
        alike.setdefault((states[host], problem.removeprefix(f"{host}: ")), []).append(host)
    for (state, problem), hosts in alike.items():
        yield f"{shortened(hosts, _SOME)}: {state}: {problem}"


def _line(finding: Finding) -> str:
    data = finding.as_data()
    who = ", ".join(data["addresses"])
    if finding.name != who:
        who = f"{finding.name} ({shortened(data['addresses'], _SOME)})"
    ports = [" ".join([port, *services]) for port, services in data["ports"].items()]
    whole = f", but everything {'arrives' if finding.expected == DROP else 'fails'}" if finding.whole else ""
    outcomes = "; ".join(map(_outcome, data["outcomes"]))
    return f"{who} must {finding.expected} {shortened(ports, _SOME)}{whole}: {outcomes}"


def _outcome(outcome: Mapping[str, Any]) -> str:
    by = f" by {shortened(outcome['by'], _SOME)}" if outcome["by"] else ""
    reasons = f" ({', '.join(outcome['reasons'])})" if outcome["reasons"] else ""
    return f"{outcome['result']}{by}{reasons} from {shortened(outcome['hosts'], _SOME)}"


def _not_asked(answered: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    for why, counts in (
        ("for lack of time", {host: result["verdicts"][NOT_ASKED] for host, result in answered.items()}),
        ("beyond the option most", {host: result.get("left_out", 0) for host, result in answered.items()}),
    ):
        if found := [f"{count:,} by {host}" for host, count in counts.items() if count]:
            yield f"not asked {why}: {shortened(found, _SOME)}"
    if wide := sorted({label for result in answered.values() for label in result.get("wide", ())}):
        yield f"not asked: hosts in the networks of {', '.join(wide)}"
