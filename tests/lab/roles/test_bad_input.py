# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What cannot be used is refused on every host with one message, and no rule is touched.

Every kind of bad value has its own test in tests/unit; here are those that must come through whole runs.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.lab.hosts.cases import hide, provider_variables
from tests.lab.hosts.rules import FAMILIES, HOSTS, whole
from tests.lab.plays.record import record_playbook
from tests.lab.plays.site import SITE
from tests.lab.world.lab import Lab
from tests.lab.world.labs import SMALL

UNKNOWN_PARTY = (
    "console: qradar_parties: 'log_source' is not a party. Did you mean log_sources or flow_sources? Valid values: "
    "api_clients, external_networks, flow_sources, lan, log_sources, nfs_servers, ntp_servers, offsite_sources, "
    "smtp_gateways, snmp_managers, srx_devices, users, wincollect_agents, windows_hosts."
)
HOST_BITS = (
    "console: qradar_parties.users: '198.19.1.5/24' has host bits set. Write 198.19.1.0/24 for the network or "
    "198.19.1.5/32 for the one address."
)
TRANSPORT_ALONE = (
    "console: qradar_extra_flows[0].ports: 'tcp' is not a transport with a port. Write a transport and its ports as "
    "one value, such as tcp/514 or udp/40000-40010."
)


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    with Lab.start(SMALL) as running:
        assert record_playbook(running, SITE).run.ok
        yield running


@pytest.mark.parametrize(
    ("variables", "message"),
    [
        ({"qradar_parties": {"log_source": ["198.19.2.0/24"]}}, UNKNOWN_PARTY),
        ({"qradar_parties": {"users": ["198.19.1.5/24"]}}, HOST_BITS),
        ({"qradar_extra_flows": [{"from": "users", "to": "console", "ports": ["tcp"]}]}, TRANSPORT_ALONE),
    ],
)
def test_a_bad_value_of_the_deployment_stops_every_host(lab: Lab, variables: object, message: str) -> None:
    good = whole(lab)
    run = record_playbook(lab, SITE, "-e", json.dumps(variables))
    assert not run.run.ok
    # Whole for the host that asks first; the other one says where to read it. The play of the gateways never starts.
    said = run.messages()
    (first,) = (host for host in ("console", "collector") if said.get(host) == message)
    (other,) = {"console", "collector"} - {first}
    pointer = (
        f"There is no plan, for the inventory has an error: see the message of {first}. Fix it, then run this again."
    )
    assert said == {first: message, other: pointer}
    assert whole(lab) == good


def test_an_unknown_provider(lab: Lab) -> None:
    good = whole(lab)
    run = record_playbook(lab, SITE, "-e", "host_firewall_provider=pf")
    assert not run.run.ok
    words = "'pf' is not one of its values. Valid values: auto, firewalld, iptables, nftables, qradar."
    assert run.messages() == {one: f"{one}: host_firewall_provider: {words}" for one in ("console", "collector")}
    assert whole(lab) == good


def test_an_unknown_option(lab: Lab, tmp_path: Path) -> None:
    good = whole(lab)
    playbook = tmp_path / "option.yml"
    task = {"portledger.qradar.ruleset": {"scope": "host", "unlistd": "drop"}}
    playbook.write_text(json.dumps([{"hosts": "console", "gather_facts": False, "tasks": [task]}]), encoding="utf-8")
    run = record_playbook(lab, playbook)
    assert run.messages()["console"].startswith(
        "Unsupported parameters for (portledger.qradar.ruleset) module: unlistd. Supported parameters include: "
    )
    assert whole(lab) == good


@pytest.mark.parametrize("program", [f"{tool}-restore" for tool in FAMILIES])
def test_a_host_without_iptables(program: str) -> None:
    with Lab.start(SMALL, extra_variables=provider_variables("iptables")) as lab:
        assert record_playbook(lab, SITE, "--limit", "collector,gateway").run.ok
        path = lab["console"].run(["printenv", "PATH"]).stdout.strip()
        hide(lab["console"], program)
        before = whole(lab)
        run = record_playbook(lab, SITE)
        assert set(run.messages()) == {"console"}
        message = run.messages()["console"]
        assert message.startswith(f"{program}: not found in PATH (")
        assert message.endswith("Install the package iptables, or choose another provider.")
        assert path.split(":")[0] in message
        assert whole(lab) == before
        assert set(run.results) == set(HOSTS), "the other hosts are served all the same"
