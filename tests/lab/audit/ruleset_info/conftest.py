# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What tests of ruleset_info start from."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.lab.audit.ruleset_info.asking import PREFIXES, Asker
from tests.lab.hosts.providers import PROVIDERS
from tests.lab.world.kernel_log import logging_namespaces, refusal
from tests.lab.world.lab import Lab
from tests.lab.world.labs import SMALL


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[Lab]:
    text = SMALL.read_text(encoding="utf-8")
    for old, new in PREFIXES.items():
        text = text.replace(old, new)
    path = tmp_path / "lab.yml"
    path.write_text(text, encoding="utf-8")
    with Lab.start(path) as running:
        yield running


@pytest.fixture(params=["iptables", "nftables"])
def provider(request: pytest.FixtureRequest) -> str:
    found: str = request.param
    return found


@pytest.fixture
def prepared(lab: Lab, provider: str) -> Iterator[Lab]:
    with PROVIDERS[provider].prepared(lab):
        yield lab


@pytest.fixture
def console(prepared: Lab, tmp_path: Path, provider: str) -> Asker:
    return Asker(prepared, tmp_path, "console", PROVIDERS[provider].host)


@pytest.fixture
def gateway(prepared: Lab, tmp_path: Path, provider: str) -> Asker:
    return Asker(prepared, tmp_path, "gateway", PROVIDERS[provider].gateway)


@pytest.fixture
def logging() -> Iterator[None]:
    if reason := refusal():
        pytest.skip(f"no rule inside a lab can log here: {reason}")
    with logging_namespaces():
        yield
