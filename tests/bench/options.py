# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Options that the parts have in common."""

from __future__ import annotations

import argparse
from pathlib import Path

from tests.lab.hosts.providers import PROVIDERS


def parser_of(part: str, description: str | None, *, providers: bool = True) -> argparse.ArgumentParser:
    """--provider, --rounds and --results of a part. providers: whether it has any of these."""
    parser = argparse.ArgumentParser(
        prog=f"tests.bench {part}", description=description, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    if providers:
        parser.add_argument(
            "--provider", action="append", choices=PROVIDERS, help="repeatable; all where none is given"
        )
    parser.add_argument("--rounds", type=int, default=5, help="of everything in turn (default: 5)")
    parser.add_argument("--results", type=Path, help="keep the figures in this file")
    return parser
