# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Somebody else's rules, on nodes of the small lab."""

from __future__ import annotations

from tests.lab.hosts.rules import FAMILIES, HOSTS
from tests.lab.world.lab import Lab

# Somebody else's: a filter of its own, one that hooks into INPUT and FORWARD, and address translation.
FOREIGN = """
*filter
:f2b-sshd - [0:0]
-A INPUT -p tcp -m multiport --dports 22 -j f2b-sshd
-A INPUT -i somebody0 -j ACCEPT
-A FORWARD -i somebody0 -m comment --comment "kept in order" -j ACCEPT
-A FORWARD -o somebody0 -j ACCEPT
-A f2b-sshd -s {address} -j REJECT
-A f2b-sshd -j RETURN
COMMIT
*nat
:DOCKER - [0:0]
-A PREROUTING -m addrtype --dst-type LOCAL -j DOCKER
COMMIT
"""

FOREIGN_TABLE = """
table inet theirs {
    set banned { type ipv4_addr; elements = { 203.0.113.7, 203.0.113.9 }
    }
    chain input { type filter hook input priority filter - 1; policy accept;
        ip saddr @banned counter drop comment "kept in order"
    }
    chain forward { type filter hook forward priority filter; policy accept;
        iifname "somebody0" accept
    }
}
"""

FOREIGN_ADDRESSES = {"iptables": "198.19.9.9/32", "ip6tables": "2001:db8:9::9/128"}


def add_foreign_rules(lab: Lab) -> None:
    for name in HOSTS:
        for tool in FAMILIES:
            lab[name].run([f"{tool}-restore", "--noflush"], stdin=FOREIGN.format(address=FOREIGN_ADDRESSES[tool]))
        lab[name].run(["nft", "-f", "-"], stdin=FOREIGN_TABLE)
