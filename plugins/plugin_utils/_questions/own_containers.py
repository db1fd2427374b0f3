# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a host's own containers may reach on it. It goes by interface, and no address says it.

Note that this plugin util is **PRIVATE** to the collection.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Final, TypeAlias

from ansible_collections.portledger.qradar.plugins.module_utils._base.contract import ABSENT, DROP, HOST, LEAVE
from ansible_collections.portledger.qradar.plugins.plugin_utils._base.intervals import of_addresses, prefixes, union
from ansible_collections.portledger.qradar.plugins.plugin_utils._base.ports import PortRange
from ansible_collections.portledger.qradar.plugins.plugin_utils._base.words import OWN_CONTAINERS
from ansible_collections.portledger.qradar.plugins.plugin_utils._inventory.firewalls import Firewalls
from ansible_collections.portledger.qradar.plugins.plugin_utils._plan.planner import Planner
from ansible_collections.portledger.qradar.plugins.plugin_utils._questions.changes import ADD, Change, Remedy
from ansible_collections.portledger.qradar.plugins.plugin_utils._questions.ends import End
from ansible_collections.portledger.qradar.plugins.plugin_utils._questions.explain_data import reason_data, remedy_data
from ansible_collections.portledger.qradar.plugins.plugin_utils._questions.judge import UNLISTED
from ansible_collections.portledger.qradar.plugins.plugin_utils._questions.judgement import (
    ACCEPT,
    ALLOWED,
    DENIED,
    LEFT,
    Judgement,
    Reason,
)

BEHIND_THE_HOST: Final = f"{OWN_CONTAINERS} may connect to the host that they run on, and to nothing behind it."

_Service: TypeAlias = tuple[str, str | None, tuple[str, ...]]
"""Service, supplement and ports."""


def answers(
    planner: Planner, firewalls: Firewalls, destinations: Iterable[End], port: PortRange
) -> Iterator[dict[str, Any]]:
    """What becomes of packets from each host's own containers, as ``explain`` gives its answers.

    Args:
        planner: its plans are the truth.
        firewalls: the policy for what no plan lists.
        destinations: the question; what does not belong to the deployment has no containers of its own.
        port: one port, or icmp.
    """
    names = dict.fromkeys(name for end in destinations for name in sorted(end.hosts))
    for name in names:
        flows = [flow for flow in planner.from_own_containers(name) if any(port in one for one in flow.ports)]
        yield _answer(planner, firewalls, name, [Reason.of(flow) for flow in flows], port)


def _answer(
    planner: Planner, firewalls: Firewalls, name: str, reasons: list[Reason], port: PortRange
) -> dict[str, Any]:
    options, host = firewalls.options(name, HOST), planner.deployment.hosts[name]
    judgement = Judgement(name, HOST, options.unlisted, UNLISTED)
    if not options.present:
        judgement = Judgement(name, HOST, LEAVE, ABSENT)
    elif reasons:
        judgement = Judgement(name, HOST, ACCEPT, reasons=tuple(reasons))
    verdict = ALLOWED if judgement.verdict == ACCEPT else DENIED if judgement.verdict == DROP else LEFT
    by = ", ".join(host.container_interfaces) or "none is set"
    return {
        "verdict": verdict,
        "source": {"labels": [OWN_CONTAINERS], "hosts": [], "addresses": [], "cluster_addresses": []},
        "destination": {
            "labels": [name],
            "hosts": [name],
            "addresses": prefixes(of_addresses(host.addresses), planner.deployment.addresses),
            "cluster_addresses": prefixes(of_addresses(host.cluster_addresses), planner.deployment.addresses),
        },
        "judgements": [
            {"name": name, "scope": HOST, "verdict": judgement.verdict, "why": judgement.why},
        ],
        "flows": [reason_data(reason, planner) | {"hosts": [name], "gateways": []} for reason in judgement.reasons],
        "remedies": [] if verdict == ALLOWED else [remedy_data(one) for one in _remedies(planner, host.roles, port)],
        "notes": [f"By interface: {by} (qradar_container_interfaces)."],
    }


def _remedies(planner: Planner, roles: frozenset[str], port: PortRange) -> Iterator[Remedy]:
    """Supplements that would permit it."""
    for service in planner.catalog.services:
        if service.supplement is None or planner.deployment.settings.chooses(service):
            continue
        for reading in service.readings:
            fits = OWN_CONTAINERS in reading.from_ and not roles.isdisjoint(reading.to)
            if fits and any(port in spec.range() for spec in service.ports):
                name = service.supplement.id
                reason = Reason(service.service, None, OWN_CONTAINERS, reading.to[0], supplement=name)
                yield Remedy((Change("qradar_supplements", ADD, (name,)),), (reason,))


def only_after(before: Planner, after: Planner) -> list[dict[str, Any]]:
    """Flows from own containers that only the second deployment permits, in the form of ``compare``.

    A host is the same where it has an address of before, whatever it is called now.
    """
    known = {
        (what, interface, address)
        for name, what, interfaces in _permitted(before)
        for interface in interfaces
        for address in before.deployment.hosts[name].addresses
    }
    found: dict[tuple[_Service, tuple[str, ...]], list[str]] = {}
    for name, what, interfaces in _permitted(after):
        addresses = after.deployment.hosts[name].addresses
        new = tuple(one for one in interfaces if not any((what, one, address) in known for address in addresses))
        if new:
            found.setdefault((what, new), []).append(name)
    return [_as_data(after, what, interfaces, names) for (what, interfaces), names in found.items()]


def _as_data(planner: Planner, what: _Service, interfaces: tuple[str, ...], names: list[str]) -> dict[str, Any]:
    service, supplement, ports = what
    hosts = planner.deployment.hosts
    return {
        "service": service,
        "row": None,
        "supplement": supplement,
        "comment": None,
        "variable": None,
        "ports": list(ports),
        "source": {"words": [f"{OWN_CONTAINERS} by {', '.join(interfaces)}"], "hosts": [], "addresses": []},
        "destination": {
            "words": names,
            "hosts": names,
            "addresses": prefixes(
                union(of_addresses(hosts[name].all_addresses) for name in names), planner.deployment.addresses
            ),
        },
    }


def _permitted(planner: Planner) -> Iterator[tuple[str, _Service, tuple[str, ...]]]:
    """Host, what its containers may reach there, and by which interfaces."""
    for name, host in planner.deployment.hosts.items():
        for flow in planner.from_own_containers(name):
            yield name, (flow.service, flow.supplement, tuple(map(str, flow.ports))), host.container_interfaces
