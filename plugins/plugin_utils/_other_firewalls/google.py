# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Arguments for ``google.cloud.gcp_compute_firewall``, a call for each.

Options as the module documents them: ``name``, ``description``, ``direction``, ``source_ranges``, and ``allowed``, a
list of ``ip_protocol`` with its own ``ports``, so transports and ports are not crossed.

Note that this plugin util is **PRIVATE** to the collection.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Final

from ansible_collections.portledger.qradar.plugins.plugin_utils._other_firewalls.cloud_names import (
    cloud_name,
    port_text,
)
from ansible_collections.portledger.qradar.plugins.plugin_utils._other_firewalls.planned import PlannedRule

# Compute Engine takes so many ranges in one rule, and either of IPv4 or of IPv6.
_RANGES: Final = 256
# It knows ICMP as a whole only, of IPv6 by number.
_ICMP: Final = {"ipv4": "icmp", "ipv6": "58"}


def google_rules(rules: Iterable[PlannedRule]) -> list[dict[str, Any]]:
    """Rules that permit. What no rule permits, Compute Engine denies."""
    return [one for rule in rules for one in _parts(rule)]


def _parts(rule: PlannedRule) -> Iterator[dict[str, Any]]:
    for start in range(0, len(rule.sources), _RANGES):
        sources = rule.sources[start : start + _RANGES]
        yield {
            "name": cloud_name(rule.name, rule.source_set, rule.family, *sources, *map(str, rule.ports)),
            "description": rule.text,
            "direction": "INGRESS",
            "source_ranges": list(sources),
            "allowed": list(_allowed(rule)),
        }


def _allowed(rule: PlannedRule) -> Iterator[dict[str, Any]]:
    for transport in ("icmp", "tcp", "udp"):
        ports = [port_text(first, last) for _transport, first, last in rule.of_transport(transport)]
        if ports:
            yield (
                {"ip_protocol": _ICMP[rule.family]}
                if transport == "icmp"
                else {"ip_protocol": transport, "ports": ports}
            )
