# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Programs that go on in a node beside what a test does there."""

from __future__ import annotations

from tests.lab.world.lab import RunningNode


def start_in_background(node: RunningNode, command: str, name: str) -> str:
    """Start a command; its number, once it goes by the name with which its own arguments begin."""
    number = node.run(["sh", "-c", f"{command} >/dev/null 2>&1 </dev/null & echo $!"]).stdout.strip()
    # The name is that of a shell until exec.
    node.run(["sh", "-c", f"until grep -q '^{name}' /proc/{number}/cmdline; do sleep 0.02; done"])
    return number
