# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Requirements and notes that lookups share."""

from __future__ import annotations


class ModuleDocFragment:
    """Parts only, such as ``portledger.qradar.lookups.inventory``."""

    INVENTORY = r"""
options: {}
requirements:
  - the Python library netaddr on the controller
notes:
  - Reads the variables of every host in the inventory, even where the play is limited to some of them.
  - Runs on the controller. Contacts no host and changes nothing.
"""

    FIREWALLS = r"""
options: {}
notes:
  - Reads options of the firewall roles, such as C(host_firewall_unlisted), from the inventory. It does not see values
    that a playbook passes to a role.
"""

    ITEMS = r"""
options: {}
notes:
  - C(query) always returns a list. C(lookup) returns a single item without a list around it, and an empty list where
    there is none. With C(wantlist=true) it always returns a list too.
"""

    ANSWERS = r"""
options:
  fail:
    description:
      - What happens where there is no answer, for instance because the inventory has a mistake.
      - With V(true), the lookup fails.
      - With V(false), it returns a dictionary whose only key is C(error), with the message.
    type: bool
    default: true
"""
