# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The evaluator of live rules against the kernel: rulesets at random."""

from __future__ import annotations

import pytest

from tests.lab.evaluation.evaluate import evaluate
from tests.lab.evaluation.makers import KNOWN, MAKERS

RULESETS = {True: 10, False: 5}
# Of kinds that the evaluator leaves open in part, as much as this; inline chains it cannot see at all.
MAYBE = {True: 0, False: 0.6}


@pytest.mark.parametrize("kind", list(MAKERS))
def test_rules_at_random(kind: str) -> None:
    packets = passed = maybe = 0
    rulesets = RULESETS[kind in KNOWN]
    for verdict, ruleset in evaluate(kind, range(rulesets), seed=20261124):
        script = "\n".join(text for _command, text in ruleset.commands)
        assert verdict.good, f"{verdict.wrong} {verdict.unsure}\n{script}"
        assert verdict.unread == []
        packets += verdict.packets
        passed += verdict.passed
        maybe += verdict.maybe
    # Rulesets that drop all, or nothing, would prove little.
    assert packets > 2000 * rulesets
    assert 0.1 < passed / packets < 0.9
    assert maybe / packets <= MAYBE[kind in KNOWN]
