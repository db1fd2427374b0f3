# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What others expect of a collection: action groups as documented, roles documented in full, requirements named."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.pythons import ROOT

ROLES = sorted(path.parents[1].name for path in ROOT.glob("roles/*/meta/argument_specs.yml"))
PLUGINS = sorted(
    path.relative_to(ROOT) for kind in ("lookup", "filter") for path in (ROOT / "plugins" / kind).glob("*.py")
)


def test_action_groups_are_those_that_modules_document() -> None:
    groups: dict[str, list[str]] = yaml.safe_load((ROOT / "meta/runtime.yml").read_text("utf-8"))["action_groups"]
    fragment = "  - portledger.qradar.ruleset\n"
    documented = [path.stem for path in ROOT.glob("plugins/modules/*.py") if fragment in path.read_text("utf-8")]
    assert groups == {"firewall": sorted(documented)}
    text = (ROOT / "plugins/doc_fragments/ruleset.py").read_text("utf-8")
    assert re.findall(r"membership: (\S+)", text) == ["[portledger.qradar.firewall]"]


@pytest.mark.parametrize("role", ROLES)
def test_a_role_is_documented_in_full(role: str) -> None:
    text = (ROOT / "roles" / role / "meta/argument_specs.yml").read_text("utf-8")
    main: dict[str, Any] = yaml.safe_load(text)["argument_specs"]["main"]
    assert main["author"] == ["The portledger.qradar contributors (@portledger)"]
    assert set(main["attributes"]) == {"check_mode", "diff_mode", "idempotent", "platform"}
    assert main["seealso"]
    assert f"portledger.qradar.{role}" in main["examples"]
    assert isinstance(yaml.safe_load(main["examples"]), list)


def reads_inventory(text: str) -> bool:
    """Whether a plugin plans, which takes netaddr."""
    return "make_planner" in text or "Snapshot" in text


@pytest.mark.parametrize("plugin", PLUGINS, ids=str)
def test_requirements_are_named(plugin: Path) -> None:
    text = (ROOT / plugin).read_text("utf-8")
    named = "portledger.qradar.lookups.inventory" in text or "netaddr" in text.partition("EXAMPLES")[0]
    assert named or not reads_inventory(text)
