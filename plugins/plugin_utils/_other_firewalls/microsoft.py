# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rules for ``azure.azcollection.azure_rm_securitygroup``.

Options of one rule, as the module documents them: ``name``, ``description``, ``protocol`` (``Tcp``, ``Udp``, ``Icmp``,
or ``*``), ``source_address_prefix`` and ``destination_port_range`` (lists, or ``*``), ``access``, ``direction``, and a
``priority`` from 100 to 4096 that no other rule of the group has.

Note that this plugin util is **PRIVATE** to the collection.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Final

from ansible_collections.portledger.qradar.plugins.plugin_utils._base.errors import PortledgerError
from ansible_collections.portledger.qradar.plugins.plugin_utils._other_firewalls.cloud_names import (
    cloud_name,
    port_text,
)
from ansible_collections.portledger.qradar.plugins.plugin_utils._other_firewalls.planned import PlannedRule

_PROTOCOLS: Final = {"tcp": "Tcp", "udp": "Udp", "icmp": "Icmp"}
_FIRST: Final = 100
_LAST: Final = 4096
_LONGEST: Final = 140


def microsoft_rules(rules: Iterable[PlannedRule]) -> list[dict[str, Any]]:
    """Rules that permit, and one after them that denies the rest: a group's own rules permit its virtual network.

    Raises:
        PortledgerError: there are more rules than priorities.
    """
    permitting = list(_permitting(rules))
    if len(permitting) > _LAST - _FIRST:
        raise PortledgerError(
            f"plan: needs {len(permitting)} rules, and a security group of Azure takes {_LAST - _FIRST}. Use networks "
            "that cover more hosts, or another provider."
        )
    found = [{**rule, "priority": priority} for priority, rule in enumerate(permitting, _FIRST)]
    rest = _rule("portledger-unlisted", "unlisted: drop", "*", "*", "*")
    return [*found, {**rest, "access": "Deny", "priority": _LAST}]


def _permitting(rules: Iterable[PlannedRule]) -> Iterator[dict[str, Any]]:
    for rule in rules:
        for transport, protocol in _PROTOCOLS.items():
            ports = [port_text(first, last) for _transport, first, last in rule.of_transport(transport)]
            # Security groups know ICMP as a whole, and of IPv4 only.
            if not ports or (transport == "icmp" and rule.family == "ipv6"):
                continue
            name = cloud_name(rule.name, rule.source_set, rule.family, transport, *rule.sources)
            yield _rule(name, rule.text, protocol, list(rule.sources), "*" if transport == "icmp" else ports)


def _rule(name: str, text: str, protocol: str, sources: list[str] | str, ports: list[str] | str) -> dict[str, Any]:
    return {
        "name": name,
        "description": text[:_LONGEST],
        "protocol": protocol,
        "source_address_prefix": sources,
        "destination_port_range": ports,
        "access": "Allow",
        "direction": "Inbound",
    }
