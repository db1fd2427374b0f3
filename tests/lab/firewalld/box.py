# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A real firewalld inside a node, and the provider that works on it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from ansible_collections.portledger.qradar.plugins.module_utils._host.host import Host
from ansible_collections.portledger.qradar.plugins.module_utils._ruleset import apply_ruleset
from tests.lab.hosts.firewalld import missing_programs, start_firewalld
from tests.lab.world.lab import RunningNode
from tests.unit.plugins.module_utils.support import golden_plan

# No test here means anything without these; a machine that lacks them has to know.
assert not missing_programs(), f"not installed: {', '.join(missing_programs())}"


class Box:
    """The module on a node that runs firewalld, without Ansible and without a timer."""

    def __init__(self, node: RunningNode, zone: str = "public") -> None:
        node.run(["sed", "-i", f"s/^DefaultZone=.*/DefaultZone={zone}/", "/etc/firewalld/firewalld.conf"])
        self.path = "/usr/bin:/bin"
        self.node = node
        self.root = Path(f"/proc/{node.process}/root")
        self.calls: list[list[str]] = []
        #: answers instead of programs: name and first argument, then exit code, output, errors
        self.broken: dict[tuple[str, str], tuple[int, str, str]] = {}
        self.firewalld = start_firewalld(node)

    def run(self, arguments: list[str], data: str | None = None, _seconds: float | None = None) -> tuple[int, str, str]:
        name = Path(arguments[0]).name
        self.calls.append([name, *arguments[1:]])
        if (answer := self.broken.get((name, arguments[1] if len(arguments) > 1 else ""))) is not None:
            return answer
        done = self.node.run(arguments, check=False, stdin=data)
        return done.returncode, done.stdout, done.stderr

    def host(self) -> Host:
        return Host(self.run, environ={"PATH": self.path}, root=str(self.root))

    def apply(self, *, check: bool = False, scope: str = "host", **changes: Any) -> list[str]:
        self.calls.clear()
        options = {
            "scope": scope,
            "provider": "firewalld",
            "state": "present",
            "unlisted": "drop",
            "egress": "leave",
            "management": ["198.18.9.0/24", "2001:db8:9::/64"],
            "plan": golden_plan(scope),
            **changes,
        }
        result = apply_ruleset(self.host(), options, check)
        lines: list[str] = result["difference"]
        return lines

    def repaired(self, **changes: Any) -> list[str]:
        """Difference of the next run, which check mode foretells, which repairs, and which is the last."""
        foretold = self.apply(check=True, **changes)
        before = self.state()
        lines = self.apply(**changes)
        assert lines == foretold != []
        assert self.state() != before
        assert self.apply(**changes) == []
        return lines

    def reloads(self) -> int:
        return sum(call[0] in ("busctl", "firewall-cmd") and call[-1] in ("reload", "--reload") for call in self.calls)

    def files(self) -> dict[str, bytes]:
        folder = self.root / "etc/firewalld"
        return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}

    def table(self) -> str:
        """firewalld's own table; a reload gives other handles, which are not listed."""
        return re.sub(r"packets \d+ bytes \d+", "", self.node.run(["nft", "list", "table", "inet", "firewalld"]).stdout)

    def state(self) -> tuple[dict[str, bytes], str, str]:
        return self.files(), self.table(), self.iptables()

    def iptables(self) -> str:
        text = self.node.run(["iptables-save"]).stdout + self.node.run(["ip6tables-save"]).stdout
        plain = re.sub(r"\[\d+:\d+\]", "", text)
        # That a table without a rule is there says nothing.
        return "\n".join(line for line in plain.splitlines() if re.match(r"-A|:\S+ (?!ACCEPT)", line))
