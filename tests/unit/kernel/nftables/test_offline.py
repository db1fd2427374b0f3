# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter to_ruleset gives what the provider nftables loads, and the module finds no rule to change after it."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.portledger.qradar.plugins.plugin_utils._rulesets.offline import to_ruleset
from tests.unit.kernel.nftables.box import FOREIGN, Box
from tests.unit.plugins.module_utils.support import golden_plan

OPTIONS: list[dict[str, Any]] = [
    {"unlisted": "drop", "egress": "log", "management": ["198.18.9.0/24", "2001:db8:9::/64"]},
    {"unlisted": "log", "egress": "drop", "management": ["0.0.0.0/0"]},
    {"unlisted": "leave", "egress": "leave", "management": []},
]


@pytest.mark.parametrize("options", OPTIONS, ids=[one["unlisted"] for one in OPTIONS])
@pytest.mark.parametrize("scope", ["host", "gateway"])
def test_byte_for_byte_what_the_provider_sends(
    box: Box, scope: str, options: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[str | None] = []
    run = box.run

    def record(arguments: list[str], data: str | None = None, _seconds: float | None = None) -> tuple[int, str, str]:
        if arguments[1:] == ["-f", "-"]:
            sent.append(data)
        return run(arguments, data)

    monkeypatch.setattr(box, "run", record)
    assert box.apply(scope=scope, **options)["changed"]
    assert sent == [to_ruleset(golden_plan(scope), provider="nftables", **options)]


@pytest.mark.parametrize("options", OPTIONS, ids=[one["unlisted"] for one in OPTIONS])
@pytest.mark.parametrize("scope", ["host", "gateway"])
def test_no_rule_differs_once_it_is_loaded(box: Box, scope: str, options: dict[str, Any]) -> None:
    box.nft("-f", "-", data=FOREIGN)
    before = box.foreign()
    text = to_ruleset(golden_plan(scope), provider="nftables", **options)
    assert isinstance(text, str)
    box.nft("-f", "-", data=text)
    once = box.ruleset()
    result = box.apply(scope=scope, **options)
    # The kernel has every rule; only the module makes a boot load them.
    assert result["difference"] == ["~ rules that a boot loads: written again"]
    # Loaded again, it takes the place of the former table.
    box.nft("-f", "-", data=text)
    assert box.ruleset() == once
    assert box.foreign() == before
    # What is loaded is asked indeed: other options are a difference.
    changed = box.apply(scope=scope, check=True, **{**options, "management": ["198.18.77.0/24"]})
    assert changed["difference"] not in ([], result["difference"])
