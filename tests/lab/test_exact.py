# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""site.yml on whole deployments: packets, conversations and the second run, as `make demo` judges them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.lab.demo import Screen, demo
from tests.lab.lab import Lab
from tests.lab.test_site import SITE, hide

LABS = Path(__file__).parent / "labs"


def with_sets(_lab: Lab) -> None:
    """As the machine is: `make setup` installs ipset."""


def without_sets(lab: Lab) -> None:
    """Each set is a chain where there is no ipset."""
    for node in lab.nodes():
        if node.node.managed:
            hide(node, "ipset")


@pytest.mark.parametrize("prepare", [with_sets, without_sets])
@pytest.mark.parametrize("name", ["small.yml", "demo.yml"])
def test_exactly_the_documented_flows_pass(name: str, prepare: Callable[[Lab], None]) -> None:
    with Lab.start(LABS / name) as lab:
        prepare(lab)
        assert demo(lab, Screen(), SITE, quick=True) == []
        console = next(node for node in lab.nodes() if "qradar_console" in node.node.groups)
        assert ("--match-set" in console.run(["iptables-save"]).stdout) == (prepare is with_sets)
