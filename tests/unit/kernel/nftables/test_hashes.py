# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lengths with many networks have sets of hashes: the same packets pass, and what differs reads the same.

"Many" is lowered here, so that a few do.
"""

from __future__ import annotations

import re
from typing import Any

import pytest

from ansible_collections.portledger.qradar.plugins.module_utils._nftables import sets
from tests.unit.kernel.datagrams import judged
from tests.unit.kernel.nftables.box import Box
from tests.unit.plugins.module_utils.support import golden_plan

TREE = ["10.9.0.0/20", "10.9.64.0/20"]
LOG_SOURCES = {
    "ipv4": [
        *("10.1.0.0/26", "10.1.0.64/26", "10.1.1.0/26", "10.255.255.192/26"),
        *("10.2.0.1/32", "10.2.0.2/32", "10.2.0.9/32"),
        *TREE,
    ],
    "ipv6": ["2001:db8:5::/64", "2001:db8:5:1::/64", "2001:db8:5:8::/64", "2001:db8:6::7/128"],
}
NAME = "log_sources_61f1fe75"


@pytest.fixture(autouse=True)
def few_are_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sets, "MANY", 3)


def wanted() -> dict[str, Any]:
    plan = golden_plan("host")
    plan["sets"]["log_sources"] = {family: list(some) for family, some in LOG_SOURCES.items()}
    return plan


def test_which_networks_are_held_how(box: Box) -> None:
    box.apply(plan=wanted())
    said = box.nft("list", "table", "inet", "portledger_host")
    for line in (
        f"ip saddr & 255.255.255.192 == @{NAME}_v4_26 jump",
        f"ip saddr @{NAME}_v4_32 jump",
        f"ip saddr @{NAME}_v4 jump",
        f"ip6 saddr & ffff:ffff:ffff:ffff:: == @{NAME}_v6_64 jump",
        f"ip6 saddr @{NAME}_v6 jump",
    ):
        # Where connections enter, and where those are judged that containers publish.
        assert said.count(line) == 2, said
    assert len(re.findall(f"@{NAME}", said)) == 2 * 5, said


def test_packets(box: Box) -> None:
    box.apply(plan=wanted())
    false_opens, false_closes, refused = judged(box, [one for some in LOG_SOURCES.values() for one in some])
    assert (false_opens, false_closes) == (set(), set())
    assert len(refused) > 10


@pytest.mark.parametrize(
    ("damage", "lines"),
    [
        (f"delete element inet portledger_host {NAME}_v4_26 {{ 10.1.1.0 }}", ["~ log_sources: +10.1.1.0/26"]),
        (f"add element inet portledger_host {NAME}_v4_26 {{ 10.1.7.0 }}", ["~ log_sources: -10.1.7.0/26"]),
        (f"add element inet portledger_host {NAME}_v4_32 {{ 10.1.7.1 }}", ["~ log_sources: -10.1.7.1"]),
        (f"delete element inet portledger_host {NAME}_v4 {{ {TREE[1]} }}", [f"~ log_sources: +{TREE[1]}"]),
        (f"add element inet portledger_host {NAME}_v6_64 {{ 2001:db8:7:: }}", ["~ log_sources: -2001:db8:7::/64"]),
        # No packet has it once the mask is applied.
        (f"add element inet portledger_host {NAME}_v4_26 {{ 10.1.7.1 }}", ["~ rules repaired that meant the same"]),
        (
            f"flush set inet portledger_host {NAME}_v4_26",
            ["~ log_sources: +10.1.0.0/26, +10.1.0.64/26, +10.1.1.0/26, +10.255.255.192/26"],
        ),
    ],
)
def test_drift(box: Box, damage: str, lines: list[str]) -> None:
    box.apply(plan=wanted())
    good = box.rules()
    box.nft("-f", "-", data=damage)
    assert box.repaired(plan=wanted()) == lines
    assert box.rules() == good


def test_another_mask(box: Box) -> None:
    """It lets others in, and some of them no more."""
    box.apply(plan=wanted())
    good = box.rules()
    other = good.replace("255.255.255.192", "255.255.255.0")
    box.nft("-f", "-", data="delete table inet portledger_host\n" + other)
    assert box.rules() != good
    (line,) = box.repaired(plan=wanted())
    assert line == "~ log_sources: +10.255.255.192/26, -10.1.0.128/25, -10.1.1.64/26, -10.1.1.128/25"
    assert box.rules() == good


def test_what_an_earlier_release_has_loaded(box: Box, monkeypatch: pytest.MonkeyPatch) -> None:
    """It had trees alone; and its state, as it was saved, can be put back."""
    monkeypatch.setattr(sets, "MANY", 1000)
    box.apply(plan=wanted())
    former = box.rules()
    monkeypatch.setattr(sets, "MANY", 3)
    assert box.repaired(plan=wanted()) == ["~ rules repaired that meant the same"]
    monkeypatch.setattr(sets, "MANY", 1000)
    assert box.repaired(plan=wanted()) == ["~ rules repaired that meant the same"]
    assert box.rules() == former
