# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Options that filters of plans share."""

from __future__ import annotations


class ModuleDocFragment:
    """Parts only, such as ``portledger.qradar.plans.input``."""

    INPUT = r"""
options:
  _input:
    description:
      - The plan of one host or gateway, as P(portledger.qradar.plan#lookup) returns it.
    type: dict
    required: true
seealso:
  - plugin: portledger.qradar.plan
    plugin_type: lookup
"""

    MANAGEMENT = r"""
options:
  management:
    description:
      - Addresses and networks that may open SSH connections to the host.
    type: list
    elements: str
    default: []
  ssh_ports:
    description:
      - The ports of the host's own SSH daemon, for O(management).
    type: list
    elements: int
    default: [22]
"""
