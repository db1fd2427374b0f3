# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Twelve firewalls as people have them, on one host, each made by its own program; and one of a gateway."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tests.lab.hosts.firewalld import start_firewalld
from tests.lab.hosts.qradar.stand_in import CONF, TOOL, install_stand_in, write_file
from tests.lab.world.lab import RunningNode

Make = Callable[[RunningNode, contextlib.ExitStack], None]

# Nobody permits these, or only one of the cases does.
PORTS = [22, 25, 53, 123, 161, 199, 443, 514, 515, 1514, 3000, 5666, 6514, 8080, 8443, 9090, 9100, 9200, 10050, 10051]


@dataclass(frozen=True)
class Case:
    """One configuration.

    lost: ports that pass in part before, and that no proposal has, for their rules cannot be read exactly.
    """

    name: str
    make: Make
    lost: frozenset[str] = frozenset()
    provider: str = "auto"

    def __str__(self) -> str:
        return self.name


def restored(ipv4: str, ipv6: str = "") -> Make:
    """Rules of iptables-save; without any for IPv6, that drops all."""

    def make(node: RunningNode, _stack: contextlib.ExitStack) -> None:
        for tool, text in (("iptables", ipv4), ("ip6tables", ipv6 or "-P INPUT DROP")):
            policies = ":INPUT DROP [0:0]\n:FORWARD DROP [0:0]\n:OUTPUT ACCEPT [0:0]\n"
            rules = (
                text if text.startswith("*") else f"*filter\n{policies}{'' if text.startswith('-P') else text}COMMIT\n"
            )
            node.run([f"{tool}-restore"], stdin=rules)
            if tool == "ip6tables":
                # Neighbours, without which nothing arrives at all.
                node.run([tool, "-I", "INPUT", "-p", "icmpv6", "--icmpv6-type", "135", "-j", "ACCEPT"])
                node.run([tool, "-I", "INPUT", "-p", "icmpv6", "--icmpv6-type", "136", "-j", "ACCEPT"])

    return make


def nft(text: str) -> Make:
    def make(node: RunningNode, _stack: contextlib.ExitStack) -> None:
        node.run(["nft", "-f", "-"], stdin=text)

    return make


def firewalld(*commands: str, default: str = "public") -> Make:
    def make(node: RunningNode, stack: contextlib.ExitStack) -> None:
        node.run(["sed", "-i", f"s/^DefaultZone=.*/DefaultZone={default}/", "/etc/firewalld/firewalld.conf"])
        daemon = stack.enter_context(start_firewalld(node))
        for command in commands:
            daemon.cmd("--permanent", *command.split("|"))
        daemon.cmd("--reload")

    return make


def qradar(pre: Sequence[str], post: Sequence[str] = ()) -> Make:
    def make(node: RunningNode, _stack: contextlib.ExitStack) -> None:
        install_stand_in(node)
        for tables in ("iptables", "ip6tables"):
            lines = [line for line in pre if "198.19" not in line or tables == "iptables"]
            after = [line for line in post if "198.19" not in line or tables == "iptables"]
            write_file(node, f"{CONF}/{tables}.pre", "".join(f"{line}\n" for line in lines))
            write_file(node, f"{CONF}/{tables}.post", "".join(f"{line}\n" for line in after))
            node.run(["rm", "-rf", f"{CONF}/{tables}.d", f"{CONF}/{tables}-nat.post"])
        node.run([TOOL])

    return make


# A template of EL: everything is accepted, then rejected.
_EL = """\
*filter
:INPUT ACCEPT [0:0]
:FORWARD ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
-A INPUT -m state --state RELATED,ESTABLISHED -j ACCEPT
-A INPUT -p icmp -j ACCEPT
-A INPUT -i lo -j ACCEPT
-A INPUT -p tcp -m state --state NEW -m tcp --dport 22 -j ACCEPT
-A INPUT -s 198.19.1.20/32 -p tcp -m state --state NEW -m multiport --dports 443,8443 -j ACCEPT
-A INPUT -j REJECT --reject-with icmp-host-prohibited
COMMIT
"""
# Chains by purpose, with networks that are left out.
_CHAINS = """\
*filter
:INPUT DROP [0:0]
:FORWARD DROP [0:0]
:OUTPUT ACCEPT [0:0]
:MONITORING - [0:0]
:LOGS - [0:0]
-A INPUT -i lo -j ACCEPT
-A INPUT -m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT
-A INPUT -p tcp -m multiport --dports 161,9100,10050 -j MONITORING
-A INPUT -p udp -m udp --dport 161 -j MONITORING
-A INPUT -p udp -m udp --dport 514 -j LOGS
-A INPUT -p tcp -m tcp --dport 514 -j LOGS
-A INPUT -p tcp -m tcp --dport 6514 -j LOGS
-A MONITORING -s 198.19.1.20/32 -m comment --comment "zabbix, ticket 4711" -j ACCEPT
-A MONITORING -j DROP
-A LOGS -s 198.19.1.250/32 -j DROP
-A LOGS -s 198.19.1.0/24 -j ACCEPT
COMMIT
"""
# As UFW makes them.
_UFW = """\
*filter
:INPUT DROP [0:0]
:FORWARD DROP [0:0]
:OUTPUT ACCEPT [0:0]
:ufw-before-input - [0:0]
:ufw-user-input - [0:0]
:ufw-user-limit - [0:0]
:ufw-user-limit-accept - [0:0]
-A INPUT -j ufw-before-input
-A INPUT -j ufw-user-input
-A ufw-before-input -i lo -j ACCEPT
-A ufw-before-input -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
-A ufw-before-input -m conntrack --ctstate INVALID -j DROP
-A ufw-before-input -p icmp -m icmp --icmp-type 8 -j ACCEPT
-A ufw-user-input -s 198.19.1.0/27 -p tcp -m tcp --dport 22 -j ACCEPT
-A ufw-user-input -p tcp -m tcp --dport 443 -j ACCEPT
-A ufw-user-input -p tcp -m tcp --dport 3000 -m conntrack --ctstate NEW -m recent --set --name DEFAULT --rsource
-A ufw-user-input -p tcp -m tcp --dport 3000 -m conntrack --ctstate NEW -m recent --update --seconds 30 --hitcount 6 \
--name DEFAULT --rsource -j ufw-user-limit
-A ufw-user-input -p tcp -m tcp --dport 3000 -j ufw-user-limit-accept
-A ufw-user-limit -j REJECT
-A ufw-user-limit-accept -j ACCEPT
COMMIT
"""
# Both families, by interface, with a range of addresses.
_BOTH = """\
-A INPUT -i lo -j ACCEPT
-A INPUT -m state --state ESTABLISHED,RELATED -j ACCEPT
-A INPUT -m iprange --src-range 198.19.1.20-198.19.1.60 -p udp -m multiport --dports 514,1514 -j ACCEPT
-A INPUT -i core -p tcp -m tcp --dport 9090:9100 ! -s 198.19.1.250/32 -j ACCEPT
"""
_BOTH6 = """\
-A INPUT -i lo -j ACCEPT
-A INPUT -s 2001:db8:a1::20/128 -p tcp -m tcp --dport 9090:9100 -j ACCEPT
"""
# A table with sets, maps of verdicts and counters.
_SETS = """
table inet filter {
    set admins { type ipv4_addr; flags interval; elements = { 198.19.1.16/28 } }
    set senders { type ipv4_addr; elements = { 198.19.1.51, 198.19.1.20 } }
    chain monitoring {
        tcp dport { 9100, 10050-10051 } counter accept
    }
    chain input { type filter hook input priority filter; policy drop;
        iif lo accept
        ct state vmap { established : accept, related : accept, invalid : drop }
        icmp type echo-request accept
        icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert, nd-router-advert, echo-request } accept
        ip saddr @admins tcp dport { 22, 443 } counter accept
        ip saddr @senders udp dport 514 accept
        ip saddr vmap { 198.19.1.20 : jump monitoring }
        ip6 saddr 2001:db8:a1::51 tcp dport 8080 accept
    }
}
"""
# Two tables, of which the second drops; a limit that no plan can express.
_TWO = """
table ip theirs {
    chain early { type filter hook input priority -10; policy accept;
        ip saddr 198.19.1.250 tcp dport != 8443 drop
    }
}
table inet host {
    chain input { type filter hook input priority 0; policy drop;
        iifname "lo" accept
        ct state established,related accept
        meta l4proto ipv6-icmp icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert } accept
        meta l4proto { tcp, udp } th dport 53 accept
        tcp dport { 8443, 9200 } accept
        tcp dport 3000 limit rate 1/second accept
    }
}
"""

CASES = [
    Case("nft-sets", nft(_SETS)),
    Case("nft-tables", nft(_TWO), lost=frozenset({"tcp/3000"})),
    Case("iptables-el", restored(_EL)),
    Case("iptables-chains", restored(_CHAINS)),
    Case("iptables-ufw", restored(_UFW), lost=frozenset({"tcp/3000"})),
    Case("iptables-both", restored(_BOTH, _BOTH6)),
    Case(
        "pre-monitoring",
        qradar(
            [
                "-A INPUT -p tcp --dport 10050 -j ACCEPT",
                "-A INPUT -s 198.19.1.20 -p tcp -m multiport --dports 5666,9100 -j ACCEPT",
            ]
        ),
        provider="qradar",
    ),
    Case(
        "pre-and-post",
        qradar(
            ["-A INPUT -s 198.19.1.250 -p tcp --dport 9200 -j DROP", "-A INPUT -p tcp --dport 9200 -j ACCEPT"],
            ["-I QChain 1 -s 198.19.1.51 -p udp -m udp --dport 1514 -j ACCEPT"],
        ),
        provider="qradar",
    ),
    Case("firewalld-ports", firewalld("--add-port=8443/tcp", "--add-port=1514/udp", "--add-service=https")),
    Case(
        "firewalld-sources",
        firewalld(
            "--zone=internal|--add-source=198.19.1.20/32",
            "--zone=internal|--add-port=9090-9100/tcp",
            "--zone=work|--add-source=2001:db8:a1::/64",
            "--zone=work|--add-port=10050/tcp",
        ),
    ),
    Case(
        "firewalld-rich",
        firewalld(
            "--add-rich-rule=rule family=ipv4 source address=198.19.1.51/32 port port=514 protocol=udp accept",
            "--add-rich-rule=rule family=ipv4 source address=198.19.1.250/32 drop",
            "--add-port=9200/tcp",
        ),
    ),
    Case(
        "firewalld-drop",
        firewalld(
            "--zone=drop|--add-rich-rule=rule family=ipv4 source address=198.19.1.0/27 service name=ssh accept",
            "--zone=drop|--add-port=8080/tcp",
            default="drop",
        ),
    ),
]

# A gateway that tells apart who comes from outside, and a host behind it that knows the rest of it.
GATEWAY_RULES = """\
*filter
:INPUT ACCEPT [0:0]
:FORWARD DROP [0:0]
:OUTPUT ACCEPT [0:0]
:from-outside - [0:0]
-A FORWARD -m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT
-A FORWARD -i outside -d 198.19.1.0/24 -j from-outside
-A from-outside -s 198.19.2.20/32 -p tcp -m multiport --dports 443,8443 -j ACCEPT
-A from-outside -s 198.19.2.20/32 -p tcp -m tcp --dport 9100 -j ACCEPT
-A from-outside -s 198.19.2.0/24 -d 198.19.1.11/32 -p udp -m udp --dport 514 -j ACCEPT
-A from-outside -s 198.19.2.51/32 -p tcp -m tcp --dport 9200 -j ACCEPT
COMMIT
"""
BEHIND_IT = """\
-A INPUT -i lo -j ACCEPT
-A INPUT -m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT
-A INPUT -p tcp -m multiport --dports 443,8443 -j ACCEPT
-A INPUT -p udp -m udp --dport 514 -j ACCEPT
-A INPUT -s 198.19.2.0/24 -p tcp -m tcp --dport 9200 -j ACCEPT
-A INPUT -s 198.19.2.0/24 -p tcp -m tcp --dport 9090 -j ACCEPT
"""
