# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The ports that probes come from: no node answers to them."""

from __future__ import annotations

# Every probe comes from one port, so that no probe looks like the reply to one in the other direction. For that port
# itself three ports stand in for each other in a ring: a port and its source port never change places.
SOURCE = 61000
RING = {61000: 61001, 61001: 61002, 61002: 61000}
REPLY_PORTS = (min(RING), max(RING))
