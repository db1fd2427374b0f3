# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Answers about one middle-sized deployment: awkward questions as a golden file, and what matters in them as data.

``pytest --update-golden`` writes the golden file anew.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from ansible_collections.portledger.qradar.plugins.plugin_utils._base.errors import PortledgerError
from ansible_collections.portledger.qradar.plugins.plugin_utils._inventory.firewalls import Firewalls
from ansible_collections.portledger.qradar.plugins.plugin_utils._plan.planner import Planner
from ansible_collections.portledger.qradar.plugins.plugin_utils._questions.explain import explain
from ansible_collections.portledger.qradar.tests.unit.plugins.plugin_utils._plan.test_planner import make

OPTIONS: dict[str, dict[str, Any]] = {
    "con1": {"host_firewall_management": ["198.18.62.0/24"]},
    "con2": {"host_firewall_management": "198.18.62.0/24, 198.18.63.1"},
    "ep2": {"host_firewall_unlisted": "log"},
    "dn1": {"host_firewall_unlisted": "leave"},
    "vs1": {"host_firewall_state": "absent"},
    "gw1": {"gateway_firewall_egress": "drop", "gateway_firewall_management": ["198.18.62.0/24"]},
}
QUESTIONS = """
# A pair: its other node, its cluster address, itself
con1 con2 icmp
con2 198.18.1.3 tcp/7789
198.18.1.3 ep2 tcp/22
con1 con1 tcp/5432
# Encrypted or not
con1 ep1 tcp/7676
con1 ep2 tcp/7676
ep1 con1 tcp/12500
ep2 con1 tcp/12500
# The App Host
con1 app1 tcp/26001
console app1 tcp/443
# NAT: by name, and by an address that the other side never sees
con1 ec1 tcp/32006
198.18.2.70 con1 tcp/32006
198.18.9.70 con1 tcp/32006
# A party, in part; one that overlaps the deployment; one without networks; a role that nobody has
log_sources ec1 tcp/514
198.18.2.64/26 con1 udp/514
log_sources ep2 tcp/514
nfs_servers con1 tcp/2049
forensics con1 tcp/15434
# Features, versions, pins, services left out, extra flows that are over
log_sources ec1 udp/162
198.18.60.7 ep2 tcp/23333
users con1 tcp/10000
con1 ep2 tcp/40914
users con1 tcp/111
users con1 tcp/1
users con1 tcp/8443
# Rows that are local or name no direction
ep1 ep2 tcp/8080
users con1 tcp/23111
# Roles that are missing
ep1 con1 tcp/8000
vs1 dn1 tcp/9999
# Management
198.18.62.9 con1 tcp/22
198.18.62.9 ec1 tcp/2222
198.18.62.9 ep1 tcp/22
# What is left, and what nobody judges
198.18.60.9 ep2 tcp/9
198.18.60.9 dn1 tcp/9
198.18.60.9 vs1 tcp/9
ec1 198.18.60.200 tcp/53
ep2 198.18.1.200 udp/123
con1 ntp_servers udp/123
198.18.1.193 198.18.2.97 tcp/135
198.18.1.193 198.18.2.120 tcp/135
# Strangers
203.0.113.9 con1 tcp/443
2001:db8:60::9 ep2 tcp/443
198.18.60.9 2001:db8:1::1 tcp/443
"""


@pytest.fixture(scope="module")
def planner() -> Planner:
    return make({})


def ask(planner: Planner, source: str, destination: str, port: str) -> dict[str, Any]:
    return explain(planner, Firewalls(OPTIONS), source=source, destination=destination, port=port)


def test_golden(planner: Planner, golden: Callable[[str, str], None]) -> None:
    lines = []
    for line in QUESTIONS.strip().splitlines():
        if line.startswith("#"):
            lines += ["=" * len(line), line[2:], "=" * len(line), ""]
        else:
            lines += [*ask(planner, *line.split())["text"], "", ""]
    golden("explain.txt", "\n".join(lines))


def test_lines_need_no_escapes(planner: Planner) -> None:
    """Ansible shows them as JSON."""
    for line in QUESTIONS.strip().splitlines():
        if not line.startswith("#"):
            assert not any(set('"\\\n') & set(text) for text in ask(planner, *line.split())["text"])


def test_a_whole_answer(planner: Planner) -> None:
    answer = ask(planner, "ep2", "con1", "tcp/443")
    del answer["text"]
    assert answer == {
        "source": "ep2",
        "destination": "con1",
        "port": "tcp/443",
        "verdict": "allowed",
        "answers": [
            {
                "verdict": "allowed",
                "source": {
                    "labels": ["ep2"],
                    "hosts": ["ep2"],
                    "addresses": ["198.18.1.5", "2001:db8:1::5"],
                    "cluster_addresses": [],
                },
                "destination": {
                    "labels": ["con1"],
                    "hosts": ["con1"],
                    "addresses": ["198.18.1.1", "198.18.1.3", "2001:db8:1::1"],
                    "cluster_addresses": ["198.18.1.3"],
                },
                "judgements": [{"name": "con1", "scope": "host", "verdict": "accept", "why": ""}],
                "flows": [
                    {
                        "service": "https",
                        "row": 12,
                        "supplement": None,
                        "source": "component",
                        "destination": "console",
                        "when": None,
                        "comment": None,
                        "variable": None,
                        "title": answer["answers"][0]["flows"][0]["title"],
                        "hosts": ["con1"],
                        "gateways": [],
                    }
                ],
                "remedies": [],
                "notes": [],
            }
        ],
        "notes": [],
    }


def test_neighbours_are_hosts_and_not_a_network(planner: Planner) -> None:
    """198.18.1.4 and 198.18.1.5 are ep1 and ep2; nothing is known of the addresses in 198.18.60.4/31."""
    (part,) = explain(planner, Firewalls({}), source="198.18.60.4/31", destination="198.18.1.4/31", port="tcp/9")[
        "answers"
    ]
    assert part["source"]["addresses"] == ["198.18.60.4/31"]
    assert part["destination"]["addresses"] == ["198.18.1.4", "198.18.1.5"]
    assert part["remedies"][-1]["changes"][0]["value"] == {
        "from": ["198.18.60.4/31"],
        "to": ["198.18.1.4", "198.18.1.5"],
        "ports": ["tcp/9"],
    }


def test_remedies_as_data(planner: Planner) -> None:
    (part,) = ask(planner, "198.18.61.9", "ec1", "udp/514")["answers"]
    assert [remedy["changes"] for remedy in part["remedies"]] == [
        [{"variable": f"qradar_parties.{party}", "action": "add", "value": ["198.18.61.9"], "hosts": [], "role": None}]
        for party in ("log_sources", "wincollect_agents")
    ] + [
        [
            {
                "variable": "qradar_extra_flows",
                "action": "add",
                "value": {"from": ["198.18.61.9"], "to": ["ec1"], "ports": ["udp/514"]},
                "hosts": [],
                "role": None,
            }
        ]
    ]


def test_no_change_is_named_where_hosts_do_not_see_these_addresses() -> None:
    """The collector is in a NAT group: others see its public address, and the port is asked for the other one."""
    planner = make({})
    (part,) = ask(planner, "198.18.1.1", "198.18.2.70", "tcp/7805")["answers"]
    assert [change["variable"] for one in part["remedies"] for change in one["changes"]] == ["qradar_extra_flows"]
    (part,) = ask(planner, "198.18.9.3", "198.18.9.70", "tcp/7805")["answers"]
    assert len(part["remedies"]) > 1


def test_a_party_does_not_help_where_hosts_do_not_see_the_other_end() -> None:
    """The nodes of this pair are in different NAT groups, so that con2 sees con1 as 198.18.9.1."""
    planner = make(
        {
            "con1": {"qradar_nat_group": 1, "qradar_public_addresses": ["198.18.9.1"]},
            "con2": {"qradar_public_addresses": []},
        }
    )
    (part,) = ask(planner, "198.18.1.1", "198.18.1.3", "tcp/2049")["answers"]
    assert [(one["changes"][0]["variable"], one["changes"][0]["value"]) for one in part["remedies"][:-1]] == [
        ("qradar_parties.nfs_servers", ["198.18.1.1"])
    ]


def test_both_nodes_of_a_pair_get_a_role() -> None:
    planner = make(
        {
            "dn1": {"qradar_ha_peer": "ep2", "qradar_roles": ["data_node"]},
            "ep2": {"qradar_ha_peer": "dn1", "qradar_roles": ["data_node"]},
        }
    )
    (part,) = ask(planner, "dn1", "con1", "tcp/8000")["answers"]
    assert part["remedies"][0]["changes"] == [
        {
            "variable": "qradar_roles",
            "action": "add",
            "value": ["event_processor"],
            "hosts": ["dn1", "ep2"],
            "role": None,
        }
    ]


@pytest.mark.parametrize(
    ("question", "message"),
    [
        (
            ("con3", "con1", "tcp/22"),
            "source: 'con3' is not a host, party, role or address. Did you mean con2 or con1? Valid values: "
            "api_clients, app1, app_host, component, con1, con2, console, data_node, dn1, ec1, ep1, ep2, "
            "event_collector, event_listener, event_processor, external_networks, flow_collector, flow_listener, "
            "flow_processor, flow_sources, forensics, lan, log_sources, managed_host, nfs_servers, ntp_servers, "
            "offsite_sources, risk_manager, smtp_gateways, snmp_managers, srx_devices, users, vs1, "
            "vulnerability_processor, vulnerability_scanner, wincollect_agents, windows_hosts.",
        ),
        (
            ("con1", "198.18.1.1/24", "tcp/22"),
            "destination: '198.18.1.1/24' has host bits set. Write 198.18.1.0/24 for the network or 198.18.1.1/32 for "
            "the one address.",
        ),
        (
            ("con1", "con2", "tcp/7676-7677"),
            "port: 'tcp/7676-7677' is 2 ports. Ask about one port, such as tcp/32006, or about icmp (echo request).",
        ),
        (
            ("con1", "con2", "32006"),
            "port: '32006' is not a transport with a port. Ask about one port, such as tcp/32006, or about icmp (echo "
            "request).",
        ),
        (
            ("con1", "con2", "sctp/1"),
            "port: 'sctp/1' names the transport 'sctp', which is neither tcp nor udp. Ask about one port, such as "
            "tcp/32006, or about icmp (echo request).",
        ),
        (
            ("con1", "con2", "tcp/65536"),
            "port: 'tcp/65536' names port 65536, which is outside 1 to 65535. Ask about one port, such as tcp/32006, "
            "or about icmp (echo request).",
        ),
    ],
)
def test_refusals(planner: Planner, question: tuple[str, str, str], message: str) -> None:
    with pytest.raises(PortledgerError) as caught:
        ask(planner, *question)
    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            {"host_firewall_unlisted": "reject"},
            "con2: host_firewall_unlisted: 'reject' is not one of its values. Valid values: drop, leave, log.",
        ),
        (
            {"host_firewall_state": "gone"},
            "con2: host_firewall_state: 'gone' is not one of its values. Valid values: absent, present.",
        ),
        (
            {"host_firewall_management": ["198.18.1.1/24"]},
            "con2: host_firewall_management: '198.18.1.1/24' has host bits set. Write 198.18.1.0/24 for the network or "
            "198.18.1.1/32 for the one address.",
        ),
    ],
)
def test_options_that_the_role_refuses(planner: Planner, options: dict[str, Any], message: str) -> None:
    with pytest.raises(PortledgerError) as caught:
        explain(planner, Firewalls({"con2": options}), source="con1", destination="con2", port="tcp/9")
    assert str(caught.value) == message


def test_too_many_pairs(planner: Planner, monkeypatch: pytest.MonkeyPatch) -> None:
    module = "ansible_collections.portledger.qradar.plugins.plugin_utils._questions.explain._MOST_PAIRS"
    monkeypatch.setattr(module, 63)
    with pytest.raises(PortledgerError) as caught:
        ask(planner, "component", "component", "tcp/9")
    assert str(caught.value) == (
        "source: 'component' and destination 'component' are 64 pairs of hosts. Name one host on one of the two sides."
    )
