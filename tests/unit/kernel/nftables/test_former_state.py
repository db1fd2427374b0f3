# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The provider nftables against the kernel: what was in our table is saved and comes back."""

from __future__ import annotations

import json

from ansible_collections.portledger.qradar.plugins.module_utils._nftables import provider as _nftables
from tests.unit.kernel.nftables.box import FOREIGN, Box, damage


def test_kept_and_put_back(box: Box) -> None:
    """Everything in our table comes back as it was, what others put into it too."""
    box.nft("-f", "-", data=FOREIGN)
    host = box.host()
    box.apply()
    damage(
        box,
        "add map inet portledger_host mine {{ type ipv4_addr : verdict; elements = {{ 1.2.3.4 : drop }}; }}\n"
        "add set inet portledger_host theirs {{ type ipv4_addr; elements = {{ 1.2.3.4, 1.2.3.5 }}; }}\n"
        "add chain inet portledger_host outward {{ type filter hook output priority 5; policy accept; }}\n"
        "add rule inet portledger_host outward ip daddr vmap @mine counter packets 3 bytes 4\n"
        "add rule inet portledger_host outward tcp flags syn ip daddr @theirs counter reject\n"
        'add rule inet portledger_host input ip saddr 1.2.3.4 udp dport {{ 5, 7-9 }} accept comment "x"\n'
        "chain inet portledger_host forward {{ policy drop; }}\n",
    )
    was, foreign = box.nft("list", "table", "inet", "portledger_host"), box.foreign()
    data = json.loads(json.dumps(_nftables.keep(_nftables.read(host, "host"))))
    for between in ("changed", "gone", "flushed"):
        if between == "changed":
            box.repaired(unlisted="leave")
        elif between == "gone":
            box.apply(state="absent")
        else:
            box.nft("flush", "table", "inet", "portledger_host")
        present = _nftables.read(host, "host")
        former = _nftables.kept(data, present)
        assert _nftables.compare(host, "host", present, former)
        _nftables.load(host, "host", present, former)
        present = _nftables.read(host, "host")
        assert _nftables.compare(host, "host", present, _nftables.kept(data, present)) == []
        assert box.nft("list", "table", "inet", "portledger_host") == was
        assert box.foreign() == foreign


def test_kept_nothing(box: Box) -> None:
    host = box.host()
    data = json.loads(json.dumps(_nftables.keep(_nftables.read(host, "gateway"))))
    assert _nftables.compare(host, "gateway", *[_nftables.kept(data, None)] * 2) == []
    box.apply(scope="gateway")
    present = _nftables.read(host, "gateway")
    _nftables.load(host, "gateway", present, _nftables.kept(data, present))
    assert box.ruleset() == ""


def test_what_is_wanted_can_be_kept(box: Box) -> None:
    """A boot loads what was wanted, from data, without a plan."""
    host = box.host()
    box.apply()
    good = box.rules()
    data = json.loads(json.dumps(_nftables.keep(_nftables.read(host, "host"))))
    box.nft("flush", "ruleset")
    present = _nftables.read(host, "host")
    _nftables.load(host, "host", present, _nftables.kept(data, present))
    assert box.rules() == good
    assert not box.apply()["changed"]
