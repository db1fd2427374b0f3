# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a change of the profile permits and blocks."""

from __future__ import annotations

from typing import Any

from ansible_collections.portledger.qradar.plugins.plugin_utils._inventory.firewalls import Firewalls
from ansible_collections.portledger.qradar.plugins.plugin_utils._questions.compare import compare
from ansible_collections.portledger.qradar.plugins.plugin_utils._questions.snapshot import Snapshot
from ansible_collections.portledger.qradar.tests.unit.plugins.plugin_utils._plan.test_planner import make


def in_profile(profile: str, **shared: Any) -> Snapshot:
    return Snapshot(make({}, qradar_profile=profile, **shared), Firewalls({}))


def test_the_narrower_profile_permits_nothing_new_and_the_wider_one_the_same_again() -> None:
    documented, least = in_profile("documented"), in_profile("least")
    narrower, wider = compare(documented, least), compare(least, documented)
    assert narrower["allowed"] == wider["denied"] == []
    assert narrower["denied"] == wider["allowed"] != []
    assert narrower["options"] == [
        {"variable": "qradar_profile", "before": "documented", "after": "least", "hosts": []}
    ]
    assert narrower["text"][-1] == "qradar_profile: documented before, least now."


def test_a_feature_makes_more_of_it() -> None:
    feature = {"qradar_features": ["imm"]}
    text = compare(in_profile("documented", **feature), in_profile("least", **feature))["text"]
    assert [line for line in text if "(row 21)" in line] == [
        "  - tcp/3900, udp/3900 imm_remote_presence (row 21): users to con1, con2"
    ]
