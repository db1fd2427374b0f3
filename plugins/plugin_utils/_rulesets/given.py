# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a filter that takes a plan is given: the plan and its options, checked.

Note that this plugin util is **PRIVATE** to the collection.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from ansible_collections.portledger.qradar.plugins.module_utils._base.contract import POLICIES, SCOPES
from ansible_collections.portledger.qradar.plugins.module_utils._base.networks import parse_network, sort_key
from ansible_collections.portledger.qradar.plugins.module_utils._host.management import Management
from ansible_collections.portledger.qradar.plugins.module_utils._plan.plan import Plan, PlanError, read_plan
from ansible_collections.portledger.qradar.plugins.module_utils._plan.policy import Policy, make_policy
from ansible_collections.portledger.qradar.plugins.plugin_utils._base.errors import PortledgerError, choices, complaint

_REMEDY: Final = "Take the plan from lookup('portledger.qradar.plan', host, scope=)"
_NETWORKS_REMEDY: Final = "Write a list of networks such as 198.18.9.0/24, 2001:db8:9::/64, or addresses"
_LAST_PORT: Final = 65535


def checked_plan(plan: object) -> Plan:
    """A plan, as providers take it.

    Raises:
        PortledgerError: it is not a plan.
    """
    if not isinstance(plan, Mapping):
        raise PortledgerError(complaint(None, "plan", plan, "is not a plan", _REMEDY))
    scope = plan.get("scope")
    if scope not in SCOPES:
        raise PortledgerError(complaint(None, "plan: scope", scope, "is neither host nor gateway", _REMEDY))
    try:
        return read_plan(dict(plan), scope)
    except PlanError as error:
        raise PortledgerError(f"{error.problem}. {_REMEDY}.") from None


def checked_policy(
    plan: object, unlisted: object, egress: object, management: object, ssh_ports: object = (22,)
) -> Policy:
    """What a plan means, where no connection is running.

    Raises:
        PortledgerError: the plan or an option cannot be used.
    """
    checked = checked_plan(plan)
    reachable = Management(None, networks("management", management), _ports("ssh_ports", ssh_ports))
    return make_policy(checked, reachable, word("unlisted", unlisted, POLICIES), word("egress", egress, POLICIES))


def word(option: str, value: object, allowed: Iterable[str]) -> str:
    """One of the words that an option takes.

    Raises:
        PortledgerError: it is another.
    """
    words = tuple(allowed)
    if not isinstance(value, str) or value not in words:
        raise PortledgerError(complaint(None, option, value, "is not one of its values", choices(value, words)))
    return value


def flag(option: str, value: object) -> bool:
    """True or false.

    Raises:
        PortledgerError: it is something else, such as the text "no", which Python takes for true.
    """
    if not isinstance(value, bool):
        raise PortledgerError(complaint(None, option, value, "is not a boolean", "Write true or false"))
    return value


def networks(option: str, value: object) -> list[str]:
    """A list of networks in canonical form, each once and sorted.

    Raises:
        PortledgerError: it is not a list, or an entry is not a network.
    """
    found: set[str] = set()
    for entry in _list(option, value, _NETWORKS_REMEDY):
        try:
            found.add(parse_network(entry)[1])
        except ValueError as error:
            raise PortledgerError(complaint(None, option, entry, str(error), _NETWORKS_REMEDY)) from None
    return sorted(found, key=sort_key)


def _ports(option: str, value: object) -> list[int]:
    remedy = f"Write a list of port numbers from 1 to {_LAST_PORT}"
    found = set()
    for entry in _list(option, value, remedy):
        if isinstance(entry, bool) or not isinstance(entry, int) or not 1 <= entry <= _LAST_PORT:
            raise PortledgerError(complaint(None, option, entry, "is not a port number", remedy))
        found.add(entry)
    return sorted(found)


def _list(option: str, value: object, remedy: str) -> list[Any]:
    if not isinstance(value, (list, tuple)):
        raise PortledgerError(complaint(None, option, value, "is not a list", remedy))
    return list(value)
