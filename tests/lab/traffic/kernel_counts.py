# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the kernels of a lab's nodes say about packets that came to grief, beside those that a rule dropped.

A test whose traffic lost something shows it: a full queue or a clash in connection tracking is no rule's doing.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from tests.lab.traffic.losses import by_processor, lost_in_queues
from tests.lab.world.lab import Lab

# Counters of harm by name; what was sent again is the traffic's own to tell.
_HARM = re.compile(
    "(?i)drop|discard|overflow|full|fail|error|errs|challenge|paws|invalid|clash|restart|noroute|skipped|killed|abort|"
    "unreach|outrst|filter|csum|synretrans"
)


def counts(lab: Lab) -> Counter[str]:
    """node: counter -> value; "machine" is what all share."""
    found = Counter({"machine: lost in queues of processors": lost_in_queues()})
    for name, process in lab.processes.items():
        for counter, value in _of_network(process):
            found[f"{name}: {counter}"] += value
    return found


def harm(before: Counter[str], after: Counter[str]) -> list[str]:
    """What grew: "console: TcpExt ListenDrops: 1"."""
    return [f"{name}: {value:g}" for name, value in sorted((after - before).items()) if _HARM.search(name)]


def _of_network(process: int) -> Iterator[tuple[str, int]]:
    """Counters of the network that a process is in."""
    there = Path(f"/proc/{process}/net")
    for file in ("netstat", "snmp"):
        lines = (there / file).read_text(encoding="ascii").splitlines()
        # A line of names, a line of values; both begin with the group's name.
        for names, values in zip(lines[::2], lines[1::2], strict=True):
            group, *columns = names.split()
            for column, value in zip(columns, values.split()[1:], strict=True):
                yield f"{group[:-1]} {column}", int(value)
    for line in (there / "snmp6").read_text(encoding="ascii").splitlines():
        counter, value = line.split()
        yield counter, int(value)
    for table in ("nf_conntrack", "ndisc_cache"):
        for column, number in by_processor(process, table).items():
            yield f"{table} {column}", number
