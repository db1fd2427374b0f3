# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What tests of the provider iptables against the kernel start from."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.unit.kernel.iptables.box import BACKENDS, Box


@pytest.fixture(params=[f"{backend}-{kind}" for backend in BACKENDS for kind in ("sets", "chains")])
def box(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Box]:
    backend, _dash, kind = request.param.partition("-")
    found = Box(tmp_path, backend, kind == "sets")
    yield found
    found.close()


@pytest.fixture(params=BACKENDS)
def set_box(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Box]:
    found = Box(tmp_path, request.param, with_sets=True)
    yield found
    found.close()
