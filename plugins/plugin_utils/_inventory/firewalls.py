# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Options of the firewall roles in the inventory: the policy for unlisted packets, and management networks.

Note that this plugin util is **PRIVATE** to the collection.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Final

from ansible_collections.portledger.qradar.plugins.module_utils._base.contract import (
    AUTO,
    DROP,
    GATEWAY,
    LEAVE,
    POLICIES,
    PRESENT,
    PROVIDERS,
    STATES,
)
from ansible_collections.portledger.qradar.plugins.plugin_utils._base.errors import InputError, choices
from ansible_collections.portledger.qradar.plugins.plugin_utils._base.networks import Networks
from ansible_collections.portledger.qradar.plugins.plugin_utils._base.printable import Secret
from ansible_collections.portledger.qradar.plugins.plugin_utils._inventory.values import as_networks

NOBODY: Final = Networks()


@dataclass(frozen=True)
class FirewallOptions:
    """Options of a firewall role on one host; the defaults are the role's.

    Attributes:
        unlisted: drop, log or leave.
        egress: the same; of a gateway only.
        management: networks that may open SSH.
        present: False where the role removes its rules.
    """

    unlisted: str = DROP
    egress: str = LEAVE
    management: Networks = NOBODY
    present: bool = True


class Firewalls:
    """Reads the options of each host once, when they are needed.

    Args:
        inventory: each host's variables.
    """

    def __init__(self, inventory: Mapping[str, Mapping[str, object]]) -> None:
        self._inventory = inventory
        self._read: dict[tuple[str, str], FirewallOptions] = {}

    def options(self, name: str, scope: str) -> FirewallOptions:
        """The options of a host or gateway.

        Raises:
            InputError: the inventory has a value that the role would refuse.
        """
        key = (name, scope)
        if key not in self._read:
            self._read[key] = _options(name, scope, self._inventory.get(name, {}))
        return self._read[key]


def role_of(scope: str) -> str:
    """The role that enforces a scope: ``host_firewall``."""
    return f"{scope}_firewall"


def role_variable(scope: str, option: str) -> str:
    """The variable of that role that has an option of its module: ``host_firewall_unlisted``."""
    return f"{role_of(scope)}_{option}"


def read_options(name: str, scope: str, given: Mapping[str, object], variable: Callable[[str], str]) -> FirewallOptions:
    """Options of a firewall role, or of its module.

    Args:
        name: of the host or gateway.
        scope: host or gateway.
        given: values by option; one that is missing has its default.
        variable: what an option is called where its value was written.

    Raises:
        InputError: a value that the module would refuse.
    """

    def word(option: str, default: str, allowed: tuple[str, ...]) -> str:
        value = given.get(option, default)
        if value not in allowed:
            raise InputError(name, variable(option), value, "is not one of its values", choices(value, allowed))
        return str(value)

    word("provider", AUTO, (AUTO, *PROVIDERS))
    management = given.get("management")
    if isinstance(management, str):  # Ansible takes a list of words with commas between them, too
        as_it_was = Secret if isinstance(management, Secret) else str
        management = [as_it_was(one.strip()) for one in management.split(",") if one.strip()]
    return FirewallOptions(
        unlisted=word("unlisted", DROP, POLICIES),
        egress=word("egress", LEAVE, POLICIES) if scope == GATEWAY else LEAVE,
        management=as_networks(name, variable("management"), management),
        present=word("state", PRESENT, STATES) == PRESENT,
    )


def _options(name: str, scope: str, variables: Mapping[str, object]) -> FirewallOptions:
    options = ("unlisted", "management", "state", *(("egress",) if scope == GATEWAY else ()))
    variable = partial(role_variable, scope)
    given = {one: variables[variable(one)] for one in options if variable(one) in variables}
    return read_options(name, scope, given, variable)
