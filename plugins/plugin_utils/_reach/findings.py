# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the answers of all hosts have in common: a finding is what fails at one destination, whoever asked.

Note that this plugin util is **PRIVATE** to the collection.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

from ansible_collections.portledger.qradar.plugins.module_utils._base.contract import DROP
from ansible_collections.portledger.qradar.plugins.module_utils._reach.report import AS_EXPECTED, CONTRADICTED

Askers: TypeAlias = frozenset[tuple[str, frozenset[str]]]
"""A result, and the hosts that got it."""

_ICMP: Final = (0, "icmp")


@dataclass
class Outcome:
    """One result, such as ``filtered``: the hosts that got it, who refused (``by``), and the reasons given."""

    result: str
    hosts: list[str] = field(default_factory=list)
    by: list[str] = field(default_factory=list)
    reasons: list[str] = field(default_factory=list)

    def add(self, hosts: Iterable[str], by: Iterable[str | None], reasons: Iterable[str]) -> None:
        """Add hosts with the same result, each thing once."""
        for known, found in ((self.hosts, hosts), (self.by, by), (self.reasons, reasons)):
            known += [one for one in dict.fromkeys(found) if one and one not in known]


@dataclass
class Finding:
    """What is not as the plan says at one destination.

    Attributes:
        name: the host or party; the address where nobody has named it.
        expected: pass or drop.
        addresses: of the destination.
        ports: such as ``tcp/514``, with their services.
        outcomes: by result.
        whole: whether there are several ports, and none of them was found as the plan says.
    """

    name: str
    expected: str
    addresses: list[str] = field(default_factory=list)
    ports: dict[str, list[str]] = field(default_factory=dict)
    outcomes: dict[str, Outcome] = field(default_factory=dict)
    whole: bool = False

    def add(self, host: str, answer: Mapping[str, Any]) -> None:
        """Add what a host has found."""
        known = self.ports.setdefault(answer["port"], [])
        known += [service for service in answer["services"] if service not in known]
        outcome = self.outcomes.setdefault(answer["result"], Outcome(answer["result"]))
        outcome.add([host], [answer["by"]], [answer["reason"]])

    def join(self, other: Finding) -> None:
        """Take in another finding."""
        self.addresses += [address for address in other.addresses if address not in self.addresses]
        for port, services in other.ports.items():
            known = self.ports.setdefault(port, [])
            known += [service for service in services if service not in known]
        for result, outcome in other.outcomes.items():
            self.outcomes.setdefault(result, Outcome(result)).add(outcome.hosts, outcome.by, outcome.reasons)
        self.whole = self.whole or other.whole

    @property
    def askers(self) -> Askers:
        """Who has found what."""
        return frozenset((result, frozenset(outcome.hosts)) for result, outcome in self.outcomes.items())

    def as_data(self) -> dict[str, Any]:
        """In the form of JSON."""
        return {
            "name": self.name,
            "addresses": self.addresses,
            "expected": self.expected,
            "ports": {port: self.ports[port] for port in sorted(self.ports, key=_number)},
            "outcomes": [vars(outcome) for outcome in self.outcomes.values()],
            "whole": self.whole,
        }


def findings_of(answers: Mapping[str, Sequence[Mapping[str, Any]]]) -> list[Finding]:
    """One finding for all ports and addresses of a destination that fail for the same hosts in the same way.

    Where nothing at an address is as the plan says, that is one finding, whichever ports each host has asked.

    Args:
        answers: of each host, as the module ``reachability`` returns them.
    """
    found: dict[tuple[object, ...], Finding] = {}
    for (name, address, expected), by_port in _by_destination(answers).items():
        single = _joined_ports(name, expected, address, by_port)
        for one in single:
            key = (name, expected, *((True,) if one.whole else (frozenset(one.ports), one.askers)))
            found.setdefault(key, Finding(name, expected)).join(one)
    return sorted(
        found.values(), key=lambda one: (one.expected != DROP, one.name, one.addresses, min(map(_number, one.ports)))
    )


def _by_destination(
    answers: Mapping[str, Sequence[Mapping[str, Any]]],
) -> dict[tuple[str, str, str], list[tuple[str, Mapping[str, Any]]]]:
    by: defaultdict[tuple[str, str, str], list[tuple[str, Mapping[str, Any]]]] = defaultdict(list)
    for host, some in answers.items():
        for answer in some:
            by[answer["name"] or answer["address"], answer["address"], answer["expected"]].append((host, answer))
    return by


def _joined_ports(
    name: str, expected: str, address: str, asked: Sequence[tuple[str, Mapping[str, Any]]]
) -> list[Finding]:
    by_port: dict[str, Finding] = {}
    for host, answer in asked:
        if answer["verdict"] == CONTRADICTED:
            by_port.setdefault(answer["port"], Finding(name, expected, [address])).add(host, answer)
    whole = len(by_port) > 1 and not any(answer["verdict"] == AS_EXPECTED for _host, answer in asked)
    joined: dict[object, Finding] = {}
    for one in by_port.values():
        joined.setdefault(True if whole else one.askers, Finding(name, expected, whole=whole)).join(one)
    return list(joined.values())


def _number(port: str) -> tuple[int, str]:
    """The order of ports: icmp, then by number."""
    transport, _slash, number = port.partition("/")
    return (int(number), transport) if number else _ICMP
