# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Make a node of a lab look like a QRadar host: its program for the firewall, and the files that this reads.

None of it is IBM's: see the head of iptables_update.pl for what is known of the real one and what is assumed.
"""

from __future__ import annotations

from pathlib import Path

from tests.lab.world.lab import RunningNode

SOURCES = Path(__file__).parent
CONF = "/opt/qradar/conf"
TOOL = "/opt/qradar/bin/iptables_update.pl"
MYVER = "/opt/qradar/bin/myver"
GENERATED = {"iptables": "/etc/sysconfig/iptables", "ip6tables": "/etc/sysconfig/ip6tables"}

# As the first and last line of IBM's file; a rule as IBM ships it, and two of the people who run the host.
PRE = """\
# BEGIN {conf}/{tables}.pre FILE
# Rules in this file come first. It is copied as it is.

# somebody's monitoring
-A INPUT -p tcp --dport 10050 -j ACCEPT
-A INPUT -m udp -p udp --dport 514 -j ACCEPT
-A INPUT -m state --state NEW -m tcp -p tcp --dport 514 -j ACCEPT
# END {conf}/{tables}.pre FILE
"""
POST = """\
# BEGIN {conf}/{tables}.post FILE
-I QChain 1 -m udp -p udp -s {address} --dport 1514 -j ACCEPT
# END {conf}/{tables}.post FILE
"""
NAT = "-A PREROUTING -p udp -m udp -s {address} --dport 514 -j REDIRECT --to-ports 517\n"
DROP_IN = '-I QChain 1 -p tcp -m tcp --dport 8181 -m comment --comment "somebody\'s probe" -j ACCEPT'
ADDRESSES = {"iptables": "198.19.9.9", "ip6tables": "2001:db8:9::9"}


def write_file(node: RunningNode, path: str, content: str, mode: str = "644") -> None:
    """Write a file inside the node."""
    script = 'mkdir -p "$(dirname "$1")" && cat >"$1" && chmod "$2" "$1"'
    node.run(["sh", "-c", script, "sh", path, mode], stdin=content)


def read_bytes(node: RunningNode, path: str) -> bytes | None:
    """What is in a file of the node; None where there is no such file."""
    if node.run(["test", "-e", path], check=False).returncode:
        return None
    return bytes.fromhex(node.run(["od", "-An", "-v", "-tx1", path]).stdout)


def install_tools(node: RunningNode, version: str) -> None:
    """QRadar's programs."""
    write_file(node, TOOL, (SOURCES / "iptables_update.pl").read_text(encoding="utf-8"), "755")
    write_file(node, MYVER, (SOURCES / "myver").read_text(encoding="utf-8").replace("@VERSION@", version), "755")


def install_stand_in(node: RunningNode, version: str = "7.5.0 UpdatePackage 12") -> None:
    """Put the stand-in and files of others into the node's own /opt and /etc, and run it once."""
    install_tools(node, version)
    for tables, address in ADDRESSES.items():
        values = {"conf": CONF, "tables": tables, "address": address}
        write_file(node, f"{CONF}/{tables}.pre", PRE.format(**values))
        write_file(node, f"{CONF}/{tables}.post", POST.format(**values))
        write_file(node, f"{CONF}/{tables}-nat.post", NAT.format(**values))
        # Without an end of its last line, as an editor may leave it.
        write_file(node, f"{CONF}/{tables}.d/post/probe", DROP_IN)
    node.run([TOOL])


def add_access(node: RunningNode, address: str) -> None:
    """As the user interface, or Global Iptables Access, permits an address; QRadar's program has to run after it."""
    write_file(node, f"{CONF}/stand-in.access.{'ip6tables' if ':' in address else 'iptables'}", f"{address}\n")


def say(node: RunningNode, **facts: str) -> None:
    """Have myver say more. Names are assumed: see docs/providers/qradar.md."""
    lines = "".join(f"{name.replace('_', ' ')} is '{value}'\n" for name, value in facts.items())
    write_file(node, f"{CONF}/stand-in.myver", lines)


def patch(node: RunningNode, version: str) -> None:
    """As an update of QRadar at its worst: files as shipped, the program anew and run, and another release."""
    for tables in GENERATED:
        write_file(node, f"{CONF}/{tables}.pre", PRE.format(conf=CONF, tables=tables))
    install_tools(node, version)
    node.run([TOOL])
