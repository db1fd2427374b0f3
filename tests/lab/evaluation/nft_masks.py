# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rules of nft that look at a part of an address, against values and sets, some of them hashes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tests.lab.evaluation.nft_kind import SET_TYPES, WORDS, Kind
from tests.lab.evaluation.random_rules import OWN

_MASKS = {
    4: ("255.255.255.0", "255.255.255.248", "255.255.0.0", "255.255.255.255", "0.0.0.0", "0.0.0.255"),
    6: ("ffff:ffff:ffff:ffff::", "ffff:ffff:ffff::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:fff8", "::", "::ff"),
}
# Of these, some have bits that a mask takes away, so no packet is like them.
_VALUES = {
    4: ("198.19.1.0", "198.19.2.0", "198.19.1.8", "198.19.2.48", "198.19.0.0", "0.0.0.0", "0.0.0.3"),
    6: ("2001:db8:a1::", "2001:db8:a2::", "2001:db8:a1::8", "2001:db8:a2::50", "::", "::3"),
}


class Masks(Kind):
    """Parts of addresses."""

    def objects(self, versions: Sequence[int]) -> Iterator[str]:
        for version in versions:
            some = ", ".join(self.chance.sample(_VALUES[version], 3))
            yield f"set hashes{version} {{ type {SET_TYPES[version]}; elements = {{ {some} }} }}"
            tree = ", ".join(self.nets(version))
            yield f"set tree{version} {{ type {SET_TYPES[version]}; flags interval; elements = {{ {tree} }} }}"

    def matched(self, version: int) -> str:
        values = ", ".join(self.chance.sample(_VALUES[version], 2))
        mask = self.one(_MASKS[version])
        right = self.one(
            (f"@hashes{version}", f"@hashes{version}", f"@tree{version}", self.one(_VALUES[version]), f"{{ {values} }}")
        )
        end = f"{WORDS[version]} {self.one(('saddr', 'saddr', 'daddr'))}"
        both = f" {WORDS[version]} daddr {self.one(OWN[version])}" if self.maybe(0.2) and "saddr" in end else ""
        return f"{end} & {mask} {self.one(('==', '==', '!='))} {right}{both}"

    def kind(self, version: int, first: int, rejects: bool) -> str:
        before = f"{self.transport} dport {self.sign(0.1)}{self.ports('-')} " if self.maybe(0.3) else ""
        return f"{before}{self.matched(version)} {self.verdict(first, rejects)}"
