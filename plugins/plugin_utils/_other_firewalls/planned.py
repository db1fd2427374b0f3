# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The flows of a plan, as rules of one family that say from which networks, to which networks, on which ports.

They come from the one policy, so they are those that the providers make of the same plan.

Note that this plugin util is **PRIVATE** to the collection.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, TypeAlias

from ansible_collections.portledger.qradar.plugins.module_utils._base.contract import HOST, LEAVE
from ansible_collections.portledger.qradar.plugins.module_utils._plan.rules import (
    FLOW,
    MANAGEMENT,
    OWN_CONTAINERS,
    by_ends,
)
from ansible_collections.portledger.qradar.plugins.plugin_utils._base.errors import PortledgerError, complaint
from ansible_collections.portledger.qradar.plugins.plugin_utils._rulesets.given import checked_policy

Bounds: TypeAlias = tuple[str, int, int]
"""Transport, first and last port; ``icmp`` is echo request and has no ports."""


@dataclass(frozen=True)
class PlannedRule:
    """What one service permits between two sets of networks of one family.

    ``destinations`` is empty in a plan for a host: whatever address of it. ``rule`` is the one of the policy.
    """

    name: str
    family: str
    source_set: str
    sources: tuple[str, ...]
    destinations: tuple[str, ...]
    ports: tuple[Bounds, ...]
    rule: Any

    @property
    def text(self) -> str:
        """For people."""
        return self.name if self.name == self.source_set else f"{self.name} from {self.source_set}"

    def of_transport(self, transport: str) -> tuple[Bounds, ...]:
        """Its ports of one transport, in order."""
        return tuple(port for port in self.ports if port[0] == transport)


@dataclass(frozen=True)
class Planned:
    """A plan as a list of rules; ``scope`` is ``host`` or ``gateway``.

    ``containers`` are rules of the policy for containers on the host itself, which are known by their interface alone.
    """

    scope: str
    rules: tuple[PlannedRule, ...]
    containers: tuple[Any, ...] = ()


def planned(plan: object, management: object = (), ssh_ports: object = (22,)) -> Planned:
    """The rules of a plan in the order of the policy, and those of management before them.

    Raises:
        PortledgerError: the plan or an option cannot be used.
    """
    policy = checked_policy(plan, LEAVE, LEAVE, management, ssh_ports)
    rules = [*_management(policy), *_flows(policy)]
    return Planned(str(policy.scope), tuple(rules), tuple(policy.of_kind(OWN_CONTAINERS)))


def planned_for_host(plan: object, why: str, management: object = (), ssh_ports: object = (22,)) -> Planned:
    """The same, where only what enters a host can be expressed.

    Args:
        plan: as Ansible gives it.
        why: ends the sentence that begins with the scope.
        management: networks that may open SSH connections.
        ssh_ports: of the host.

    Raises:
        PortledgerError: it is the plan of a gateway, or the plan or an option cannot be used.
    """
    found = planned(plan, management, ssh_ports)
    if found.scope != HOST:
        remedy = "Take the plan of a host, or use to_ruleset, iptables_arguments or aerleon_policy"
        raise PortledgerError(complaint(None, "plan: scope", found.scope, why, remedy))
    return found


def _management(policy: Any) -> Iterator[PlannedRule]:
    for rule in policy.of_kind(MANAGEMENT):
        network = rule.network or ("::/0" if rule.families == ("ipv6",) else "0.0.0.0/0")
        ports = tuple(rule.bounds("tcp"))
        yield PlannedRule(rule.name, rule.families[0], rule.kind, (network,), (), ports, rule)


def _flows(policy: Any) -> Iterator[PlannedRule]:
    for source, families, ends in by_ends(policy.of_kind(FLOW)):
        for destination, _families, rules in ends:
            for rule in rules:
                for family in families:
                    if family not in rule.families:
                        continue
                    sources, destinations = (
                        tuple(policy.sets[label][family]) if label is not None else ()
                        for label in (source, destination)
                    )
                    ports = tuple(rule.bounds("icmp", "tcp", "udp"))
                    yield PlannedRule(rule.name, family, source, sources, destinations, ports, rule)
