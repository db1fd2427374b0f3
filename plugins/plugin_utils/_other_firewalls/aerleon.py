# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Flows as a policy of aerleon, which turns it into the configuration of many kinds of firewalls.

A term has one family and one transport: aerleon permits every port of a term on every transport of it.

Note that this plugin util is **PRIVATE** to the collection.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from ansible_collections.portledger.qradar.plugins.module_utils._base.networks import FAMILIES, parse_network
from ansible_collections.portledger.qradar.plugins.plugin_utils._base.errors import InputError, choices
from ansible_collections.portledger.qradar.plugins.plugin_utils._base.ports import PortRange, merge_ports
from ansible_collections.portledger.qradar.plugins.plugin_utils._filters.flows import (
    FLOWS_REMEDY,
    GivenFlow,
    GivenSide,
    read_flows,
)

DEFAULT_TARGETS: Final = {"nftables": "{family} forward"}
PLACE: Final = "{family}"
"""In the options of a target: where the family goes."""

_WORDS: Final = {"ipv4": "inet", "ipv6": "inet6"}
_ICMP: Final = {"ipv4": "icmp", "ipv6": "icmpv6"}
_WITHOUT_ICMP_TYPES: Final = ("aruba", "fortigate")
_WITHOUT_ICMPV6: Final = ("ciscoasa",)
# aerleon's shortest limit for names of terms is 24, that of iptables.
_READABLE: Final = 11
_UNIQUE: Final = 7
_LONGEST_SERVICE: Final = 40
_LONGEST_COMMENT: Final = 80
_TARGETS_REMEDY: Final = "Write a dictionary such as {'paloalto': 'from-zone siem to-zone branch {family}'}"


def aerleon_policy(flows: object, targets: object = None, family: object = None) -> dict[str, Any]:
    """The filter; see its documentation.

    Raises:
        PortledgerError: flows or an option cannot be used.
    """
    chosen = _targets(DEFAULT_TARGETS if targets is None else targets)
    if family is not None and family not in FAMILIES:
        raise InputError(None, "family", family, "is not a family", choices(family, FAMILIES))
    families = FAMILIES if family is None else (str(family),)
    terms = _Terms()
    for flow in read_flows(flows):
        for one in families:
            terms.add(flow, one)
    return {
        "policy": {"filters": list(_filters(chosen, terms.by_family, families))},
        "networks": {"networks": terms.networks},
        "services": {"services": terms.services},
    }


def _targets(value: object) -> Mapping[str, str]:
    if not isinstance(value, Mapping) or not value:
        raise InputError(None, "targets", value, "is not a dictionary of targets and their options", _TARGETS_REMEDY)
    for name, options in value.items():
        if not isinstance(name, str) or not isinstance(options, str):
            problem = f"has {options!r} for {name!r}, which is not text"
            raise InputError(None, "targets", value, problem, _TARGETS_REMEDY)
    return value


def _filters(
    targets: Mapping[str, str], terms: Mapping[str, list[dict[str, Any]]], families: Iterable[str]
) -> Iterator[dict[str, Any]]:
    """One for each family, for targets that say where the family goes, and one of all for those that do not."""
    by_family = {name: options for name, options in targets.items() if PLACE in options}
    of_all = {name: options for name, options in targets.items() if PLACE not in options}
    for family in families:
        if by_family and terms[family]:
            named = {name: options.replace(PLACE, _WORDS[family]) for name, options in by_family.items()}
            yield {"header": {"targets": named}, "terms": terms[family]}
    together = [term for family in families for term in terms[family]]
    if of_all and together:
        yield {"header": {"targets": of_all}, "terms": together}


class _Terms:
    """Terms by family, and the networks and services that they name."""

    def __init__(self) -> None:
        self.by_family: dict[str, list[dict[str, Any]]] = {family: [] for family in FAMILIES}
        self.networks: dict[str, dict[str, list[dict[str, str]]]] = {}
        self.services: dict[str, list[dict[str, str]]] = {}
        self._known: set[str] = set()

    def add(self, flow: GivenFlow, family: str) -> None:
        """The terms of a flow, a transport each, where both its ends have addresses of the family."""
        ends = [_addresses(side, family) for side in (flow.source, flow.destination)]
        if not all(ends):
            return
        source, destination = (
            self._network(side.label, family, addresses)
            for side, addresses in zip((flow.source, flow.destination), ends, strict=True)
        )
        for transport in ("icmp", "tcp", "udp"):
            ports = merge_ports(port for port in flow.ports if port.transport == transport)
            if ports:
                self._term(flow, family, (source, destination), transport, ports)

    def _term(
        self, flow: GivenFlow, family: str, ends: tuple[str, str], transport: str, ports: tuple[PortRange, ...]
    ) -> None:
        if transport == "icmp":
            matches = _echo(family)
        else:
            matches = [{"protocol": transport, "destination-port": self._service(transport, ports)}]
        for match in matches:
            unique = _digest(flow.service, flow.comment or "", family, *ends, *match.values())
            name = f"{_slug(flow.service)[:_READABLE].strip('-')}-{transport[0]}{family[-1]}-{unique}"
            if name in self._known:
                continue
            self._known.add(name)
            term = {"name": name, "comment": _comment(flow), "source-address": ends[0], "destination-address": ends[1]}
            self.by_family[family].append({**term, **match, "action": "accept"})

    def _network(self, label: str, family: str, addresses: list[str]) -> str:
        """A name says a label; another set of addresses under the same label gets a number."""
        values = [{"address": address} for address in addresses]
        stem, count = f"{_slug(label)[:_LONGEST_SERVICE].strip('-').upper() or 'NETWORKS'}-{family[-1]}", 1
        name = stem
        while self.networks.setdefault(name, {"values": values})["values"] != values:
            count += 1
            name = f"{stem}-{count}"
        return name

    def _service(self, transport: str, ports: tuple[PortRange, ...]) -> str:
        """A name says the ports."""
        numbers = [str(port).partition("/")[2] for port in ports]
        name = f"{transport.upper()}_{'_'.join(numbers)}"
        if len(name) > _LONGEST_SERVICE:
            name = f"{transport.upper()}_{numbers[0]}_{_digest(*numbers)}"
        self.services[name] = [{"protocol": transport, "port": number} for number in numbers]
        return name


def _addresses(side: GivenSide, family: str) -> list[str]:
    found = []
    for address in side.addresses:
        try:
            of, network = parse_network(address)
        except ValueError as error:
            raise InputError(None, "addresses", address, str(error), FLOWS_REMEDY) from None
        if of == family:
            found.append(network)
    return found


def _echo(family: str) -> list[dict[str, str]]:
    """Echo requests, as aerleon 1.18 can take them: its nftables fails on a single type, others on any or on ICMPv6.

    Its fortigate takes them alone, but fails where other services stand beside them.
    """
    match = {"protocol": _ICMP[family], "icmp-type": "echo-request"}
    fails = ["nftables", *_WITHOUT_ICMP_TYPES, *(_WITHOUT_ICMPV6 if family == "ipv6" else ())]
    return [
        {**match, "platform-exclude": " ".join(fails)},
        {**match, "icmp-type": "echo-request echo-request", "platform": "nftables"},
    ]


def _comment(flow: GivenFlow) -> str:
    """In letters that mean nothing to any firewall."""
    words = f"{flow.service} from {flow.source.label} to {flow.destination.label}"
    words += f" ({flow.comment})" if flow.comment else ""
    return re.sub(r"[^A-Za-z0-9 ._,:()/-]", "_", words)[:_LONGEST_COMMENT].strip()


def _slug(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")


def _digest(*words: str) -> str:
    return hashlib.sha256("\0".join(words).encode("utf-8", "surrogateescape")).hexdigest()[:_UNIQUE]
