# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The small lab: addresses of its nodes, and what of probes did not arrive."""

from __future__ import annotations

import ipaddress

from tests.lab.traffic import ports as portsets
from tests.lab.traffic.probe import Reached

PORTS = [22, 443, 514, 515, 32006, 61000, 61001, 61002, 65535]
address = ipaddress.ip_address
CONSOLE, COLLECTOR = address("198.19.1.11"), address("198.19.2.11")
CONSOLE6, COLLECTOR6 = address("2001:db8:a1::11"), address("2001:db8:a2::11")
SOURCE, SOURCE6 = address("198.19.2.51"), address("2001:db8:a2::51")
GUEST, GUEST6 = address("198.19.1.250"), address("2001:db8:a1::250")


def missing(reached: Reached) -> dict[tuple[str, str, str], list[int]]:
    """(source address, destination address, transport) -> ports that did not arrive."""
    full = {"tcp": portsets.mask(reached.probed), "udp": portsets.mask(reached.probed), "icmp": 1}
    return {
        (str(pair.source_address), str(pair.destination_address), transport): portsets.members(lost)
        for pair in reached.pairs
        for transport, bits in full.items()
        if (lost := bits & ~reached.mask(pair.source_address, pair.destination_address, transport))
    }
