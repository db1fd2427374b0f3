# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One inventory as the questions take it.

Note that this plugin util is **PRIVATE** to the collection.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from ansible_collections.portledger.qradar.plugins.plugin_utils._inventory.firewalls import Firewalls
from ansible_collections.portledger.qradar.plugins.plugin_utils._inventory.view import HostVars, inventory_view
from ansible_collections.portledger.qradar.plugins.plugin_utils._plan.planner import Planner
from ansible_collections.portledger.qradar.plugins.plugin_utils._plan.planning import make_planner


class Snapshot(NamedTuple):
    """The deployment of an inventory, and its options of the firewall roles."""

    planner: Planner
    firewalls: Firewalls

    @classmethod
    def of(cls, hostvars: HostVars, groups: Mapping[str, Sequence[str]]) -> Snapshot:
        """Read Ansible's ``hostvars`` and ``groups``.

        Raises:
            PortledgerError: a value cannot be used.
        """
        return cls(make_planner(hostvars, groups), Firewalls(inventory_view(hostvars)))
