# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Packets between the systems, and from outsiders, in both families."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.systems.verify import knock, packets


@pytest.mark.parametrize(("kind", "answered"), [("passes", True), ("stops", False)])
def test_packets(kind: str, answered: bool) -> None:
    asked = packets(kind)
    assert asked
    sources = sorted({one[0] for one in asked})
    questions = [[one[2:] for one in asked if one[0] == source] for source in sources]
    with ThreadPoolExecutor() as pool:
        heard = dict(zip(sources, pool.map(knock, sources, questions), strict=True))
    wrong = [
        f"{source} > {destination} {address} {transport}/{port}"
        for source, destination, transport, address, port in asked
        if heard[source][transport, address, port] != answered
    ]
    assert wrong == []
