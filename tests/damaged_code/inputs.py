# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Puts each fault back that the collection had with unlucky input, and shows that the tests named for it turn red.

python -m tests.damaged_code.inputs [NUMBER ...]
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Final

from tests.chaos.faults import main

INPUTS: Final = sorted(Path(__file__).with_name("hostile").glob("*.yml"))

if __name__ == "__main__":
    sys.exit(main(paths=INPUTS))
