# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The providers that tests of the lab are run with, and how it is seen that one has been at work.

A provider gets its cases by a line in CASES.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.lab.world.lab import Lab, RunningNode


def provider_variables(provider: str | None) -> dict[str, str]:
    """Inventory variables that have both roles take a provider; none for what they take by themselves."""
    return {f"{role}_firewall_provider": provider for role in ("host", "gateway") if provider}


def hide(node: RunningNode, program: str) -> None:
    """Take a program away, inside the node only; other names of the same binary stay."""
    path = Path(node.run(["sh", "-c", f"command -v {program}"]).stdout.strip())
    node.run(["mkdir", "-p", "/run/hidden/upper", "/run/hidden/work"])
    layers = f"lowerdir={path.parent},upperdir=/run/hidden/upper,workdir=/run/hidden/work"
    node.run(["mount", "-t", "overlay", "overlay", "-o", layers, str(path.parent)])
    node.run(["rm", str(path)])


def _nothing(_lab: Lab) -> None:
    """As the machine is: `make setup` installs every program."""


def _without_sets(lab: Lab) -> None:
    """Each set is a chain where there is no ipset."""
    for node in lab.nodes():
        if node.node.managed:
            hide(node, "ipset")


def _iptables(node: RunningNode, *, with_sets: bool) -> bool:
    rules = node.run(["iptables-save"]).stdout
    return "PORTLEDGER-IN" in rules and ("--match-set" in rules) == with_sets and "portledger" not in _nft(node)


def _nft(node: RunningNode) -> str:
    return node.run(["nft", "list", "tables"]).stdout


def _nftables(node: RunningNode) -> bool:
    return "table inet portledger_host" in _nft(node) and "PORTLEDGER" not in node.run(["iptables-save"]).stdout


@dataclass(frozen=True)
class Case:
    """A provider under circumstances.

    prepare: done to a lab before the first run. works: whether a QRadar host has its rules, and none of another's.
    """

    provider: str
    prepare: Callable[[Lab], None]
    works: Callable[[RunningNode], bool]

    @property
    def variables(self) -> dict[str, str]:
        return provider_variables(self.provider)


CASES = {
    "iptables": Case("iptables", _nothing, lambda node: _iptables(node, with_sets=True)),
    "iptables-chains": Case("iptables", _without_sets, lambda node: _iptables(node, with_sets=False)),
    "nftables": Case("nftables", _nothing, _nftables),
}
