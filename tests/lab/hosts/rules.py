# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The rules of nodes, as their own tools print them."""

from __future__ import annotations

import re

from tests.lab.world.lab import Lab, RunningNode

HOSTS = ("console", "collector", "gateway")
FAMILIES = ("iptables", "ip6tables")


def saved(node: RunningNode, tool: str) -> str:
    """The tables as the tool saves them, without dates and counters."""
    text = node.run([f"{tool}-save"]).stdout
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    return re.sub(r"\[\d+:\d+\]", "[0:0]", "\n".join(lines))


def foreign_part(node: RunningNode, tool: str) -> str:
    return "\n".join(line for line in saved(node, tool).splitlines() if "PORTLEDGER" not in line)


def nft_tables(node: RunningNode) -> str:
    """Tables of the family inet, which iptables has none of, without counters."""
    tables = re.split(r"^(?=table )", node.run(["nft", "-s", "list", "ruleset"]).stdout, flags=re.MULTILINE)
    return "".join(sorted(table for table in tables if table.startswith("table inet ")))


def foreign_tables(node: RunningNode) -> str:
    return "".join(
        table
        for table in re.split(r"^(?=table )", nft_tables(node), flags=re.MULTILINE)
        if not table.startswith("table inet portledger_")
    )


def whole(lab: Lab) -> dict[str, str]:
    """Everything that the kernels hold: the rules of both families, the sets (their members have no order), tables."""
    kept = {f"{name} {tool}": saved(lab[name], tool) for name in HOSTS for tool in FAMILIES}
    for name in HOSTS:
        sets = lab[name].run(["ipset", "save"], check=False).stdout
        kept[f"{name} nft"] = nft_tables(lab[name])
        kept[f"{name} ipset"] = "\n".join(sorted(re.sub(" initval 0x[0-9a-f]+", "", sets).splitlines()))
    return kept


def rules_of(node: RunningNode, tool: str, match: str) -> list[str]:
    found = [line for line in saved(node, tool).splitlines() if line.startswith("-A PORTLEDGER") and match in line]
    assert found, f"no rule with {match!r}"
    return found


def rule_of(node: RunningNode, match: str) -> tuple[str, str]:
    """Chain and number of the first rule of the provider nftables with this in it."""
    chain = ""
    for line in node.run(["nft", "-a", "list", "table", "inet", "portledger_host"]).stdout.splitlines():
        chain = line.split()[1] if line.startswith("\tchain ") else chain
        if match in line:
            return chain, line.split()[-1]
    raise AssertionError(f"no rule with {match!r}")
