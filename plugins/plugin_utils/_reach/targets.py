# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The targets that a host probes, from the flows that leave it by the plan.

Note that this plugin util is **PRIVATE** to the collection.
"""

from __future__ import annotations

import hashlib
import ipaddress
import itertools
import random
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from ansible_collections.portledger.qradar.plugins.plugin_utils._base.ports import PortRange
from ansible_collections.portledger.qradar.plugins.plugin_utils._inventory.values import as_number
from ansible_collections.portledger.qradar.plugins.plugin_utils._plan.planner import Plan

NUMBERS: Final = {"samples": (1, 100), "negative": (0, 100), "most": (1, 50000)}
"""Options for the number of probes, with the least and the greatest value."""

_SSH: Final = PortRange("tcp", 22, 22)


@dataclass(frozen=True)
class Question:
    """How much to probe.

    Attributes:
        samples: ports of a range to probe. From two on, its ends are among them.
        negative: ports of each host of the deployment to probe although no flow permits them.
        most: targets in all; where there are more, each destination gets some.
    """

    samples: int = 2
    negative: int = 1
    most: int = 5000


def read_question(host: str, options: Mapping[str, object]) -> Question:
    """The options of the task for the number of probes; missing ones have their defaults.

    Raises:
        InputError: naming the host, the option and its value.
    """
    return Question(**{name: as_number(host, name, value, *NUMBERS[name]) for name, value in options.items()})


@dataclass
class _Way:
    """The probes of one address."""

    name: str
    host: str | None
    ports: dict[str, list[str]] = field(default_factory=dict)
    """port -> services"""


def make_targets(plan: Plan, shared: Mapping[str, Any], question: Question) -> tuple[list[dict[str, Any]], int]:
    """Targets in the form of the module ``reachability``.

    Args:
        plan: of :class:`Leaving`, for the host that probes.
        shared: the same for all hosts.
        question: how much to probe.

    Returns:
        The targets, address by address in turn, and how many were left out because there were more than ``most``.
    """
    chooser = _Chooser(plan, shared, question)
    ways = chooser.ways()
    lists = [chooser.in_order(address, way) for address, way in ways.items()]
    whole = [one for turn in itertools.zip_longest(*lists) for one in turn if one is not None]
    return whole[: question.most], max(0, len(whole) - question.most)


def unasked(left_out: int, wide: list[str]) -> Iterator[str]:
    """Parts of the plan that are not probed, as lines for people.

    Args:
        left_out: targets beyond the most.
        wide: labels of destinations with networks that are too large to probe.
    """
    if left_out:
        yield f"not asked: {left_out} more, see the option most"
    if wide:
        yield f"not asked: hosts in the networks of {', '.join(wide)}"


class _Chooser:
    def __init__(self, plan: Plan, shared: Mapping[str, Any], question: Question) -> None:
        self._plan = plan
        self._owners: Mapping[str, Mapping[str, Any]] = shared["owners"]
        self._documented = {PortRange.parse(port): service for port, service in shared["ports"].items()}
        self._question = question
        self._addresses = {label: list(_each(families)) for label, families in plan["sets"].items()}
        self._allowed: defaultdict[str, set[PortRange]] = defaultdict(set)
        self._closed: dict[frozenset[PortRange], list[tuple[PortRange, str]]] = {}

    def ways(self) -> dict[str, _Way]:
        own, found = set(self._plan["own"]), dict[str, _Way]()
        for flow in self._plan["flows"]:
            ranges = [PortRange.parse(port) for port in flow["ports"]]
            for address in self._addresses[flow["destination"]]:
                if address in own:
                    continue
                owner = self._owners.get(address)
                if owner is not None:
                    # A host filters what enters it, whatever address of the host it is sent to.
                    self._allowed[owner["host"]].update(ranges)
                if ("ipv6" if ":" in address else "ipv4") not in flow["families"]:
                    continue
                way = found.setdefault(
                    address,
                    _Way(owner["name"], owner["host"]) if owner else _Way(flow["destination"], None),
                )
                for port in self._of_ranges(address, ranges):
                    services = way.ports.setdefault(port, [])
                    if flow["service"] not in services:
                        services.append(flow["service"])
        return found

    def in_order(self, address: str, way: _Way) -> list[dict[str, Any]]:
        """The first are probed even if there is no time for all: each pair of hosts begins with other services."""
        positive = list(self.positive(address, way))
        self._random(address, "order").shuffle(positive)
        return [*positive[:1], *self.negative(address, way), *positive[1:]]

    def positive(self, address: str, way: _Way) -> Iterator[dict[str, Any]]:
        for port, services in way.ports.items():
            yield _target(address, port, "pass", services, way.name)

    def negative(self, address: str, way: _Way) -> Iterator[dict[str, Any]]:
        """TCP only, as silence of UDP proves nothing. Not SSH, as the plan does not know the management networks."""
        if way.host is None or not self._question.negative:
            return
        ssh = PortRange("tcp", *[self._owners[address]["ssh"]] * 2)
        closed = self._without(frozenset({*self._allowed[way.host], _SSH, ssh}))
        count = min(self._question.negative, len(closed))
        for port, service in sorted(self._random(address, "negative").sample(closed, count)):
            yield _target(address, str(port), "drop", [service], way.name)

    def _without(self, allowed: frozenset[PortRange]) -> list[tuple[PortRange, str]]:
        """Documented ports that are not permitted. Many hosts permit the same ports."""
        if allowed not in self._closed:
            self._closed[allowed] = [
                (port, service) for port, service in self._documented.items() if not any(port in one for one in allowed)
            ]
        return self._closed[allowed]

    def _of_ranges(self, address: str, ranges: list[PortRange]) -> Iterator[str]:
        for one in ranges:
            if one.transport == "icmp":
                yield "icmp"
                continue
            for port in self._sample(address, one):
                yield f"{one.transport}/{port}"

    def _sample(self, address: str, ports: PortRange) -> list[int]:
        count = self._question.samples
        if ports.last - ports.first < count:
            return list(range(ports.first, ports.last + 1))
        ends = [ports.first, ports.last] if count > 1 else []
        between = range(ports.first + 1, ports.last) if ends else range(ports.first, ports.last + 1)
        return [*ends, *self._random(address, str(ports)).sample(between, count - len(ends))]

    def _random(self, address: str, what: str) -> random.Random:
        """The same in each run, but different for each pair of hosts: together they probe many ports."""
        text = f"{self._plan['host']} {address} {what}"
        return random.Random(hashlib.sha256(text.encode()).digest())


def _target(address: str, port: str, expected: str, services: list[str], name: str) -> dict[str, Any]:
    return {"address": address, "port": port, "expected": expected, "services": services, "name": name}


def _each(families: Mapping[str, list[str]]) -> Iterator[str]:
    for cidr in itertools.chain(families["ipv4"], families["ipv6"]):
        for address in ipaddress.ip_network(cidr):
            yield str(address)
