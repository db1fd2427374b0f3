# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Components and appliances as roles."""

from __future__ import annotations

import pytest

from ansible_collections.portledger.qradar.plugins.plugin_utils._console.roles import find_roles
from tests.console.deployment import COLLECTOR, CONSOLE, PROCESSOR


@pytest.mark.parametrize(
    ("appliance", "components", "roles"),
    [
        ("3199", CONSOLE, ["console"]),
        # The processor of Vulnerability Manager runs on the console unless it was moved.
        ("3199", [*CONSOLE, "qvmprocessor"], ["console", "vulnerability_processor"]),
        # What no appliance tells, components do: software on one's own machine has IDs of its own.
        ("8000", CONSOLE, ["console"]),
        ("1699", PROCESSOR, ["event_processor"]),
        ("9999", PROCESSOR, ["event_processor"]),
        ("1799", [*PROCESSOR, "qflow"], ["flow_processor"]),
        ("1899", [*PROCESSOR, "qflow"], ["event_processor", "flow_processor"]),
        ("9999", [*PROCESSOR, "qflow"], ["event_processor", "flow_collector"]),
        ("1599", COLLECTOR, ["event_collector"]),
        ("1599", [*COLLECTOR, "qvmscanner"], ["event_collector", "vulnerability_scanner"]),
        ("1299", [*COLLECTOR, "qflow"], ["flow_collector"]),
        ("1301", COLLECTOR, ["flow_collector"]),
        ("1920", ["forensics_realtime", "masterdaemon"], ["flow_collector"]),
        ("1400", ["dataNode", "ecs-ep", "ariel_query_server"], ["data_node"]),
        ("4000", ["setuptunnel", "tunnel"], ["app_host"]),
        ("4000", ["qvmscanner"], ["app_host", "vulnerability_scanner"]),
        ("700", ["qrm", "tomcat-rm"], ["risk_manager"]),
        ("700", [], ["risk_manager"]),
        ("600", ["qvmprocessor"], ["vulnerability_processor"]),
        ("610", ["qvmscanner"], ["vulnerability_scanner"]),
        ("6000", ["forensicsnode", "masterdaemon"], ["forensics"]),
        # While it is added, a host has no components yet.
        ("1699", [], ["event_processor"]),
        ("1899", [], ["event_processor", "flow_processor"]),
        # Without a magistrate, it is not a console, whatever it was sold as.
        ("3199", [], []),
        ("2100", COLLECTOR, ["event_collector"]),
        ("500", [], []),
        ("6000", ["masterdaemon"], []),
        ("16", [], []),
        ("16990", [], []),
    ],
)
def test_roles(appliance: str, components: list[str], roles: list[str]) -> None:
    found = find_roles(["hostcontext", *components], appliance)
    assert list(found.roles) == roles
    assert found.unknown == ()


def test_unknown_components_are_named_and_tell_no_role() -> None:
    found = find_roles(["zeta", "eventcollector", "ecs-new"], "1599")
    assert (found.roles, found.unknown) == (("event_collector",), ("ecs-new", "zeta"))
