# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The rules in a world's kernel: observed, compared, and saved and loaded as they are to make a world like another."""

from __future__ import annotations

import json
from dataclasses import dataclass

from tests.chaos.world import World
from tests.lab.hosts.state import State, whole
from tests.lab.world.lab import RunningNode

_DUMP = r"""
echo @ipset; ipset save 2>/dev/null
for tool in iptables ip6tables; do echo "@$tool"; $tool-save; done
echo @nft; nft list tables 2>/dev/null | while read -r _table family name; do
    case " $family $name " in
    *" ip "*|*" ip6 "*|" inet firewalld "*) continue;;
    esac
    nft -s list table "$family" "$name"
done
"""


_FLUSHED = ("iptables", "ip6tables")


def observed(world: World) -> State:
    """All rules and sets of the kernel, of anybody."""
    return all_rules(world.node)


def all_rules(node: RunningNode) -> State:
    """The same of a node."""
    found = whole(node)
    found.pop("files")
    return {key: lines for key, lines in found.items() if lines}


@dataclass(frozen=True)
class Dump:
    """What programs print of a kernel, by program."""

    parts: dict[str, str]

    def load(self, world: World) -> None:
        """Into a world whose kernel has nothing but what its services have loaded."""
        for program, command in (
            ("ipset", "ipset restore -exist"),
            ("iptables", "iptables-restore"),
            ("ip6tables", "ip6tables-restore"),
            ("nft", "nft -f -"),
        ):
            if text := self.parts.get(program, "").strip():
                done = world.sh(command, stdin=text + "\n")
                if done.returncode:
                    raise RuntimeError(f"{command}: {done.stderr.strip()}")


def dump(world: World) -> Dump:
    parts: dict[str, str] = {}
    name = ""
    for line in world.sh(_DUMP).stdout.splitlines():
        if line.startswith("@"):
            name = line[1:]
        else:
            parts[name] = parts.get(name, "") + line + "\n"
    return Dump(parts)


def is_mixed(now: State, old: State, new: State) -> bool:
    """Whether each family and table does exactly what the old or the new one does, and sets are at least those of one.

    Families and providers are loaded one after the other; sets, and chains that nothing jumps to yet, before the rules.
    """
    for key in {*now, *old, *new} - {"sets"}:
        if _in_force(now.get(key)) not in (_in_force(old.get(key)), _in_force(new.get(key))):
            return False
    sets = set(now.get("sets", ()))
    known = {*old.get("sets", ()), *new.get("sets", ())}
    return sets <= known and any(set(one.get("sets", ())) <= sets for one in (old, new))


def is_flushed(now: State, old: State, new: State) -> bool:
    """Whether it is mixed but for rules of iptables that are gone: somebody has flushed them."""
    known = {key: {*old.get(key, ()), *new.get(key, ())} for key in _FLUSHED}
    if any(set(now.get(key, ())) - known[key] for key in _FLUSHED):
        return False
    rest = [{key: lines for key, lines in one.items() if key not in _FLUSHED} for one in (now, old, new)]
    return is_mixed(*rest)


def _in_force(lines: list[str] | None) -> list[str]:
    """Rules of iptables-save but for those of chains that no packet gets to; tables of nft that one gets to, whole."""
    if lines and lines[0].startswith("table ") and not any(" hook " in line for line in lines):
        return []
    rules = [line.split() for line in lines or () if line.startswith("*")]
    reached = {(table, chain) for table, kind, chain, *_rest in rules if kind == "-A" and chain.isupper()}
    reached = {one for one in reached if "-" not in one[1]}
    while (
        more := {
            (table, rest[rest.index(word) + 1])
            for table, _kind, chain, *rest in rules
            for word in ("-j", "-g")
            if (table, chain) in reached and word in rest
        }
        - reached
    ):
        reached |= more
    return [
        line
        for line in lines or ()
        if not line.startswith("*") or _chain(line) in reached or (" :" in line and " - [" not in line)
    ]


def _chain(line: str) -> tuple[str, str]:
    table, kind, *rest = line.split()
    return table, rest[0] if kind == "-A" else ""


def key_of(state: State) -> str:
    return json.dumps(state, sort_keys=True)
