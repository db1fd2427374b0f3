# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which ports packets try."""

from __future__ import annotations

import random

from tests.lab.oracle.oracle import Oracle
from tests.lab.traffic import ports as portsets

_OUTSIDE = 200

# Ends of the documented ranges of dynamic ports, and what is next to them.
_EDGES = (1, 1024, 1025, 32767, 32768, 34000, 60999, 61000, 65535)


def choose_ports(oracle: Oracle, quick: bool) -> tuple[list[int], int]:
    """Ports of the catalog and 200 outside it; how many of the former. quick: wide ranges by their ends and a few."""
    named = portsets.mask(oracle.catalog_ports())
    rest = portsets.members(portsets.ALL & ~named)
    known = set(rest)
    outside = [port for port in _EDGES if port in known]
    shuffled = random.Random(72)
    outside += shuffled.sample(sorted(known - set(outside)), _OUTSIDE - len(outside))
    inside = portsets.members(named)
    if quick:
        inside = [
            port
            for first, last in portsets.spans(named)
            for port in (range(first, last + 1) if last - first < 50 else {*range(first, last, 97), first, last})
        ]
    return sorted({*inside, *outside}), len(inside)
