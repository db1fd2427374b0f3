# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sets of ports as whole numbers: bit N says port N. Fast to compare, whatever their size."""

from __future__ import annotations

from collections.abc import Iterable

ALL = (1 << 65536) - 2  # ports 1 to 65535


def mask_of(first: int, last: int) -> int:
    """The ports from first to last."""
    return ((1 << (last - first + 1)) - 1) << first


def mask(ports: Iterable[int]) -> int:
    flags = bytearray(65536)
    for port in ports:
        flags[port] = 1
    return int(flags[::-1].translate(bytes([48, 49]) + bytes(254)), 2)


def members(bits: int) -> list[int]:
    """The ports of a set, ascending."""
    text = f"{bits:b}"[::-1]
    found = []
    at = text.find("1")
    while at >= 0:
        found.append(at)
        at = text.find("1", at + 1)
    return found


def spans(bits: int) -> list[tuple[int, int]]:
    """The ports of a set as ranges (first, last), ascending."""
    result: list[tuple[int, int]] = []
    for port in members(bits):
        if result and result[-1][1] == port - 1:
            result[-1] = (result[-1][0], port)
        else:
            result.append((port, port))
    return result
