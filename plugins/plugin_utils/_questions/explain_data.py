# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An answer as plain data.

Note that this plugin util is **PRIVATE** to the collection.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ansible_collections.portledger.qradar.plugins.module_utils._base.contract import SCOPES
from ansible_collections.portledger.qradar.plugins.plugin_utils._base.intervals import Intervals, intersection, prefixes
from ansible_collections.portledger.qradar.plugins.plugin_utils._base.ports import PortRange
from ansible_collections.portledger.qradar.plugins.plugin_utils._inventory.deployment import Deployment
from ansible_collections.portledger.qradar.plugins.plugin_utils._plan.planner import Planner
from ansible_collections.portledger.qradar.plugins.plugin_utils._questions.answers import (
    Answer,
    endpoint_of,
    remedies_of,
)
from ansible_collections.portledger.qradar.plugins.plugin_utils._questions.changes import Change, Remedy
from ansible_collections.portledger.qradar.plugins.plugin_utils._questions.ends import End
from ansible_collections.portledger.qradar.plugins.plugin_utils._questions.explain_notes import (
    by_other_addresses,
    off_path_notes,
    running_connection,
)
from ansible_collections.portledger.qradar.plugins.plugin_utils._questions.judgement import Judgement, Reason
from ansible_collections.portledger.qradar.plugins.plugin_utils._questions.remedies import Remedies


def answer_data(answer: Answer, planner: Planner, remedies: Remedies, port: PortRange) -> dict[str, Any]:
    """One item of ``answers``."""
    sources = list(dict.fromkeys(cell.source for cell in answer.cells))
    destinations = list(dict.fromkeys(cell.destination for cell in answer.cells))
    judgements = list(dict.fromkeys(one for cell in answer.cells for one in cell.judgements))
    first = answer.cells[0]
    found: tuple[Remedy, ...] = ()
    if remedies_of(first, remedies):
        from_, to = endpoint_of(sources, answer.sources), endpoint_of(destinations, answer.destinations)
        found = remedies.between(from_, to, judgements)
    return {
        "verdict": first.verdict,
        "source": _end_data(sources, answer.sources, planner.deployment),
        "destination": _end_data(destinations, answer.destinations, planner.deployment),
        "judgements": [
            {"name": one.name, "scope": one.scope, "verdict": one.verdict, "why": one.why} for one in judgements
        ],
        "flows": _flows(judgements, first.listed, planner),
        "remedies": [remedy_data(remedy) for remedy in found],
        "notes": [
            *off_path_notes(first),
            *running_connection(judgements, planner, port),
            *([] if found else by_other_addresses(first, planner)),
        ],
    }


def _end_data(parts: Iterable[End], addresses: Intervals, deployment: Deployment) -> dict[str, Any]:
    hosts = sorted(frozenset().union(*(part.hosts for part in parts)))
    shared = intersection(addresses, deployment.cluster_addresses) if hosts else ()
    return {
        "labels": list(dict.fromkeys(part.label for part in parts)),
        "hosts": hosts,
        "addresses": prefixes(addresses, deployment.addresses),
        "cluster_addresses": prefixes(shared, deployment.addresses),
    }


def _flows(judgements: Iterable[Judgement], listed: Iterable[Reason], planner: Planner) -> list[dict[str, Any]]:
    """Each flow behind it, and the hosts and gateways with a rule for it."""
    where: dict[Reason, list[Judgement]] = {reason: [] for reason in listed}
    for judgement in judgements:
        for reason in judgement.reasons:
            where.setdefault(reason, []).append(judgement)
    return [
        reason_data(reason, planner)
        | {f"{scope}s": [one.name for one in found if one.scope == scope] for scope in SCOPES}
        for reason, found in where.items()
    ]


def reason_data(reason: Reason, planner: Planner | None = None) -> dict[str, Any]:
    """A flow; with its title where the planner is given, which knows the catalog."""
    data: dict[str, Any] = {
        "service": reason.service,
        "row": reason.row,
        "supplement": reason.supplement,
        "source": reason.source,
        "destination": reason.destination,
        "when": reason.when,
        "comment": reason.comment,
        "variable": reason.variable,
    }
    if planner is not None:
        titles = {(service.service, service.row): service.title.en for service in planner.catalog.services}
        data["title"] = titles.get((reason.service, reason.row))
    return data


def remedy_data(remedy: Remedy) -> dict[str, Any]:
    """One item of ``remedies``."""
    return {
        "changes": [_change_data(change) for change in remedy.changes],
        "flows": [reason_data(reason) for reason in remedy.reasons],
    }


def _change_data(change: Change) -> dict[str, Any]:
    return {
        "variable": change.variable,
        "action": change.action,
        "value": list(change.value) if isinstance(change.value, tuple) else change.value,
        "hosts": list(change.hosts),
        "role": change.role,
    }
