# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every kind of rulesets by its name."""

from __future__ import annotations

from typing import Final

from tests.lab.evaluation.firewalld_kind import Firewalld
from tests.lab.evaluation.iptables_kinds import IPTABLES_KINDS, Ipset, Matches, Rpfilter
from tests.lab.evaluation.nft_kinds import NFT_KINDS
from tests.lab.evaluation.random_rules import Iptables, Nftables, RulesMaker

KNOWN: Final[dict[str, type[Iptables | Nftables]]] = {"iptables": Iptables, "nftables": Nftables}
"""Kinds of which nothing is left open."""


class _OlderIptables(Iptables):
    legacy = "-legacy"


class _OlderRpfilter(Rpfilter):
    legacy = "-legacy"


class _OlderIpset(Ipset):
    legacy = "-legacy"


class _OlderMatches(Matches):
    legacy = "-legacy"


_OLDER: Final[dict[str, type[Iptables | Nftables]]] = {
    "iptables-legacy": _OlderIptables,
    "rpfilter-legacy": _OlderRpfilter,
    "ipset-legacy": _OlderIpset,
    "matches-legacy": _OlderMatches,
}

MAKERS: Final[dict[str, type[RulesMaker]]] = {
    **KNOWN,
    **NFT_KINDS,
    **IPTABLES_KINDS,
    **_OLDER,
    "firewalld": Firewalld,
}
