# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The provider nftables against the kernel: what was in our table is saved and comes back."""

from __future__ import annotations

import json

from ansible_collections.portledger.qradar.plugins.module_utils._nftables.provider import Nftables
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
    data = json.loads(json.dumps(Nftables().save(Nftables().read(host, "host"))))
    for between in ("changed", "gone", "flushed"):
        if between == "changed":
            box.repaired(unlisted="leave")
        elif between == "gone":
            box.apply(state="absent")
        else:
            box.nft("flush", "table", "inet", "portledger_host")
        present = Nftables().read(host, "host")
        former = Nftables().former(data, present)
        assert Nftables().compare(host, "host", present, former)
        Nftables().load(host, "host", present, former)
        present = Nftables().read(host, "host")
        assert Nftables().compare(host, "host", present, Nftables().former(data, present)) == []
        assert box.nft("list", "table", "inet", "portledger_host") == was
        assert box.foreign() == foreign


def test_kept_nothing(box: Box) -> None:
    host = box.host()
    data = json.loads(json.dumps(Nftables().save(Nftables().read(host, "gateway"))))
    assert Nftables().compare(host, "gateway", *[Nftables().former(data, None)] * 2) == []
    box.apply(scope="gateway")
    present = Nftables().read(host, "gateway")
    Nftables().load(host, "gateway", present, Nftables().former(data, present))
    assert box.ruleset() == ""


def test_what_is_wanted_can_be_kept(box: Box) -> None:
    """A boot loads what was wanted, from data, without a plan."""
    host = box.host()
    box.apply()
    good = box.rules()
    data = json.loads(json.dumps(Nftables().save(Nftables().read(host, "host"))))
    box.nft("flush", "ruleset")
    present = Nftables().read(host, "host")
    Nftables().load(host, "host", present, Nftables().former(data, present))
    assert box.rules() == good
    assert not box.apply()["changed"]
