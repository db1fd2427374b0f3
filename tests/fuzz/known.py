# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Inputs that were a fault once: a folder for each target, a file for each input."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from pathlib import Path

FOLDER = Path(__file__).resolve().parent / "corpus"
# Checkers read every file of the collection as UTF-8.
_ENCODED = ".base64"


def inputs_of(target: str) -> Iterator[tuple[str, bytes]]:
    """Names and inputs."""
    for path in sorted((FOLDER / target).glob("*")):
        raw = path.read_bytes()
        yield path.name, base64.b64decode(raw) if path.suffix == _ENCODED else raw


def add(target: str, raw: bytes) -> Path:
    """Keep an input."""
    path = FOLDER / target / hashlib.sha256(raw).hexdigest()[:12]
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        raw.decode()
    except UnicodeDecodeError:
        path, raw = path.with_suffix(_ENCODED), base64.b64encode(raw) + b"\n"
    path.write_bytes(raw)
    return path
