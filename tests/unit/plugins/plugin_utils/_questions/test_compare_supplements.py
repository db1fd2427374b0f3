# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a change of the supplements permits and blocks, and of the interfaces of containers."""

from __future__ import annotations

from typing import Any

from ansible_collections.portledger.qradar.plugins.plugin_utils._inventory.firewalls import Firewalls
from ansible_collections.portledger.qradar.plugins.plugin_utils._questions.compare import compare
from ansible_collections.portledger.qradar.plugins.plugin_utils._questions.snapshot import Snapshot
from ansible_collections.portledger.qradar.tests.unit.plugins.plugin_utils._plan.test_planner import make

APPS = "(supplement console_apps, IBM support node/6211837)"


def with_supplements(*supplements: str, interfaces: tuple[str, ...] = ("docker0", "podman0")) -> Snapshot:
    hosts: dict[str, Any] = {name: {"qradar_container_interfaces": list(interfaces)} for name in ("con1", "con2")}
    return Snapshot(make(hosts, qradar_supplements=list(supplements)), Firewalls({}))


def test_one_more() -> None:
    more = compare(with_supplements(), with_supplements("console_apps"))
    assert more["denied"] == []
    assert [line for line in more["text"] if line.startswith("  + ")] == [
        f"  + tcp/443 app_https {APPS}: own_containers by docker0, podman0 to con1, con2",
        f"  + tcp/514, udp/514 app_syslog {APPS}: own_containers by docker0, podman0 to con1, con2",
    ]
    assert more["text"][-1] == "qradar_supplements: [] before, [console_apps] now."


def test_one_more_interface() -> None:
    few, many = (with_supplements("console_apps", interfaces=one) for one in (("docker0",), ("docker0", "podman0")))
    assert compare(many, many)["text"] == ["No flow differs."]
    assert compare(few, many)["text"][-2:] == [
        f"  + tcp/443 app_https {APPS}: own_containers by podman0 to con1, con2",
        f"  + tcp/514, udp/514 app_syslog {APPS}: own_containers by podman0 to con1, con2",
    ]
    assert compare(few, many)["allowed"] == compare(many, few)["denied"] != []
