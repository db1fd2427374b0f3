# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""QRadar hosts of the small lab: their rules and files."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.lab.hosts.qradar.stand_in import CONF, TOOL, install_stand_in, read_bytes
from tests.lab.hosts.rules import saved
from tests.lab.plays.record import Recorded
from tests.lab.world.lab import Lab, RunningNode
from tests.lab.world.labs import SMALL

QRADAR = ("console", "collector")
FAMILIES = ("iptables", "ip6tables")
LOG = ("-e", "host_firewall_unlisted=log")
MARKERS = ("# BEGIN portledger.qradar host\n", "# END portledger.qradar host\n")


def pre(tables: str) -> str:
    return f"{CONF}/{tables}.pre"


def new_lab() -> Lab:
    lab = Lab.start(SMALL, extra_variables={"host_firewall_provider": "qradar"})
    for name in QRADAR:
        install_stand_in(lab[name])
    return lab


def rules(node: RunningNode) -> dict[str, list[str]]:
    """What is live. Chains have no order; rules in a chain do."""
    return {tool: sorted(saved(node, tool).splitlines(), key=lambda line: line.split()[:2]) for tool in FAMILIES}


def files(node: RunningNode) -> dict[str, str]:
    """All of QRadar's files and what it has generated, with their modes, owners and content."""
    script = f"cd / && find .{CONF} ./etc/sysconfig -type f -exec stat -c '%n %a %u %g' {{}} + -exec sha256sum {{}} +"
    return {line: line for line in sorted(node.run(["sh", "-c", script]).stdout.splitlines())}


def everything(node: RunningNode) -> tuple[dict[str, list[str]], dict[str, str]]:
    return rules(node), files(node)


def change(node: RunningNode, path: str, old: str, new: str) -> None:
    """As somebody with an editor, who keeps the file's mode."""
    content = read_bytes(node, path)
    assert content is not None
    assert content.count(old.encode()) == 1
    node.run(["sh", "-c", 'cat >"$1"', "sh", path], stdin=content.decode().replace(old, new))


def count_runs(node: RunningNode) -> Callable[[], int]:
    """Have the node's program count how often it runs."""
    node.run(["sed", "-i", "2i echo >>/run/lab-runs", TOOL])
    node.run(["touch", "/run/lab-runs"])
    return lambda: len(node.run(["cat", "/run/lab-runs"]).stdout.splitlines())


def said(run: Recorded, host: str = "console") -> dict[str, Any]:
    return next(one for one in reversed(run.results[host]) if "difference" in one or one["status"] == "failed")
