# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Arguments for ``ansible.posix.firewalld``: rich rules of a zone.

Note that this plugin util is **PRIVATE** to the collection.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

from ansible_collections.portledger.qradar.plugins.plugin_utils._base.errors import PortledgerError, complaint
from ansible_collections.portledger.qradar.plugins.plugin_utils._other_firewalls.planned import (
    PlannedRule,
    planned_for_host,
)

_WIDE_OPEN: Final = ("0.0.0.0/0", "::/0")
_WHY: Final = "cannot be expressed by ansible.posix.firewalld, which knows no policies"
_ZONE: Final = re.compile(r"[A-Za-z0-9_/-]{1,17}")


def firewalld_arguments(plan: object, zone: object = None) -> list[dict[str, Any]]:
    """The filter; see its documentation.

    Raises:
        PortledgerError: the plan or the option cannot be used.
    """
    found = planned_for_host(plan, _WHY)
    place = {} if zone is None else {"zone": _zone(zone)}
    texts = dict.fromkeys(text for rule in found.rules for text in _rich_rules(rule))
    return [{**place, "rich_rule": text, "permanent": True, "immediate": True, "state": "enabled"} for text in texts]


def _zone(value: object) -> str:
    if not isinstance(value, str) or not _ZONE.fullmatch(value):
        problem = "is not the name of a zone"
        remedy = "Write up to 17 letters, digits, underscores, slashes and dashes"
        raise PortledgerError(complaint(None, "zone", value, problem, remedy))
    return value


def _rich_rules(rule: PlannedRule) -> Iterator[str]:
    """A rich rule for each network and each port or range. firewalld has no place for the service's name."""
    for source in rule.sources:
        start = f'rule family="{rule.family}"' + ("" if source in _WIDE_OPEN else f' source address="{source}"')
        for transport, first, last in rule.ports:
            if transport == "icmp":
                yield f'{start} icmp-type name="echo-request" accept'
            else:
                port = f"{first}" if first == last else f"{first}-{last}"
                yield f'{start} port port="{port}" protocol="{transport}" accept'
