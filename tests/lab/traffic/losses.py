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
_TABLE = "net/stat/nf_conntrack"
_TABLE_COLUMNS = ("drop", "insert_failed")


def packets_lost(lab: Lab) -> int:
    """What full queues of the machine's processors and full connection tables of the nodes have lost so far."""
    queues = (line.split() for line in _QUEUES.read_text(encoding="ascii").splitlines())
    return sum(int(columns[_DROPPED], 16) for columns in queues) + sum(map(_in_table, lab.processes.values()))


def _in_table(process: int) -> int:
    """What connection tracking lost in a process's network; where there is none of it, nothing."""
    try:
        header, *lines = (_PROCESSES / str(process) / _TABLE).read_text(encoding="ascii").splitlines()
    except FileNotFoundError:
        return 0
    names = header.split()
    return sum(int(line.split()[names.index(name)], 16) for line in lines for name in _TABLE_COLUMNS)
