# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What hosts and gateways permit today, by the plan or by foreign rules, and what of it arrives.

Note that this plugin util is **PRIVATE** to the collection.
"""

from __future__ import annotations

from collections.abc import Iterator

from ansible_collections.portledger.qradar.plugins.module_utils._base.contract import GATEWAY, HOST
from ansible_collections.portledger.qradar.plugins.plugin_utils._adopt.answers import Answer, Answers
from ansible_collections.portledger.qradar.plugins.plugin_utils._adopt.boxes import ANYWHERE, Packets, without
from ansible_collections.portledger.qradar.plugins.plugin_utils._adopt.permitted import PermittedByPlan
from ansible_collections.portledger.qradar.plugins.plugin_utils._base.intervals import (
    IPV4,
    IPV6,
    Intervals,
    intersection,
    of_addresses,
)


class Today:
    """Works out each host and gateway once."""

    def __init__(self, plan: PermittedByPlan, answers: Answers) -> None:
        self._plan = plan
        self._answers = answers
        self._known: dict[tuple[str, str], list[Packets]] = {}

    def of(self, name: str, scope: str) -> list[Packets]:
        """What a host or gateway permits, as far as its rules can be read exactly; nothing where nobody knows."""
        if (name, scope) not in self._known:
            answer = self._answers.of(name, scope)
            known = answer if self._plan.filters(name, scope) else None
            self._known[name, scope] = [] if known is None else [*self._permitted(known)]
        return self._known[name, scope]

    def _permitted(self, answer: Answer) -> Iterator[Packets]:
        yield from self._plan.packets(answer.name, answer.scope)
        for rule in answer.rules:
            for flow in rule.flows if rule.certain else ():
                there = ANYWHERE if answer.scope == HOST else flow.destinations.intervals
                yield Packets(flow.sources.intervals, there, flow.numbers)

    def taken(self, name: str, packets: list[Packets]) -> list[Packets]:
        """The part of packets that their host permits; all where nobody knows."""
        if not self._is_known(name, HOST):
            return packets
        return [common for one in packets for other in self.of(name, HOST) if (common := one.common(other))]

    def arriving(self, name: str, packets: list[Packets]) -> list[Packets]:
        """The part of packets to a host that each gateway on the way permits, to one of its addresses at least."""
        found = packets
        for gateway in self._plan.planner.deployment.gateways:
            if self._is_known(gateway, GATEWAY):
                found = [box for family in (IPV4, IPV6) for box in self._through(gateway, name, found, family)]
        return found

    def _through(self, gateway: str, name: str, packets: list[Packets], family: Intervals) -> list[Packets]:
        left = [part for box in packets if (part := box._replace(sources=intersection(box.sources, family)))]
        addresses = [of_addresses([one]) for one in self._plan.planner.deployment.hosts[name].all_addresses]
        dropped: list[Packets] | None = None
        for address in addresses:
            if intersection(address, family):
                here = [box._replace(destinations=ANYWHERE) for box in self._dropped(gateway, left, address)]
                dropped = (
                    here if dropped is None else [both for one in dropped for two in here if (both := one.common(two))]
                )
        return without(left, dropped or [])

    def _dropped(self, gateway: str, packets: list[Packets], address: Intervals) -> list[Packets]:
        sent = [box._replace(destinations=address) for box in packets]
        judged = [part for box in sent for part in self._plan.judged(gateway, GATEWAY, box)]
        return without(judged, self.of(gateway, GATEWAY))

    def _is_known(self, name: str, scope: str) -> bool:
        answer = self._answers.of(name, scope)
        return answer is not None and answer.why is None
