# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The evaluator of live rules against the kernel: rulesets at random."""

from __future__ import annotations

import pytest

from tests.lab.evaluation.evaluate import evaluate
from tests.lab.evaluation.random_rules import MAKERS

RULESETS = 10


@pytest.mark.parametrize("kind", list(MAKERS))
def test_rules_at_random(kind: str) -> None:
    packets = passed = 0
    for verdict, ruleset in evaluate(kind, range(RULESETS), seed=20261124):
        script = "\n".join(text for _command, text in ruleset.commands)
        assert verdict.good, f"{verdict.wrong} {verdict.unsure}\n{script}"
        packets += verdict.packets
        passed += verdict.passed
    # Rulesets that drop all, or nothing, would prove little.
    assert packets > 2000 * RULESETS
    assert 0.1 < passed / packets < 0.9
