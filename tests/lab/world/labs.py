# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the files of labs are."""

from __future__ import annotations

from pathlib import Path
from typing import Final

LABS: Final = Path(__file__).resolve().parents[1] / "labs"
SMALL: Final = LABS / "small.yml"
DEMO: Final = LABS / "demo.yml"
REACH: Final = LABS / "reach.yml"
RULES: Final = LABS / "rules.yml"
PAIRS: Final = LABS / "pairs.yml"
SUPPLEMENTS: Final = LABS / "supplements.yml"
