# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A host that is a network namespace and has nft only.

PORTLEDGER_NFT names another nft than that in PATH: the same tests hold for every version.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

from tests.unit.kernel.box import NamespaceBox, tool

TABLES = {"host": "portledger_host", "gateway": "portledger_gateway"}

# As docker, fail2ban, firewalld and libvirt have theirs.
FOREIGN = """
table ip nat {
    chain DOCKER { iifname "docker0" counter return
    }
    chain PREROUTING { type nat hook prerouting priority dstnat; policy accept;
        fib daddr type local counter jump DOCKER
    }
}
table ip filter {
    chain DOCKER-USER { counter return
    }
    chain FORWARD { type filter hook forward priority filter; policy drop;
        counter jump DOCKER-USER
        oifname "docker0" ct state established,related counter accept
    }
}
table inet f2b-table {
    set addr-set-sshd { type ipv4_addr; elements = { 203.0.113.7 }
    }
    chain f2b-chain { type filter hook input priority filter - 1; policy accept;
        tcp dport 22 ip saddr @addr-set-sshd reject
    }
}
table inet firewalld {
    chain filter_INPUT { type filter hook input priority filter + 10; policy accept;
        ct state { established, related } accept
        iifname "lo" accept
    }
}
table inet portledger_hosts {
    set log_sources_61f1fe75_v4 { type ipv4_addr; flags interval; elements = { 203.0.113.0/24 }
    }
    chain input { tcp dport 9 drop comment "portledger"
    }
}
"""


class Box(NamespaceBox):
    """With nft only."""

    provider = "nftables"

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.real = os.environ.get("PORTLEDGER_NFT") or tool("nft")
        self.script("nft", f'exec {self.real} "$@"')

    def nft(self, *arguments: str, data: str | None = None) -> str:
        code, out, err = self.run([self.real, *arguments], data)
        assert code == 0, (arguments, err)
        return out

    def ruleset(self) -> str:
        """All tables, with counters."""
        return self.nft("list", "ruleset")

    everything = ruleset

    def rules(self, scope: str = "host") -> str:
        """Our table, without counters."""
        return re.sub(r"packets \d+ bytes \d+", "", self.nft("list", "table", "inet", TABLES[scope]))

    def foreign(self) -> str:
        tables = re.split(r"^(?=table )", self.ruleset(), flags=re.MULTILINE)
        ours = tuple(f"table inet {name} " for name in TABLES.values())
        return "".join(table for table in tables if not table.startswith(ours))


def damage(box: Box, text: str) -> None:
    """Do something to our table."""
    handles = {}
    chain = ""
    for line in box.nft("-a", "list", "table", "inet", "portledger_host").splitlines():
        words = line.split()
        if words[:1] == ["chain"]:
            chain = words[1]
        if "# handle" in line:
            handles[f"{chain} {line}"] = words[-1]

    def handle(match: re.Match[str]) -> str:
        within, _space, part = match[1].partition(" ")
        return next(number for key, number in handles.items() if key.startswith(within + " ") and part in key)

    box.nft("-f", "-", data=re.sub(r"\{handle:(.*?)\}", handle, text).replace("{{", "{").replace("}}", "}") + "\n")
