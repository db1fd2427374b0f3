# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""site.yml on whole deployments: packets, conversations and the second run, as `make demo` judges them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.lab.cases import CASES
from tests.lab.demo import Screen, demo
from tests.lab.lab import Lab
from tests.lab.test_site import SITE

LABS = Path(__file__).parent / "labs"


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("name", ["small.yml", "demo.yml"])
def test_exactly_the_documented_flows_pass(name: str, case: str) -> None:
    with Lab.start(LABS / name, extra_variables=CASES[case].variables) as lab:
        CASES[case].prepare(lab)
        assert demo(lab, Screen(), SITE, quick=True) == []
        console = next(node for node in lab.nodes() if "qradar_console" in node.node.groups)
        assert CASES[case].works(console)
