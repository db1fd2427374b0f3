# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Plans of hosts and gateways, as rulesets are made of them.

Note that this plugin util is **PRIVATE** to the collection.
"""

from __future__ import annotations

from collections.abc import Iterable

from ansible_collections.portledger.qradar.plugins.module_utils._base.contract import GATEWAY, HOST, SCOPES
from ansible_collections.portledger.qradar.plugins.plugin_utils._base.errors import InputError, PortledgerError, choices
from ansible_collections.portledger.qradar.plugins.plugin_utils._catalog.query import flat
from ansible_collections.portledger.qradar.plugins.plugin_utils._plan.planner import Plan, Planner


def plans_of(planner: Planner, names: Iterable[object], scope: str | None = None) -> list[Plan]:
    """The plans of some hosts, in their order.

    Args:
        planner: knows the deployment.
        names: hosts or gateways of the inventory, or lists of them.
        scope: host or gateway; where it is None, a host of the deployment is a host.

    Raises:
        PortledgerError: there is no such host or gateway, or none is named.
    """
    if scope is not None and scope not in SCOPES:
        raise InputError(None, "scope", scope, "is not a scope", choices(scope, SCOPES))
    asked = list(flat(names))
    if not asked:
        raise PortledgerError("names no host. Write a host or gateway of the inventory, such as inventory_hostname.")
    for name in asked:
        if not isinstance(name, str):
            raise InputError(None, "term", name, "is not a host", "Write a host or gateway of the inventory")
    return [planner.plan(str(name), scope or _scope(planner, str(name))) for name in asked]


def _scope(planner: Planner, name: str) -> str:
    deployment = planner.deployment
    return GATEWAY if name in deployment.gateways and name not in deployment.hosts else HOST
