# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter to_ruleset gives the files that the provider firewalld writes, and nothing differs after it is loaded."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.portledger.qradar.plugins.plugin_utils._rulesets.offline import to_ruleset
from tests.lab.firewalld.box import Box
from tests.unit.plugins.module_utils.support import golden_plan

MANAGEMENT = ["198.18.9.0/24", "2001:db8:9::/64"]


def with_podman(box: Box) -> None:
    engine = box.root / "run/engine"
    engine.mkdir(exist_ok=True)
    (engine / "podman").touch(mode=0o755)
    box.path = f"/usr/bin:/bin:{engine}"


@pytest.mark.parametrize("containers", [False, True])
@pytest.mark.parametrize(("scope", "egress"), [("host", "leave"), ("gateway", "drop")])
def test_what_the_provider_writes(
    box: Box, scope: str, egress: str, containers: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(box, "path", box.path)
    if containers:
        with_podman(box)
    options: dict[str, Any] = {"unlisted": "drop", "egress": egress, "management": MANAGEMENT}
    before = box.files()
    assert box.apply(scope=scope, **options) != []
    written = {name: content for name, content in box.files().items() if before.get(name) != content}
    made = to_ruleset(golden_plan(scope), provider="firewalld", ipset=True, containers=containers, **options)
    assert isinstance(made, dict)
    assert {name: text.encode() for name, text in made.items()} == written
    assert ("direct.xml" in made) == (containers and scope == "host")
    box.apply(scope=scope, state="absent")
    assert box.files() == before
    # By hand, where there is no Ansible.
    for name, text in made.items():
        path = box.root / "etc/firewalld" / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    box.firewalld.cmd("--check-config")
    box.firewalld.cmd("--reload")
    assert box.apply(scope=scope, **options) == [
        "~ what takes the rules back by hand: written again",
        "~ a boot waits for firewalld.service: written again",
    ]
    assert box.reloads() == 0
    assert box.apply(scope=scope, check=True, **{**options, "management": ["198.18.77.0/24"]}) != []
    box.apply(scope=scope, state="absent")
