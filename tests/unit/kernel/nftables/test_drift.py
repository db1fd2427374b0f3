# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The provider nftables against the kernel: what somebody does to our table is named and repaired."""

from __future__ import annotations

import re

import pytest

from tests.unit.kernel.nftables.box import FOREIGN, Box, damage

COMPONENT = "component_6985ca1f"
PEER = "ha_peer_7d47acff"

# What is done to our table, as nft reads it ({handle:x} is the number of the rule with x in it), and what the repair
# says, where that is a list of lines and no more.
DAMAGE: dict[str, tuple[str, list[str]]] = {
    "deleted rule": (
        f"delete rule inet portledger_host from_{COMPONENT} handle {{handle:from_{COMPONENT} imq}}",
        ["+ tcp/7676-7677 imq from component (4 addresses)"],
    ),
    "deleted lead of one family": (
        "delete rule inet portledger_host input handle {handle:input ip6 saddr @component}",
        ["+ tcp/7676-7677 imq from component (1 address) (IPv6)"]
        + [
            f"+ tcp/{ports} jmx from component (1 address) (IPv6)"
            for ports in [
                "5791",
                "7700",
                "7777-7783",
                "7787-7788",
                "7790-7795",
                "7799",
                "8989-8990",
                "9001",
                "9003",
                "9005",
            ]
        ],
    ),
    "added flow": (
        f'add rule inet portledger_host from_{PEER} tcp dport 9 counter accept comment "mine"',
        ["- tcp/9 mine from ha_peer (1 address)"],
    ),
    "added ports to a service": (
        f'add rule inet portledger_host from_{PEER} tcp dport 7000-7100 counter accept comment "ha_drbd"',
        ["- tcp/7000-7100 ha_drbd from ha_peer (1 address)"],
    ),
    "added accept": (
        "insert rule inet portledger_host input ip saddr 1.2.3.4 accept",
        ["- rule without a service: ip saddr 1.2.3.4 accept (IPv4)"],
    ),
    "added rule that we never write": (
        "insert rule inet portledger_host input tcp flags syn tcp option maxseg size 1-500 counter drop",
        [],
    ),
    "added drop among flows": (
        f"insert rule inet portledger_host from_{COMPONENT} tcp dport != 9 drop",
        ["- rule without a service: tcp dport != 9 drop (from component)"],
    ),
    "published ports only": (
        f"delete rule inet portledger_host published_from_{COMPONENT} handle {{handle:published_from_{COMPONENT} imq}}",
        ["+ tcp/7676-7677 imq from component (4 addresses), published by containers"],
    ),
    "published ports not judged": (
        "flush chain inet portledger_host published",
        [],
    ),
    "changed elements": (
        f"delete element inet portledger_host {COMPONENT}_v4 {{{{ 198.18.2.4 }}}}\n"
        f"add element inet portledger_host {COMPONENT}_v4 {{{{ 198.18.77.0/24 }}}}",
        ["~ component: +198.18.2.4, -198.18.77.0/24"],
    ),
    "changed elements of the other family": (
        f"add element inet portledger_host {COMPONENT}_v6_128 {{{{ 2001:db8:77::1 }}}}",
        ["~ component: -2001:db8:77::1"],
    ),
    "added set": (
        "add set inet portledger_host mine {{ type ipv4_addr; }}",
        ["- set mine that no rule uses"],
    ),
    "added chain": ("add chain inet portledger_host mine", ["- chain mine that nothing leads to"]),
    "added base chain": (
        "add chain inet portledger_host mine {{ type filter hook output priority 0; }}",
        ["- chain mine that hooks into output"],
    ),
    "added map": ("add map inet portledger_host mine {{ type ipv4_addr : verdict; }}", ["- map mine"]),
    "added counter": ("add counter inet portledger_host mine", ["- counter mine"]),
    "policy": (
        "chain inet portledger_host forward {{ policy drop; }}",
        ["~ chain forward restored (was type filter hook forward priority -10 policy drop)"],
    ),
    "asleep": ("add table inet portledger_host {{ flags dormant; }}", ["- flags of the table"]),
    "order": (
        "delete rule inet portledger_host input handle {handle:input loopback}\n"
        'add rule inet portledger_host input iif lo accept comment "loopback"',
        ["~ order of rules repaired"],
    ),
    "duplicate": (
        'add rule inet portledger_host input iif lo accept comment "loopback"',
        ["~ duplicate rules removed"],
    ),
    "without counter": (
        f"replace rule inet portledger_host from_{PEER} handle {{handle:from_{PEER} udp}} "
        'udp dport 7789 accept comment "ha_drbd"',
        [
            "+ udp/7789 ha_drbd from ha_peer (1 address)",
            '- rule without a service: udp dport 7789 accept comment "ha_drbd" (from ha_peer) (IPv4)',
        ],
    ),
    "flushed chain": (
        "flush chain inet portledger_host input",
        [],
    ),
}


@pytest.mark.parametrize("kind", DAMAGE)
def test_drift(box: Box, kind: str) -> None:
    box.nft("-f", "-", data=FOREIGN)
    box.apply()
    good, foreign = box.rules(), box.foreign()
    text, expected = DAMAGE[kind]
    damage(box, text)
    assert box.rules() != good
    lines = box.repaired()
    if kind == "flushed chain":
        assert {"+ unlisted: drop", "+ loopback", "+ replies"} < set(lines)
        assert "+ tcp/514 syslog from log_sources (2 networks)" in lines
    elif kind == "published ports not judged":
        assert "+ unlisted: drop, published by containers" in lines
        assert "+ tcp/514 syslog from log_sources (2 networks), published by containers" in lines
        assert all(line.endswith(", published by containers") for line in lines)
    elif kind == "added rule that we never write":
        assert len(lines) == 1
        # In the words of this nft, whatever its version.
        assert re.fullmatch(
            r"- rule without a service: tcp flags (& \(fin\|syn\|rst\|psh\|ack\|urg\|ecn\|cwr\) == )?syn "
            r"tcp option maxseg size 1-500 counter packets 0 bytes 0 drop",
            lines[0],
        )
    else:
        assert lines == expected
    assert box.rules() == good
    assert box.foreign() == foreign


def test_flushed(box: Box) -> None:
    first = box.apply()["difference"]
    good = box.rules()
    box.nft("flush", "ruleset")
    assert box.repaired() == first
    assert box.rules() == good
    box.nft("flush", "table", "inet", "portledger_host")
    assert "+ unlisted: drop" in box.repaired()
    assert box.rules() == good
    box.nft("flush", "ruleset")
    box.nft("add", "table", "inet", "portledger_host")
    assert box.repaired(state="absent") == ["- table inet portledger_host, which is empty"]
    assert box.ruleset() == ""
