# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From services to ports and back."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.portledger.qradar.plugins.plugin_utils._base.errors import PortledgerError
from ansible_collections.portledger.qradar.plugins.plugin_utils._base.ports import PortRange
from ansible_collections.portledger.qradar.plugins.plugin_utils._catalog.catalog import load_catalog
from ansible_collections.portledger.qradar.plugins.plugin_utils._filters.ports import port_services, service_ports

SERVICES = load_catalog().names()
REMEDY = "Write a port such as 514 or tcp/514, a range such as tcp/32000-32010, or icmp."


@pytest.mark.parametrize(
    ("services", "ports"),
    [
        ("syslog", ["tcp/514", "udp/514"]),
        ("imq", ["tcp/7676-7677"]),
        ("imq_dynamic", ["tcp/32001-65535"]),
        ("portmapper_dynamic", ["tcp/32768-60999", "udp/32768-60999"]),
        ("ha_icmp", ["icmp"]),
        # Local rows and rows without a direction have ports all the same.
        ("docker", ["tcp/2376"]),
        ("redirect", ["tcp/4333"]),
        (["ssh", ["smtp"], "ha_icmp"], ["icmp", "tcp/22", "tcp/25"]),
        (["ssh", "ssh"], ["tcp/22"]),
        # Ranges that touch or overlap are one.
        (["netbios_name", "netbios_datagram"], ["udp/137-138"]),
        (["ariel_query", "imq_dynamic"], ["tcp/32001-65535"]),
        ([], []),
        (iter(["ssh"]), ["tcp/22"]),
    ],
)
def test_ports_of_services(services: object, ports: list[str]) -> None:
    assert service_ports(services) == ports


def test_a_pin_replaces_the_whole_range() -> None:
    pins = {"imq_dynamic": ["tcp/40913", "tcp/40914"], "portmapper_dynamic": ["udp/40000"]}
    assert service_ports("imq_dynamic", pins) == ["tcp/40913-40914"]
    assert service_ports(["imq", "portmapper_dynamic"], pins=pins) == ["tcp/7676-7677", "udp/40000"]
    assert service_ports("dcom_dynamic", pins) == ["tcp/1025-65535"]
    assert service_ports("imq_dynamic", None) == service_ports("imq_dynamic", {}) == ["tcp/32001-65535"]


@pytest.mark.parametrize(
    ("ports", "services"),
    [
        (514, ["syslog", "app_syslog"]),
        ("514", ["syslog", "app_syslog"]),
        ("tcp/514", ["syslog", "app_syslog"]),
        ("udp/53", []),
        ("icmp", ["ha_icmp", "ha_ping"]),
        ("tcp/32006", ["dcom_dynamic", "imq_dynamic", "ariel_query", "data_flow_range"]),
        ("tcp/20-30", ["ssh", "smtp", "tunnel_ssh"]),
        (["udp/514", [22]], ["ssh", "syslog", "tunnel_ssh", "app_syslog"]),
        ([], []),
        (iter([22]), ["ssh", "tunnel_ssh"]),
    ],
)
def test_services_of_ports(ports: object, services: list[str]) -> None:
    assert port_services(ports) == services


@given(st.lists(st.sampled_from(SERVICES), max_size=4))
def test_each_service_is_found_by_its_ports(services: list[str]) -> None:
    assert set(services) <= set(port_services(service_ports(services)))


@given(st.lists(st.sampled_from(SERVICES), max_size=4), st.integers(1, 65535), st.sampled_from(["tcp", "udp"]))
def test_a_port_is_one_of_a_service_where_the_service_is_one_of_the_port(
    services: list[str], number: int, transport: str
) -> None:
    port = f"{transport}/{number}"
    among = any(PortRange.parse(port) in PortRange.parse(one) for one in service_ports(services))
    assert among == (not set(services).isdisjoint(port_services(port)))


@pytest.mark.parametrize(
    ("services", "pins", "message"),
    [
        ("sysog", None, "service: 'sysog' is not a service in the catalog. Did you mean syslog or syslog_ng?"),
        (
            ["ssh", "zzzz"],
            None,
            "service: 'zzzz' is not a service in the catalog. List them with the lookup portledger.qradar.ports.",
        ),
        (22, None, "service: 22 is not a service in the catalog. List them with the lookup portledger.qradar.ports."),
        (
            {"service": "ssh"},
            None,
            "service: {'service': 'ssh'} is not a service in the catalog. List them with the lookup "
            "portledger.qradar.ports.",
        ),
        (
            "ssh",
            {"imq_dynamik": ["tcp/40913"]},
            "pins: 'imq_dynamik' is not a service in the catalog. Did you mean imq_dynamic or rmi_dynamic?",
        ),
        (
            "ssh",
            {"imq_dynamic": "tcp/40913"},
            "pins.imq_dynamic: 'tcp/40913' is a string instead of a list. Write [tcp/40913].",
        ),
        (
            "ssh",
            ["tcp/40913"],
            "pins: ['tcp/40913'] is not a mapping. Write a service and its ports, such as {imq_dynamic: [tcp/40913]}.",
        ),
        (
            "ssh",
            {"imq_dynamic": [40913]},
            "pins.imq_dynamic: 40913 is not a transport with a port. Write a transport and its ports as one value, "
            "such as tcp/514 or udp/40000-40010.",
        ),
        (
            "ssh",
            {"imq_dynamic": []},
            "pins.imq_dynamic: [] pins no port, which would block the service. List its ports, or leave it out.",
        ),
    ],
)
def test_services_refused(services: object, pins: Any, message: str) -> None:
    with pytest.raises(PortledgerError) as refusal:
        service_ports(services, pins)
    assert str(refusal.value) == message


def test_a_pin_of_a_fixed_port_is_refused() -> None:
    with pytest.raises(PortledgerError) as refusal:
        service_ports("ssh", {"ssh": ["tcp/23"]})
    assert str(refusal.value).startswith(
        "pins: 'ssh' has no dynamic port to pin. Services with one are: dcom_dynamic, "
    )


@pytest.mark.parametrize(
    ("ports", "message"),
    [
        ("tcp/65536", f"port: 'tcp/65536' names port 65536, which is outside 1 to 65535. {REMEDY}"),
        (-1, f"port: -1 names port -1, which is outside 1 to 65535. {REMEDY}"),
        ("514-", f"port: '514-' is not a transport with a port. {REMEDY}"),
        ("30-20", f"port: '30-20' is a range that runs backwards. {REMEDY}"),
        ("tcp", f"port: 'tcp' names a transport without a port. {REMEDY}"),
        ("sctp/22", f"port: 'sctp/22' names the transport 'sctp', which is neither tcp nor udp. {REMEDY}"),
        ("ssh", f"port: 'ssh' is not a transport with a port. {REMEDY}"),
        (True, f"port: True is not a port. {REMEDY}"),
        (None, f"port: None is not a port. {REMEDY}"),
        ([514, {"first": 1}], f"port: {{'first': 1}} is not a port. {REMEDY}"),
    ],
)
def test_ports_refused(ports: object, message: str) -> None:
    with pytest.raises(PortledgerError) as refusal:
        port_services(ports)
    assert str(refusal.value) == message
