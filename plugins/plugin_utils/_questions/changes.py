# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Changes of the inventory that would permit what is blocked.

Note that this plugin util is **PRIVATE** to the collection.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from ansible_collections.portledger.qradar.plugins.plugin_utils._base.intervals import Intervals
from ansible_collections.portledger.qradar.plugins.plugin_utils._questions.judgement import Reason

ADD: Final = "add"
REMOVE: Final = "remove"
SET: Final = "set"

_WEIGHT: Final = {
    "qradar_addresses": 1,
    "qradar_roles": 2,
    "qradar_ha_peer": 3,
    "qradar_encrypted": 3,
    "qradar_version": 4,
    "qradar_profile": 5,
}
"""Side effects of changing a variable; more is worse."""


@dataclass(frozen=True)
class Change:
    """One variable to change.

    Attributes:
        variable: e.g. ``qradar_parties.log_sources``.
        action: add to a list, remove from it, or set.
        value: what to add, remove or set; a tuple of words, a dictionary of an extra flow, or a word.
        hosts: hosts to change it on; none for a variable of the deployment.
        role: where an address is to be added, what its host is; where a role is, none of the hosts has it yet.
        of_ours: a host of the deployment would be put into a party.
    """

    variable: str
    action: str
    value: Any
    hosts: tuple[str, ...] = ()
    role: str | None = None
    of_ours: bool = False

    @property
    def weight(self) -> int:
        """Its side effects; more is worse."""
        return 1 if self.of_ours else _WEIGHT.get(self.variable, 0)


@dataclass(frozen=True)
class Remedy:
    """Changes that together permit the traffic, and the flows that it then belongs to; none for an extra flow."""

    changes: tuple[Change, ...]
    reasons: tuple[Reason, ...] = ()

    @property
    def shape(self) -> object:
        """The same for remedies that differ in addresses and hosts only."""
        return tuple((change.variable, change.action, change.role) for change in self.changes), self.reasons


@dataclass(frozen=True)
class Endpoint:
    """One end of a blocked flow.

    Attributes:
        hosts: hosts of the deployment that have its addresses.
        addresses: all of it.
        named: its hosts were asked for by name.
        outside: some of its addresses belong to no host.
        word: the party or role that was asked for, of which it may be a part.
    """

    hosts: frozenset[str]
    addresses: Intervals
    named: bool
    outside: bool
    word: str | None = None
