# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What tests of the lab itself start from."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.lab.world.lab import Lab
from tests.lab.world.labs import SMALL


@pytest.fixture
def lab() -> Iterator[Lab]:
    with Lab.start(SMALL) as running:
        yield running
