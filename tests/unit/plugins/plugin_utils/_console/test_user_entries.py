# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What somebody entered on the console for a host's firewall."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.portledger.qradar.plugins.plugin_utils._base.errors import InputError
from ansible_collections.portledger.qradar.plugins.plugin_utils._console.fields import REMEDY
from ansible_collections.portledger.qradar.plugins.plugin_utils._console.inventory import (
    ConsoleInventory,
    read_inventory,
)
from tests.console.deployment import CONSOLE, PROCESSOR, Deployment, entry
from tests.unit.plugins.plugin_utils._console.test_inventory import answers, options

URL = "https://console.example.com/api/system/servers/102/firewall_rules"
CORRECT = "Correct the entry on the console."


def read(*entries: dict[str, Any]) -> ConsoleInventory:
    """Servers 100 and 101 are the console, 102 is ep1, which has these entries."""
    deployment = Deployment()
    deployment.add("con1", "198.18.1.10", "3199", CONSOLE, nodes=("198.18.1.11", "198.18.1.12"))
    deployment.add("ep1", "198.18.1.21", "1699", PROCESSOR)
    deployment.firewall_rules[101] = [entry(source_ip="198.18.9.1")]
    deployment.firewall_rules[102] = list(entries)
    return read_inventory(answers(deployment), options())


def flows(found: ConsoleInventory, name: str) -> list[dict[str, Any]]:
    (host,) = [host for host in found.hosts if host.name == name]
    listed: list[dict[str, Any]] = host.record["user_entries"]
    return listed


@pytest.mark.parametrize(
    ("fields", "source", "ports"),
    [
        ({"source_ip": "198.18.9.9"}, "198.18.9.9/32", ["tcp/8443"]),
        ({"source_ip": "198.18.9.0/24"}, "198.18.9.0/24", ["tcp/8443"]),
        ({"source_ip": "2001:db8::9"}, "2001:db8::9/128", ["tcp/8443"]),
        ({"is_any_source_ip": True, "source_ip": None}, "0.0.0.0/0", ["tcp/8443"]),
        ({"protocol": "UDP", "single_port": 161}, "198.18.9.2/32", ["udp/161"]),
        ({"protocol": "ANY", "single_port": 53}, "198.18.9.2/32", ["tcp/53", "udp/53"]),
        ({"port_type": "RANGE", "port_range": "8000-8010"}, "198.18.9.2/32", ["tcp/8000-8010"]),
        ({"port_type": "ANY", "protocol": "ANY"}, "198.18.9.2/32", ["tcp/1-65535", "udp/1-65535"]),
    ],
)
def test_entries_become_extra_flows(fields: dict[str, Any], source: str, ports: list[str]) -> None:
    found = read(entry(**fields), entry(**fields))
    assert flows(found, "ep1") == [{"from": source, "to": "ep1", "ports": ports, "comment": "entered on the console"}]
    assert [flow["to"] for flow in flows(found, "con1-secondary")] == ["con1-secondary"]
    assert flows(found, "con1-primary") == []
    assert found.warnings == ()


@pytest.mark.parametrize("protocol", ["ANY", "TCP"])
def test_what_permits_everything_is_left_out_and_named(protocol: str) -> None:
    found = read(entry(is_any_source_ip=True, port_type="ANY", protocol=protocol), entry())
    assert [flow["from"] for flow in flows(found, "ep1")] == ["198.18.9.2/32"]
    assert found.warnings == (
        "ep1: an entry of its firewall permits every port from everywhere. It is left out. Permit what is needed in "
        "qradar_extra_flows, and remove it on the console.",
    )


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"protocol": "ICMP"}, f"protocol: 'ICMP' is none of ANY, TCP, UDP. {REMEDY}."),
        ({"port_type": "SOME"}, f"port_type: 'SOME' is none of ANY, SINGLE, RANGE. {REMEDY}."),
        ({"single_port": 0}, f"single_port: 0 is not a port from 1 to 65535. {CORRECT}"),
        ({"single_port": 70000}, f"single_port: 70000 is not a port from 1 to 65535. {CORRECT}"),
        (
            {"port_type": "RANGE", "port_range": "9-1"},
            f"port_range: '9-1' is not a range of ports, such as 8000-8010. {CORRECT}",
        ),
        ({"is_any_source_ip": "false"}, f"is_any_source_ip: 'false' is neither true nor false. {REMEDY}."),
        ({"source_ip": "nobody"}, f"source_ip: 'nobody' is neither an address nor a network. {CORRECT}"),
        ({"source_ip": None}, f"source_ip: None is not a string. {CORRECT}"),
    ],
)
def test_what_cannot_be_read_is_refused(fields: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError) as caught:
        read(entry(), entry(**fields))
    assert str(caught.value) == f"{URL}: [1].{message}"
