# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Arguments for ``ansible.builtin.iptables``.

Note that this plugin util is **PRIVATE** to the collection.
"""

from __future__ import annotations

import itertools
from typing import Any, Final

from ansible_collections.portledger.qradar.plugins.module_utils._iptables.render import container_rules, flow_rules
from ansible_collections.portledger.qradar.plugins.plugin_utils._base.errors import PortledgerError, complaint
from ansible_collections.portledger.qradar.plugins.plugin_utils._other_firewalls.planned import PlannedRule, planned

_CHAINS: Final = {"host": "INPUT", "gateway": "FORWARD"}
_WIDE_OPEN: Final = ("0.0.0.0/0", "::/0")
# What the renderer writes, and how the module calls it.
_OPTIONS: Final = {
    "-i": "in_interface",
    "--dport": "destination_port",
    "--dports": "destination_ports",
    "--icmp-type": "icmp_type",
    "--icmpv6-type": "icmp_type",
}
_PROTOCOLS: Final = {"icmpv6": "ipv6-icmp"}
_LONGEST_CHAIN: Final = 28


def iptables_arguments(plan: object, chain: object = None) -> list[dict[str, Any]]:
    """The filter; see its documentation.

    Raises:
        PortledgerError: the plan or the option cannot be used.
    """
    found = planned(plan)
    name = _CHAINS[found.scope] if chain is None else _chain(chain)
    arguments: list[dict[str, Any]] = []
    for rule in found.rules:
        arguments.extend(one for one in _arguments(name, rule) if one not in arguments)
    for rule in found.containers:
        arguments.extend(_of_interface(name, rule))
    return arguments


def _chain(value: object) -> str:
    if not isinstance(value, str) or not 0 < len(value) <= _LONGEST_CHAIN or value.startswith("-"):
        problem = "is not the name of a chain"
        raise PortledgerError(complaint(None, "chain", value, problem, f"Write up to {_LONGEST_CHAIN} characters"))
    return value


def _arguments(chain: str, rule: PlannedRule) -> list[dict[str, Any]]:
    """One for each pair of networks and each match of the ports: the module takes one network a call."""
    matches = [_match(made.options()) for made in flow_rules(rule.family, rule.rule)]
    return [
        {
            "chain": chain,
            "ip_version": rule.family,
            **({} if source in _WIDE_OPEN else {"source": source}),
            **({} if destination in (None, *_WIDE_OPEN) else {"destination": destination}),
            **match,
            "comment": rule.name,
            "jump": "ACCEPT",
        }
        for source, destination, match in itertools.product(rule.sources, rule.destinations or (None,), matches)
    ]


def _of_interface(chain: str, rule: Any) -> list[dict[str, Any]]:
    """One for each family and match of the ports."""
    return [
        {
            "chain": chain,
            "ip_version": family,
            **_match(made.options()),
            "comment": rule.name,
            "jump": "ACCEPT",
        }
        for family in rule.families
        for made in container_rules(family, rule)
    ]


def _match(options: dict[str, tuple[str, ...]]) -> dict[str, Any]:
    protocol = options["-p"][0]
    found: dict[str, Any] = {"protocol": _PROTOCOLS.get(protocol, protocol)}
    for option, name in _OPTIONS.items():
        if option in options:
            value = options[option][0]
            found[name] = value.split(",") if name == "destination_ports" else value
    return found
