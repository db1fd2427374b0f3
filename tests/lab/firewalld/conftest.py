# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What tests of the provider firewalld start from."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.lab.firewalld.box import Box
from tests.lab.world.lab import Lab
from tests.lab.world.labs import SMALL


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    with Lab.start(SMALL) as running:
        yield running


@pytest.fixture(scope="module")
def shared(lab: Lab) -> Box:
    return Box(lab["console"])


@pytest.fixture
def box(shared: Box) -> Iterator[Box]:
    """firewalld with nothing of ours, before and after."""
    empty = shared.state()
    shared.broken.clear()
    yield shared
    shared.broken.clear()
    for scope in ("host", "gateway"):
        shared.apply(state="absent", scope=scope)
    assert shared.state() == empty


@pytest.fixture
def loaded(box: Box) -> Box:
    assert box.apply() != []
    return box
