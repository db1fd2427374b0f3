# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Each supplement and each reading that a profile narrows, as explain tells them."""

from __future__ import annotations

import pytest

from ansible_collections.portledger.qradar.plugins.plugin_utils._catalog.catalog import load_catalog
from ansible_collections.portledger.qradar.tests.unit.plugins.plugin_utils._plan.test_planner import make
from ansible_collections.portledger.qradar.tests.unit.plugins.plugin_utils._questions.test_explain import ask


@pytest.mark.parametrize(
    ("question", "flow"),
    [
        (
            "ep1 ep2 tcp/22",
            'tunnel_ssh (supplement tunnels, IBM QRadar 7.4 documentation, "Encryption" (topic hosts-encryption)): '
            "encrypted component to component, when encrypted",
        ),
        ("con2 ep2 icmp", "ha_ping (supplement ha_ping, IBM support node/874926): ha_node to component"),
        (
            "own_containers con1 tcp/443",
            "app_https (supplement console_apps, IBM support node/6211837): own_containers to console",
        ),
        (
            "own_containers con1 udp/514",
            "app_syslog (supplement console_apps, IBM support node/6211837): own_containers to console",
        ),
        (
            "wincollect_agents con1 tcp/6514",
            "wincollect_tls (supplement wincollect_tls, IBM QRadar WinCollect 10 documentation): wincollect_agents to "
            "event_listener",
        ),
        (
            "log_sources ec1 udp/517",
            "udp_multiline (supplement log_source_listeners, IBM DSM guide, UDP multiline syslog; pages of Postfix, "
            "OpenLDAP): log_sources to event_listener",
        ),
        (
            "log_sources ec1 tcp/12469",
            "http_receiver (supplement log_source_listeners, IBM DSM guide, HTTP receiver): log_sources to "
            "event_listener",
        ),
        (
            "log_sources ec1 tcp/12468",
            "tcp_multiline (supplement log_source_listeners, none found): log_sources to event_listener",
        ),
        (
            "log_sources ec1 udp/40798",
            "juniper_binary (supplement log_source_listeners, IBM DSM guide, Juniper Security Binary Log Collector): "
            "log_sources to event_listener",
        ),
        (
            "log_sources ec1 tcp/32500",
            "dlc_events (supplement dlc, a public sample configuration of the Disconnected Log Collector): log_sources "
            "to event_listener",
        ),
        (
            "flow_sources con1 udp/4789",
            "vxlan (supplement network_insights, IBM QRadar 7.5 documentation, installation on Amazon Web Services): "
            "flow_sources to flow_listener",
        ),
    ],
)
def test_each_supplement_with_its_source(question: str, flow: str) -> None:
    """As a flow where it is chosen; as a remedy where none is."""
    parties = {
        "log_sources": ["198.18.60.0/26"],
        "wincollect_agents": ["198.18.60.64/26"],
        "flow_sources": ["198.18.60.128/26"],
    }
    everything = [*load_catalog().supplements()]
    source, destination, port = question.split()
    with_all = ask(make({}, qradar_supplements=everything, qradar_parties=parties), source, destination, port)
    assert with_all["verdict"] == "allowed"
    assert [line for line in with_all["text"] if line.startswith(f"  {flow}; rule on {destination}")]
    without = ask(make({}, qradar_supplements=[], qradar_parties=parties), source, destination, port)
    assert without["verdict"] != "allowed"
    name = flow.partition("(supplement ")[2].partition(",")[0]
    told = flow.replace("encrypted component", "component")
    assert f"  - qradar_supplements: add {name} [{told}]" in without["text"]


def narrowed() -> list[tuple[str, str, str, str]]:
    """Each service whose readings the profile narrows: its place, one of its documented ports, what is left and why."""
    return [
        (f"{service.service} ({service.where})", str(service.ports[0].range()), str(reading.least), reading.evidence.en)
        for service in load_catalog().services
        for reading in service.readings
        if reading.least and reading.evidence
    ]


def test_each_reading_that_a_profile_narrows_is_told_with_its_evidence() -> None:
    assert len(narrowed()) == 17
    planner = make({}, qradar_profile="least", qradar_dynamic_ports={}, qradar_features=["imm", "emulex_hba"])
    for place, ports, least, evidence in narrowed():
        port = ports.partition("-")[0]
        told = f"{place} is narrower in the profile least ({least}): {evidence}"
        answer = ask(planner, "203.0.113.9", "con1", port)
        assert told in [*answer["notes"], *(note for part in answer["answers"] for note in part["notes"])], place
