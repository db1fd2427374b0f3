# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What probe.py and its workers say to each other."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Begin:
    """magic: 16 bits that mark the packets of this run. ports: what a volume without ports means."""

    magic: int
    ports: tuple[int, ...]


@dataclass(frozen=True)
class Volume:
    """Packets of one protocol (6, 17, 1, 58). window: how many before looking what arrived; 0: as the buffer allows."""

    protocol: int
    ports: tuple[int, ...] | None = None
    window: int = 0


@dataclass(frozen=True)
class Task:
    """From one source address to one destination address, sent by a process's namespace on an interface."""

    process: int
    interface: str
    source_mac: bytes
    next_mac: bytes
    source: bytes
    destination: bytes
    volumes: tuple[Volume, ...]


@dataclass(frozen=True)
class Job:
    """All tasks towards one node in one IP version."""

    number: int
    process: int
    version: int
    tasks: tuple[Task, ...]


@dataclass(frozen=True)
class Result:
    """found: (task's position, protocol) -> bit N set: port N arrived (bit 0 for echo requests)."""

    number: int
    found: dict[tuple[int, int], int]
    sent: int
    drops: int
    seconds: float


@dataclass(frozen=True)
class Talk:
    """One question and its answer between two addresses, on a TCP or a UDP port (protocol 6 or 17)."""

    source_process: int
    process: int
    source: str
    destination: str
    protocol: int
    port: int


@dataclass(frozen=True)
class TalkJob:
    number: int
    talks: tuple[Talk, ...]


@dataclass(frozen=True)
class TalkResult:
    """answered: positions of the talks that had an answer."""

    number: int
    answered: frozenset[int]
