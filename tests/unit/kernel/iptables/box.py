# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A host that is a network namespace, with a chosen iptables, with ipset or without."""

from __future__ import annotations

from pathlib import Path

from tests.unit.kernel.box import NamespaceBox, tool

TOOLS = ["iptables", "iptables-save", "iptables-restore", "ip6tables", "ip6tables-save", "ip6tables-restore"]
BACKENDS = ["nft", "legacy"]


class Box(NamespaceBox):
    """With a chosen iptables, with ipset or without."""

    def __init__(self, folder: Path, backend: str, with_sets: bool) -> None:
        super().__init__(folder)
        (self.root / "proc/net/if_inet6").touch()
        for name in TOOLS:
            family, _tables, rest = name.partition("tables")
            self._link(name, tool(f"{family}tables-{backend}{rest}"))
        if with_sets:
            self._link("ipset", tool("ipset"))
        # The tables are there before, as on any host that has a firewall.
        for family in ("iptables", "ip6tables"):
            self(family, "-A", "INPUT", "-j", "ACCEPT")
            self(family, "-D", "INPUT", "-j", "ACCEPT")

    def _link(self, name: str, real: str) -> None:
        self.script(name, f'exec {real} "$@"')

    def __call__(self, program: str, *arguments: str) -> str:
        code, out, err = self.run([str(self.bin / program), *arguments])
        assert code == 0, (program, arguments, err)
        return out

    def rules(self) -> str:
        """Both families without comments of the tool and without counters."""
        lines = (self("iptables-save") + self("ip6tables-save")).splitlines()
        return "\n".join(line.partition(" [")[0] for line in lines if not line.startswith("#"))

    def foreign(self) -> str:
        return "\n".join(line for line in self.rules().splitlines() if "PORTLEDGER" not in line)

    def sets(self) -> list[str]:
        if not (self.bin / "ipset").exists():
            return []
        return sorted(line for line in self("ipset", "save").splitlines() if line.startswith("add"))

    def everything(self) -> str:
        return "\n".join([self.rules(), *self.sets()])


def add_foreign(box: Box) -> None:
    """Rules of others, as docker and fail2ban write them."""
    for family in ("iptables", "ip6tables"):
        box(family, "-N", "f2b-sshd")
        box(family, "-A", "f2b-sshd", "-m", "comment", "--comment", 'their "own" \\ words', "-j", "RETURN")
        box(family, "-A", "INPUT", "-p", "tcp", "-m", "multiport", "--dports", "22", "-j", "f2b-sshd")
        box(family, "-N", "DOCKER-USER")
        box(family, "-A", "FORWARD", "-j", "DOCKER-USER")
        box(family, "-P", "FORWARD", "DROP")
        box(family, "-t", "nat", "-A", "PREROUTING", "-p", "tcp", "--dport", "8080", "-j", "REDIRECT")


def flow_chain(box: Box, service: str) -> tuple[str, str]:
    """Chain and rule of a service, as iptables-save shows them."""
    found = [line for line in box("iptables-save").splitlines() if f"--comment {service} " in line]
    _append, chain, rule = found[0].split(None, 2)
    return chain, rule
