# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes an input that is a fault as small as it is still that fault."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from typing import Any

from tests.fuzz.target import Target, fault_of, kind_of

SECONDS = 20.0
"""For one input."""


def smallest(target: Target, raw: bytes, fault: str) -> bytes:
    """As little of an input as is the same fault, as far as there is time."""
    end = time.process_time() + SECONDS

    def is_fault(other: bytes) -> bool:
        found = fault_of(target, other)
        return found is not None and kind_of(found) == fault

    if target.json:
        raw = _by_structure(raw, is_fault, end)
    return _by_bytes(raw, is_fault, end)


def _by_bytes(raw: bytes, is_fault: Any, end: float) -> bytes:
    step = max(len(raw) // 2, 1)
    while step:
        at, before = 0, len(raw)
        while at < len(raw):
            if time.process_time() > end:
                return raw
            shorter = raw[:at] + raw[at + step :]
            if is_fault(shorter):
                raw = shorter
            else:
                at += step
        if len(raw) == before or step > 1:
            step //= 2
    return raw


def _by_structure(raw: bytes, is_fault: Any, end: float) -> bytes:
    """Without parts of what it says, the largest first."""
    try:
        value = json.loads(raw)
        again = True
        while again:
            again = False
            for container, key in list(_places(value)):
                if time.process_time() > end:
                    return raw
                there = container.pop(key)
                shorter = json.dumps(value).encode()
                if is_fault(shorter):
                    raw, again = shorter, True
                    break
                _put_back(container, key, there)
    except (ValueError, RecursionError):
        pass
    return raw


def _put_back(container: Any, key: Any, there: Any) -> None:
    if isinstance(container, list):
        container.insert(key, there)
    else:
        container[key] = there


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    todo = [value]
    while todo:
        one = todo.pop(0)
        keys = list(one) if isinstance(one, dict) else range(len(one)) if isinstance(one, list) else ()
        for key in keys:
            yield one, key
            todo.append(one[key])
