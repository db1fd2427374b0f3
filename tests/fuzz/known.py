# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Inputs that were a fault once: a folder for each target, a file for each input."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

FOLDER = Path(__file__).resolve().parent / "corpus"


def inputs_of(target: str) -> Iterator[tuple[str, bytes]]:
    """Names and inputs."""
    for path in sorted((FOLDER / target).glob("*")):
        yield path.name, path.read_bytes()


def add(target: str, raw: bytes) -> Path:
    """Keep an input."""
    path = FOLDER / target / hashlib.sha256(raw).hexdigest()[:12]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(raw)
    return path
