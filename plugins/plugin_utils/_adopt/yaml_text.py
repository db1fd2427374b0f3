# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The proposal as YAML for a person to read and edit: what is said in comments is for people, the rest for Ansible.

Note that this plugin util is **PRIVATE** to the collection.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Final

from ansible_collections.portledger.qradar.plugins.module_utils._base.contract import HOST
from ansible_collections.portledger.qradar.plugins.plugin_utils._adopt.answers import Rule
from ansible_collections.portledger.qradar.plugins.plugin_utils._adopt.proposal import (
    Proposal,
    ProposedFlow,
    ProposedParty,
    not_proposed,
)
from ansible_collections.portledger.qradar.plugins.plugin_utils._base.networks import Networks
from ansible_collections.portledger.qradar.plugins.plugin_utils._base.printable import printable
from ansible_collections.portledger.qradar.plugins.plugin_utils._inventory.deployment import ExtraFlow

NOT_SEEN: Final = "not seen in use"

_HEAD: Final = """---
# A proposal of the playbook adopt, for you to read and edit. What it permits, foreign rules permit today.
# Put it into group_vars/all, or where your inventory sets these variables: each is complete, with what the inventory
# has already. Each run of adopt writes this file anew, so edit a copy.
"""
_MOST_RULES: Final = 10
_LONGEST: Final = 300


def as_yaml(proposal: Proposal) -> str:
    """The file ``proposal.yml``."""
    lines: list[str] = []
    if proposal.parties:
        lines += ["", "qradar_parties:", *_indented(_parties(proposal))]
    if proposal.flows:
        lines += ["", "qradar_extra_flows:", *_indented(_flows(proposal))]
    if proposal.is_empty:
        lines += ["", "# Nothing to adopt: the plan permits all that foreign rules permit and a plan can express."]
    left = not_proposed(proposal)
    if left:
        lines += ["", "# Not proposed. Adopt by hand what is needed:", *_comments(_left(left, proposal))]
    return _HEAD + "".join(f"{line}\n" for line in lines)


def _indented(lines: Iterable[str]) -> Iterator[str]:
    return (f"  {line}" for line in lines)


def _comments(lines: Iterable[str]) -> Iterator[str]:
    return (f"# {printable(line)}" for line in lines)


def _parties(proposal: Proposal) -> Iterator[str]:
    new: dict[str, list[ProposedParty]] = {}
    for one in proposal.parties:
        new.setdefault(one.fit.party, []).append(one)
    for party in dict.fromkeys((*proposal.former_parties, *new)):
        former = proposal.former_parties.get(party, Networks())
        if party not in new:
            yield f"{party}: [{', '.join(map(_scalar, _texts(former)))}]"
            continue
        yield f"{party}:"
        for text in _texts(former):
            yield f"  - {_scalar(text)}"
        for one in new[party]:
            about = [", ".join(one.fit.services), *_rules(one.fit.origins), *_narrower(one.fit.origins)]
            if one.fit.surplus:
                about.append(f"also permits what no rule did: {one.fit.surplus_text()}")
            about.append(f"review by {proposal.review}")
            if not one.seen:
                about.append(NOT_SEEN)
            yield from (f"  {line}" for line in _comments(about))
            for text in _texts(one.networks):
                yield f"  - {_scalar(text)}"


def _flows(proposal: Proposal) -> Iterator[str]:
    if proposal.former_flows:
        yield "# As the inventory has them:"
        for flow in proposal.former_flows:
            yield f"- {flow_text(flow)}"
    for one in proposal.flows:
        yield from _comments(_about(one))
        yield from _flow_lines(one.flow)


def _about(one: ProposedFlow) -> Iterator[str]:
    yield from _rules(one.origins)
    yield from _narrower(one.origins)
    for fit in one.hints:
        more = f", which would also permit {fit.surplus_text()}" if fit.surplus else ""
        yield f"this is {', '.join(fit.services)}: rather put it into qradar_parties.{fit.party}{more}"
    if one.flow.expires is None:
        yield "SSH, so without a date: rather put it into host_firewall_management"
    if one.idle:
        yield f"nothing listens on {', '.join(one.idle)} now"
    if not one.seen:
        yield NOT_SEEN


def _narrower(rules: tuple[Rule, ...]) -> Iterator[str]:
    """A plan permits what enters a host, whatever its address."""
    for name in dict.fromkeys(rule.name for rule in rules if rule.scope == HOST):
        only = [flow.destinations for rule in rules if rule.name == name for flow in rule.flows if flow.destinations]
        if only:
            texts = ", ".join(dict.fromkeys(text for networks in only for text in _texts(networks)))
            yield f"rules permit it to {texts} alone, a plan to all addresses of {name}"


def _rules(rules: tuple[Rule, ...]) -> Iterator[str]:
    texts = list(dict.fromkeys(f"{rule.where}: {rule.text}" for rule in rules))
    yield from (printable(text, _LONGEST) for text in texts[:_MOST_RULES])
    if len(texts) > _MOST_RULES:
        yield f"and {len(texts) - _MOST_RULES} more rules, see adopt.md"


def _flow_lines(flow: ExtraFlow) -> Iterator[str]:
    return (f"{'  ' if number else '- '}{part}" for number, part in enumerate(_parts(flow)))


def flow_text(flow: ExtraFlow) -> str:
    """An extra flow in one line of YAML."""
    return f"{{{', '.join(_parts(flow))}}}"


def _parts(flow: ExtraFlow) -> Iterator[str]:
    yield f"from: {_list(flow.from_)}"
    yield f"to: {_list(flow.to)}"
    yield f"ports: {_list(map(str, flow.ports))}"
    if flow.comment is not None:
        yield f"comment: {_quoted(flow.comment)}"
    if flow.expires is not None:
        yield f"expires: {flow.expires}"


def _left(rules: list[Rule], proposal: Proposal) -> Iterator[str]:
    for rule in rules:
        yield printable(f"{rule.where}: {rule.text}", _LONGEST)
        yield f"  {proposal.fates[rule]}"
        for flow in rule.flows if not rule.is_open and not rule.certain else ():
            to = tuple(_texts(flow.destinations)) or (rule.name,)
            text = flow_text(ExtraFlow(tuple(_texts(flow.sources)), to, flow.ports))
            yield f"  without that: {printable(text, _LONGEST)}"


def _texts(networks: Networks) -> list[str]:
    return [str(cidr.ip) if cidr.size == 1 else str(cidr) for cidr in networks.cidrs]


def _list(words: Iterable[str]) -> str:
    return f"[{', '.join(map(_scalar, words))}]"


def _scalar(word: str) -> str:
    """A word of the inventory. Only IPv6 needs marks, and names that YAML reads as something else."""
    plain = word.replace("/", "").replace(".", "").replace("-", "").replace("_", "")
    letters = plain[:1].isalpha() and word.lower() not in ("yes", "no", "on", "off", "true", "false", "null", "y", "n")
    if plain.isascii() and plain.isalnum() and (letters or "/" in word or word.count(".") == 3):
        return word
    return _quoted(word)


def _quoted(text: str) -> str:
    # What is encrypted writes itself as such.
    return json.dumps(f"{text}", ensure_ascii=False)
