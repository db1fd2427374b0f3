# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An answer as lines of text.

Note that this plugin util is **PRIVATE** to the collection.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from ansible_collections.portledger.qradar.plugins.module_utils._base.contract import ABSENT, DROP, HOST, LEAVE, LOG
from ansible_collections.portledger.qradar.plugins.plugin_utils._base.printable import message
from ansible_collections.portledger.qradar.plugins.plugin_utils._base.shortened import shortened
from ansible_collections.portledger.qradar.plugins.plugin_utils._catalog.where import where

_VERDICTS: Final = {
    "allowed": "allowed",
    "denied": "not allowed",
    "left": "not listed, and left to the rules that follow",
    "unjudged": "not filtered by any host or gateway in the inventory",
    "in part": "allowed in part",
    "nobody": "no such traffic",
}
_DOES: Final = {
    DROP: "dropped",
    LOG: "logged, and left to the rules that follow",
    LEAVE: "left to the rules that follow",
}
_FEW: Final = 3
_SOME: Final = 12
_REMEDIES: Final = 5


def text_of(result: Mapping[str, Any]) -> list[str]:
    """The lines of an answer, without line ends."""
    lines = [f"{result['port']} from {result['source']} to {result['destination']}: {_overall(result)}"]
    for answer in result["answers"]:
        lines += ["", f"{_ends(answer)}: {_VERDICTS[answer['verdict']]}"]
        lines += [f"  {line}" for line in _of_answer(answer)]
    lines += [""] if result["answers"] and result["notes"] else []
    return list(map(message, [*lines, *result["notes"]]))


def _overall(result: Mapping[str, Any]) -> str:
    verdicts = {answer["verdict"] for answer in result["answers"]}
    if len(verdicts) > 1 and "allowed" not in verdicts:
        return "not allowed, or not filtered, as follows"
    return _VERDICTS[result["verdict"]]


def _ends(answer: Mapping[str, Any]) -> str:
    return f"{_end(answer['source'])} to {_end(answer['destination'])}"


def _end(end: Mapping[str, Any]) -> str:
    names, addresses = shortened(end["labels"], _SOME), _addresses(end)
    return (
        names if not addresses or names == addresses or end["labels"] == end["addresses"] else f"{names} ({addresses})"
    )


def _addresses(end: Mapping[str, Any]) -> str:
    """A node's own addresses, and apart from them those that it shares with the other node of its HA cluster."""
    own = [address for address in end["addresses"] if address not in end["cluster_addresses"]]
    parts = [shortened(own, _FEW)] if own else []
    if end["cluster_addresses"]:
        parts.append(f"cluster {shortened(end['cluster_addresses'], _FEW)}")
    return "; ".join(parts)


def _of_answer(answer: Mapping[str, Any]) -> Iterator[str]:
    for flow in answer["flows"]:
        yield f"{flow_words(flow)}{_where(flow)}"
    for judgements in _alike(answer["judgements"]):
        yield _judged(judgements)
    if answer["remedies"]:
        yield "to permit it:" if len(answer["remedies"]) == 1 else "to permit it, do one of these:"
    *table, extra_flow = answer["remedies"] or [None]
    for remedy in table[:_REMEDIES]:
        yield f"- {_remedy(remedy)}"
    if table[_REMEDIES:]:
        yield f"- {len(table) - _REMEDIES} more like these"
    if extra_flow:
        yield f"- {_remedy(extra_flow)}"
    yield from answer["notes"]


def flow_words(flow: Mapping[str, Any]) -> str:
    """``syslog (row 14): log_sources to event_listener``, with the condition and the comment.

    A supplement and its source stand in the place of the row.
    """
    if flow["row"] is not None or flow["supplement"]:
        name = f"{flow['service']} ({where(flow['row'], flow['supplement'], flow['service'])})"
    elif flow["variable"]:
        name = f"{flow['service']} ({flow['variable']})"
    else:
        name = flow["service"]
    when = f", when {flow['when']}" if flow["when"] else ""
    comment = f", {flow['comment']}" if flow["comment"] else ""
    return f"{name}: {flow['source']} to {flow['destination']}{when}{comment}"


def _where(flow: Mapping[str, Any]) -> str:
    places = []
    if flow["hosts"]:
        places.append(shortened(flow["hosts"], _SOME))
    if flow["gateways"]:
        gateways = "gateway" if len(flow["gateways"]) == 1 else "gateways"
        places.append(f"{gateways} {shortened(flow['gateways'], _SOME)}")
    return f"; rule on {' and '.join(places)}" if places else ""


def _alike(judgements: Iterable[Mapping[str, Any]]) -> list[list[Mapping[str, Any]]]:
    """Packets that no rule accepts, grouped by treatment."""
    groups: dict[tuple[str, ...], list[Mapping[str, Any]]] = {}
    for one in judgements:
        if one["verdict"] != "accept" or one["why"]:
            groups.setdefault((one["scope"], one["verdict"], one["why"]), []).append(one)
    return list(groups.values())


def _judged(judgements: list[Mapping[str, Any]]) -> str:
    first = judgements[0]
    names = shortened([one["name"] for one in judgements], _SOME)
    if first["why"] == "loopback":
        return f"{names}: a host may connect to itself"
    who = names if first["scope"] == HOST else f"{'gateway' if len(judgements) == 1 else 'gateways'} {names}"
    if first["why"] == ABSENT:
        return f"no rules of this collection on {who} ({first['scope']}_firewall_state is absent)"
    why = (
        "neither end belongs to the deployment"
        if first["why"] == "elsewhere"
        else f"{first['scope']}_firewall_{first['why']} is {first['verdict']}"
    )
    return f"{_DOES[first['verdict']]} by {who}: no flow lists it, and {why}"


def _remedy(remedy: Mapping[str, Any]) -> str:
    changes = ", and ".join(_change(change) for change in remedy["changes"])
    flows = [flow_words(flow) for flow in remedy["flows"]]
    return f"{changes} [{shortened(flows, 1)}]" if flows else changes


def _change(change: Mapping[str, Any]) -> str:
    of = f" of {shortened(change['hosts'], _SOME)}" if change["hosts"] else ""
    value = change["value"]
    if change["variable"] == "qradar_addresses":
        return f"qradar_addresses: add {shortened(value, _FEW)}, if that is a QRadar host ({change['role']})"
    if change["role"]:
        return f"{change['variable']}: give a host the role {shortened(value, _FEW)}, which no host has"
    if isinstance(value, Mapping):
        parts = (f"{key}: {_listed(words)}" for key, words in value.items())
        return f"{change['variable']}{of}: add {{{', '.join(parts)}}}"
    words = value if isinstance(value, str) else shortened(value, _FEW)
    return f"{change['variable']}{of}: {change['action']} {words}"


def _listed(words: Sequence[str]) -> str:
    return f"[{shortened(words, _FEW)}]"
