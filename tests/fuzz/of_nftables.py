# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What nft lists in JSON: our table, firewalld's, and foreign ones."""

from __future__ import annotations

import json
from typing import Any

from ansible_collections.portledger.qradar.plugins.module_utils._firewalld.rules import Names
from ansible_collections.portledger.qradar.plugins.module_utils._firewalld.runtime import read_runtime
from ansible_collections.portledger.qradar.plugins.module_utils._nftables.table import TABLES
from ansible_collections.portledger.qradar.plugins.module_utils._packets.foreign import others
from tests.fuzz.machine import REFUSALS, Machine, says
from tests.fuzz.planned import GOLDEN, MANAGEMENT, OPTIONS, SCOPES, as_json, compared, golden, plan
from tests.fuzz.target import Target, require

_RULES = 5
WORDS = tuple(
    json.dumps(one).encode()
    for one in (
        {"accept": None},
        {"drop": None},
        {"jump": {"target": "x"}},
        {"match": {"op": "==", "left": {"meta": {"key": "iifname"}}, "right": "lo"}},
        {
            "match": {
                "op": "in",
                "left": {"payload": {"protocol": "tcp", "field": "dport"}},
                "right": {"set": [22, {"range": [1, 9]}]},
            }
        },
        {"vmap": {"key": {"payload": {"protocol": "ip", "field": "saddr"}}, "data": {"set": [["*", {"drop": None}]]}}},
        {"fib": {"result": "oif", "flags": ["saddr", "iif"]}},
        {"prefix": {"addr": "198.18.1.0", "len": 24}},
    )
)


def _tables_of_others() -> tuple[bytes, ...]:
    """What nft 1.0.6 lists: the tables one by one, and a few rules of each chain."""
    entries = json.loads((GOLDEN.parent / "_packets/listing.json").read_text(encoding="utf-8"))["nftables"]
    by_table: dict[tuple[str, str], list[Any]] = {}
    for entry in entries:
        ((kind, about),) = entry.items()
        if kind != "metainfo":
            key = about["family"], about["name"] if kind == "table" else about["table"]
            by_table.setdefault(key, []).append(entry)
    found = []
    for some in by_table.values():
        rules = [entry for entry in some if "rule" in entry]
        rest = [entry for entry in some if "rule" not in entry]
        found += [as_json({"nftables": [*rest, *rules[at : at + _RULES]]}) for at in range(0, len(rules), _RULES)]
    return tuple(found)


def _firewalld_table() -> bytes:
    """Our policy, as firewalld 1.3 has it in its table."""
    names = Names("host")

    def chain(name: str) -> dict[str, object]:
        return {"chain": {"family": "inet", "table": "firewalld", "name": name}}

    def rule(name: str, *expr: object) -> dict[str, object]:
        return {"rule": {"family": "inet", "table": "firewalld", "chain": name, "handle": 9, "expr": list(expr)}}

    def match(left: object, right: object, operator: str = "==") -> dict[str, object]:
        return {"match": {"op": operator, "left": left, "right": right}}

    def field(protocol: str, name: str) -> dict[str, object]:
        return {"payload": {"protocol": protocol, "field": name}}

    ours = names.set("ipv4", "component")
    elements = [{"prefix": {"addr": "198.18.1.4", "len": 31}}, "198.18.2.4", {"range": ["198.18.3.1", "198.18.3.9"]}]
    entries: list[object] = [
        {"metainfo": {"version": "1.0.6"}},
        {
            "set": {
                "family": "inet",
                "name": ours,
                "table": "firewalld",
                "type": "ipv4_addr",
                "flags": ["interval"],
                "elem": elements,
            }
        },
        chain(names.dispatch),
        chain(names.chain),
        rule(names.dispatch, {"jump": {"target": names.chain}}),
        rule(names.chain, {"jump": {"target": names.chain + "_allow"}}),
        rule(names.chain, {"drop": None}),
        rule(
            names.chain + "_allow",
            match(field("ip", "saddr"), "@" + ours),
            match(field("tcp", "dport"), {"range": [7676, 7677]}),
            match({"ct": {"key": "state"}}, ["new", "untracked"], "in"),
            {"accept": None},
        ),
        rule(names.chain + "_pre", match(field("icmpv6", "type"), "nd-neighbor-solicit"), {"accept": None}),
        rule(names.chain + "_pre", match({"meta": {"key": "nfproto"}}, "ipv6"), {"log": {"prefix": "x"}}),
    ]
    return as_json({"nftables": entries})


def _ours(raw: bytes) -> None:
    for scope in SCOPES:
        tables = b"table inet %s {\n}\n" % TABLES[scope].encode()
        answers = {"nft list flowtables": tables, "nft -j list table inet " + TABLES[scope]: raw, "nft": b""}
        _lines, left = compared("nftables", scope, Machine(answers=answers))
        require(not left, f"what was saved is another state: {left}")


def _tables(raw: bytes) -> None:
    compared("nftables", "host", Machine(answers={"nft": raw}))


def _firewalld(raw: bytes) -> None:
    for scope in SCOPES:
        read_runtime(Machine(answers={"nft": raw, "firewall-cmd": b"running\n"}), Names(scope), [])


def _foreign(raw: bytes) -> None:
    answers = {"nft": raw, "iptables-save": b"", "iptables": b"iptables v1.8.9 (nf_tables)\n"}
    for scope in SCOPES:
        others(Machine(answers=answers), plan(scope), MANAGEMENT, OPTIONS)


TABLES_LISTED = as_json(
    {"nftables": [{"metainfo": {}}, {"table": {"family": "inet", "name": "portledger_host", "handle": 1}}]}
)
TARGETS = (
    Target("nft-ours", golden("nftables/*.json"), _ours, REFUSALS, says, json=True, share=20, words=WORDS),
    Target("nft-tables", (TABLES_LISTED,), _tables, REFUSALS, says, json=True, share=15),
    Target("nft-firewalld", (_firewalld_table(),), _firewalld, REFUSALS, says, json=True, share=60, words=WORDS),
    Target("nft-foreign", _tables_of_others(), _foreign, REFUSALS, says, json=True, share=20, words=WORDS),
)
