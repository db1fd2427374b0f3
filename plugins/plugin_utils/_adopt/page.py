# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The page for people: what enforcing would block on each host, and what becomes of it in the proposal.

Note that this plugin util is **PRIVATE** to the collection.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from ansible_collections.portledger.qradar.plugins.plugin_utils._adopt.answers import Answer, Answers, Rule
from ansible_collections.portledger.qradar.plugins.plugin_utils._adopt.proposal import PLAN, Proposal, blocked
from ansible_collections.portledger.qradar.plugins.plugin_utils._base.printable import printable

_MOST: Final = 5
_MOST_SEEN: Final = 200
_LONGEST: Final = 300
# What Markdown and HTML in it take for their own.
_MARKS: Final = re.compile(r"([\\`*_{}\[\]<>#|&~])")


def as_page(proposal: Proposal, answers: Answers) -> str:
    """The file ``adopt.md``."""
    return "".join(f"{line}\n" for line in _page(proposal, answers))


def _page(proposal: Proposal, answers: Answers) -> Iterator[str]:
    count = len(blocked(proposal))
    yield "# What enforcing would block"
    yield ""
    new = f"{_of(len(proposal.parties), 'addition')} to parties and {_of(len(proposal.flows), 'extra flow')}"
    yield f"{_of(count, 'foreign rule')} would lose {'its' if count == 1 else 'their'} effect."
    yield f"The proposal in `proposal.yml` has {new}, to be reviewed by {proposal.review}."
    for answer in answers:
        yield ""
        yield f"## {_text(answer.name)} ({answer.scope})"
        yield ""
        yield from _of_answer(answer, proposal)


def _of(count: int, word: str) -> str:
    return f"{count} {word}{'' if count == 1 else 's'}"


def _of_answer(answer: Answer, proposal: Proposal) -> Iterator[str]:
    if answer.why is not None:
        yield f"Could not be asked, so nothing is known: {_text(answer.why)}"
        return
    if answer.enforced:
        yield "Rules of this collection are loaded; what follows is as if they were not."
        yield ""
    if unguarded := answer.unguarded:
        yield f"No rule keeps anybody out ({unguarded}): enforcing blocks all that the plan does not permit."
        yield "Connections that are established now are proposed; watch before enforcing what else is needed."
        yield ""
    rules = [rule for rule in answer.rules if proposal.fates.get(rule, PLAN) != PLAN and not rule.policy]
    if rules:
        yield from ("| rule | made by | ports | sources | packets | what becomes of it |", "| --- " * 6 + "|")
        yield from (_row(rule, proposal) for rule in rules)
    else:
        yield "No foreign rule permits what the plan does not."
    if answer.unread:
        yield from ("", "Cannot be read:", "")
        yield from (f"- {_text(text)}" for text in answer.unread)
    yield from _seen(answer)


def _row(rule: Rule, proposal: Proposal) -> str:
    ports = list(dict.fromkeys(str(port) for flow in rule.flows for port in flow.ports)) + list(rule.rest)
    sources = list(dict.fromkeys(str(cidr) for flow in rule.flows for cidr in flow.sources.cidrs))
    targets = list(dict.fromkeys(str(cidr) for flow in rule.flows for cidr in flow.destinations.cidrs))
    ends = _some(sources) + (f" to {_some(targets)}" if targets else "")
    if rule.interfaces:
        ends += f" by {', '.join(rule.interfaces)}"
    packets = "not counted" if rule.packets is None else str(rule.packets)
    place = rule.where.partition(": ")[2]
    cells = (f"{place}: {rule.text}", rule.made_by, _some(ports), ends, packets, proposal.fates[rule])
    return f"| {' | '.join(map(_text, cells))} |"


def _some(texts: list[str]) -> str:
    more = f" and {len(texts) - _MOST} more" if len(texts) > _MOST else ""
    return ", ".join(texts[:_MOST]) + more


def _seen(answer: Answer) -> Iterator[str]:
    if answer.seen:
        yield from ("", "Seen on the wire:", "", "| from | to | port | how often | how |", "| --- " * 5 + "|")
        for seen in answer.seen[:_MOST_SEEN]:
            how = "logged" if seen.logged else "established now"
            cells = (seen.source, seen.destination, f"{seen.transport}/{seen.port}", str(seen.count), how)
            yield f"| {' | '.join(map(_text, cells))} |"
        if len(answer.seen) > _MOST_SEEN:
            yield ""
            yield f"And {len(answer.seen) - _MOST_SEEN} more."
    listening = [one for one in answer.listeners if not one["loopback"]]
    if listening:
        yield from ("", "Listens for the network:", "")
        for one in listening:
            yield f"- {_text(str(one['transport']) + '/' + str(one['port']))} by {_text(', '.join(one['processes']))}"


def _text(text: str) -> str:
    """Text of hosts and files as text."""
    return _MARKS.sub(r"\\\1", printable(text, _LONGEST))
