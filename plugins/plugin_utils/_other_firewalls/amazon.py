# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Inbound rules for ``amazon.aws.ec2_security_group``, whatever else a group is attached to.

Options of one rule, as the module documents them: ``proto``, ``ports`` (``514`` or ``40000-40010``) or ``icmp_type``
and ``icmp_code``, one of ``cidr_ip`` and ``cidr_ipv6``, and ``rule_desc``.

Note that this plugin util is **PRIVATE** to the collection.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

from ansible_collections.portledger.qradar.plugins.plugin_utils._other_firewalls.cloud_names import port_text
from ansible_collections.portledger.qradar.plugins.plugin_utils._other_firewalls.planned import Bounds, PlannedRule

_SOURCES: Final = {"ipv4": "cidr_ip", "ipv6": "cidr_ipv6"}
_ECHO: Final[Mapping[str, dict[str, Any]]] = {
    "ipv4": {"proto": "icmp", "icmp_type": 8, "icmp_code": -1},
    "ipv6": {"proto": "icmpv6", "icmp_type": 128, "icmp_code": -1},
}
# EC2 takes these characters in a description, and 255 of them.
_REFUSED: Final = re.compile(r"[^A-Za-z0-9 ._\-:/()#,@\[\]+=&;{}!$*]")
_LONGEST: Final = 255


def amazon_rules(rules: Iterable[PlannedRule]) -> list[dict[str, Any]]:
    """Rules that permit each port from each network once: EC2 refuses a permission that is there already."""
    found: list[dict[str, Any]] = []
    known: set[tuple[str, Bounds, str]] = set()
    for rule in rules:
        for transport in ("icmp", "tcp", "udp"):
            ports_by_sources: dict[tuple[str, ...], list[Bounds]] = {}
            for port in rule.of_transport(transport):
                new = tuple(source for source in rule.sources if (rule.family, port, source) not in known)
                known.update((rule.family, port, source) for source in new)
                if new:
                    ports_by_sources.setdefault(new, []).append(port)
            found.extend(_rule(rule, sources, ports) for sources, ports in ports_by_sources.items())
    return found


def _rule(rule: PlannedRule, sources: tuple[str, ...], ports: list[Bounds]) -> dict[str, Any]:
    transport = ports[0][0]
    match: dict[str, Any] = {"proto": transport, "ports": [port_text(first, last) for _transport, first, last in ports]}
    return {
        **(_ECHO[rule.family] if transport == "icmp" else match),
        _SOURCES[rule.family]: list(sources),
        "rule_desc": _REFUSED.sub("_", rule.text)[:_LONGEST],
    }
