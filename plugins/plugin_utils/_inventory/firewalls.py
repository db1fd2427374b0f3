# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Options of the firewall roles in the inventory: the policy for unlisted packets, and management networks.

Note that this plugin util is **PRIVATE** to the collection.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from ansible_collections.portledger.qradar.plugins.module_utils._base.contract import (
    DROP,
    GATEWAY,
    LEAVE,
    POLICIES,
    PRESENT,
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


def _options(name: str, scope: str, variables: Mapping[str, object]) -> FirewallOptions:
    prefix = f"{scope}_firewall"
    management = variables.get(f"{prefix}_management")
    if isinstance(management, str):  # Ansible takes a list of words with commas between them, too
        as_it_was = Secret if isinstance(management, Secret) else str
        management = [as_it_was(word.strip()) for word in management.split(",") if word.strip()]
    return FirewallOptions(
        unlisted=_word(name, f"{prefix}_unlisted", variables, DROP, POLICIES),
        egress=_word(name, f"{prefix}_egress", variables, LEAVE, POLICIES) if scope == GATEWAY else LEAVE,
        management=as_networks(name, f"{prefix}_management", management),
        present=_word(name, f"{prefix}_state", variables, PRESENT, STATES) == PRESENT,
    )


def _word(name: str, variable: str, variables: Mapping[str, object], default: str, allowed: tuple[str, ...]) -> str:
    value = variables.get(variable, default)
    if value not in allowed:
        raise InputError(name, variable, value, "is not one of its values", choices(value, allowed))
    return str(value)
