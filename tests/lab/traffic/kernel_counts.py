# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the kernels of a lab's nodes say about packets that came to grief, beside those that a rule dropped.

A test whose traffic lost something shows it: a full queue or a clash in connection tracking is no rule's doing.
"""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

from tests.lab.world.lab import Lab

# Counters of harm by name; what was sent again is the traffic's own to tell.
_HARM = re.compile(
    "Drop|Discard|Overflow|Full|Fail|Error|Errs|Challenge|PAWS|Invalid|invalid|drop|clash|insert_failed|restart|NoRoute|"
    "Skipped|Killed|Abort|Unreach|OutRst|Filter|Csum|SynRetrans"
)


def counts(lab: Lab) -> Counter[str]:
    """node: counter -> value; "machine" is what all share."""
    found = Counter[str]()
    for name, process in lab.processes.items():
        there = Path(f"/proc/{process}/net")
        for file in ("netstat", "snmp"):
            found.update(_in_pairs(name, _text(there / file)))
        for line in _text(there / "snmp6").splitlines():
            counter, value = line.split()
            found[f"{name}: {counter}"] += int(value)
        found.update(_by_processor(f"{name}: conntrack", _text(there / "stat/nf_conntrack")))
        found.update(_by_processor(f"{name}: neighbours", _text(there / "stat/ndisc_cache")))
    for line in _text(Path("/proc/net/softnet_stat")).splitlines():
        found["machine: drop of a processor's queue"] += int(line.split()[1], 16)
    return found


def harm(before: Counter[str], after: Counter[str]) -> list[str]:
    """What grew: "console: TcpExt ListenDrops: 1"."""
    return [f"{name}: {value:g}" for name, value in sorted((after - before).items()) if _HARM.search(name)]


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="ascii")
    except FileNotFoundError:
        return ""


def _in_pairs(node: str, text: str) -> Counter[str]:
    """A line of names, a line of values."""
    lines = text.splitlines()
    found = Counter[str]()
    for names, values in zip(lines[::2], lines[1::2], strict=True):
        group, *columns = names.split()
        found.update(
            {
                f"{node}: {group[:-1]} {column}": int(value)
                for column, value in zip(columns, values.split()[1:], strict=True)
            }
        )
    return found


def _by_processor(group: str, text: str) -> Counter[str]:
    """A line of names, then one for each processor, in hexadecimal."""
    names, *lines = text.splitlines() or [""]
    found = Counter[str]()
    for line in lines:
        found.update(
            {f"{group} {name}": int(value, 16) for name, value in zip(names.split(), line.split(), strict=True)}
        )
    return found
