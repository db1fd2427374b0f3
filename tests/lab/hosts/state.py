# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The whole state of a node's firewalls, whatever the provider: "exactly as before" is one comparison."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

from tests.lab.hosts.providers import PROVIDERS, Provider, managed, trust_all_zones
from tests.lab.world.lab import Lab, RunningNode
from tests.lab.world.labs import SMALL

# Tables of iptables are read by iptables-save: it sorts nothing, nft would say the same in other words.
_IPTABLES = ("filter", "nat", "mangle", "raw", "security")
_SET_SEED = re.compile(r" initval 0x[0-9a-f]+")
_COUNTERS = re.compile(r"\[\d+:\d+\]")
# A chain of the kernel's own that lets everything pass; it is there once anybody has looked at it.
_NOTHING = re.compile(r":[A-Z]+ ACCEPT \[0:0\]$")
_READ = r"""
echo @sets; ipset save 2>/dev/null
for tool in iptables ip6tables; do echo "@$tool"; $tool-save 2>/dev/null; done
nft list tables 2>/dev/null | while read -r _table family name; do
    case " ip ip6 " in *" $family "*) case " TABLES " in *" $name "*) continue;; esac;; esac
    echo "@nft $family $name"; nft -s list table "$family" "$name"
done
echo @files
for folder in /etc/firewalld /etc/sysconfig /etc/portledger /opt/qradar/conf; do
    [ -d $folder ] && find $folder -type f ! -name '*.old' -exec sha256sum {} +
done
find /etc/systemd/system -name 'portledger-*' 2>/dev/null
true
""".replace("TABLES", " ".join(_IPTABLES))

State = dict[str, list[str]]


def whole(node: RunningNode) -> State:
    """All that firewalls of a node consist of, in the kernel and in files, as far as it has an order in that order.

    Two states are the same exactly where these are equal: counters, handles and seeds are left out.
    """
    found: State = {}
    part: list[str] = []
    for line in node.run(["sh", "-c", _READ]).stdout.splitlines():
        if line.startswith("@"):
            part = found.setdefault(line[1:], [])
        elif not line.startswith("#") and line.strip():
            part.append(_SET_SEED.sub("", _COUNTERS.sub("[0:0]", line)))
    found["sets"].sort()
    found["files"].sort()
    for tool in ("iptables", "ip6tables"):
        found[tool] = _by_table(found[tool])
    return found


def _by_table(lines: list[str]) -> list[str]:
    """Tables and chains have no order; rules of one chain do. A table that was looked at and is empty is none."""
    table, kept = "", []
    for line in lines:
        if line.startswith("*"):
            table = line
        elif line != "COMMIT" and not _NOTHING.match(line):
            kept.append((table, *line.split()[:2], f"{table} {line}"))
    return [line for *_key, line in sorted(kept, key=lambda entry: entry[:-1])]


def differences(before: State, after: State) -> list[str]:
    """What to read where two states differ."""
    lines = []
    for key in sorted({*before, *after}):
        old, new = before.get(key, []), after.get(key, [])
        lines += [f"- {key}: {line}" for line in old if line not in new]
        lines += [f"+ {key}: {line}" for line in new if line not in old]
    return lines or (["another order"] if before != after else [])


def successor(provider: Provider) -> Provider | None:
    """Who can take over from a provider where its own manager does not stand in the way."""
    name = {"iptables": "nftables", "nftables": "iptables"}.get(provider.name)
    return PROVIDERS[name] if name else None


@contextmanager
def ready_lab(provider: Provider) -> Iterator[Lab]:
    """The small lab, made ready for a provider; nothing of ours is there."""
    with Lab.start(SMALL) as lab:
        for node in lab.nodes():
            # In the node's own layer: whether the machine itself has something of ours says nothing about a node.
            node.run(["sh", "-c", "rm -rf /etc/portledger $(find /etc/systemd/system -name 'portledger-*')"])
        if provider.name == "firewalld":
            # So that what does not pass is closed by ours, or by those whom a test adds.
            for node in managed(lab):
                trust_all_zones(node)
        with provider.prepared(lab):
            yield lab
