# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What tests of the provider qradar start from."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.lab.plays.record import record_playbook
from tests.lab.plays.site import SITE
from tests.lab.qradar.hosts import new_lab
from tests.lab.world.lab import Lab


@pytest.fixture
def lab() -> Iterator[Lab]:
    """The stand-in has run; nothing of ours is there."""
    with new_lab() as running:
        yield running


@pytest.fixture
def ruled() -> Iterator[Lab]:
    """site.yml has run."""
    with new_lab() as running:
        first = record_playbook(running, SITE)
        assert first.run.ok, first.run.stdout
        yield running
