# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What foreign rules permit and the plan does not: merged to the fewest, never wider than the rules.

Note that this plugin util is **PRIVATE** to the collection.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final

from ansible_collections.portledger.qradar.plugins.module_utils._base.contract import GATEWAY, HOST
from ansible_collections.portledger.qradar.plugins.plugin_utils._adopt.answers import (
    Answer,
    Answers,
    Permitted,
    Rule,
    Seen,
)
from ansible_collections.portledger.qradar.plugins.plugin_utils._adopt.boxes import (
    ANYWHERE,
    Packets,
    ports_of,
    sources_of,
    without,
)
from ansible_collections.portledger.qradar.plugins.plugin_utils._adopt.permitted import PermittedByPlan
from ansible_collections.portledger.qradar.plugins.plugin_utils._adopt.today import Today
from ansible_collections.portledger.qradar.plugins.plugin_utils._base.intervals import (
    Intervals,
    difference,
    intersection,
    of_addresses,
    prefixes,
    union,
)
from ansible_collections.portledger.qradar.plugins.plugin_utils._base.networks import Networks, parse_network
from ansible_collections.portledger.qradar.plugins.plugin_utils._base.ports import PortRange
from ansible_collections.portledger.qradar.plugins.plugin_utils._inventory.deployment import Host
from ansible_collections.portledger.qradar.plugins.plugin_utils._questions.boxes import numbers_of

# In the place of a table and of who made a rule.
_CONNECTION: Final = "connection"


@dataclass(frozen=True)
class Want:
    """From each source to each of ``to``, on these ports, because of these rules.

    ``to`` are hosts of the deployment, and addresses or networks as texts.
    """

    sources: Intervals
    to: frozenset[str]
    ports: Intervals
    origins: tuple[Rule, ...]

    def holds(self, other: Want) -> bool:
        """Whether another one asks for nothing more."""
        return (
            other.to <= self.to
            and not difference(other.sources, self.sources)
            and not difference(other.ports, self.ports)
        )


def is_proposed(rule: Rule) -> bool:
    """Whether a rule can be put into a plan: it is read exactly, and keeps somebody out."""
    return rule.certain and not rule.is_open


def wants_of(answer: Answer, plan: PermittedByPlan, answers: Answers) -> Iterator[Want]:
    """What a host's or gateway's rules permit and the plan does not.

    An extra flow is permitted on the host and on each gateway on its way. So what one of them permits and the other one
    drops today is left out.
    """
    hosts, today = plan.planner.deployment.hosts, Today(plan, answers)
    rules = [*filter(is_proposed, answer.rules), *_by_sight(answer)]
    for rule in rules:
        permitted = plan.beside(rule)
        for flow in rule.flows:
            for word, packets in _targets(answer, flow, hosts):
                judged = plan.judged(answer.name, answer.scope, packets)
                crosses = answer.scope == GATEWAY and word in hosts
                left = judged
                if crosses:
                    left = today.taken(word, judged)
                elif answer.scope == HOST and rule.place != _CONNECTION:
                    # A connection has arrived already; anything else may be dropped on its way.
                    left = today.arriving(answer.name, judged)
                missing = without(left, permitted)
                if crosses or without(judged, left):
                    for box in missing:
                        yield Want(box.sources, frozenset({word}), box.ports, (rule,))
                elif missing:
                    sources = _fewer(sources_of(missing), flow.sources.intervals)
                    yield Want(sources, frozenset({word}), ports_of(missing), (rule,))


def _targets(answer: Answer, flow: Permitted, hosts: Mapping[str, Host]) -> Iterator[tuple[str, Packets]]:
    """Where a flow goes, in the words of an extra flow."""
    sources = flow.sources.intervals
    if answer.scope == HOST:
        yield answer.name, Packets(sources, ANYWHERE, flow.numbers)
        return
    for word, addresses in _words(flow.destinations, hosts):
        yield word, Packets(sources, addresses, flow.numbers)


def _words(destinations: Networks, hosts: Mapping[str, Host]) -> Iterator[tuple[str, Intervals]]:
    """Hosts of which all addresses of a family are meant by their names, anything else by its network."""
    left = destinations.intervals
    versions = {cidr.version for cidr in destinations.cidrs}
    for name, host in hosts.items():
        own = of_addresses(address for address in host.all_addresses if address.version in versions)
        if own and not difference(own, destinations.intervals):
            left = difference(left, own)
            yield name, own
    for text in prefixes(left):
        yield text, Networks.merged([parse_network(text)]).intervals


def _fewer(missing: Intervals, whole: Intervals) -> Intervals:
    """What is missing, or all that the rule has where that takes fewer networks: the plan permits the rest anyway."""
    return whole if len(prefixes(whole)) <= len(prefixes(missing)) else missing


def _by_sight(answer: Answer) -> Iterator[Rule]:
    """Connections to a host that keeps nobody out: no rule asks for them, and enforcing would block them."""
    if answer.scope != HOST or not any(rule.is_open for rule in answer.rules):
        return
    for seen in answer.seen:
        if not seen.logged:
            yield _as_rule(answer, seen)


def _as_rule(answer: Answer, seen: Seen) -> Rule:
    port = PortRange(seen.transport, seen.port, seen.port)
    family = "ipv4" if ipaddress.ip_address(seen.source).version == 4 else "ipv6"
    flow = Permitted(Networks.merged([parse_network(seen.source)]), Networks(), (port,))
    by = ", ".join(answer.listens(port)) or "a process that has ended"
    text = f"established to {port} of {by}"
    return Rule(
        *(answer.name, HOST, family, _CONNECTION, "", text, _CONNECTION, seen.count),
        *(False, True, None, (), (flow,), ()),
    )


def merge(wants: Iterable[Want]) -> list[Want]:
    """The fewest that ask for the same. Only what differs in one respect is put together, so nothing is added."""
    found = list(wants)
    before = len(found) + 1
    while len(found) < before:
        before = len(found)
        found = _together(found, lambda want: (want.to, want.ports))
        found = _together(found, lambda want: (want.sources, want.ports))
        found = _together(found, lambda want: (want.sources, want.to))
        found = _outermost(found)
    return found


def _together(wants: list[Want], key: Callable[[Want], object]) -> list[Want]:
    alike: dict[object, list[Want]] = {}
    for want in wants:
        alike.setdefault(key(want), []).append(want)
    return [
        Want(
            union(want.sources for want in some),
            frozenset().union(*(want.to for want in some)),
            union(want.ports for want in some),
            tuple(dict.fromkeys(rule for want in some for rule in want.origins)),
        )
        for some in alike.values()
    ]


def _outermost(wants: list[Want]) -> list[Want]:
    """Without those that another one holds, which gets their rules."""
    found: list[Want] = []
    for want in sorted(wants, key=lambda one: -len(one.to)):
        at = next((at for at, other in enumerate(found) if other.holds(want)), None)
        if at is None:
            found = [other for other in found if not want.holds(other)] + [want]
        else:
            origins = dict.fromkeys((*found[at].origins, *want.origins))
            found[at] = replace(found[at], origins=tuple(origins))
    return found


def is_seen(want: Want, answers: Iterable[Answer]) -> bool:
    """Whether a rule has counted a packet, a connection is established, or packets were logged."""
    if any(rule.packets for rule in want.origins):
        return True
    names = {rule.name for rule in want.origins}
    for answer in answers:
        for seen in answer.seen if answer.name in names else ():
            source = of_addresses([ipaddress.ip_address(seen.source)])
            port = numbers_of([PortRange(seen.transport, seen.port, seen.port)])
            if intersection(want.sources, source) and intersection(want.ports, port):
                return True
    return False
