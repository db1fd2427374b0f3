# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""site.yml on whole deployments: packets, conversations and the second run, as `make demo` judges them."""

from __future__ import annotations

import pytest

from tests.lab.demo.demo import demo
from tests.lab.demo.screen import Screen
from tests.lab.hosts.cases import CASES
from tests.lab.plays.site import SITE
from tests.lab.world.lab import Lab
from tests.lab.world.labs import LABS


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("name", ["small.yml", "demo.yml"])
def test_exactly_the_documented_flows_pass(name: str, case: str) -> None:
    with Lab.start(LABS / name, extra_variables=CASES[case].variables) as lab:
        CASES[case].prepare(lab)
        assert demo(lab, Screen(), SITE, quick=True) == []
        console = next(node for node in lab.nodes() if "qradar_console" in node.node.groups)
        assert CASES[case].works(console)
