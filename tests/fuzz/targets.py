# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""All targets."""

from __future__ import annotations

from tests.fuzz import of_firewalld, of_host, of_inventory, of_iptables, of_nftables, of_results, of_state
from tests.fuzz.target import Target

TARGETS: dict[str, Target] = {
    target.name: target
    for module in (of_iptables, of_nftables, of_firewalld, of_state, of_host, of_inventory, of_results)
    for target in module.TARGETS
}
