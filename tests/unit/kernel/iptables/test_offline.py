# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter to_ruleset gives what the provider iptables loads, and the module finds no rule to change after it."""

from __future__ import annotations

from pathlib import Path

import pytest

from ansible_collections.portledger.qradar.plugins.plugin_utils._rulesets.offline import to_ruleset
from tests.unit.kernel.iptables.box import Box
from tests.unit.plugins.module_utils.support import golden_plan

RESTORE = {"ipv4": "iptables-restore", "ipv6": "ip6tables-restore", "ipset": "ipset"}
MANAGEMENT = ["198.18.9.0/24", "2001:db8:9::/64"]


def texts(box: Box, scope: str, unlisted: str) -> dict[str, str]:
    made = to_ruleset(
        golden_plan(scope),
        provider="iptables",
        unlisted=unlisted,
        egress="log",
        management=MANAGEMENT,
        ipset=(box.bin / "ipset").exists(),
    )
    assert isinstance(made, dict)
    return made


@pytest.mark.parametrize("unlisted", ["drop", "log", "leave"])
@pytest.mark.parametrize("scope", ["host", "gateway"])
def test_byte_for_byte_what_the_provider_sends(
    box: Box, scope: str, unlisted: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: dict[str, str | None] = {}
    run = box.run

    def record(arguments: list[str], data: str | None = None, _seconds: float | None = None) -> tuple[int, str, str]:
        name = Path(arguments[0]).name
        if name.endswith("-restore") and "--test" not in arguments:
            sent[{"iptables-restore": "ipv4", "ip6tables-restore": "ipv6"}[name]] = data
        elif [name, *arguments[1:]] == ["ipset", "restore"]:
            sent["ipset"] = data
        return run(arguments, data)

    monkeypatch.setattr(box, "run", record)
    assert box.apply(scope=scope, unlisted=unlisted, management=MANAGEMENT)["changed"]
    assert sent == texts(box, scope, unlisted)


@pytest.mark.parametrize("unlisted", ["drop", "log", "leave"])
@pytest.mark.parametrize("scope", ["host", "gateway"])
def test_no_rule_differs_once_it_is_loaded(box: Box, scope: str, unlisted: str) -> None:
    made = texts(box, scope, unlisted)
    assert set(made) == {"ipv4", "ipv6"} | ({"ipset"} if (box.bin / "ipset").exists() else set())
    # Sets first: rules cannot ask a set that is not there.
    for part in ("ipset", "ipv4", "ipv6"):
        if part in made:
            options = ["restore"] if part == "ipset" else ["--noflush"]
            code, _out, err = box.run([str(box.bin / RESTORE[part]), *options], made[part])
            assert code == 0, err
    result = box.apply(scope=scope, unlisted=unlisted, management=MANAGEMENT)
    # The kernel has every rule; only the module makes a boot load them.
    assert result["difference"] == ["~ rules that a boot loads: written again"]
    # What is loaded is asked indeed: other options are a difference.
    changed = box.apply(scope=scope, unlisted=unlisted, check=True, management=["198.18.77.0/24"])
    assert changed["difference"] not in ([], result["difference"])
