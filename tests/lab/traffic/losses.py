# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Packets that the kernel lost for want of room, which no firewall dropped.

What had to arrive and did not is sent again by the prober. What had not to arrive is not: if it is lost here, a hole
would go unseen. So whoever proves that there is none counts what was lost, and tries again.
"""

from __future__ import annotations

from pathlib import Path

from tests.lab.world.lab import Lab

_QUEUES = Path("/proc/net/softnet_stat")
_DROPPED = 1  # column: a processor's queue was full
_PROCESSES = Path("/proc")
_LOST = ("drop", "insert_failed")  # columns of connection tracking


def packets_lost(lab: Lab) -> int:
    """What full queues of the machine's processors and full connection tables of the nodes have lost so far."""
    tables = (by_processor(process, "nf_conntrack") for process in lab.processes.values())
    return lost_in_queues() + sum(table[column] for table in tables if table for column in _LOST)


def lost_in_queues() -> int:
    """Of all processors, for all that share the machine."""
    lines = (line.split() for line in _QUEUES.read_text(encoding="ascii").splitlines())
    return sum(int(columns[_DROPPED], 16) for columns in lines)


def by_processor(process: int, table: str) -> dict[str, int]:
    """A table of the kernel that has a line for each processor, in a process's network: column -> sum.

    Empty where that network has no such table.
    """
    try:
        header, *lines = (_PROCESSES / str(process) / "net/stat" / table).read_text(encoding="ascii").splitlines()
    except FileNotFoundError:
        return {}
    rows = [[int(value, 16) for value in line.split()] for line in lines]
    return dict(zip(header.split(), map(sum, zip(*rows, strict=True)), strict=True))
